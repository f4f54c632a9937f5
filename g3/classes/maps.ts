/** Maps with string keys (g3 3.5). @module */
import type { ArchiveReader } from "../archive_reader.ts";
import type { ArchiveWriter } from "../archive_writer.ts";
import type { G3Class } from "../class_table.ts";
import type {
  G3MapDouble,
  G3MapInt,
  G3MapMapDouble,
  G3MapQuat,
  G3MapString,
  G3MapTime,
  G3MapVectorBool,
  G3MapVectorComplexDouble,
  G3MapVectorDouble,
  G3MapVectorInt,
  G3MapVectorQuat,
  G3MapVectorString,
  G3MapVectorTime,
  G3MapVectorVectorString,
  G3Object,
} from "../objects.ts";
import { compareKeys } from "../text.ts";
import { readQuats, readTime, unusualBits, writeQuats, writeTime } from "./scalars.ts";
import {
  G3_VECTOR_QUAT,
  G3_VECTOR_TIME,
  G3_VECTOR_VECTOR_STRING,
  integerWidth,
  readBools,
  readComplex,
  readDoubles,
  writeBools,
  writeComplex,
  writeDoubles,
  writeIntegers,
} from "./vectors.ts";

/** The entries of a map in the order in which they are written (g3 2.2, G3-29). */
export function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => compareKeys(a, b));
}

/** Reads `count` entries; of a repeated key the first holds, as in spt3g. */
export function readEntries<V>(
  reader: ArchiveReader,
  count: number,
  read: (key: string) => V,
): Map<string, V> {
  const map = new Map<string, V>();
  for (let left = count; left > 0; left--) {
    const key = reader.text();
    const value = read(key);
    if (!map.has(key)) map.set(key, value);
  }
  return map;
}

/** Writes a map with a 64-bit count. */
export function writeEntries<V>(
  writer: ArchiveWriter,
  map: ReadonlyMap<string, V>,
  write: (value: V, key: string) => void,
): void {
  writer.count(map.size);
  for (const [key, value] of sorted(map)) {
    writer.text(key);
    write(value, key);
  }
}

/** Classes that are a map of plain values, and the value of each. */
type PlainMap = Extract<G3Object, { readonly value: ReadonlyMap<string, unknown> }>;
type ValueOf<T> = T extends { readonly value: ReadonlyMap<string, infer V> } ? V : never;

/** Makes the class of a map from the functions for one value. */
function mapClass<T extends PlainMap>(
  name: T["class"],
  bytesEach: number,
  read: (reader: ArchiveReader) => ValueOf<T>,
  write: (writer: ArchiveWriter, value: ValueOf<T>) => void,
): G3Class<T> {
  return {
    name,
    readable: 1,
    written: 1,
    read(reader) {
      reader.frameObject();
      const value = readEntries(reader, reader.count(8 + bytesEach), () => read(reader));
      // The classes made here have these two members and nothing else.
      return { class: name, value } as unknown as T;
    },
    write(writer, object) {
      writer.frameObject();
      // Each has values of the type that its functions are for.
      writeEntries(writer, object.value as ReadonlyMap<string, ValueOf<T>>, (value) => write(writer, value));
    },
  };
}

/** `G3MapDouble`. */
export const G3_MAP_DOUBLE: G3Class<G3MapDouble> = {
  name: "G3MapDouble",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    let bits: Map<string, bigint> | undefined;
    const value = readEntries(reader, reader.count(16), (key) => {
      const number = reader.f64();
      const unusual = unusualBits(reader, number);
      if (unusual !== undefined) bits = (bits ?? new Map<string, bigint>()).set(key, unusual);
      return number;
    });
    return bits === undefined ? { class: "G3MapDouble", value } : { class: "G3MapDouble", value, bits };
  },
  write(writer, { value, bits }) {
    writer.frameObject();
    writeEntries(writer, value, (number, key) => writer.f64(number, bits?.get(key)));
  },
};

/** `G3MapInt`: version 1 has 32 bits; version 2 one width for all. */
export const G3_MAP_INT: G3Class<G3MapInt> = {
  name: "G3MapInt",
  readable: 2,
  written: 2,
  read(reader, version) {
    reader.frameObject();
    const width = version === 1 ? 32 : reader.i32();
    // An element that is not there would have been refused.
    const read = () => reader.integers(width, 1)[0] ?? 0n;
    return {
      class: "G3MapInt",
      value: readEntries(reader, reader.count(8 + Math.max(1, width / 8)), read),
    };
  },
  write(writer, { value }) {
    const entries = sorted(value);
    const numbers = BigInt64Array.from(entries, ([, number]) => number);
    const width = integerWidth(numbers);
    writer.frameObject();
    writer.u32(width);
    writer.count(entries.length);
    for (const [key, number] of entries) {
      writer.text(key);
      if (width === 64) writer.i64(number);
      else for (let shift = 0n; shift < width; shift += 8n) writer.u8(Number((number >> shift) & 0xffn));
    }
  },
};

