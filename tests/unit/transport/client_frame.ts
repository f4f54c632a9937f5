/** Frames as a client sends them, polite or not, for tests. @module */

/** What is unusual about a frame. */
export interface ClientFrameOptions {
  /** Default true. */
  readonly final?: boolean;
  /** Default true. */
  readonly masked?: boolean;
  /** Reserved bits, such as 0x40. Default 0. */
  readonly rsv?: number;
}

/** Makes a frame with a mask that shows where it is not removed. */
export function clientFrame(
  opcode: number,
  payload: Uint8Array,
  options: ClientFrameOptions = {},
): Uint8Array {
  const { final = true, masked = true, rsv = 0 } = options;
  const length = payload.length;
  const head = [(final ? 0x80 : 0) | rsv | opcode];
  const bit = masked ? 0x80 : 0;
  if (length < 126) head.push(bit | length);
  else if (length < 65536) head.push(bit | 126, length >> 8, length & 255);
  else head.push(bit | 127, 0, 0, 0, 0, length >>> 24, length >> 16 & 255, length >> 8 & 255, length & 255);
  const mask = [0x12, 0xab, 0x5c, 0xf7];
  if (masked) head.push(...mask);
  const frame = new Uint8Array(head.length + length);
  frame.set(head);
  for (let i = 0; i < length; i++) {
    frame[head.length + i] = (payload[i] ?? 0) ^ (masked ? mask[i & 3] ?? 0 : 0);
  }
  return frame;
}
