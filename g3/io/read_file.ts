/** Frames of files, with flat memory. @module */
import type { DecodeOptions } from "../blob.ts";
import { G3Error, G3StreamError } from "../errors.ts";
import { G3Frame } from "../frame.ts";
import { FrameSplitter, type RawFrame, type SplitOptions } from "../frame_splitter.ts";
import { FrameSalvager, type SkippedBytes } from "../salvage.ts";
import { DECOMPRESSORS } from "./decompress.ts";

const PIECE_BYTES = 1 << 22;
/** Small enough to stay in the processor's cache. */
const REUSED_BYTES = 1 << 19;

/** How a file is read. */
export interface ReadFileOptions extends SplitOptions, DecodeOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /** Told each piece as it lies in the file, before anything is decompressed: for progress, or a checksum of the file. */
  readonly onRead?: (piece: Uint8Array) => void;
}

/** The bytes of a file, piece by piece, from `offset`. */
async function* plainPieces(
  path: string,
  { offset = 0, reuse = false, signal, onRead }: ReadFileOptions,
): AsyncGenerator<Uint8Array, void, void> {
  using file = await Deno.open(path);
  if (offset > 0) await file.seek(offset, Deno.SeekMode.Start);
  const { size: fileBytes } = await file.stat();
  // One byte more than there is, so that the end shows in the same read; a growing file only needs more reads.
  const pieceBytes = Math.max(4096, Math.min(reuse ? REUSED_BYTES : PIECE_BYTES, fileBytes - offset + 1));
  // The next piece is read while the caller works on this one. Frames are views of pieces, so as a rule each is new.
  const buffers: Uint8Array<ArrayBuffer>[] = [];
  const readNext = () => {
    const buffer = (buffers.length === 2 ? buffers.shift() : undefined) ?? new Uint8Array(pieceBytes);
    if (reuse) buffers.push(buffer);
    const piece = file.read(buffer).then((size) => size === null ? undefined : buffer.subarray(0, size));
    // A read may fail before anybody waits for it; whoever does is told.
    piece.catch(() => {});
    return piece;
  };
  let next = readNext();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const piece = await next;
      if (piece === undefined) return;
      next = readNext();
      onRead?.(piece);
      yield piece;
    }
  } finally {
    // The file is closed after this, and nothing may be reading it then.
    await next.catch(() => {});
  }
}

/** The end of a name that tells how the file is compressed, such as `.gz`; empty for a plain file. */
function suffixOf(path: string): string {
  const suffix = /\.[^./]*$/.exec(path)?.[0] ?? "";
  if (suffix === ".xz") {
    throw new G3Error(`Cannot read "${path}": xz is not supported, expected a plain, .gz, .bz2 or .zst file`);
  }
  return DECOMPRESSORS.has(suffix) ? suffix : "";
}

/**
 * The bytes of a G3 file, uncompressed: `.gz`, `.bz2` and `.zst` by name, as spt3g chooses too (g3 6.3).
 *
 * @throws {G3Error} If what is compressed is damaged.
 */
export function readPieces(path: string, options: ReadFileOptions = {}): AsyncIterable<Uint8Array> {
  const { offset = 0 } = options;
  const decompress = DECOMPRESSORS.get(suffixOf(path));
  if (decompress === undefined) return plainPieces(path, options);
  if (offset > 0) throw new G3Error(`Cannot read "${path}" from byte ${offset}: it is compressed`);
  return decompress(plainPieces(path, { ...options, reuse: false }));
}

/**
 * Cuts a file into frames without decoding them.
 *
 * @throws {G3StreamError} At the first damage, after all whole frames before it; the text names the file.
 * @throws {Deno.errors.NotFound} And the like, if it cannot be opened.
 */
export async function* splitG3File(
  path: string,
  options: ReadFileOptions = {},
): AsyncGenerator<RawFrame, void, void> {
  const splitter = new FrameSplitter({ source: path, ...options });
  const pieces = readPieces(path, options)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await nextPiece(pieces, splitter, path);
      if (done === true) return splitter.end();
      yield* splitter.push(value);
    }
  } finally {
    await pieces.return?.();
  }
}

/**
 * Cuts a file into frames and goes on behind damage; see `FrameSalvager`.
 *
 * Where what is compressed is damaged, the stream ends.
 *
 * @throws {Deno.errors.NotFound} And the like, if it cannot be opened.
 */
export async function* salvageG3File(
  path: string,
  options: Omit<ReadFileOptions, "crc"> = {},
): AsyncGenerator<RawFrame | SkippedBytes, void, void> {
  const salvager = new FrameSalvager({ source: path, ...options });
  // Pieces are looked through again, so none may be used twice.
  const pieces = readPieces(path, { ...options, reuse: false })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await nextPiece(pieces, salvager, path);
      if (done === true) return yield* salvager.end();
      yield* salvager.push(value);
    }
  } catch (error) {
    if (!(error instanceof G3StreamError)) throw error;
    yield* salvager.end(error);
  } finally {
    await pieces.return?.();
  }
}

/** The next piece; damage of what is compressed is damage of the stream. */
async function nextPiece(
  pieces: AsyncIterator<Uint8Array>,
  { offset }: { readonly offset: number },
  source: string,
): Promise<IteratorResult<Uint8Array>> {
  try {
    return await pieces.next();
  } catch (cause) {
    if (!(cause instanceof G3Error)) throw cause;
    throw new G3StreamError(offset, "compression", cause.message, { cause, source });
  }
}

/**
 * Reads the frames of a file. Values are decoded when they are asked for; memory does not grow with the file.
 *
 * @example Print the types of a file's frames
 * ```ts no-run
 * for await (const frame of readG3File("1700000000.g3")) console.log(frame.letters, frame.keys());
 * ```
 *
 * @throws {G3StreamError} At the first damage, after all whole frames before it; the text names the file.
 * @throws {Deno.errors.NotFound} And the like, if it cannot be opened.
 */
export async function* readG3File(
  path: string,
  options: ReadFileOptions = {},
): AsyncGenerator<G3Frame, void, void> {
  for await (const raw of splitG3File(path, options)) yield G3Frame.parse(raw, options);
}
