/** Classes that so3g had until January 2025 (g3 4.3). @module */
import type { ArchiveReader } from "../archive_reader.ts";
import type { ArchiveWriter } from "../archive_writer.ts";
import type { G3Class } from "../class_table.ts";
import { G3EncodeError } from "../errors.ts";
import type {
  G3Ndarray,
  G3Ndmap,
  G3WCS,
  Intervals,
  IntervalsClass,
  MapIntervals,
  MapIntervalsClass,
  MapRangesInt32,
  RangesInt32,
} from "../objects.ts";
import { readEntries, writeEntries } from "./maps.ts";
import { readTime, writeTime } from "./scalars.ts";

/** Bytes of an element by NumPy's type number; platforms with 64-bit long, as all that observatories have. */
const ITEM_BYTES: readonly number[] = [1, 1, 1, 2, 2, 4, 4, 8, 8, 8, 8, 4, 8, 16, 8, 16];

/** `G3Ndarray`: the data has no count of its own. */
export const G3_NDARRAY: G3Class<G3Ndarray> = {
  name: "G3Ndarray",
  readable: 0,
  written: 0,
  read(reader) {
    reader.frameObject();
    const dimensions = reader.i64();
    const typeNumber = Number(reader.i64());
    if (dimensions < 0n || dimensions > 32n) throw reader.fault(`an array of ${dimensions} dimensions`);
    const shape = [...reader.i64s(reader.checked(Number(dimensions), 8))];
    const itemBytes = ITEM_BYTES[typeNumber];
    if (itemBytes === undefined) {
      throw reader.fault(`elements of type ${typeNumber}, which has no known size`);
    }
    const size = shape.reduce((product, length) => product * length, BigInt(itemBytes));
    if (size < 0n || shape.some((length) => length < 0n)) throw reader.fault("an array of negative size");
    return { class: "G3Ndarray", typeNumber, shape, data: reader.bytes(reader.checked(Number(size), 1)) };
  },
  write(writer, { typeNumber, shape, data }) {
    const size = shape.reduce((product, length) => product * Number(length), ITEM_BYTES[typeNumber] ?? NaN);
    if (size !== data.length) {
      throw new G3EncodeError(
        `Cannot write G3Ndarray of ${data.length} bytes: expected ${size} for its shape`,
      );
    }
    writer.frameObject();
    writer.i64(BigInt(shape.length));
    writer.i64(BigInt(typeNumber));
    for (const length of shape) writer.i64(length);
    writer.bytes(data);
  },
};

/** `G3WCS`. */
export const G3_WCS: G3Class<G3WCS> = {
  name: "G3WCS",
  readable: 0,
  written: 0,
  read(reader) {
    reader.frameObject();
    return { class: "G3WCS", header: reader.text() };
  },
  write(writer, { header }) {
    writer.frameObject();
    writer.text(header);
  },
};

/** `G3Ndmap`. */
export const G3_NDMAP: G3Class<G3Ndmap> = {
  name: "G3Ndmap",
  readable: 0,
  written: 0,
  read(reader) {
    reader.frameObject();
    const data = reader.object(G3_NDARRAY);
    return { class: "G3Ndmap", data, wcs: reader.object(G3_WCS) };
  },
  write(writer, { data, wcs }) {
    writer.frameObject();
    writer.object(G3_NDARRAY, data);
    writer.object(G3_WCS, wcs);
  },
};

type Bound = number | bigint;

/** How the bounds of each kind of intervals are stored. */
interface BoundCodec {
  readonly bytes: number;
  readonly read: (reader: ArchiveReader) => Bound;
  readonly write: (writer: ArchiveWriter, value: Bound) => void;
}

const BOUNDS: Readonly<Record<IntervalsClass, BoundCodec>> = {
  IntervalsDouble: {
    bytes: 8,
    read: (reader) => reader.f64(),
    write: (writer, value) => writer.f64(Number(value)),
  },
  IntervalsInt: {
    bytes: 8,
    read: (reader) => reader.i64(),
    write: (writer, value) => writer.i64(BigInt(value)),
  },
  IntervalsInt32: {
    bytes: 4,
    read: (reader) => reader.i32(),
    write: (writer, value) => writer.u32(Number(value)),
  },
  IntervalsTime: { bytes: 8, read: readTime, write: (writer, value) => writeTime(writer, BigInt(value)) },
};

function intervals<Name extends IntervalsClass>(name: Name): G3Class<Intervals<Name>> {
  const { bytes, read, write } = BOUNDS[name];
  return {
    name,
    readable: 0,
    written: 0,
    read(reader) {
      reader.frameObject();
      const pair = (): [Bound, Bound] => [read(reader), read(reader)];
      const domain = pair();
      const value: [Bound, Bound][] = [];
      for (let left = reader.count(2 * bytes); left > 0; left--) value.push(pair());
      return { class: name, domain, value };
    },
    write(writer, { domain, value }) {
      writer.frameObject();
      for (const bound of domain) write(writer, bound);
      writer.count(value.length);
      for (const bound of value.flat()) write(writer, bound);
    },
  };
}

/** `RangesInt32`. */
export const RANGES_INT32: G3Class<RangesInt32> = {
  name: "RangesInt32",
  readable: 0,
  written: 0,
  read(reader) {
    reader.frameObject();
    const count = reader.i32();
    const reference = reader.i32();
    const value: [number, number][] = [];
    for (let left = reader.count(8); left > 0; left--) value.push([reader.i32(), reader.i32()]);
    return { class: "RangesInt32", count, reference, value };
  },
  write(writer, { count, reference, value }) {
    writer.frameObject();
    writer.u32(count);
    writer.u32(reference);
    writer.count(value.length);
    for (const bound of value.flat()) writer.u32(bound);
  },
};

/** `MapRangesInt32`. */
export const MAP_RANGES_INT32: G3Class<MapRangesInt32> = {
  name: "MapRangesInt32",
  readable: 1,
  written: 1,
  read(reader) {
    reader.frameObject();
    const value = readEntries(reader, reader.count(24), () => reader.object(RANGES_INT32));
    return { class: "MapRangesInt32", value };
  },
  write(writer, { value }) {
    writer.frameObject();
    writeEntries(writer, value, (ranges) => writer.object(RANGES_INT32, ranges));
  },
};

function mapIntervals<Name extends MapIntervalsClass>(
  name: Name,
  element: G3Class<Intervals>,
): G3Class<MapIntervals<Name>> {
  return {
    name,
    readable: 1,
    written: 1,
    read(reader) {
      reader.frameObject();
      const value = readEntries(reader, reader.count(24), () => reader.object(element));
      return { class: name, value };
    },
    write(writer, { value }) {
      writer.frameObject();
      writeEntries(writer, value, (intervals) => writer.object(element, intervals));
    },
  };
}

const NAMES: readonly IntervalsClass[] = [
  "IntervalsDouble",
  "IntervalsInt",
  "IntervalsInt32",
  "IntervalsTime",
];

/** The intervals, and the maps of them. */
export const INTERVALS: readonly (G3Class<Intervals> | G3Class<MapIntervals>)[] = NAMES.flatMap((name) => {
  const element: G3Class<Intervals> = intervals(name);
  return [element, mapIntervals(`Map${name}`, element)];
});
