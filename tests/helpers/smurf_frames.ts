/** Frames of a SMuRF stream for tests, and short names for them. @module */
import { FrameSplitter, G3Frame, g3Int, g3String, type RawFrame } from "../../g3/mod.ts";

/** Values of `sostream_flowcontrol`. */
export const FLOW_VALUES = { ALIVE: 0, START: 1, END: 2, CLEANSE: 3 } as const;

/** A flow control frame, of type none unless told otherwise. */
export function flowFrame(flow: keyof typeof FLOW_VALUES | number, type = "N"): G3Frame {
  const value = typeof flow === "number" ? flow : FLOW_VALUES[flow];
  return new G3Frame(type).set("sostream_flowcontrol", g3Int(value));
}

/** A frame of any type with a number, and whatever else. */
export function dataFrame(type: string, number: number, { streamId, bytes = 40 }: {
  readonly streamId?: string | undefined;
  /** Length of its value `data`. */
  readonly bytes?: number | undefined;
} = {}): G3Frame {
  const frame = new G3Frame(type).set("frame_num", g3Int(number));
  if (streamId !== undefined) frame.set("sostream_id", g3String(streamId));
  const data = Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + number * 13) & 255);
  return frame.set("data", { class: "G3VectorUnsignedChar", value: data });
}

/** A Scan frame. */
export function scanFrame(number: number, options?: Parameters<typeof dataFrame>[2]): G3Frame {
  return dataFrame("S", number, options);
}

/** An Observation frame. */
export function observationFrame(number: number, options?: Parameters<typeof dataFrame>[2]): G3Frame {
  return dataFrame("O", number, options);
}

/** A frame as a splitter gives it. */
export function rawFrame(frame: G3Frame | Uint8Array): RawFrame {
  const [raw] = new FrameSplitter().push(frame instanceof G3Frame ? frame.encode() : frame);
  if (raw === undefined) throw new Error("Cannot make a raw frame: expected the bytes of a whole one");
  return raw;
}

/** The same frame with a big-endian envelope; values have a byte order of their own. */
export function bigEndian(frame: G3Frame): Uint8Array {
  const bytes = frame.encode();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const swap = (at: number, size: number): void => void bytes.subarray(at, at + size).reverse();
  const entries = view.getUint32(5, true);
  let at = 13;
  for (let i = 0; i < entries * 2; i++) {
    const length = Number(view.getBigUint64(at, true));
    swap(at, 8);
    at += 8 + length;
  }
  for (const word of [1, 5, 9, at]) swap(word, 4);
  bytes[0] = 0;
  return bytes;
}

/** A short name such as `S3`, from the type and `frame_num`. */
export function frameLabel(raw: RawFrame): string {
  const frame = G3Frame.parse(raw);
  return frame.letters + (frame.has("frame_num") ? frame.get("frame_num", "G3Int").value : "");
}