/** `G3MapVectorInt`: version 2 has a 32-bit count, and a width for each entry (G3-36). */
export const G3_MAP_VECTOR_INT: G3Class<G3MapVectorInt> = {
  name: "G3MapVectorInt",
  readable: 2,
  written: 2,
  read(reader, version) {
    reader.frameObject();
    const count = version === 1 ? reader.count(16) : reader.checked(reader.u32(), 20);
    const value = readEntries(reader, count, () => {
      const width = version === 1 ? 32 : reader.i32();
      return reader.integers(width, reader.count(Math.max(1, width / 8)));
    });
    return { class: "G3MapVectorInt", value };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.u32(value.size);
    for (const [key, numbers] of sorted(value)) {
      const width = integerWidth(numbers);
      writer.text(key);
      writer.u32(width);
      writeIntegers(writer, numbers, width);
    }
  },
};

/** `G3MapMapDouble`. */
export const G3_MAP_MAP_DOUBLE: G3Class<G3MapMapDouble> = mapClass(
  "G3MapMapDouble",
  8,
  (reader) => reader.object(G3_MAP_DOUBLE),
  (writer, value) => writer.object(G3_MAP_DOUBLE, value),
);

/** `G3MapString`. */
export const G3_MAP_STRING: G3Class<G3MapString> = mapClass(
  "G3MapString",
  8,
  (reader) => reader.text(),
  (writer, value) => writer.text(value),
);

/** `G3MapTime`; so3g 0.2.9 does not know it. */
export const G3_MAP_TIME: G3Class<G3MapTime> = mapClass("G3MapTime", 8, readTime, writeTime);

/** `G3MapQuat`. */
export const G3_MAP_QUAT: G3Class<G3MapQuat> = mapClass(
  "G3MapQuat",
  32,
  (reader) => readQuats(reader, 1),
  writeQuats,
);

/** `G3MapVectorDouble`; its values have no versions (G3 trap 44). */
export const G3_MAP_VECTOR_DOUBLE: G3Class<G3MapVectorDouble> = mapClass(
  "G3MapVectorDouble",
  8,
  readDoubles,
  writeDoubles,
);

/** `G3MapVectorComplexDouble`. */
export const G3_MAP_VECTOR_COMPLEX_DOUBLE: G3Class<G3MapVectorComplexDouble> = mapClass(
  "G3MapVectorComplexDouble",
  8,
  readComplex,
  writeComplex,
);

/** `G3MapVectorBool`. */
export const G3_MAP_VECTOR_BOOL: G3Class<G3MapVectorBool> = mapClass(
  "G3MapVectorBool",
  8,
  readBools,
  writeBools,
);

/** `G3MapVectorString`. */
export const G3_MAP_VECTOR_STRING: G3Class<G3MapVectorString> = mapClass(
  "G3MapVectorString",
  8,
  (reader) => reader.texts(),
  (writer, value) => writer.texts(value),
);

/** `G3MapVectorVectorString`. */
export const G3_MAP_VECTOR_VECTOR_STRING: G3Class<G3MapVectorVectorString> = mapClass(
  "G3MapVectorVectorString",
  8,
  (reader) => reader.object(G3_VECTOR_VECTOR_STRING).value,
  (writer, value) => writer.object(G3_VECTOR_VECTOR_STRING, { class: "G3VectorVectorString", value }),
);

/** `G3MapVectorTime`. */
export const G3_MAP_VECTOR_TIME: G3Class<G3MapVectorTime> = mapClass(
  "G3MapVectorTime",
  8,
  (reader) => reader.object(G3_VECTOR_TIME).value,
  (writer, value) => writer.object(G3_VECTOR_TIME, { class: "G3VectorTime", value }),
);

/** `G3MapVectorQuat`. */
export const G3_MAP_VECTOR_QUAT: G3Class<G3MapVectorQuat> = mapClass(
  "G3MapVectorQuat",
  8,
  (reader) => reader.object(G3_VECTOR_QUAT).value,
  (writer, value) => writer.object(G3_VECTOR_QUAT, { class: "G3VectorQuat", value }),
);
