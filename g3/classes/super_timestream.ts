/** Detector data of so3g (g3 4.2). @module */
import type { ArchiveReader } from "../archive_reader.ts";
import type { ArchiveWriter } from "../archive_writer.ts";
import type { G3Class } from "../class_table.ts";
import { decodeBzip2 } from "../codecs/bzip2_decoder.ts";
import { encodeBzip2 } from "../codecs/bzip2_encoder.ts";
import { FlacDecoder } from "../codecs/flac_decoder.ts";
import { G3EncodeError } from "../errors.ts";
import type { G3SuperTimestream, SuperEncoding, TimestreamArray } from "../objects.ts";
import { decodeRow, encodeRow, type Payload, rawRow, type Row } from "./super_rows.ts";
import { readDoubles, writeDoubles } from "./vectors.ts";
import { G3_VECTOR_STRING, G3_VECTOR_TIME } from "./vectors.ts";

const TIMES_BZIP2 = 2;
const SHAPE_WORDS = 32;
const INT32 = 5;
const INT64 = 7;
const LONG_LONG = 9;
const FLOAT32 = 11;
const FLOAT64 = 12;

/** Times, and the bytes they took where they were compressed. */
function readTimes(reader: ArchiveReader, algo: number): { times: BigInt64Array; timesBytes?: number } {
  if (algo === 0) return { times: reader.object(G3_VECTOR_TIME).value };
  if (algo !== TIMES_BZIP2) throw reader.fault(`times of algorithm ${algo}, and 0 and 2 are known`);
  const count = reader.i32();
  if (count < 0) throw reader.fault(`a count says ${count}`);
  const timesBytes = reader.u32();
  reader.allow(count * 8);
  const packed = reader.bytesView(timesBytes);
  const bytes = reader.attempt(() => decodeBzip2(packed, count * 8));
  if (bytes.length !== count * 8) {
    throw reader.fault(`${count} times have ${bytes.length} bytes, expected ${count * 8}`);
  }
  return { times: new BigInt64Array(bytes.slice().buffer), timesBytes };
}

function newArray(type: number, length: number): TimestreamArray | undefined {
  switch (type) {
    case INT32:
      return new Int32Array(length);
    case INT64:
    case LONG_LONG:
      return new BigInt64Array(length);
    case FLOAT32:
      return new Float32Array(length);
    case FLOAT64:
      return new Float64Array(length);
    default:
      return undefined;
  }
}

/** Turns the integers of a row into floats, rounded where so3g rounds (G3-48). */
function scale(row: Row, out: Float32Array | Float64Array, quantum: number): void {
  if (out instanceof Float32Array) {
    for (let i = 0; i < row.length; i++) out[i] = Math.fround(Number(row[i]!)) * quantum;
  } else for (let i = 0; i < row.length; i++) out[i] = Number(row[i]!) * quantum;
}

/** What is known of the data before they are read. */
interface Layout {
  readonly channels: number;
  readonly samples: number;
  readonly typeNumber: number;
}

function readLayout(reader: ArchiveReader, channels: number, samples: number): Layout {
  const typeNumber = Number(reader.i64());
  const item = newArray(typeNumber, 0)?.BYTES_PER_ELEMENT;
  if (item === undefined) throw reader.fault(`elements of type ${typeNumber}, and 5, 7, 11 and 12 are known`);
  const dimensions = reader.i64();
  // The other words are what was in memory (G3-47).
  const shape = reader.i64s(SHAPE_WORDS);
  const bytes = reader.i64();
  if (dimensions !== 2n || shape[0] !== BigInt(channels) || shape[1] !== BigInt(samples)) {
    throw reader.fault(
      `data of shape [${shape[0]}, ${shape[1]}] for ${channels} names and ${samples} times`,
    );
  }
  if (bytes !== BigInt(reader.allow(channels * samples * item))) {
    throw reader.fault(`${bytes} bytes for data of shape [${channels}, ${samples}]`);
  }
  return { channels, samples, typeNumber };
}

/** The data, and what is told of their coding. */
interface ReadData {
  readonly value: TimestreamArray;
  readonly quanta: Float64Array;
  readonly payloadBytes?: number;
  readonly masks?: readonly number[];
}

function readPlain(reader: ArchiveReader, { channels, samples, typeNumber }: Layout): ReadData {
  const size = channels * samples;
  const quanta = new Float64Array(0);
  if (typeNumber === INT32) return { value: reader.i32s(reader.checked(size, 4)), quanta };
  if (typeNumber === FLOAT32) return { value: reader.f32s(reader.checked(size, 4)), quanta };
  if (typeNumber === FLOAT64) return { value: reader.f64s(reader.checked(size, 8)), quanta };
  return { value: reader.i64s(reader.checked(size, 8)), quanta };
}

