/** Checksums of files of any size, between other work. @module */
import { createHash } from "node:crypto";

// One step takes about half a millisecond.
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file and gives its MD5 in lowercase hex.
 *
 * @param signal Ends the reading.
 * @throws {Error} If it is no regular file or cannot be read; the reason of `signal` when that aborts.
 */
export async function md5OfFile(path: string, signal: AbortSignal): Promise<string> {
  // Looked at first: to open a pipe waits for a writer, and a device may never end.
  const { isFile } = await Deno.stat(path);
  if (!isFile) throw new Error(`Cannot read "${path}": it is no regular file`);
  using file = await Deno.open(path);
  const hash = createHash("md5");
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    signal.throwIfAborted();
    const length = await file.read(buffer);
    if (length === null) return hash.digest("hex");
    hash.update(buffer.subarray(0, length));
  }
}
