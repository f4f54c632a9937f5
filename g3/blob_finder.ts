/** One value of a frame, without taking the frame apart. @module */
import type { RawFrame } from "./frame_splitter.ts";
import { encodeText } from "./text.ts";

const HEAD_BYTES = 13;

/**
 * Makes a function that finds a key's stored bytes in whole frames: much faster than `G3Frame.parse`, for who looks at
 * one or two small values of each frame and passes the rest on.
 *
 * @example Find the flow control of a stream
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame } from "./frame.ts";
 * import { FrameSplitter } from "./frame_splitter.ts";
 *
 * const flowOf = blobFinder("flow");
 * const bytes = new G3Frame("N").set("flow", { class: "G3Int", value: 1n }).encode();
 * const [frame] = new FrameSplitter().push(bytes);
 * assert.equal(flowOf(frame!)?.at(-8), 1);
 * ```
 *
 * @param key The key. Of a repeated one the first value holds (G3-11).
 * @returns Gives a view of the blob; undefined where there is no such key.
 */
export function blobFinder(key: string): (frame: RawFrame) => Uint8Array | undefined {
  const wanted = encodeText(key);
  return ({ bytes, entries }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const little = bytes[0] === 1;
    // The splitter has checked every length: the upper half is zero.
    const length = (at: number) => view.getUint32(little ? at : at + 4, little);
    let at = HEAD_BYTES;
    for (let i = 0; i < entries; i++) {
      const keyStart = at + 8;
      const blobStart = keyStart + length(at) + 8;
      at = blobStart + length(blobStart - 8);
      if (blobStart - 8 - keyStart !== wanted.length) continue;
      if (wanted.every((byte, j) => bytes[keyStart + j] === byte)) return bytes.subarray(blobStart, at);
    }
    return undefined;
  };
}