/** One channel of all. */
function rowOf(
  value: TimestreamArray,
  { samples }: Pick<Layout, "samples">,
  channel: number,
): TimestreamArray {
  return value.subarray(channel * samples, (channel + 1) * samples);
}

/** Decodes one channel, with `quantum` if it is one of floats; gives its mask. */
function readRow(
  payload: Payload,
  row: TimestreamArray,
  quantum: number,
  place: readonly [number, number],
): number {
  if (row instanceof Int32Array || row instanceof BigInt64Array) return decodeRow(payload, row, place);
  const integers = row instanceof Float32Array ? new Int32Array(row.length) : new BigInt64Array(row.length);
  const mask = decodeRow(payload, integers, place);
  // Peer so3g: multiplies the bits of a raw row of floats with the quantum, and its own floats come back wrong
  // (g3 4.2, defect 3). Here they are the floats that were stored.
  if (mask === 0) {
    new Uint8Array(row.buffer, row.byteOffset, row.byteLength).set(new Uint8Array(integers.buffer));
  } else scale(integers, row, quantum);
  return mask;
}

function readRows(
  reader: ArchiveReader,
  layout: Layout,
  isWanted: (channel: number) => boolean = () => true,
): ReadData {
  const { channels, samples, typeNumber } = layout;
  const quanta = readDoubles(reader);
  const offsets = reader.i32s(reader.count(4));
  const payloadBytes = reader.i32();
  if (payloadBytes < 0) throw reader.fault(`a count says ${payloadBytes}`);
  const bytes = reader.bytesView(payloadBytes);
  if (offsets.length !== channels + 1) {
    throw reader.fault(`${offsets.length} offsets for ${channels} channels`);
  }
  const value = newArray(typeNumber, channels * samples)!;
  const isFloat = value instanceof Float32Array || value instanceof Float64Array;
  if (isFloat && quanta.length !== channels) {
    throw reader.fault(`${quanta.length} quanta for ${channels} channels`);
  }
  const payload = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    flac: new FlacDecoder(bytes),
  };
  const masks: number[] = [];
  for (let i = 0; i < channels; i++) {
    const [start, end] = [offsets[i]!, offsets[i + 1]!];
    if (start < 0 || end < start || end > payloadBytes) {
      throw reader.fault(`channel ${i} lies from ${start} to ${end} of ${payloadBytes} bytes`);
    }
    // With no samples each channel is one byte; there is nothing to decode (G3-49).
    if (samples === 0 || !isWanted(i)) masks.push(bytes[start] ?? 0);
    else {masks.push(reader.attempt(() =>
        readRow(payload, rowOf(value, layout, i), quanta[i] ?? 1, [start, end])
      ));}
  }
  return { value, quanta: isFloat ? quanta : new Float64Array(0), payloadBytes, masks };
}

/** The integers of a row of floats: halves away from zero, as so3g rounds (g3 4.2). */
function quantise(row: Float32Array | Float64Array, quantum: number): Row | undefined {
  const single = row instanceof Float32Array;
  const out = single ? new Int32Array(row.length) : new BigInt64Array(row.length);
  for (let i = 0; i < row.length; i++) {
    const quotient = single ? Math.fround(row[i]! / quantum) : row[i]! / quantum;
    const rounded = Math.sign(quotient) * Math.floor(Math.abs(quotient) + 0.5);
    // NaN, infinities and what is too large cannot be stored like this; the whole is written as it is then.
    const limit = single ? 2 ** 31 : 2 ** 63;
    if (!(rounded >= -limit && rounded < limit)) return undefined;
    if (out instanceof Int32Array) out[i] = rounded;
    else out[i] = BigInt(rounded);
  }
  return out;
}

/** The compressed rows; undefined where the data have to be written as they are. */
function encodeRows(
  { names, times, value, quanta }: G3SuperTimestream,
  algo: number,
): Uint8Array[] | undefined {
  const samples = times.length;
  const rows: Uint8Array[] = [];
  for (let i = 0; i < names.length; i++) {
    const row = rowOf(value, { samples }, i);
    if (row instanceof Int32Array || row instanceof BigInt64Array) {
      rows.push(encodeRow(row, algo) ?? rawRow(row));
      continue;
    }
    const integers = quantise(row, quanta[i]!);
    const encoded = integers === undefined ? undefined : encodeRow(integers, algo);
    // A raw row inside a container of floats cannot be read by so3g (g3 4.2, defect 3; G3-51).
    if (encoded === undefined) return undefined;
    rows.push(encoded);
  }
  return rows;
}

