/** Single values (g3 3.1, 3.2, 3.10). @module */
import type { ArchiveReader } from "../archive_reader.ts";
import type { ArchiveWriter } from "../archive_writer.ts";
import type { G3Class } from "../class_table.ts";
import { G3EncodeError } from "../errors.ts";
import type { G3Bool, G3Double, G3Int, G3Quat, G3String, G3Time } from "../objects.ts";

const USUAL_NAN = 0x7ff8000000000000n;

/** The bits of a double that has just been read, where JavaScript would not keep them. */
export function unusualBits(reader: ArchiveReader, value: number): bigint | undefined {
  if (value === value) return undefined;
  const bits = reader.lastBits();
  return bits === USUAL_NAN ? undefined : bits;
}

/** `G3Bool`. */
export const G3_BOOL: G3Class<G3Bool> = {
  name: "G3Bool",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    return { class: "G3Bool", value: reader.bool() };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.bool(value);
  },
};

/** `G3Int`: 64 bits from the beginning. */
export const G3_INT: G3Class<G3Int> = {
  name: "G3Int",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    return { class: "G3Int", value: reader.i64() };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.i64(value);
  },
};

/** `G3Double`. */
export const G3_DOUBLE: G3Class<G3Double> = {
  name: "G3Double",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    const value = reader.f64();
    const bits = unusualBits(reader, value);
    return bits === undefined ? { class: "G3Double", value } : { class: "G3Double", value, bits };
  },
  write(writer, { value, bits }) {
    writer.frameObject();
    writer.f64(value, bits);
  },
};

/** `G3String`. */
export const G3_STRING: G3Class<G3String> = {
  name: "G3String",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    return { class: "G3String", value: reader.text() };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.text(value);
  },
};

/** `G3Time`. */
export const G3_TIME: G3Class<G3Time> = {
  name: "G3Time",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    return { class: "G3Time", value: reader.i64() };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.i64(value);
  },
};

/** Reads a time as its ticks. */
export function readTime(reader: ArchiveReader): bigint {
  return reader.object(G3_TIME).value;
}

/** Writes a time from its ticks. */
export function writeTime(writer: ArchiveWriter, value: bigint): void {
  writer.object(G3_TIME, { class: "G3Time", value });
}

/** Reads quaternions; the class has a version, and none is refused (G3-43, G3 trap 43). */
export function readQuats(reader: ArchiveReader, count: number): Float64Array {
  if (count === 0) return new Float64Array(0);
  reader.version("Quat", 0xffffffff);
  reader.checked(count, 32);
  return reader.f64s(count * 4);
}

/** Writes quaternions, with the version that so3g 0.2.9 writes. */
export function writeQuats(writer: ArchiveWriter, value: Float64Array): void {
  if (value.length % 4 !== 0) {
    throw new G3EncodeError(
      `Cannot write quaternions of ${value.length} numbers: expected four for each`,
    );
  }
  if (value.length > 0) writer.version("Quat", 0);
  writer.packed(value);
}

/** `G3Quat`; so3g 0.2.9 does not know it. */
export const G3_QUAT: G3Class<G3Quat> = {
  name: "G3Quat",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    return { class: "G3Quat", value: readQuats(reader, 1) };
  },
  write(writer, { value }) {
    if (value.length !== 4) {
      throw new G3EncodeError(`Cannot write G3Quat of ${value.length} numbers: expected 4`);
    }
    writer.frameObject();
    // The class is younger than version 0 of its content (g3 3.10).
    writer.version("Quat", 1);
    writer.packed(value);
  },
};
