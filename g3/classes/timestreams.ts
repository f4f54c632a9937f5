/** Evenly spaced samples (g3 3.8, 3.9, 3.10). @module */
import type { ArchiveReader } from "../archive_reader.ts";
import type { ArchiveWriter } from "../archive_writer.ts";
import type { G3Class } from "../class_table.ts";
import { FlacDecoder } from "../codecs/flac_decoder.ts";
import { encodeFlac } from "../codecs/flac_encoder.ts";
import { G3EncodeError } from "../errors.ts";
import type {
  G3Object,
  G3Timestream,
  G3TimestreamMap,
  G3TimestreamQuat,
  TimestreamArray,
} from "../objects.ts";
import { readEntries, sorted } from "./maps.ts";
import { readTime, writeTime } from "./scalars.ts";
import { G3_VECTOR_QUAT } from "./vectors.ts";

/** Names of the units of timestreams; the place is the code (g3 3.8). */
export const TIMESTREAM_UNITS: readonly string[] = [
  "None",
  "Counts",
  "Current",
  "Power",
  "Tcmb",
  "Resistance",
  "Angle",
  "Distance",
  "Voltage",
  "Pressure",
  "FluxDensity",
  "Trj",
  "Frequency",
];

const COUNTS = 1;
const F64 = 0;
const F32 = 1;
const I32 = 2;
const I64 = 3;

function readPlain(reader: ArchiveReader, type: number): TimestreamArray {
  switch (type) {
    case F64:
      return reader.f64s(reader.count(8));
    case F32:
      return reader.f32s(reader.count(4));
    case I32:
      return reader.i32s(reader.count(4));
    case I64:
      return reader.i64s(reader.count(8));
    default:
      throw reader.fault(`a timestream of data type ${type}, and 0 to 3 are known`);
  }
}

function readFlac(reader: ArchiveReader, version: number): TimestreamArray {
  const depth = version > 3 ? reader.u8() : 24;
  const type = version > 3 ? reader.u32() : F32;
  if (depth !== 24 && depth !== 32) throw reader.fault(`FLAC of ${depth} bits, and 24 or 32 are known`);
  if (type > I64) throw reader.fault(`a timestream of data type ${type}, and 0 to 3 are known`);
  const flag = reader.u8();
  const mask = flag === 2 ? reader.bools(reader.count(1)) : undefined;
  const bytes = reader.bytesView(reader.count(1));
  const decoder = new FlacDecoder(bytes);
  // Each sample becomes 8 bytes beside the 4 that it is decoded to.
  const samples = reader.attempt(() =>
    decoder.decode(0, bytes.length, Math.floor(reader.limits.maxObjectBytes / 12))
  );
  if (mask !== undefined && mask.length !== samples.length) {
    throw reader.fault(`${mask.length} flags for ${samples.length} samples`);
  }
  if (type === I32) return samples;
  if (type === I64) return BigInt64Array.from(samples, BigInt);
  const floats = type === F64 ? Float64Array.from(samples) : Float32Array.from(samples);
  if (flag === 1) floats.fill(NaN);
  mask?.forEach((isNaN, i) => {
    if (isNaN) floats[i] = NaN;
  });
  return floats;
}

/** The samples of 24 bits that stand for floats, and which of them stand for NaN (g3 3.8). */
function toCounts(value: TimestreamArray): { samples: Int32Array; mask: Uint8Array } {
  const samples = new Int32Array(value.length);
  const mask = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const number = value[i]!;
    if (typeof number === "bigint") samples[i] = Number(BigInt.asIntN(24, number));
    else if (Number.isFinite(number)) samples[i] = (Math.trunc(number) << 8) >> 8;
    else mask[i] = 1;
  }
  return { samples, mask };
}

