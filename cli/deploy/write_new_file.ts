/** Files that a command generates, next to which an operator may have written. @module */
import { NewFile } from "../../verbs/g3/new_file.ts";

/** What became of a generated file: it is new, or it was there with the same text. */
export type Written = "written" | "unchanged";

/**
 * Writes a generated file, whole or not at all; never over another one.
 *
 * @param mode Permission bits of the new file. Default: what the umask leaves.
 * @throws {Error} If there is a file with another text, or it cannot be written.
 */
export async function writeNewFile(path: string, text: string, mode?: number): Promise<Written> {
  if (await readOrNothing(path) === text) return "unchanged";
  await using file = await NewFile.open(path);
  await file.write(new TextEncoder().encode(text));
  await file.keep();
  if (mode !== undefined) await Deno.chmod(path, mode);
  return "written";
}

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    // Not there, or nothing to compare with: opening the new file says what it is.
    return undefined;
  }
}
