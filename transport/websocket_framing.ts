/**
 * WebSocket frames (RFC 6455) as bytes in, bytes out, without I/O.
 *
 * The parser is fed whatever a socket delivers and asked for one item at a time, so that its owner decides
 * how much of one connection is handled per loop turn.
 *
 * @module
 */
import { isUtf8 } from "node:buffer";

/** Codes of frames (RFC 6455, 5.2). */
export const Opcode = {
  CONTINUATION: 0,
  TEXT: 1,
  BINARY: 2,
  CLOSE: 8,
  PING: 9,
  PONG: 10,
} as const;

/** One of the frame codes. */
export type Opcode = typeof Opcode[keyof typeof Opcode];

/** Close codes that this project sends (RFC 6455, 7.4.1). */
export const CloseCode = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  NO_CODE: 1005,
  LOST: 1006,
  BAD_TEXT: 1007,
  TOO_LARGE: 1009,
  INTERNAL: 1011,
  OVERLOAD: 1013,
} as const;

/** Largest header that a frame can have towards a client (without mask). */
export const MAX_HEADER_BYTES = 10;

const MAX_CONTROL_BYTES = 125;
const MAX_REASON_BYTES = 123;
const EMPTY = new Uint8Array(0);

/** The peer broke RFC 6455; the connection is to be closed with `code`. */
export class FrameError extends Error {
  /** The close code that tells the peer what was wrong: 1002, 1007 or 1009. */
  readonly code: number;

  /** Names what was wrong with the frame. */
  constructor(code: number, message: string) {
    super(message);
    this.name = "FrameError";
    this.code = code;
  }
}

/** What a parser found: a whole message, or a control frame. */
export type WebSocketItem =
  | { readonly kind: "text" | "binary" | "ping" | "pong"; readonly payload: Uint8Array }
  | { readonly kind: "close"; readonly code: number; readonly reason: string };

/** Which side's frames are parsed, and how large a message may be. */
export interface FrameParserOptions {
  /** True on a server: client frames must be masked, and server frames must not be. */
  readonly masked: boolean;
  /** Largest message, over all its fragments, in bytes; above it code 1009. */
  readonly maxMessageBytes: number;
}

/**
 * Cuts a byte stream into WebSocket messages and control frames.
 *
 * Payloads are views of the bytes that were pushed, unmasked in place; whoever pushes gives them away.
 */
export class FrameParser {
  readonly #masked: boolean;
  readonly #maxMessageBytes: number;
  /** Bytes not yet parsed: `#bytes[#at .. #end)`. */
  #bytes: Uint8Array = EMPTY;
  #at = 0;
  #end = 0;
  /** True when `#bytes` was allocated here and may have room behind `#end`. */
  #ownsBytes = false;
  /** Size of the frame at `#at` with its header, once that is known. */
  #wanted = 0;
  #fragments: Uint8Array[] = [];
  #fragmentBytes = 0;
  #fragmentKind: "text" | "binary" | undefined;
  #closed = false;

  /** Starts at a frame boundary. */
  constructor(options: FrameParserOptions) {
    this.#masked = options.masked;
    this.#maxMessageBytes = options.maxMessageBytes;
  }

  /** Bytes that were pushed and not handed out yet, unfinished messages included. */
  get heldBytes(): number {
    return this.#end - this.#at + this.#fragmentBytes;
  }

