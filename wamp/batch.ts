/** Several messages in one WebSocket message (spec 1.1.1 and 1.1.2). @module */
import { readUint32 } from "./cbor_scan.ts";
import { ProtocolViolation } from "./errors.ts";
import type { Encoding } from "./payload.ts";

/** The byte behind each JSON message: what autobahn and crossbar write, and what the protocol text says. */
export type JsonSeparator = 0x18 | 0x1e;

/** What autobahn and crossbar take for the ASCII record separator (30 read as octal). */
export const AUTOBAHN_SEPARATOR: JsonSeparator = 0x18;

/** Bytes of the length in front of each binary message. */
export const LENGTH_BYTES = 4;

/**
 * Takes a batch apart; the messages are views of the frame.
 *
 * @throws {ProtocolViolation} If the batch is empty, holds an empty message or breaks off.
 */
export function splitBatch(frame: Uint8Array, encoding: Encoding): Uint8Array[] {
  if (frame.length === 0) throw refused("it is empty");
  return encoding === "json" ? splitJson(frame) : splitBinary(frame);
}

function splitJson(frame: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at < frame.length; at++) {
    const byte = frame[at];
    // Neither can stand inside valid JSON.
    if (byte !== 0x18 && byte !== 0x1e) continue;
    if (at === start) throw refused("a message in it is empty");
    messages.push(frame.subarray(start, at));
    start = at + 1;
  }
  if (start < frame.length) throw refused("it does not end in a separator");
  return messages;
}

function splitBinary(frame: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let at = 0;
  while (at < frame.length) {
    const rest = frame.length - at - LENGTH_BYTES;
    if (rest < 0) throw refused("it ends inside a length");
    const length = readUint32(frame, at);
    if (length === 0) throw refused("a message in it is empty");
    if (length > rest) throw refused(`it ends inside a message: ${rest} bytes of ${length} are there`);
    at += LENGTH_BYTES;
    messages.push(frame.subarray(at, at + length));
    at += length;
  }
  return messages;
}

function refused(what: string): ProtocolViolation {
  return new ProtocolViolation(`Cannot split batch: ${what}`);
}

/** Puts messages into one batch. */
export function joinBatch(
  messages: readonly Uint8Array[],
  encoding: Encoding,
  separator: JsonSeparator = AUTOBAHN_SEPARATOR,
): Uint8Array<ArrayBuffer> {
  const extra = encoding === "json" ? 1 : LENGTH_BYTES;
  let length = 0;
  for (const message of messages) length += message.length + extra;
  const frame = new Uint8Array(length);
  let at = 0;
  for (const message of messages) {
    if (encoding === "json") {
      frame.set(message, at);
      at += message.length;
      frame[at++] = separator;
    } else {
      writeLength(frame, at, message.length);
      frame.set(message, at + LENGTH_BYTES);
      at += LENGTH_BYTES + message.length;
    }
  }
  return frame;
}

/** Writes the length in front of a binary message of a batch, such as into the headroom of an encoded one. */
export function writeLength(frame: Uint8Array, at: number, length: number): void {
  frame[at] = length >>> 24;
  frame[at + 1] = length >>> 16;
  frame[at + 2] = length >>> 8;
  frame[at + 3] = length;
}
