/** Values to MessagePack bytes, as Python's msgpack writes them. @module */
import { Float } from "../internal/float.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { keyText } from "./json_encode.ts";
import { MAX_DEPTH, Single, Timestamp } from "./kinds.ts";
import { numericList, replacement, Unsendable } from "./sendable.ts";

/**
 * Appends a value.
 *
 * @throws {Unsendable} If something in it cannot be sent.
 */
export function writeMsgpack(writer: ByteWriter, value: unknown, depth = 0): void {
  switch (typeof value) {
    case "string":
      return writeMsgpackText(writer, value);
    case "number":
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) writer.prefixedFloat(0xcb, value, 8);
      else if (value >= 0) writeMsgpackUint(writer, value);
      else writeNegative(writer, value);
      return;
    case "boolean":
      return writer.byte(value ? 0xc3 : 0xc2);
    case "bigint":
      return writeBigInt(writer, value);
    case "undefined":
      return writer.byte(0xc0);
    case "object":
      return value === null ? writer.byte(0xc0) : writeObject(writer, value, depth);
    default:
      throw new Unsendable();
  }
}

/** Appends an integer of 0 to 2^53. */
export function writeMsgpackUint(writer: ByteWriter, value: number): void {
  if (value < 0x80) writer.byte(value);
  else if (value < 0x100) writer.prefixed(0xcc, value, 1);
  else if (value < 0x10000) writer.prefixed(0xcd, value, 2);
  else if (value < 0x100000000) writer.prefixed(0xce, value, 4);
  else writer.prefixed(0xcf, value, 8);
}

/** Appends the head of a list. */
export function writeMsgpackList(writer: ByteWriter, count: number): void {
  if (count < 16) writer.byte(0x90 | count);
  else if (count < 0x10000) writer.prefixed(0xdc, count, 2);
  else writer.prefixed(0xdd, count, 4);
}

/** Appends a string. */
export function writeMsgpackText(writer: ByteWriter, text: string): void {
  // The length stands in front in bytes: a guess of one byte a character, mended where it was wrong.
  const start = writer.length;
  writeTextHead(writer, text.length);
  const content = writer.length;
  writer.text(text);
  const length = writer.length - content;
  if (length === text.length) return;
  const bytes = writer.bytes.slice(content, writer.length);
  writer.length = start;
  writeTextHead(writer, length);
  writer.copy(bytes);
}

function writeTextHead(writer: ByteWriter, length: number): void {
  if (length < 32) writer.byte(0xa0 | length);
  else if (length < 0x100) writer.prefixed(0xd9, length, 1);
  else if (length < 0x10000) writer.prefixed(0xda, length, 2);
  else writer.prefixed(0xdb, length, 4);
}

function writeNegative(writer: ByteWriter, value: number): void {
  if (value >= -32) writer.byte(value + 0x100);
  else if (value >= -0x80) writer.prefixed(0xd0, value + 0x100, 1);
  else if (value >= -0x8000) writer.prefixed(0xd1, value + 0x10000, 2);
  else if (value >= -0x80000000) writer.prefixed(0xd2, value + 0x100000000, 4);
  else writer.prefixedBigInt(0xd3, BigInt(value));
}

function writeBigInt(writer: ByteWriter, value: bigint): void {
  const number = Number(value);
  if (Number.isSafeInteger(number)) writeMsgpack(writer, number);
  else if (value > 0n && value <= 0xffffffffffffffffn) writer.prefixedBigInt(0xcf, value);
  else if (value < 0n && value >= -0x8000000000000000n) writer.prefixedBigInt(0xd3, value);
  // Outside 64 bit MessagePack has floats only.
  else writer.prefixedFloat(0xcb, number, 8);
}

function writeMapHead(writer: ByteWriter, count: number): void {
  if (count < 16) writer.byte(0x80 | count);
  else if (count < 0x10000) writer.prefixed(0xde, count, 2);
  else writer.prefixed(0xdf, count, 4);
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  if (bytes.length < 0x100) writer.prefixed(0xc4, bytes.length, 1);
  else if (bytes.length < 0x10000) writer.prefixed(0xc5, bytes.length, 2);
  else writer.prefixed(0xc6, bytes.length, 4);
  writer.copy(bytes);
}

function writeObject(writer: ByteWriter, value: object, depth: number): void {
  if (value instanceof Float) {
    if (value instanceof Single) return writer.prefixedFloat(0xca, value.value, 4);
    return writer.prefixedFloat(0xcb, value.value, 8);
  }
  if (value instanceof Uint8Array) return writeBytes(writer, value);
  if (depth >= MAX_DEPTH) throw new Unsendable();
  if (Array.isArray(value)) {
    writeMsgpackList(writer, value.length);
    for (let i = 0; i < value.length; i++) writeMsgpack(writer, value[i], depth + 1);
    return;
  }
  if (value instanceof Map) {
    writeMapHead(writer, value.size);
    for (const [key, entry] of value) {
      // A Python receiver refuses keys of any other kind.
      writeMsgpackText(writer, keyText(key));
      writeMsgpack(writer, entry, depth + 1);
    }
    return;
  }
  if (value instanceof Timestamp) return writeBytes(writer, value.body);
  const list = numericList(value);
  if (list !== undefined) {
    writeMsgpackList(writer, list.values.length);
    for (const number of list.values) {
      if (list.kind === "float") writer.prefixedFloat(0xcb, Number(number), 8);
      else writeMsgpack(writer, number);
    }
    return;
  }
  const other = replacement(value);
  if (other !== undefined) return writeMsgpack(writer, other.value, depth + 1);
  writeMembers(writer, value, depth);
}

function writeMembers(writer: ByteWriter, value: object, depth: number): void {
  const members = Object.entries(value);
  let count = 0;
  for (const [, entry] of members) if (entry !== undefined) count++;
  writeMapHead(writer, count);
  for (const [key, entry] of members) {
    if (entry === undefined) continue;
    writeMsgpackText(writer, key);
    writeMsgpack(writer, entry, depth + 1);
  }
}