  /** Takes what a socket delivered. The parser keeps and changes the bytes. */
  push(chunk: Uint8Array): void {
    if (this.#closed) return;
    const rest = this.#end - this.#at;
    if (rest === 0) {
      this.#bytes = chunk;
      this.#at = 0;
      this.#end = chunk.length;
      this.#ownsBytes = false;
      return;
    }
    const need = rest + chunk.length;
    if (!this.#ownsBytes || this.#end + chunk.length > this.#bytes.length) {
      // Twice the need, so that a large message that arrives in small pieces is not copied again for each
      // piece, but never more than its frame asks for.
      const bigger = new Uint8Array(Math.max(need, Math.min(need * 2, this.#wanted)));
      bigger.set(this.#bytes.subarray(this.#at, this.#end));
      this.#bytes = bigger;
      this.#at = 0;
      this.#end = rest;
      this.#ownsBytes = true;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * Hands out the next message or control frame.
   *
   * @returns The item, or undefined when more bytes are needed. After a close frame, always undefined.
   * @throws {FrameError} If the peer broke the protocol; nothing more can be read afterwards.
   */
  next(): WebSocketItem | undefined {
    for (;;) {
      if (this.#closed) return undefined;
      const b = this.#bytes;
      const at = this.#at;
      const available = this.#end - at;
      if (available < 2) return this.#wait(2);
      const first = byteAt(b, at);
      const second = byteAt(b, at + 1);
      const opcode = first & 15;
      const final = (first & 0x80) !== 0;
      const masked = (second & 0x80) !== 0;
      let length = second & 0x7f;
      this.#checkHeader(first, opcode, final, masked, length);
      let header = 2;
      if (length === 126) {
        if (available < 4) return this.#wait(4);
        header = 4;
        length = byteAt(b, at + 2) << 8 | byteAt(b, at + 3);
        if (length < 126) this.#fail(CloseCode.PROTOCOL_ERROR, "Frame length is not in its shortest form");
      } else if (length === 127) {
        if (available < 10) return this.#wait(10);
        header = 10;
        const view = new DataView(b.buffer, b.byteOffset + at + 2, 8);
        const high = view.getUint32(0);
        length = high * 2 ** 32 + view.getUint32(4);
        if (high >= 2 ** 31) this.#fail(CloseCode.PROTOCOL_ERROR, "Frame length has its highest bit set");
        if (length < 65536) this.#fail(CloseCode.PROTOCOL_ERROR, "Frame length is not in its shortest form");
      }
      // Before any of the payload is waited for: a declared length alone never makes memory grow.
      if (length + this.#fragmentBytes > this.#maxMessageBytes && opcode < 8) {
        this.#fail(
          CloseCode.TOO_LARGE,
          `Message of ${length + this.#fragmentBytes} bytes is above the limit of ${this.#maxMessageBytes}`,
        );
      }
      if (masked) header += 4;
      if (available < header + length) return this.#wait(header + length);
      const start = at + header;
      const end = start + length;
      if (masked) unmask(b, start, end);
      this.#at = end;
      const item = opcode < 8
        ? this.#data(opcode, final, b.subarray(start, end))
        : this.#control(opcode, b.subarray(start, end));
      if (item !== undefined) return item;
    }
  }

  #wait(wantedBytes: number): undefined {
    this.#wanted = wantedBytes;
  }

  #checkHeader(first: number, opcode: number, final: boolean, masked: boolean, length: number): void {
    // No extension is ever agreed on, so that reserved bits are errors (RFC 6455, 5.2).
    if ((first & 0x70) !== 0) this.#fail(CloseCode.PROTOCOL_ERROR, "Frame has reserved bits set");
    if (masked !== this.#masked) {
      this.#fail(
        CloseCode.PROTOCOL_ERROR,
        masked ? "Frame of a server is masked" : "Frame of a client is not masked",
      );
    }
    if (opcode >= 8) {
      if (opcode > Opcode.PONG) this.#fail(CloseCode.PROTOCOL_ERROR, `Frame has unknown code ${opcode}`);
      if (!final) this.#fail(CloseCode.PROTOCOL_ERROR, "Control frame is fragmented");
      if (length > MAX_CONTROL_BYTES) {
        this.#fail(CloseCode.PROTOCOL_ERROR, "Control frame is above 125 bytes");
      }
    } else if (opcode > Opcode.BINARY) {
      this.#fail(CloseCode.PROTOCOL_ERROR, `Frame has unknown code ${opcode}`);
    } else if (opcode === Opcode.CONTINUATION && this.#fragmentKind === undefined) {
      this.#fail(CloseCode.PROTOCOL_ERROR, "Continuation frame without a message to continue");
    } else if (opcode !== Opcode.CONTINUATION && this.#fragmentKind !== undefined) {
      this.#fail(CloseCode.PROTOCOL_ERROR, "New message begins inside a fragmented one");
    }
  }

  #data(opcode: number, final: boolean, payload: Uint8Array): WebSocketItem | undefined {
    const kind = this.#fragmentKind ?? (opcode === Opcode.TEXT ? "text" : "binary");
    let whole = payload;
    if (!final || this.#fragmentKind !== undefined) {
      this.#addFragment(payload);
      this.#fragmentKind = final ? undefined : kind;
      if (!final) return undefined;
      whole = concat(this.#fragments, this.#fragmentBytes);
      this.#fragments = [];
      this.#fragmentBytes = 0;
    }
    if (kind === "text" && !isUtf8(whole)) this.#fail(CloseCode.BAD_TEXT, "Text message is not valid UTF-8");
    return { kind, payload: whole };
  }

  #addFragment(payload: Uint8Array): void {
    if (payload.length === 0) return;
    this.#fragmentBytes += payload.length;
    // Small fragments are joined at once: each piece kept apart would cost far more than its bytes.
    const last = this.#fragments.at(-1);
    if (last !== undefined && last.length < 4096) {
      this.#fragments[this.#fragments.length - 1] = concat([last, payload], last.length + payload.length);
    } else {
      this.#fragments.push(payload.slice());
    }
  }

  #control(opcode: number, payload: Uint8Array): WebSocketItem {
    if (opcode === Opcode.PING) return { kind: "ping", payload };
    if (opcode === Opcode.PONG) return { kind: "pong", payload };
    this.#closed = true;
    if (payload.length === 0) return { kind: "close", code: CloseCode.NO_CODE, reason: "" };
    const code = byteAt(payload, 0) << 8 | (payload[1] ?? 0);
    if (payload.length === 1 || !isSendableCode(code)) {
      this.#fail(CloseCode.PROTOCOL_ERROR, "Close frame has an invalid code");
    }
    const text = payload.subarray(2);
    if (!isUtf8(text)) this.#fail(CloseCode.BAD_TEXT, "Close reason is not valid UTF-8");
    return { kind: "close", code, reason: new TextDecoder().decode(text) };
  }

  #fail(code: number, text: string): never {
    this.#closed = true;
    this.#bytes = EMPTY;
    this.#at = this.#end = 0;
    this.#fragments = [];
    this.#fragmentBytes = 0;
    throw new FrameError(code, text);
  }
}

/**
 * Writes an unmasked frame header so that it ends where the payload begins.
 *
 * @param target Buffer that holds the payload, with at least `MAX_HEADER_BYTES` of room before it.
 * @param frame Where the payload lies, and what kind of frame it is.
 * @returns Index of the header's first byte.
 */
export function putHeader(
  target: Uint8Array,
  { start, end, opcode }: { readonly start: number; readonly end: number; readonly opcode: Opcode },
): number {
  const length = end - start;
  if (length < 126) {
    target[start - 1] = length;
    target[start - 2] = 0x80 | opcode;
    return start - 2;
  }
  if (length < 65536) {
    target[start - 1] = length & 255;
    target[start - 2] = length >> 8;
    target[start - 3] = 126;
    target[start - 4] = 0x80 | opcode;
    return start - 4;
  }
  let rest = length;
  for (let i = 1; i <= 8; i++) {
    target[start - i] = rest & 255;
    rest = Math.floor(rest / 256);
  }
  target[start - 9] = 127;
  target[start - 10] = 0x80 | opcode;
  return start - 10;
}

/** Makes one whole unmasked frame; the payload is copied. */
export function encodeFrame(opcode: Opcode, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(MAX_HEADER_BYTES + payload.length);
  bytes.set(payload, MAX_HEADER_BYTES);
  return bytes.subarray(putHeader(bytes, { start: MAX_HEADER_BYTES, end: bytes.length, opcode }));
}

/** Makes the payload of a close frame; a reason is cut to 123 bytes at a character's edge. */
export function closePayload(code: number, reason: string): Uint8Array {
  if (!isSendableCode(code)) return EMPTY;
  const payload = new Uint8Array(2 + MAX_REASON_BYTES);
  payload[0] = code >> 8;
  payload[1] = code & 255;
  const { written } = new TextEncoder().encodeInto(reason, payload.subarray(2));
  return payload.subarray(0, 2 + written);
}

/** Tells whether a code may stand in a close frame (RFC 6455, 7.4). */
export function isSendableCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}

