/** One serializer for any codec: envelopes, values, payloads and what is cached of them. @module */
import { toPlain } from "../internal/float.ts";
import { ByteWriter } from "./byte_writer.ts";
import type { Codec } from "./codec.ts";
import { decodeEnvelope, emptySlots } from "./envelope.ts";
import type { JsonOptions } from "./json_encode.ts";
import { nullNonFinite } from "./json_scan.ts";
import type { DecodeMode } from "./kinds.ts";
import type { Message } from "./message.ts";
import type { Encoding, Payload, RawPayload } from "./payload.ts";
import { Unsendable, unsendable } from "./sendable.ts";
import type { DecodeOptions, EncodeOptions, Serializer } from "./serializer.ts";
import { fillSlots, SHAPES } from "./shapes.ts";

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
    // Before the writer is taken: transcoding needs one of its own.
    const tail = this.#tailOf(payload, json);
    const tailCount = payload.kind === "raw"
      ? payload.count
      : payload.kwargs !== undefined
      ? 2
      : payload.args !== undefined
      ? 1
      : 0;
    const writer = this.#takeWriter();
    try {
      codec.openList(writer, 1 + shape.fields.length + tailCount + (slots.hasDetails ? 1 : 0));
      codec.id(writer, message.type);
      for (let i = 0; i < shape.fields.length; i++) {
        const slot = shape.fields[i]?.slot;
        codec.separate(writer);
        if (slot === "text") codec.text(writer, slots.text);
        else if (slot === "dict") codec.value(writer, slots.dict, json);
        else if (slot !== undefined) codec.id(writer, slots[slot]);
      }
      if (slots.hasDetails) {
        codec.separate(writer);
        codec.value(writer, slots.dict, json);
      }
      if (tailCount === 0) {
        codec.closeList(writer);
        return writer.take(headroomBytes);
      }
      codec.separate(writer);
      const before = writer.length;
      codec.closeList(writer);
      const closing = writer.length - before;
      const out = new Uint8Array(headroomBytes + before + tail.length + closing);
      out.set(writer.bytes.subarray(0, before), headroomBytes);
      out.set(tail, headroomBytes + before);
      if (closing > 0) out.set(writer.bytes.subarray(before, before + closing), out.length - closing);
      return out;
    } catch (error) {
      throw error instanceof Unsendable ? unsendable(slots.dict) : error;
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
  #tailOf(payload: Payload, json: JsonOptions): Uint8Array {
    if (payload.kind === "values") {
      if (payload.kwargs === undefined && payload.args === undefined) return EMPTY;
      // Args may be absent on the wire only where kwargs are.
      return this.#encodeTail([payload.args ?? [], payload.kwargs], json);
    }
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
    return this.#encodeTail([args, payload.count > 1 ? reader.value() : undefined], json);
  }

  #encodeTail([args, kwargs]: readonly [unknown, unknown], json: JsonOptions): Uint8Array {
    const writer = this.#takeWriter();
    try {
      this.#codec.value(writer, args, json);
      if (kwargs !== undefined) {
        this.#codec.separate(writer);
        this.#codec.value(writer, kwargs, json);
      }
      return writer.take(0);
    } catch (error) {
      throw error instanceof Unsendable
        ? unsendable(kwargs === undefined ? { args } : { args, kwargs })
        : error;
    } finally {
      this.#giveWriter(writer);
    }
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

function modeOf(options: DecodeOptions | undefined): DecodeMode {
  return options?.floats === "keep" ? "keep" : "plain";
}