function writeFlac(writer: ArchiveWriter, { value, units }: G3Timestream): void {
  if (units !== COUNTS) {
    throw new G3EncodeError(
      `Cannot write a timestream of ${TIMESTREAM_UNITS[units] ?? units} as FLAC: expected Counts`,
    );
  }
  const { samples, mask } = toCounts(value);
  const bad = mask.reduce((sum, flag) => sum + flag, 0);
  const flag = bad === 0 ? 0 : bad === mask.length ? 1 : 2;
  writer.u8(flag);
  if (flag === 2) {
    writer.count(mask.length);
    writer.bytes(mask);
  }
  const stream = encodeFlac(samples);
  writer.count(stream.length);
  writer.bytes(stream);
}

/** The code of an array's element type. */
function dataType(value: TimestreamArray): number {
  if (value instanceof Float64Array) return F64;
  if (value instanceof Float32Array) return F32;
  return value instanceof Int32Array ? I32 : I64;
}

/** `G3Timestream`: versions 1 to 4 are read, 3 is written, because so3g 0.2.9 refuses 4 (g3 3.8, G3-40). */
export const G3_TIMESTREAM: G3Class<G3Timestream> = {
  name: "G3Timestream",
  readable: 4,
  written: 3,
  read(reader, version) {
    reader.frameObject();
    const units = reader.u32();
    const start = version > 1 ? readTime(reader) : 0n;
    const stop = version > 1 ? readTime(reader) : 0n;
    const flacLevel = reader.u8();
    const value = flacLevel > 0
      ? readFlac(reader, version)
      : readPlain(reader, version > 2 ? reader.u32() : F64);
    return { class: "G3Timestream", units, start, stop, flacLevel, value };
  },
  write(writer, stream) {
    writer.frameObject();
    writer.u32(stream.units);
    writeTime(writer, stream.start);
    writeTime(writer, stream.stop);
    writer.u8(stream.flacLevel);
    if (stream.flacLevel > 0) return writeFlac(writer, stream);
    writer.u32(dataType(stream.value));
    writer.count(stream.value.length);
    writer.packed(stream.value);
  },
};

/** Is what a pointer of a map of timestreams gave one? The declared class says so. */
function asTimestream(reader: ArchiveReader, object: G3Object | null): G3Timestream {
  if (object?.class !== "G3Timestream") throw reader.fault("a map of timestreams holds something else");
  return object;
}

/**
 * `G3TimestreamMap`: pointers of a declared class (G3-24).
 *
 * Versions 1 and 2 hold the timestreams by value. Entries are written in the order of their keys, as so3g 0.2.9 does, and
 * read in any (G3-42).
 */
export const G3_TIMESTREAM_MAP: G3Class<G3TimestreamMap> = {
  name: "G3TimestreamMap",
  readable: 3,
  written: 3,
  read(reader, version) {
    reader.frameObject();
    const declared = reader.limits.classes.get("G3Timestream") ?? G3_TIMESTREAM;
    const value = readEntries(
      reader,
      reader.count(12),
      () => version > 2 ? asTimestream(reader, reader.pointer(declared)) : reader.object(G3_TIMESTREAM),
    );
    if (version > 1) return { class: "G3TimestreamMap", value };
    const [start, stop] = [readTime(reader), readTime(reader)];
    for (const [key, stream] of value) value.set(key, { ...stream, start, stop });
    return { class: "G3TimestreamMap", value };
  },
  write(writer, { value }) {
    writer.frameObject();
    writer.count(value.size);
    for (const [key, stream] of sorted(value)) {
      writer.text(key);
      writer.pointer(stream, G3_TIMESTREAM);
    }
  },
};

/** `G3TimestreamQuat`. */
export const G3_TIMESTREAM_QUAT: G3Class<G3TimestreamQuat> = {
  name: "G3TimestreamQuat",
  readable: 1,
  written: 1,
  read(reader) {
    const { value } = reader.object(G3_VECTOR_QUAT);
    return { class: "G3TimestreamQuat", value, start: readTime(reader), stop: readTime(reader) };
  },
  write(writer, { value, start, stop }) {
    writer.object(G3_VECTOR_QUAT, { class: "G3VectorQuat", value });
    writeTime(writer, start);
    writeTime(writer, stop);
  },
};
