/** Vectors (g3 3.4). @module */
import type { ArchiveReader } from "../archive_reader.ts";
import type { ArchiveWriter } from "../archive_writer.ts";
import type { G3Class } from "../class_table.ts";
import { G3EncodeError } from "../errors.ts";
import type {
  G3VectorBool,
  G3VectorComplexDouble,
  G3VectorDouble,
  G3VectorFrameObject,
  G3VectorInt,
  G3VectorQuat,
  G3VectorString,
  G3VectorTime,
  G3VectorUnsignedChar,
  G3VectorVectorString,
} from "../objects.ts";
import { readQuats, writeQuats } from "./scalars.ts";

/** Doubles with their count. */
export function readDoubles(reader: ArchiveReader): Float64Array {
  return reader.f64s(reader.count(8));
}

/** Writes doubles with their count. */
export function writeDoubles(writer: ArchiveWriter, value: Float64Array): void {
  writer.count(value.length);
  writer.packed(value);
}

/** Complex numbers with their count. */
export function readComplex(reader: ArchiveReader): Float64Array {
  return reader.f64s(reader.count(16) * 2);
}

/** Writes complex numbers with their count. */
export function writeComplex(writer: ArchiveWriter, value: Float64Array): void {
  if (value.length % 2 !== 0) {
    throw new G3EncodeError(`Cannot write complex numbers of ${value.length} parts: expected two for each`);
  }
  writer.count(value.length / 2);
  writer.packed(value);
}

/** Truth values with their count. */
export function readBools(reader: ArchiveReader): Uint8Array {
  return reader.bools(reader.count(1));
}

/** Writes truth values with their count. */
export function writeBools(writer: ArchiveWriter, value: Uint8Array): void {
  writer.count(value.length);
  writer.bytes(value.map((bit) => bit === 0 ? 0 : 1));
}

/** The bits that hold every one of the integers: 8, 16, 32 or 64; 8 for none (g3 3.4, G3-34). */
export function integerWidth(value: BigInt64Array): 8 | 16 | 32 | 64 {
  const words = new Int32Array(value.buffer, value.byteOffset, value.length * 2);
  let magnitude = 0;
  for (let i = 0; i < words.length; i += 2) {
    const low = words[i]!;
    const high = words[i + 1]!;
    if (high !== low >> 31) return 64;
    magnitude |= low ^ high;
  }
  const bits = 33 - Math.clz32(magnitude);
  return bits <= 8 ? 8 : bits <= 16 ? 16 : 32;
}

/** Writes integers of the given width with their count. */
export function writeIntegers(writer: ArchiveWriter, value: BigInt64Array, width: 8 | 16 | 32 | 64): void {
  writer.count(value.length);
  if (width === 64) return writer.packed(value);
  const words = new Int32Array(value.buffer, value.byteOffset, value.length * 2);
  const Narrow = { 8: Int8Array, 16: Int16Array, 32: Int32Array }[width];
  const narrow = new Narrow(value.length);
  for (let i = 0; i < narrow.length; i++) narrow[i] = words[2 * i]!;
  writer.packed(narrow);
}

/** Makes the class of a vector that is nothing but its elements. */
function vector<T extends G3VectorDouble | G3VectorComplexDouble | G3VectorBool>(
  name: T["class"],
  read: (reader: ArchiveReader) => T["value"],
  write: (writer: ArchiveWriter, value: T["value"]) => void,
): G3Class<T> {
  return {
    name,
    readable: 1,
    written: 1,
    read(reader) {
      reader.frameObject();
      // The three interfaces have these two members and nothing else.
      return { class: name, value: read(reader) } as T;
    },
    write(writer, { value }) {
      writer.frameObject();
      write(writer, value);
    },
  };
}

/** `G3VectorDouble`. */
export const G3_VECTOR_DOUBLE: G3Class<G3VectorDouble> = vector("G3VectorDouble", readDoubles, writeDoubles);

/** `G3VectorComplexDouble`. */
export const G3_VECTOR_COMPLEX_DOUBLE: G3Class<G3VectorComplexDouble> = vector(
  "G3VectorComplexDouble",
  readComplex,
  writeComplex,
);

/** `G3VectorBool`. */
export const G3_VECTOR_BOOL: G3Class<G3VectorBool> = vector("G3VectorBool", readBools, writeBools);

/** `G3VectorUnsignedChar`. */
export const G3_VECTOR_UNSIGNED_CHAR: G3Class<G3VectorUnsignedChar> = {
  name: "G3VectorUnsignedChar",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    return { class: "G3VectorUnsignedChar", value: reader.bytes(reader.count(1)) };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.count(value.length);
    writer.bytes(value);
  },
};

/** `G3VectorString`. */
export const G3_VECTOR_STRING: G3Class<G3VectorString> = {
  name: "G3VectorString",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    return { class: "G3VectorString", value: reader.texts() };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.texts(value);
  },
};

/** `G3VectorVectorString`. */
export const G3_VECTOR_VECTOR_STRING: G3Class<G3VectorVectorString> = {
  name: "G3VectorVectorString",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    const value: (readonly string[])[] = [];
    for (let left = reader.count(8); left > 0; left--) value.push(reader.object(G3_VECTOR_STRING).value);
    return { class: "G3VectorVectorString", value };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.count(value.length);
    for (const texts of value) writer.object(G3_VECTOR_STRING, { class: "G3VectorString", value: texts });
  },
};

/** `G3VectorTime`: after one version of G3Time, if there is an element, plain ticks (G3-26, G3-27). */
export const G3_VECTOR_TIME: G3Class<G3VectorTime> = {
  name: "G3VectorTime",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    const count = reader.count(8);
    if (count > 0) {
      reader.version("G3Time", 1);
      reader.checked(count, 8);
    }
    return { class: "G3VectorTime", value: reader.i64s(count) };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.count(value.length);
    if (value.length > 0) writer.version("G3Time", 1);
    writer.packed(value);
  },
};

/** `G3VectorInt`: version 1 has 32 bits, version 2 tells how many. */
export const G3_VECTOR_INT: G3Class<G3VectorInt> = {
  name: "G3VectorInt",
  readable: 2,
  written: 2,
  read(reader, version) {
    reader.frameObject();
    const width = version === 1 ? 32 : reader.i32();
    return { class: "G3VectorInt", value: reader.integers(width, reader.count(Math.max(1, width / 8))) };
  },
  write(writer, { value }) {
    const width = integerWidth(value);
    writer.frameObject();
    writer.u32(width);
    writeIntegers(writer, value, width);
  },
};

/** `G3VectorQuat`. */
export const G3_VECTOR_QUAT: G3Class<G3VectorQuat> = {
  name: "G3VectorQuat",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    return { class: "G3VectorQuat", value: readQuats(reader, reader.count(32)) };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.count(value.length / 4);
    writeQuats(writer, value);
  },
};

/** `G3VectorFrameObject`. */
export const G3_VECTOR_FRAME_OBJECT: G3Class<G3VectorFrameObject> = {
  name: "G3VectorFrameObject",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    const value = [];
    for (let left = reader.count(4); left > 0; left--) value.push(reader.pointer());
    return { class: "G3VectorFrameObject", value };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.count(value.length);
    for (const object of value) writer.pointer(object);
  },
};
