/** What `--privs` says. @module */
import { toError } from "../internal/to_error.ts";
import type { Privs } from "../ocs/mod.ts";

/** A password is one line; whatever is longer is another file than meant. */
const MAX_BYTES = 4096;

/** What is said to whoever gives a password on a command line. */
export const PLAIN_PASSWORD_TEXT =
  "The password behind --privs can be seen by everybody on this machine (ps); --privs @FILE or a level cannot";

/**
 * Reads what `--privs` says: `1`, `2` and `3` are levels, `@FILE` is the password in the first line of a file, everything else
 * is a password itself.
 *
 * @throws {TypeError} If the file cannot be read or its first line is empty.
 */
export async function readPrivs(text: string | undefined): Promise<Privs> {
  if (text === "1") return 1;
  if (text === "2") return 2;
  if (text === "3") return 3;
  if (text === undefined || !text.startsWith("@")) return text;
  const path = text.slice(1);
  const password = await readFirstLine(path);
  if (password === "") throw new TypeError(`Cannot read a password from "${path}": its first line is empty`);
  return password;
}

/** Tells whether a password was given in clear text, so that everybody sees it who can list processes. */
export function isPlainPassword(text: string | undefined): boolean {
  return text !== undefined && text !== "" && !/^[123]$|^@/.test(text);
}

async function readFirstLine(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    const buffer = new Uint8Array(MAX_BYTES);
    let length = 0;
    // A pipe gives it in pieces.
    while (length < MAX_BYTES && !buffer.subarray(0, length).includes(10)) {
      const read = await file.read(buffer.subarray(length));
      if (read === null) break;
      length += read;
    }
    const [line = "", ...more] = new TextDecoder().decode(buffer.subarray(0, length)).split("\n");
    if (more.length === 0 && length === MAX_BYTES) {
      throw new TypeError(`its first line has more than ${MAX_BYTES} bytes`);
    }
    return line.replace(/\r$/, "");
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : toError(error).message;
    throw new TypeError(`Cannot read a password from "${path}": ${why}`, { cause: error });
  }
}