function check({ names, times, value, quanta, encoding }: G3SuperTimestream): void {
  const wrong = (what: string) => new G3EncodeError(`Cannot write G3SuperTimestream: ${what}`);
  if (names.length === 0 || times.length === 0) {
    throw wrong("it has no channels or no samples, and so3g would refuse its data");
  }
  if (value.length !== names.length * times.length) {
    throw wrong(`${value.length} values for ${names.length} channels of ${times.length} samples`);
  }
  const isFloat = value instanceof Float32Array || value instanceof Float64Array;
  if (isFloat && encoding.dataAlgo !== 0 && quanta.length !== names.length) {
    throw wrong(`${quanta.length} quanta for ${names.length} channels; compressed floats need one for each`);
  }
}

function typeNumberOf(value: TimestreamArray): number {
  if (value instanceof Int32Array) return INT32;
  if (value instanceof BigInt64Array) return INT64;
  return value instanceof Float32Array ? FLOAT32 : FLOAT64;
}

function writeTimes(writer: ArchiveWriter, times: BigInt64Array, packed: Uint8Array | undefined): void {
  if (packed === undefined) return writer.object(G3_VECTOR_TIME, { class: "G3VectorTime", value: times });
  writer.u32(times.length);
  writer.u32(packed.length);
  writer.bytes(packed);
}

function readSuper(reader: ArchiveReader, isWanted?: (name: string) => boolean): G3SuperTimestream {
  reader.frameObject();
  const [flacLevel, bz2WorkFactor, timesAlgo] = [reader.i8(), reader.i8(), reader.i8()];
  const { times, ...timesCoding } = readTimes(reader, timesAlgo);
  const names = reader.object(G3_VECTOR_STRING).value;
  const layout = readLayout(reader, names.length, times.length);
  const dataAlgo = reader.i8();
  const { value, quanta, ...dataCoding } = dataAlgo === 0 ? readPlain(reader, layout) : readRows(
    reader,
    layout,
    isWanted === undefined ? undefined : (channel) => isWanted(names[channel] ?? ""),
  );
  const encoding: SuperEncoding = {
    ...{ flacLevel, bz2WorkFactor, timesAlgo, dataAlgo, typeNumber: layout.typeNumber },
    ...timesCoding,
    ...dataCoding,
  };
  return { class: "G3SuperTimestream", names, times, value, quanta, encoding };
}

/** `G3SuperTimestream`. */
export const G3_SUPER_TIMESTREAM: G3Class<G3SuperTimestream> = {
  name: "G3SuperTimestream",
  readable: 0,
  written: 0,
  read: (reader) => readSuper(reader),
  write(writer, object) {
    check(object);
    const { names, times, value, quanta, encoding } = object;
    const timesPacked = encoding.timesAlgo === 0 ? undefined : encodeBzip2(
      new Uint8Array(times.buffer, times.byteOffset, times.byteLength),
    );
    const packed = timesPacked !== undefined && timesPacked.length <= times.byteLength
      ? timesPacked
      : undefined;
    const rows = encoding.dataAlgo === 0 ? undefined : encodeRows(object, encoding.dataAlgo);
    writer.frameObject();
    writer.u8(encoding.flacLevel);
    writer.u8(encoding.bz2WorkFactor);
    writer.u8(packed === undefined ? 0 : TIMES_BZIP2);
    writeTimes(writer, times, packed);
    writer.object(G3_VECTOR_STRING, { class: "G3VectorString", value: names });
    writer.i64(BigInt(typeNumberOf(value)));
    writer.i64(2n);
    const shape = new BigInt64Array(SHAPE_WORDS);
    shape.set([BigInt(names.length), BigInt(times.length)]);
    writer.packed(shape);
    writer.i64(BigInt(value.byteLength));
    writer.u8(rows === undefined ? 0 : encoding.dataAlgo);
    if (rows === undefined) return writer.packed(value);
    const isFloat = value instanceof Float32Array || value instanceof Float64Array;
    writeDoubles(writer, isFloat ? quanta : new Float64Array(0));
    const offsets = new Int32Array(rows.length + 1);
    rows.forEach((row, i) => offsets[i + 1] = offsets[i]! + row.length);
    writer.count(offsets.length);
    writer.packed(offsets);
    writer.u32(offsets[rows.length]!);
    for (const row of rows) writer.bytes(row);
  },
};

/** `G3SuperTimestream`, decoded only as far as the channels that are wanted; see `classesForChannels`. */
export function someChannels(isWanted: (name: string) => boolean): G3Class<G3SuperTimestream> {
  return { ...G3_SUPER_TIMESTREAM, read: (reader) => readSuper(reader, isWanted) };
}
