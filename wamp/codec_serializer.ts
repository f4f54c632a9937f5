/** One serializer for any codec: envelopes, values, payloads and what is cached of them. @module */
import { toPlain } from "../internal/float.ts";
import { ByteWriter } from "./byte_writer.ts";
import type { Codec } from "./codec.ts";
import { decodeEnvelope, emptySlots } from "./envelope.ts";
import type { JsonOptions } from "./json_encode.ts";
import { nullNonFinite } from "./json_scan.ts";
import type { DecodeMode } from "./kinds.ts";
import type { Message } from "./message.ts";
import type { Encoding, Payload, RawPayload, ValuePayload } from "./payload.ts";
import { Unsendable, unsendable } from "./sendable.ts";
import type { DecodeOptions, EncodeOptions, Serializer } from "./serializer.ts";
import { fillSlots, SHAPES } from "./shapes.ts";
import { copyBytes, Slab } from "./slab.ts";

/** Scratch memory that is kept from one message to the next. */
const KEPT_BYTES = 65536;

const EMPTY = new Uint8Array(0);
const NON_FINITE_AS_NULL: JsonOptions = { nonFiniteAsNull: true };
const PYTHON_LITERALS: JsonOptions = { nonFiniteAsNull: false };

/** The values of one payload. */
export interface PayloadValues {
  args: unknown[];
  kwargs: Record<string, unknown>;
}

/** A serializer over a codec. Holds scratch memory and caches only, so one for all is enough. */
export class CodecSerializer implements Serializer {
  readonly encoding: Encoding;
  readonly #codec: Codec;
  readonly #codecs: Readonly<Record<Encoding, Codec>>;
  #spareWriter: ByteWriter | undefined;
  readonly #slab = new Slab();
  /** Tails of foreign payloads, so that a fan-out transcodes once. */
  readonly #tails = new WeakMap<RawPayload, Uint8Array>();
  readonly #tailsWithNull = new WeakMap<RawPayload, Uint8Array>();

  /** Serves one of the codecs; the others are what payloads may come in. */
  constructor(encoding: Encoding, codecs: Readonly<Record<Encoding, Codec>>) {
    this.encoding = encoding;
    this.#codec = codecs[encoding];
    this.#codecs = codecs;
  }