/** Joins byte arrays into one new one. */
export function concat(parts: readonly Uint8Array[], totalBytes: number): Uint8Array {
  const whole = new Uint8Array(totalBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Removes the mask; longer payloads four bytes at a time. */
function unmask(b: Uint8Array, start: number, end: number): void {
  // The first key byte is the lowest, as in an Int32Array of a little-endian machine.
  let key = byteAt(b, start - 4) | byteAt(b, start - 3) << 8 | byteAt(b, start - 2) << 16 |
    byteAt(b, start - 1) << 24;
  if (key === 0) return;
  let at = start;
  if (end - start >= 64) {
    for (; (b.byteOffset + at & 3) !== 0; at++) {
      b[at] = byteAt(b, at) ^ key & 255;
      key = key >>> 8 | key << 24;
    }
    const wide = new Int32Array(b.buffer, b.byteOffset + at, end - at >> 2);
    for (let i = 0; i < wide.length; i++) wide[i] = (wide[i] ?? 0) ^ key;
    at += wide.length * 4;
  }
  for (; at < end; at++) {
    b[at] = byteAt(b, at) ^ key & 255;
    key = key >>> 8 | key << 24;
  }
}

/** A byte that is known to be there; the fallback is never taken and costs nothing. */
function byteAt(b: Uint8Array, at: number): number {
  return b[at] ?? 0;
}
