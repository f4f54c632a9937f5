/** What one encoding has to offer so that the shared envelope code can use it. @module */
import type { ByteWriter } from "./byte_writer.ts";
import type { JsonOptions } from "./json_encode.ts";
import type { DecodeMode } from "./kinds.ts";
import type { Dict } from "./message.ts";
import type { Encoding } from "./payload.ts";

/** The options of a message that has none; shared, so that the router can compare by identity. */
export const EMPTY_DICT: Dict = Object.freeze({});

/** Reads the elements of one message in their order. */
export interface EnvelopeReader {
  /** Where the element at hand starts; after an element, where it ended. */
  readonly at: number;
  /** Enters the list that every message is; false if the bytes are something else. */
  open(): boolean;
  /** Steps to the next element; false, and nothing may follow, behind the last. */
  more(): boolean;
  /** What the element at hand is, as far as the payload needs it. */
  kind(): "list" | "dict" | "null" | "other";
  /** The element as an integer of 0 to 2^53, or -1 if it is none. */
  integer(): number;
  /** The element as text, or undefined if it is none. */
  text(): string | undefined;
  /** The element as a dict with string keys and without undefined members, or undefined if it is none. */
  dict(): Dict | undefined;
  /** Checks the element and steps behind it. */
  skip(): void;
}

/** Reads values that stand behind one another. */
export interface ValueReader {
  /** Where the next value starts. */
  readonly at: number;
  /** Decodes the next value. */
  value(): unknown;
}

/** One encoding. All readers throw SyntaxError for malformed bytes. */
export interface Codec {
  readonly encoding: Encoding;
  /** An empty list. */
  readonly emptyList: Uint8Array;
  /** Reads a message. */
  envelope(bytes: Uint8Array): EnvelopeReader;
  /** Reads values. */
  values(bytes: Uint8Array, mode: DecodeMode): ValueReader;
  /** What stands between two elements. */
  separate(writer: ByteWriter): void;
  /** Starts a list of so many elements. */
  openList(writer: ByteWriter, count: number): void;
  /** Ends it. */
  closeList(writer: ByteWriter): void;
  /** Writes an integer of 0 to 2^53. */
  id(writer: ByteWriter, id: number): void;
  /** Writes a URI or a name. */
  text(writer: ByteWriter, text: string): void;
  /** Writes options or details, which are empty most of the time. */
  dict(writer: ByteWriter, dict: Dict, options: JsonOptions): void;
  /** Writes a value. */
  value(writer: ByteWriter, value: unknown, options: JsonOptions): void;
}
