/** Objects by name, and the blocks of housekeeping (g3 3.6, 3.7, 4.1). @module */
import { type ArchiveReader, UnknownClass } from "../archive_reader.ts";
import type { G3Class } from "../class_table.ts";
import { G3EncodeError } from "../errors.ts";
import type { G3MapFrameObject, G3Object, G3Opaque, G3TimesampleMap, IrregBlockDouble } from "../objects.ts";
import { G3_MAP_VECTOR_DOUBLE, readEntries, sorted } from "./maps.ts";
import { G3_VECTOR_DOUBLE, G3_VECTOR_TIME } from "./vectors.ts";

/** Reads the archive of one value; what is of an unknown class stays as its bytes (g3 2.4). */
function readValue(reader: ArchiveReader): G3Object | G3Opaque | null {
  return reader.nested(reader.count(1), (nested) => {
    try {
      return nested.pointer();
    } catch (error) {
      if (!(error instanceof UnknownClass)) throw error;
      return { class: "opaque", name: error.className, reason: error.message, blob: nested.whole() };
    }
  });
}

/** `G3MapFrameObject`: a 32-bit count, and values with a length, each an archive of its own (G3-25, G3-38). */
export const G3_MAP_FRAME_OBJECT: G3Class<G3MapFrameObject> = {
  name: "G3MapFrameObject",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    const value = readEntries(reader, reader.checked(reader.u32(), 17), () => readValue(reader));
    return { class: "G3MapFrameObject", value };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.u32(value.size);
    for (const [key, object] of sorted(value)) {
      writer.text(key);
      writer.blob(object);
    }
  },
};

/** The vectors that a block may hold. */
const CO_SAMPLED: ReadonlySet<string> = new Set([
  "G3VectorDouble",
  "G3VectorInt",
  "G3VectorBool",
  "G3VectorString",
]);

/** Refuses what spt3g refuses to put into a block (G3-39). */
function checkBlock({ times, value }: G3TimesampleMap): void {
  for (const [key, vector] of value) {
    if (vector === null || !CO_SAMPLED.has(vector.class) || !("value" in vector)) {
      throw new G3EncodeError(
        `Cannot write field "${key}" of a G3TimesampleMap: it is ${
          vector?.class ?? "null"
        }, expected one of ` +
          [...CO_SAMPLED].join(", "),
      );
    }
    // The four vectors have a length.
    const { length } = vector.value as ArrayLike<unknown>;
    if (length !== times.length) {
      throw new G3EncodeError(
        `Cannot write field "${key}" of a G3TimesampleMap: it has ${length} values and there are ${times.length} times`,
      );
    }
  }
}

/** `G3TimesampleMap`: version 0; the map first, the times last (G3-39, G3 trap 7). */
export const G3_TIMESAMPLE_MAP: G3Class<G3TimesampleMap> = {
  name: "G3TimesampleMap",
  readable: 0,
  written: 0,
  read(reader) {
    const { value } = reader.object(G3_MAP_FRAME_OBJECT);
    return { class: "G3TimesampleMap", value, times: reader.object(G3_VECTOR_TIME).value };
  },
  write(writer, object) {
    checkBlock(object);
    writer.object(G3_MAP_FRAME_OBJECT, { class: "G3MapFrameObject", value: object.value });
    writer.object(G3_VECTOR_TIME, { class: "G3VectorTime", value: object.times });
  },
};

/** `IrregBlockDouble`: prefix, times, data, in this order (G3 trap 8). */
export const IRREG_BLOCK_DOUBLE: G3Class<IrregBlockDouble> = {
  name: "IrregBlockDouble",
  readable: 0,
  written: 0,
  read(reader) {
    reader.frameObject();
    const prefix = reader.text();
    const t = reader.object(G3_VECTOR_DOUBLE).value;
    return { class: "IrregBlockDouble", prefix, t, value: reader.object(G3_MAP_VECTOR_DOUBLE).value };
  },
  write(writer, { prefix, t, value }) {
    writer.frameObject();
    writer.text(prefix);
    writer.object(G3_VECTOR_DOUBLE, { class: "G3VectorDouble", value: t });
    writer.object(G3_MAP_VECTOR_DOUBLE, { class: "G3MapVectorDouble", value });
  },
};
