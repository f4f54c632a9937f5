/** Compressed files as pieces of what they hold, with flat memory. @module */
import { Readable, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { Bzip2Decoder, type Bzip2State } from "../codecs/bzip2_decoder.ts";
import { G3Error } from "../errors.ts";
import { ZstdWalker } from "./zstd_walker.ts";

/** What undoes the compression of a file whose name ends so (g3 6.3). */
export const DECOMPRESSORS: ReadonlyMap<
  string,
  (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
> = new Map([[".gz", gunzip], [".bz2", bunzip2], [".zst", unzstd]]);

/** The most that is read ahead for a block of bzip2, in bytes: its codes take 20 bits for each of 900,000 bytes at most. */
const BLOCK_AHEAD = 2_400_000;
/** What a block of bzip2 can hold at most: every fifth byte a run of 255. */
const BLOCK_BYTES = 900_000 / 5 * 259;

function fault(kind: string, what: string, cause?: unknown): G3Error {
  return new G3Error(`Cannot decompress ${kind} data: ${what}`, cause === undefined ? {} : { cause });
}

/** So many pieces wait for whoever reads them, before the transform does. */
const MOST_WAITING = 4;

/**
 * Sends a source through a transform of `node:zlib`.
 *
 * What comes out before an error is given before the error: a stream's own iterator loses it.
 */
async function* through(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array, void, void> {
  const input = Readable.from(source);
  const waiting: Uint8Array[] = [];
  const state: { isOver: boolean; error: unknown } = { isOver: false, error: undefined };
  let wake = (): void => {};
  const settle = (error?: unknown): void => {
    if (!state.isOver) state.error = error;
    state.isOver = true;
    wake();
  };
  input.on("error", (error) => transform.destroy(error));
  transform.on("data", ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>) => {
    // What zlib gives are Buffers.
    waiting.push(new Uint8Array(buffer, byteOffset, byteLength));
    if (waiting.length >= MOST_WAITING) transform.pause();
    wake();
  });
  transform.on("error", (error) => settle(error));
  for (const event of ["end", "close"]) transform.on(event, () => settle());
  input.pipe(transform);
  try {
    for (;;) {
      const piece = waiting.shift();
      if (piece !== undefined) {
        if (waiting.length === 0) transform.resume();
        yield piece;
      } else if (!state.isOver) await new Promise<void>((resolve) => wake = resolve);
      else if (state.error === undefined) return;
      else throw state.error;
    }
  } finally {
    input.destroy();
    transform.destroy();
  }
}

/** All members of a gzip file; what follows the last one is an error, and so is a wrong checksum. */
async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let taken = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of source) {
      taken += piece.length;
      yield piece;
    }
  }
  const transform = createGunzip();
  try {
    yield* through(counted(), transform);
  } catch (error) {
    if (taken === 0) return;
    throw fault("gzip", error instanceof Error ? error.message : String(error), error);
  }
  if (transform.bytesWritten < taken) {
    throw fault("gzip", `${taken - transform.bytesWritten} bytes follow its end`);
  }
}

/** All streams of a bzip2 file, block by block. */
async function* bunzip2(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let held = new Uint8Array(0);
  let state: Bzip2State | undefined;
  const blocks = function* (ahead: number): Generator<Uint8Array, void, void> {
    const decoder = new Bzip2Decoder(held, state);
    while (held.length - (decoder.state.bit >>> 3) > ahead) {
      const block = decoder.next(BLOCK_BYTES);
      if (block === undefined) break;
      yield block;
    }
    const { bit, ...rest } = decoder.state;
    held = held.slice(bit >>> 3);
    state = { ...rest, bit: bit & 7 };
  };
  for await (const piece of source) {
    const joined = new Uint8Array(held.length + piece.length);
    joined.set(held);
    joined.set(piece, held.length);
    held = joined;
    if (held.length > 2 * BLOCK_AHEAD) yield* blocks(BLOCK_AHEAD);
  }
  yield* blocks(0);
  if (state?.open === true) throw fault("bzip2", "it ends early");
}

/** Pieces of which only a part may have been used. */
class Remainder {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** What is left of the piece, or the next one; undefined at the end. */
  async peek(): Promise<Uint8Array | undefined> {
    while (this.#rest === undefined || this.#rest.length === 0) {
      const { done, value } = await this.#pieces.next();
      if (done === true) return undefined;
      this.#rest = value;
    }
    return this.#rest;
  }

  /** The bytes up to the end of one zstd frame. zlib's own transform does not mind a frame that is cut. */
  async *oneFrame(): AsyncGenerator<Uint8Array, void, void> {
    const walker = new ZstdWalker();
    while (!walker.done) {
      const piece = await this.peek();
      if (piece === undefined) throw fault("zstd", "it ends early");
      const size = walker.push(piece);
      this.#rest = piece.subarray(size);
      yield piece.subarray(0, size);
    }
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}

/** All frames of a zstd file; zlib's own transform stops after the first. */
async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const remainder = new Remainder(source);
  try {
    while (await remainder.peek() !== undefined) {
      yield* through(remainder.oneFrame(), createZstdDecompress());
    }
  } catch (error) {
    if (error instanceof G3Error) throw error;
    throw fault("zstd", error instanceof Error ? error.message : String(error), error);
  } finally {
    await remainder.close();
  }
}