  decodeMessage(bytes: Uint8Array): Message {
    return decodeEnvelope(bytes, this.#codec);
  }

  encodeMessage(message: Message, options?: EncodeOptions): Uint8Array {
    const slots = emptySlots();
    const payload = fillSlots(message, slots);
    const shape = SHAPES[message.type];
    if (shape === undefined) {
      throw new TypeError(`Cannot encode message "${message.type}": its type is unknown`);
    }
    const headroomBytes = options?.headroomBytes ?? 0;
    const json = options?.nonFiniteAsNull === true ? NON_FINITE_AS_NULL : PYTHON_LITERALS;
    const codec = this.#codec;
    const values = payload.kind === "values" ? payload : undefined;
    // Before the writer is taken: transcoding needs one of its own.
    const tail = payload.kind === "raw" ? this.#tailOf(payload, json) : EMPTY;
    const tailCount = payload.kind === "raw" ? payload.count : countOf(payload);
    const writer = this.#takeWriter();
    // What is being written, for the refusal.
    let root: unknown = slots.dict;
    try {
      codec.openList(writer, 1 + shape.fields.length + tailCount + (slots.hasDetails ? 1 : 0));
      codec.id(writer, message.type);
      for (let i = 0; i < shape.fields.length; i++) {
        const slot = shape.fields[i]?.slot;
        codec.separate(writer);
        if (slot === "text") codec.text(writer, slots.text);
        else if (slot === "dict") codec.dict(writer, slots.dict, json);
        else if (slot !== undefined) codec.id(writer, slots[slot]);
      }
      if (slots.hasDetails) {
        codec.separate(writer);
        codec.dict(writer, slots.dict, json);
      }
      if (tailCount > 0) codec.separate(writer);
      if (values !== undefined && tailCount > 0) {
        root = values.kwargs === undefined
          ? { args: values.args }
          : { args: values.args, kwargs: values.kwargs };
        this.#writeTail(writer, [values.args ?? [], values.kwargs], json);
      }
      const before = writer.length;
      codec.closeList(writer);
      const closing = writer.length - before;
      const out = this.#slab.take(headroomBytes + before + tail.length + closing);
      copyBytes(writer.bytes, before, out, headroomBytes);
      copyBytes(tail, tail.length, out, headroomBytes + before);
      for (let i = 0; i < closing; i++) out[out.length - closing + i] = writer.bytes[before + i] ?? 0;
      return out;
    } catch (error) {
      throw error instanceof Unsendable ? unsendable(root) : error;
    } finally {
      this.#giveWriter(writer);
    }
  }

  decodeValue(bytes: Uint8Array, options?: DecodeOptions): unknown {
    const reader = this.#codec.values(bytes, modeOf(options));
    const value = reader.value();
    if (reader.at !== bytes.length) throw new SyntaxError("Cannot decode value: bytes follow behind it");
    return value;
  }

  encodeValue(value: unknown, options?: EncodeOptions): Uint8Array {
    const json = options?.nonFiniteAsNull === true ? NON_FINITE_AS_NULL : PYTHON_LITERALS;
    const writer = this.#takeWriter();
    try {
      this.#codec.value(writer, value, json);
      return writer.take(options?.headroomBytes ?? 0);
    } catch (error) {
      throw error instanceof Unsendable ? unsendable(value) : error;
    } finally {
      this.#giveWriter(writer);
    }
  }

  decodePayload(payload: Payload, options?: DecodeOptions): PayloadValues {
    if (payload.kind === "values") {
      const args: unknown[] = [...(payload.args ?? [])];
      const kwargs: Record<string, unknown> = { ...payload.kwargs };
      if (options?.floats === "keep") return { args, kwargs };
      return {
        args: args.map(toPlain),
        kwargs: Object.fromEntries(Object.entries(kwargs).map(([k, v]) => [k, toPlain(v)])),
      };
    }
    const reader = this.#codecs[payload.encoding].values(payload.tail, modeOf(options));
    const args = payload.count > 0 ? reader.value() : [];
    const kwargs = payload.count > 1 ? reader.value() : {};
    // The envelope decoder has seen to it that they are a list and a map, and maps are decoded to objects here.
    return { args: args as unknown[], kwargs: kwargs as Record<string, unknown> };
  }

  /** Args and kwargs of a payload in this encoding. */
  #tailOf(payload: RawPayload, json: JsonOptions): Uint8Array {
    if (payload.count === 0) return EMPTY;
    const asNull = this.encoding === "json" && json.nonFiniteAsNull;
    if (payload.encoding === this.encoding && !asNull) return payload.tail;
    const cache = asNull ? this.#tailsWithNull : this.#tails;
    let tail = cache.get(payload);
    if (tail === undefined) {
      tail = payload.encoding === this.encoding
        ? nullNonFinite(payload.tail)
        : this.#transcode(payload, json);
      cache.set(payload, tail);
    }
    return tail;
  }

  #transcode(payload: RawPayload, json: JsonOptions): Uint8Array {
    const reader = this.#codecs[payload.encoding].values(payload.tail, "model");
    const args = reader.value();
    const kwargs = payload.count > 1 ? reader.value() : undefined;
    const writer = this.#takeWriter();
    try {
      this.#writeTail(writer, [args, kwargs], json);
      return writer.take(0);
    } finally {
      this.#giveWriter(writer);
    }
  }

  #writeTail(writer: ByteWriter, [args, kwargs]: readonly [unknown, unknown], json: JsonOptions): void {
    this.#codec.value(writer, args, json);
    if (kwargs === undefined) return;
    this.#codec.separate(writer);
    this.#codec.value(writer, kwargs, json);
  }

  /** A writer nobody else uses: a `toJSON` may encode something of its own meanwhile. */
  #takeWriter(): ByteWriter {
    const writer = this.#spareWriter ?? new ByteWriter();
    this.#spareWriter = undefined;
    writer.length = 0;
    return writer;
  }

  #giveWriter(writer: ByteWriter): void {
    if (writer.bytes.length <= KEPT_BYTES) this.#spareWriter = writer;
  }
}

/** Elements that a payload takes on the wire: args may be absent only where kwargs are. */
function countOf(payload: ValuePayload): number {
  if (payload.kwargs !== undefined) return 2;
  return payload.args === undefined ? 0 : 1;
}

function modeOf(options: DecodeOptions | undefined): DecodeMode {
  return options?.floats === "keep" ? "keep" : "plain";
}
