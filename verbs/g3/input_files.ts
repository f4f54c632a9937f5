/** The files that a command line means. @module */
import { glob } from "node:fs/promises";
import { toError } from "../../internal/to_error.ts";
import { isSender } from "./sender_address.ts";

/** A file to read, or why a word leads to none. */
export type InputFile = { readonly path: string } | { readonly path: string; readonly error: Error };

/** Names by which files in folders are taken for G3 files. */
const G3_NAME = /\.g3(?:\.(?:gz|bz2|xz|zst))?$/;
/** `x_999.g3` before `x_1000.g3`. */
const NATURAL = new Intl.Collator("en", { numeric: true });

/**
 * Gives the files that words mean, in their order: a folder stands for all G3 files below it, sorted by name with numbers by
 * their value. A file that is named itself may be called as it likes. Patterns are for the prompt, where no shell has them
 * replaced; a file that is called like a pattern comes first. The address of a sender is passed on.
 *
 * Links to folders are followed only where they are named themselves, so nothing is read twice.
 */
export async function* inputFiles(words: readonly string[]): AsyncGenerator<InputFile, void, void> {
  for (const word of words) for (const path of await matching(word)) yield* filesOf(path);
}

/** What a word stands for: itself, unless it is a pattern of something. */
async function matching(word: string): Promise<readonly string[]> {
  if (!/[*?[{]/.test(word) || await Deno.lstat(word).then(() => true, () => false)) return [word];
  const found = await Array.fromAsync(glob(word));
  return found.length === 0 ? [word] : found.sort(compareNames);
}

async function* filesOf(word: string): AsyncGenerator<InputFile, void, void> {
  if (isSender(word)) return yield { path: word };
  try {
    const { isDirectory } = await Deno.stat(word);
    if (!isDirectory) return yield { path: word };
    let found = 0;
    for await (const input of filesBelow(word)) {
      found++;
      yield input;
    }
    if (found === 0) throw new Error(`Cannot read "${word}": there is no .g3 file in this folder`);
  } catch (error) {
    yield { path: word, error: fileError("read", word, error) };
  }
}

async function* filesBelow(folder: string): AsyncGenerator<InputFile, void, void> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    return yield { path: folder, error: fileError("read", folder, error) };
  }
  entries.sort((a, b) => compareNames(a.name, b.name));
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  for (const { name, isDirectory } of entries) {
    const path = prefix + name;
    if (isDirectory) yield* filesBelow(path);
    else if (G3_NAME.test(name)) yield { path };
  }
}

function compareNames(a: string, b: string): number {
  return NATURAL.compare(a, b) || (a < b ? -1 : 1);
}

/** The error of a file in words that need no knowledge of the system's calls. */
export function fileError(action: string, path: string, error: unknown): Error {
  const found = toError(error);
  const what = reasonOf(found);
  return what === undefined ? found : new Error(`Cannot ${action} "${path}": ${what}`, { cause: error });
}

/** Why the system refuses; undefined for what is no error of the system's. */
function reasonOf(error: Error): string | undefined {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.AlreadyExists) return "it exists already";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  // Deno adds the call and the path behind the system's own words.
  const [, words] = /^(.*) \(os error \d+\)/.exec(error.message) ?? [];
  return words?.toLowerCase();
}
