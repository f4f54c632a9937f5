/** Messages to frames, once for all receivers that take the same form. @module */
import { FRAME_HEADROOM_BYTES, type PreparedFrame, prepareFrame } from "../transport/prepared_frame.ts";
import type { Message } from "../wamp/message.ts";
import type { Encoding } from "../wamp/payload.ts";
import type { Serializer } from "../wamp/serializer.ts";

/** How a batched message is set apart from the next one: a length in front, or a byte behind (JSON). */
export type BatchForm = "none" | "length" | 0x18 | 0x1e;

/** The form in which a peer takes messages. */
export interface FrameForm {
  /** Encoding of messages. */
  readonly encoding: Encoding;
  /** How messages share a frame. */
  readonly batch: BatchForm;
  /** JSON only: NaN and infinities as `null`, for browsers. */
  readonly nonFiniteAsNull: boolean;
}

const LENGTH_BYTES = 4;

/**
 * Encodes messages in one form.
 *
 * The core hands the same message object to every receiver of a publication, one after the other, so that
 * remembering the last one is all the cache that is needed.
 */
export class FrameEncoder {
  readonly #serializer: Serializer;
  readonly #form: FrameForm;
  readonly #options: { readonly nonFiniteAsNull: boolean; readonly headroomBytes: number };
  #lastMessage: Message | undefined;
  #lastFrame: PreparedFrame | undefined;

  /** Encodes with the serializer of the form's encoding. */
  constructor(serializer: Serializer, form: FrameForm) {
    this.#serializer = serializer;
    this.#form = form;
    this.#options = {
      nonFiniteAsNull: form.nonFiniteAsNull,
      headroomBytes: FRAME_HEADROOM_BYTES + (form.batch === "length" ? LENGTH_BYTES : 0),
    };
  }

  /**
   * Makes the frame of a message, or gives the one it made a moment ago.
   *
   * @throws {TypeError} If something in a message of this process cannot be sent.
   */
  encode(message: Message): PreparedFrame {
    if (message === this.#lastMessage && this.#lastFrame !== undefined) return this.#lastFrame;
    const frame = this.#encode(message);
    this.#lastMessage = message;
    this.#lastFrame = frame;
    return frame;
  }

  /** Forgets the last message, so that an idle router holds on to nothing. */
  forget(): void {
    this.#lastMessage = undefined;
    this.#lastFrame = undefined;
  }

  #encode(message: Message): PreparedFrame {
    const buffer = this.#serializer.encodeMessage(message, this.#options);
    const { batch, encoding } = this.#form;
    if (batch === "length") {
      const length = buffer.length - FRAME_HEADROOM_BYTES - LENGTH_BYTES;
      buffer[FRAME_HEADROOM_BYTES] = length >>> 24;
      buffer[FRAME_HEADROOM_BYTES + 1] = length >>> 16;
      buffer[FRAME_HEADROOM_BYTES + 2] = length >>> 8;
      buffer[FRAME_HEADROOM_BYTES + 3] = length;
      return prepareFrame(buffer, { text: false, joinable: true });
    }
    if (batch === "none") return prepareFrame(buffer, { text: encoding === "json" });
    const longer = new Uint8Array(buffer.length + 1);
    longer.set(buffer);
    longer[buffer.length] = batch;
    return prepareFrame(longer, { text: true, joinable: true });
  }
}

/** One encoder per form, shared by all connections of a router. */
export class FrameEncoders {
  readonly #encoders = new Map<string, FrameEncoder>();
  readonly #serializerFor: (encoding: Encoding) => Serializer;

  /** Takes the serializers to encode with. */
  constructor(serializerFor: (encoding: Encoding) => Serializer) {
    this.#serializerFor = serializerFor;
  }

  /** The encoder of a form. */
  get(form: FrameForm): FrameEncoder {
    const key = `${form.encoding} ${form.batch} ${form.nonFiniteAsNull}`;
    let encoder = this.#encoders.get(key);
    if (encoder === undefined) {
      encoder = new FrameEncoder(this.#serializerFor(form.encoding), form);
      this.#encoders.set(key, encoder);
    }
    return encoder;
  }

  /** Forgets the last message of every form. */
  forget(): void {
    for (const encoder of this.#encoders.values()) encoder.forget();
  }
}
