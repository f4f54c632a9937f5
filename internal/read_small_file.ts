/** Files of keys and secrets. @module */
import { toError } from "./to_error.ts";

/** How a file is read. */
export interface SmallFileOptions {
  /** A larger one was named by mistake, such as a log, and is not read. */
  readonly maxBytes: number;
  /** Makes the error of a reason such as `there is no such file`. */
  readonly refused: (why: string, cause?: unknown) => Error;
}

/**
 * Reads a file whole.
 *
 * @throws What `refused` makes, if it is too large or cannot be read.
 */
export async function readSmallFile(
  path: string,
  { maxBytes, refused }: SmallFileOptions,
): Promise<Uint8Array> {
  let tooLarge: number;
  try {
    const { size } = await Deno.stat(path);
    if (size <= maxBytes) return await Deno.readFile(path);
    tooLarge = size;
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : toError(cause).message;
    throw refused(why, cause);
  }
  throw refused(`it has ${tooLarge} bytes`);
}
