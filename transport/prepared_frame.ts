/** Messages made ready for the wire once, however many connections they go to. @module */
import { MAX_HEADER_BYTES, Opcode, putHeader } from "./websocket_framing.ts";

/** Room that `prepareFrame` needs in front of a payload. */
export const FRAME_HEADROOM_BYTES = MAX_HEADER_BYTES;

/** A whole WebSocket frame. Immutable and shared: nobody may change the bytes. */
export interface PreparedFrame {
  /** Header and payload. */
  readonly bytes: Uint8Array;
  /** Where the payload begins in `bytes`. */
  readonly payloadAt: number;
  /** True for a text frame, false for a binary one. */
  readonly text: boolean;
  /** True when its payload may stand in one frame with those of its neighbours (batched subprotocols). */
  readonly joinable: boolean;
}

/** What a frame carries and in which kind. */
export interface PrepareOptions {
  /** True for a text frame. */
  readonly text: boolean;
  /** True when payloads of neighbours may be put into one frame. Default false. */
  readonly joinable?: boolean;
}

/**
 * Puts a frame header in front of a payload, in place.
 *
 * @param buffer `FRAME_HEADROOM_BYTES` unused bytes, then the payload. The caller gives it away.
 * @param options Kind of the frame.
 */
export function prepareFrame(buffer: Uint8Array, options: PrepareOptions): PreparedFrame {
  const start = putHeader(buffer, {
    start: FRAME_HEADROOM_BYTES,
    end: buffer.length,
    opcode: options.text ? Opcode.TEXT : Opcode.BINARY,
  });
  return {
    bytes: buffer.subarray(start),
    payloadAt: FRAME_HEADROOM_BYTES - start,
    text: options.text,
    joinable: options.joinable ?? false,
  };
}

/** Joined frames never get larger than this, so that a slow receiver is not kept waiting for a whole batch. */
const MAX_JOINED_BYTES = 65536;

/**
 * Joins frames into one piece of bytes; neighbours that may share a frame do.
 *
 * A single frame is returned as it is, without a copy.
 */
export function joinFrames(frames: readonly PreparedFrame[]): Uint8Array {
  const [first] = frames;
  if (first !== undefined && frames.length === 1) return first.bytes;
  let total = 0;
  for (const frame of frames) total += frame.bytes.length;
  // A joined frame never needs more than the frames it is made of had, but for its longer header.
  const whole = new Uint8Array(total + MAX_HEADER_BYTES);
  let at = 0;
  for (let i = 0; i < frames.length;) {
    const frame = frames[i];
    if (frame === undefined) break;
    const after = frame.joinable ? endOfRun(frames, i) : i + 1;
    if (after === i + 1) {
      whole.set(frame.bytes, at);
      at += frame.bytes.length;
    } else {
      at = putJoined(whole, at, frames.slice(i, after));
    }
    i = after;
  }
  return whole.subarray(0, at);
}

/** Index behind the last frame that can share one with the frame at `from`. */
function endOfRun(frames: readonly PreparedFrame[], from: number): number {
  let bytes = 0;
  let i = from;
  for (; i < frames.length; i++) {
    const frame = frames[i];
    if (frame === undefined || !frame.joinable) break;
    bytes += frame.bytes.length - frame.payloadAt;
    if (bytes > MAX_JOINED_BYTES && i > from) break;
  }
  return i;
}

function putJoined(target: Uint8Array, at: number, frames: readonly PreparedFrame[]): number {
  let bytes = 0;
  for (const frame of frames) bytes += frame.bytes.length - frame.payloadAt;
  const headerBytes = bytes < 126 ? 2 : bytes < 65536 ? 4 : 10;
  const start = at + headerBytes;
  let end = start;
  for (const frame of frames) {
    target.set(frame.bytes.subarray(frame.payloadAt), end);
    end += frame.bytes.length - frame.payloadAt;
  }
  putHeader(target, { start, end, opcode: frames[0]?.text === true ? Opcode.TEXT : Opcode.BINARY });
  return end;
}
