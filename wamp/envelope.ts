/** Messages to bytes and back, the same way for every encoding. @module */
import { type Codec, EMPTY_DICT, type EnvelopeReader } from "./codec.ts";
import { ProtocolViolation } from "./errors.ts";
import type { Message } from "./message.ts";
import { NO_PAYLOAD, type Payload, type RawPayload } from "./payload.ts";
import { isExtension, messageOf, type Shape, SHAPES, type Slots } from "./shapes.ts";

/**
 * Decodes one message, its payload only checked.
 *
 * @throws {ProtocolViolation} With message type and field, never with payload.
 */
export function decodeEnvelope(bytes: Uint8Array, codec: Codec): Message {
  let name = "message";
  try {
    const reader = codec.envelope(bytes);
    if (!reader.open()) throw violation(name, "it is not a list");
    if (!reader.more()) throw violation(name, "it is an empty list");
    const code = reader.integer();
    if (code < 0) throw violation(name, "its type is not an integer");
    const shape = SHAPES[code];
    if (shape === undefined) return extension(reader, code);
    name = shape.name;
    const slots = emptySlots();
    for (let i = 0; i < shape.fields.length; i++) readField(reader, shape, i, slots);
    const payload = readTail(reader, shape, slots, { bytes, codec });
    return messageOf(code, slots, payload);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw violation(name, error.message);
  }
}

/** Fields before any was read. */
export function emptySlots(): Slots {
  return { first: 0, second: 0, dict: EMPTY_DICT, text: "", hasDetails: false };
}

function violation(name: string, what: string): ProtocolViolation {
  return new ProtocolViolation(`Cannot decode ${name}: ${what}`);
}

function extension(reader: EnvelopeReader, code: number): Message {
  if (!isExtension(code)) throw violation("message", `its type ${code} is unknown`);
  while (reader.more()) reader.skip();
  return { type: 0, code };
}

function readField(reader: EnvelopeReader, shape: Shape, index: number, slots: Slots): void {
  const field = shape.fields[index];
  if (field === undefined) return;
  if (!reader.more()) throw violation(shape.name, `"${field.name}" is missing`);
  const { slot } = field;
  if (slot === "text") {
    const text = reader.text();
    if (text === undefined) throw violation(shape.name, `"${field.name}" is not a string`);
    slots.text = text;
  } else if (slot === "dict") {
    const dict = reader.dict();
    if (dict === undefined) throw violation(shape.name, `"${field.name}" is not a dict with string keys`);
    slots.dict = dict;
  } else {
    const integer = reader.integer();
    if (integer < 0) throw violation(shape.name, `"${field.name}" is not an integer from 0 to 2^53`);
    slots[slot] = integer;
  }
}

interface Source {
  readonly bytes: Uint8Array;
  readonly codec: Codec;
}

function readTail(reader: EnvelopeReader, shape: Shape, slots: Slots, source: Source): Payload {
  if (!reader.more()) return NO_PAYLOAD;
  switch (shape.tail) {
    case "payload":
      return readPayload(reader, shape, source);
    case "ignored payload":
      readPayload(reader, shape, source);
      return NO_PAYLOAD;
    case "details": {
      const dict = reader.dict();
      if (dict === undefined) throw violation(shape.name, `"details" is not a dict with string keys`);
      if (reader.more()) throw extraElements(shape);
      slots.dict = dict;
      slots.hasDetails = true;
      return NO_PAYLOAD;
    }
    case "nothing":
      throw extraElements(shape);
  }
}

function extraElements(shape: Shape): ProtocolViolation {
  return violation(shape.name, "it has more elements than it may");
}

/** Reads args and kwargs; the reader stands at args. */
function readPayload(reader: EnvelopeReader, shape: Shape, { bytes, codec }: Source): RawPayload {
  const { encoding } = codec;
  const start = reader.at;
  const argsKind = reader.kind();
  if (argsKind !== "list" && argsKind !== "null") throw violation(shape.name, `"args" is not a list`);
  reader.skip();
  const argsEnd = reader.at;
  let kwargsStart = argsEnd, end = argsEnd;
  let count: 1 | 2 = 1;
  if (reader.more()) {
    const kind = reader.kind();
    if (kind !== "dict" && kind !== "null") throw violation(shape.name, `"kwargs" is not a dict`);
    kwargsStart = reader.at;
    reader.skip();
    // autobahn-python drops the connection on null kwargs: they are absent from here on.
    if (kind === "dict") {
      count = 2;
      end = reader.at;
    }
    if (reader.more()) throw extraElements(shape);
  }
  if (argsKind === "list") return { kind: "raw", encoding, count, tail: bytes.subarray(start, end) };
  // Null args are an empty list.
  if (count === 1) return { kind: "raw", encoding, count, tail: codec.emptyList };
  const separator = encoding === "json" ? 1 : 0;
  const head = codec.emptyList.length + separator;
  const joined = new Uint8Array(head + end - kwargsStart);
  joined.set(codec.emptyList);
  if (separator > 0) joined[head - 1] = 0x2c;
  joined.set(bytes.subarray(kwargsStart, end), head);
  return { kind: "raw", encoding, count, tail: joined };
}
