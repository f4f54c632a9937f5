/** Values to CBOR bytes, as Python's cbor2 writes them. @module */
import { Float } from "../internal/float.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { MAJOR } from "./cbor_scan.ts";
import { MAX_DEPTH, Single, Timestamp } from "./kinds.ts";
import { numericList, replacement, Unsendable } from "./sendable.ts";

/**
 * Appends a value.
 *
 * @throws {Unsendable} If something in it cannot be sent.
 */
export function writeCbor(writer: ByteWriter, value: unknown, depth = 0): void {
  switch (typeof value) {
    case "string":
      return writeCborText(writer, value);
    case "number":
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) writeFloat(writer, value);
      else if (value >= 0) writeCborHead(writer, MAJOR.uint, value);
      else writeCborHead(writer, MAJOR.nint, -1 - value);
      return;
    case "boolean":
      return writer.byte(value ? 0xf5 : 0xf4);
    case "bigint":
      return writeBigInt(writer, value);
    case "undefined":
      return writer.byte(0xf6);
    case "object":
      return value === null ? writer.byte(0xf6) : writeObject(writer, value, depth);
    default:
      throw new Unsendable();
  }
}

/** Appends the head of an item: major type and argument in the shortest form. */
export function writeCborHead(writer: ByteWriter, major: number, argument: number): void {
  const initial = major << 5;
  if (argument < 24) writer.byte(initial | argument);
  else if (argument < 0x100) writer.prefixed(initial | 24, argument, 1);
  else if (argument < 0x10000) writer.prefixed(initial | 25, argument, 2);
  else if (argument < 0x100000000) writer.prefixed(initial | 26, argument, 4);
  else writer.prefixed(initial | 27, argument, 8);
}

/** Appends a text string. */
export function writeCborText(writer: ByteWriter, text: string): void {
  // The length stands in front in bytes: a guess of one byte a character, mended where it was wrong.
  const start = writer.length;
  writeCborHead(writer, MAJOR.text, text.length);
  const content = writer.length;
  writer.text(text);
  const length = writer.length - content;
  if (length === text.length) return;
  const bytes = writer.bytes.slice(content, writer.length);
  writer.length = start;
  writeCborHead(writer, MAJOR.text, length);
  writer.copy(bytes);
}

function writeFloat(writer: ByteWriter, value: number): void {
  if (Number.isFinite(value)) writer.prefixedFloat(0xfb, value, 8);
  else writer.prefixed(0xf9, value !== value ? 0x7e00 : value > 0 ? 0x7c00 : 0xfc00, 2);
}

function writeBigInt(writer: ByteWriter, value: bigint): void {
  const negative = value < 0n;
  const magnitude = negative ? -1n - value : value;
  const major = negative ? MAJOR.nint : MAJOR.uint;
  if (magnitude <= 0xffffffffn) writeCborHead(writer, major, Number(magnitude));
  else if (magnitude <= 0xffffffffffffffffn) writer.prefixedBigInt(major << 5 | 27, magnitude);
  else {
    const hex = magnitude.toString(16);
    const bytes = Uint8Array.fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
    writer.byte(negative ? 0xc3 : 0xc2);
    writeCborHead(writer, MAJOR.bytes, bytes.length);
    writer.copy(bytes);
  }
}

function writeObject(writer: ByteWriter, value: object, depth: number): void {
  if (value instanceof Float) {
    if (value instanceof Single && Number.isFinite(value.value)) writer.prefixedFloat(0xfa, value.value, 4);
    else writeFloat(writer, value.value);
    return;
  }
  if (value instanceof Uint8Array) {
    writeCborHead(writer, MAJOR.bytes, value.length);
    return writer.copy(value);
  }
  if (depth >= MAX_DEPTH) throw new Unsendable();
  if (Array.isArray(value)) {
    writeCborHead(writer, MAJOR.list, value.length);
    for (let i = 0; i < value.length; i++) writeCbor(writer, value[i], depth + 1);
    return;
  }
  if (value instanceof Map) {
    writeCborHead(writer, MAJOR.map, value.size);
    for (const [key, entry] of value) {
      writeCbor(writer, key, depth + 1);
      writeCbor(writer, entry, depth + 1);
    }
    return;
  }
  if (value instanceof Timestamp) {
    writer.byte(0xc1);
    return writeCbor(writer, value.seconds, depth + 1);
  }
  const list = numericList(value);
  if (list !== undefined) {
    writeCborHead(writer, MAJOR.list, list.values.length);
    for (const number of list.values) {
      if (list.kind === "float") writeFloat(writer, Number(number));
      else writeCbor(writer, number);
    }
    return;
  }
  const other = replacement(value);
  if (other !== undefined) return writeCbor(writer, other.value, depth + 1);
  writeMembers(writer, value, depth);
}

function writeMembers(writer: ByteWriter, value: object, depth: number): void {
  const members = Object.entries(value);
  let count = 0;
  for (const [, entry] of members) if (entry !== undefined) count++;
  writeCborHead(writer, MAJOR.map, count);
  for (const [key, entry] of members) {
    if (entry === undefined) continue;
    writeCborText(writer, key);
    writeCbor(writer, entry, depth + 1);
  }
}
