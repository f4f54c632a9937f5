/** Frames from bytes in any form. @module */
import type { DecodeOptions } from "./blob.ts";
import { G3Frame } from "./frame.ts";
import { FrameSplitter, type RawFrame, type SplitOptions } from "./frame_splitter.ts";

/** Bytes in one piece, or pieces as they come from a file, a socket or a decompressor. */
export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** How frames are read: how strictly, and how their values are decoded. */
export interface ReadOptions extends SplitOptions, DecodeOptions {}

/**
 * Cuts a source into frames without decoding them: the way to copy, count or record.
 *
 * @throws {G3StreamError} At the first damage, after all whole frames before it.
 */
export async function* splitFrames(
  source: ByteSource,
  options: SplitOptions = {},
): AsyncGenerator<RawFrame, void, void> {
  const splitter = new FrameSplitter(options);
  const pieces = source instanceof Uint8Array ? [source] : source;
  for await (const piece of pieces) yield* splitter.push(piece);
  splitter.end();
}

/**
 * Reads the frames of a source. Values are decoded when they are asked for.
 *
 * @example Read what lies in memory
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame } from "./frame.ts";
 *
 * const bytes = new G3Frame("Scan".slice(0, 1)).set("n", { class: "G3Int", value: 5n }).encode();
 * for await (const frame of readFrames(bytes)) assert.equal(frame.get("n", "G3Int").value, 5n);
 * ```
 *
 * @throws {G3StreamError} At the first damage, after all whole frames before it.
 */
export async function* readFrames(
  source: ByteSource,
  options: ReadOptions = {},
): AsyncGenerator<G3Frame, void, void> {
  for await (const raw of splitFrames(source, options)) yield G3Frame.parse(raw, options);
}

/**
 * The same, at once, for bytes in memory.
 *
 * @throws {G3StreamError} At the first damage, after all whole frames before it.
 */
export function* readFramesSync(
  bytes: Uint8Array,
  options: ReadOptions = {},
): Generator<G3Frame, void, void> {
  const splitter = new FrameSplitter(options);
  for (const raw of splitter.push(bytes)) yield G3Frame.parse(raw, options);
  splitter.end();
}
