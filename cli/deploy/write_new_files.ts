/** Files that a command generates, next to which an operator may have written. @module */
import { NewFile } from "../../verbs/g3/new_file.ts";

/** A file to write. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
  /** Permission bits. Default: what the umask leaves. */
  readonly mode?: number | undefined;
}

/** What became of a file: it is new, or it was there with the same text. */
export type Written = "written" | "unchanged";

/**
 * Writes generated files, each whole or not at all; never over another one.
 *
 * @returns What became of each, in their order.
 * @throws {Error} If there is one with another text, before any is written; or if one cannot be written.
 */
export async function writeNewFiles(files: readonly GeneratedFile[]): Promise<readonly Written[]> {
  const states = await Promise.all(files.map(stateOf));
  for (const [at, { path, text, mode }] of files.entries()) {
    if (states[at] === "unchanged") continue;
    await using file = await NewFile.open(path);
    await file.write(new TextEncoder().encode(text));
    await file.keep();
    if (mode !== undefined) await Deno.chmod(path, mode);
  }
  return states;
}

/** What is to become of a file. */
async function stateOf({ path, text }: GeneratedFile): Promise<Written> {
  let there: string;
  try {
    there = await Deno.readTextFile(path);
  } catch (error) {
    // Anything else that is there is told when the new file is opened.
    if (error instanceof Deno.errors.NotFound) return "written";
    throw new Error(`Cannot write "${path}": there is something that cannot be read`, { cause: error });
  }
  if (there === text) return "unchanged";
  throw new Error(
    `Cannot write "${path}": it exists already, with another text; expected a new name, or that you remove it`,
  );
}
