/**
 * What the values of frames are in JavaScript: plain objects that name their class (g3 3, 4).
 *
 * Integers of 64 bits are bigint, vectors of numbers typed arrays, times ticks of 10 ns since 1970 (bigint). Doubles
 * keep every bit: those in typed arrays by themselves, single ones through `bits` where they are NaNs other than the
 * usual. Strings keep every byte (see `decodeText`). The objects are not to be changed once they are in a frame.
 *
 * @module
 */

/** A truth value. */
export interface G3Bool {
  /** Name of the class. */
  readonly class: "G3Bool";
  /** The value. */
  readonly value: boolean;
}

/** A signed 64-bit integer. */
export interface G3Int {
  /** Name of the class. */
  readonly class: "G3Int";
  /** The value. */
  readonly value: bigint;
}

/** A double. */
export interface G3Double {
  /** Name of the class. */
  readonly class: "G3Double";
  /** The value. */
  readonly value: number;
  /** Bits of a NaN other than 0x7ff8000000000000, for which alone JavaScript vouches. */
  readonly bits?: bigint;
}

/** A string. */
export interface G3String {
  /** Name of the class. */
  readonly class: "G3String";
  /** The value. */
  readonly value: string;
}

/** A time. */
export interface G3Time {
  /** Name of the class. */
  readonly class: "G3Time";
  /** Ticks of 10 ns since 1970-01-01T00:00:00 UTC. */
  readonly value: bigint;
}

/** A quaternion. so3g 0.2.9 cannot read it. */
export interface G3Quat {
  /** Name of the class. */
  readonly class: "G3Quat";
  /** The four numbers a, b, c, d; a is the real part. */
  readonly value: Float64Array;
}

/** Doubles. */
export interface G3VectorDouble {
  /** Name of the class. */
  readonly class: "G3VectorDouble";
  /** The elements. */
  readonly value: Float64Array;
}

/** Complex numbers. */
export interface G3VectorComplexDouble {
  /** Name of the class. */
  readonly class: "G3VectorComplexDouble";
  /** Real and imaginary parts in turn: two numbers an element. */
  readonly value: Float64Array;
}

/** Truth values. */
export interface G3VectorBool {
  /** Name of the class. */
  readonly class: "G3VectorBool";
  /** 0 or 1 an element. */
  readonly value: Uint8Array;
}

/** Bytes. */
export interface G3VectorUnsignedChar {
  /** Name of the class. */
  readonly class: "G3VectorUnsignedChar";
  /** The elements. */
  readonly value: Uint8Array;
}

/** Signed integers; stored with 8, 16, 32 or 64 bits, whatever holds all of them. */
export interface G3VectorInt {
  /** Name of the class. */
  readonly class: "G3VectorInt";
  /** The elements. */
  readonly value: BigInt64Array;
}

/** Strings. */
export interface G3VectorString {
  /** Name of the class. */
  readonly class: "G3VectorString";
  /** The elements. */
  readonly value: readonly string[];
}

/** Lists of strings. */
export interface G3VectorVectorString {
  /** Name of the class. */
  readonly class: "G3VectorVectorString";
  /** The elements. */
  readonly value: readonly (readonly string[])[];
}

/** Times. */
export interface G3VectorTime {
  /** Name of the class. */
  readonly class: "G3VectorTime";
  /** Ticks of 10 ns. */
  readonly value: BigInt64Array;
}

/** Quaternions. */
export interface G3VectorQuat {
  /** Name of the class. */
  readonly class: "G3VectorQuat";
  /** Four numbers an element. */
  readonly value: Float64Array;
}

/** Objects of any class; null for a null pointer. */
export interface G3VectorFrameObject {
  /** Name of the class. */
  readonly class: "G3VectorFrameObject";
  /** The elements. */
  readonly value: readonly (G3Object | null)[];
}

/** Doubles by name. */
export interface G3MapDouble {
  /** Name of the class. */
  readonly class: "G3MapDouble";
  /** The entries. */
  readonly value: ReadonlyMap<string, number>;
  /** Bits of the NaNs among them other than 0x7ff8000000000000. */
  readonly bits?: ReadonlyMap<string, bigint>;
}

/** Integers by name. */
export interface G3MapInt {
  /** Name of the class. */
  readonly class: "G3MapInt";
  /** The entries. */
  readonly value: ReadonlyMap<string, bigint>;
}

/** Strings by name. */
export interface G3MapString {
  /** Name of the class. */
  readonly class: "G3MapString";
  /** The entries. */
  readonly value: ReadonlyMap<string, string>;
}

/** Times by name. so3g 0.2.9 cannot read it. */
export interface G3MapTime {
  /** Name of the class. */
  readonly class: "G3MapTime";
  /** Ticks of 10 ns. */
  readonly value: ReadonlyMap<string, bigint>;
}

/** Quaternions by name. */
export interface G3MapQuat {
  /** Name of the class. */
  readonly class: "G3MapQuat";
  /** Four numbers each. */
  readonly value: ReadonlyMap<string, Float64Array>;
}

/** Maps of doubles by name. */
export interface G3MapMapDouble {
  /** Name of the class. */
  readonly class: "G3MapMapDouble";
  /** The entries. */
  readonly value: ReadonlyMap<string, G3MapDouble>;
}

/** Vectors of doubles by name. */
export interface G3MapVectorDouble {
  /** Name of the class. */
  readonly class: "G3MapVectorDouble";
  /** The entries. */
  readonly value: ReadonlyMap<string, Float64Array>;
}

/** Vectors of complex numbers by name. */
export interface G3MapVectorComplexDouble {
  /** Name of the class. */
  readonly class: "G3MapVectorComplexDouble";
  /** Real and imaginary parts in turn. */
  readonly value: ReadonlyMap<string, Float64Array>;
}

/** Vectors of integers by name. */
export interface G3MapVectorInt {
  /** Name of the class. */
  readonly class: "G3MapVectorInt";
  /** The entries. */
  readonly value: ReadonlyMap<string, BigInt64Array>;
}

/** Vectors of truth values by name. */
export interface G3MapVectorBool {
  /** Name of the class. */
  readonly class: "G3MapVectorBool";
  /** 0 or 1 an element. */
  readonly value: ReadonlyMap<string, Uint8Array>;
}

/** Vectors of strings by name. */
export interface G3MapVectorString {
  /** Name of the class. */
  readonly class: "G3MapVectorString";
  /** The entries. */
  readonly value: ReadonlyMap<string, readonly string[]>;
}

/** Lists of lists of strings by name. */
export interface G3MapVectorVectorString {
  /** Name of the class. */
  readonly class: "G3MapVectorVectorString";
  /** The entries. */
  readonly value: ReadonlyMap<string, readonly (readonly string[])[]>;
}

/** Vectors of times by name. */
export interface G3MapVectorTime {
  /** Name of the class. */
  readonly class: "G3MapVectorTime";
  /** Ticks of 10 ns. */
  readonly value: ReadonlyMap<string, BigInt64Array>;
}

/** Vectors of quaternions by name. */
export interface G3MapVectorQuat {
  /** Name of the class. */
  readonly class: "G3MapVectorQuat";
  /** Four numbers an element. */
  readonly value: ReadonlyMap<string, Float64Array>;
}

/** Objects of any class by name; a value of a class that is not known stays as its bytes. */
export interface G3MapFrameObject {
  /** Name of the class. */
  readonly class: "G3MapFrameObject";
  /** The entries. */
  readonly value: ReadonlyMap<string, G3Object | G3Opaque | null>;
}

/** Vectors that share their times: the blocks of housekeeping. */
export interface G3TimesampleMap {
  /** Name of the class. */
  readonly class: "G3TimesampleMap";
  /** Ticks of 10 ns. */
  readonly times: BigInt64Array;
  /** Vectors as long as `times`: doubles, integers, truth values or strings. */
  readonly value: ReadonlyMap<string, G3Object | G3Opaque | null>;
}

/** Numbers of a timestream. */
export type TimestreamArray = Float64Array | Float32Array | Int32Array | BigInt64Array;

/** Evenly spaced samples. */
export interface G3Timestream {
  /** Name of the class. */
  readonly class: "G3Timestream";
  /** Units code (g3 3.8), such as 1 for Counts; see `TIMESTREAM_UNITS`. */
  readonly units: number;
  /** Time of the first sample, in ticks of 10 ns. */
  readonly start: bigint;
  /** Time of the last sample, in ticks of 10 ns. */
  readonly stop: bigint;
  /** 0 for plain, 1 to 9 for FLAC; when written, FLAC is for Counts only and keeps 24 bits. */
  readonly flacLevel: number;
  /** The samples. */
  readonly value: TimestreamArray;
}

/** Timestreams by name, in the order of the file. */
export interface G3TimestreamMap {
  /** Name of the class. */
  readonly class: "G3TimestreamMap";
  /** The entries. */
  readonly value: ReadonlyMap<string, G3Timestream>;
}

/** Evenly spaced quaternions. */
export interface G3TimestreamQuat {
  /** Name of the class. */
  readonly class: "G3TimestreamQuat";
  /** Time of the first sample, in ticks of 10 ns. */
  readonly start: bigint;
  /** Time of the last sample, in ticks of 10 ns. */
  readonly stop: bigint;
  /** Four numbers an element. */
  readonly value: Float64Array;
}

/** An argument of a module of a pipeline. */
export interface G3ModuleArg {
  /** Name of the class. */
  readonly class: "G3ModuleArg";
  /** What Python printed of it. */
  readonly repr: string;
  /** The object itself, if it was one. */
  readonly object: G3Object | null;
}

/** A module of a pipeline. */
export interface G3ModuleConfig {
  /** Name of the class. */
  readonly class: "G3ModuleConfig";
  /** Full name of the module. */
  readonly modname: string;
  /** Name of this use of it. */
  readonly instancename: string;
  /** Arguments by name. */
  readonly arguments: ReadonlyMap<string, G3ModuleArg>;
}

/** What made a stream; inserted by every pipeline of spt3g. */
export interface G3PipelineInfo {
  /** Name of the class. */
  readonly class: "G3PipelineInfo";
  /** Where the source came from. */
  readonly vcsUrl: string;
  /** Its branch. */
  readonly vcsBranch: string;
  /** Its revision. */
  readonly vcsRevision: string;
  /** Whether it was changed locally. */
  readonly vcsLocalDiffs: boolean;
  /** Its version. */
  readonly vcsVersionName: string;
  /** Its commit. */
  readonly vcsGitHash: string;
  /** Where the pipeline ran. */
  readonly hostname: string;
  /** Who ran it. */
  readonly user: string;
  /** The modules, in their order. */
  readonly modules: readonly G3ModuleConfig[];
  /** Its version in full; empty in old files. */
  readonly vcsFullVersion: string;
}

/** A block of housekeeping of schema 0. */
export interface IrregBlockDouble {
  /** Name of the class. */
  readonly class: "IrregBlockDouble";
  /** What to put before the names of fields; readers ignore it. */
  readonly prefix: string;
  /** Unix seconds. */
  readonly t: Float64Array;
  /** The entries. */
  readonly value: ReadonlyMap<string, Float64Array>;
}

/** How a `G3SuperTimestream` is, or is to be, stored (g3 4.2). */
export interface SuperEncoding {
  /** FLAC effort, 1 to 8; informative. */
  readonly flacLevel: number;
  /** bzip2 work factor; informative. */
  readonly bz2WorkFactor: number;
  /** 0 plain, 2 bzip2. */
  readonly timesAlgo: number;
  /** 0 plain, else bits: 1 FLAC, 2 bzip2, 4 constant. */
  readonly dataAlgo: number;
  /** As read: NumPy's number of the element type. */
  readonly typeNumber?: number;
  /** As read: bytes that the times took, where they are compressed. */
  readonly timesBytes?: number;
  /** As read: bytes that all channels took, where they are compressed. */
  readonly payloadBytes?: number;
  /** As read: the coding of each channel, where they are compressed. */
  readonly masks?: readonly number[];
}

/** Detector data: channels times samples, with names and times. */
export interface G3SuperTimestream {
  /** Name of the class. */
  readonly class: "G3SuperTimestream";
  /** One a channel. */
  readonly names: readonly string[];
  /** Ticks of 10 ns, one a sample. */
  readonly times: BigInt64Array;
  /** Row by row: the samples of the first channel, then those of the second. */
  readonly value: TimestreamArray;
  /** One step of each channel, for floats that are stored as integers; else empty. */
  readonly quanta: Float64Array;
  /** How it is stored. */
  readonly encoding: SuperEncoding;
}

/** An array of NumPy; retired. */
export interface G3Ndarray {
  /** Name of the class. */
  readonly class: "G3Ndarray";
  /** NumPy's number of the element type. */
  readonly typeNumber: number;
  /** Length of each dimension. */
  readonly shape: readonly bigint[];
  /** The elements, row by row, as stored. */
  readonly data: Uint8Array;
}

/** A sky projection as FITS header; retired. */
export interface G3WCS {
  /** Name of the class. */
  readonly class: "G3WCS";
  /** The FITS header. */
  readonly header: string;
}

/** A map of the sky; retired. */
export interface G3Ndmap {
  /** Name of the class. */
  readonly class: "G3Ndmap";
  /** The array. */
  readonly data: G3Ndarray;
  /** Its projection. */
  readonly wcs: G3WCS;
}

/** Which intervals so3g had. */
export type IntervalsClass = "IntervalsDouble" | "IntervalsInt" | "IntervalsInt32" | "IntervalsTime";

/** Intervals of a domain; retired. */
export interface Intervals<Name extends IntervalsClass = IntervalsClass> {
  /** Name of the class. */
  readonly class: Name;
  /** The least and the greatest value that there can be. */
  readonly domain: readonly [number | bigint, number | bigint];
  /** Beginning and end of each. */
  readonly value: readonly (readonly [number | bigint, number | bigint])[];
}

/** Ranges of indices; retired. */
export interface RangesInt32 {
  /** Name of the class. */
  readonly class: "RangesInt32";
  /** How many indices there are. */
  readonly count: number;
  /** Where the indices begin. */
  readonly reference: number;
  /** Beginning and end of each. */
  readonly value: readonly (readonly [number, number])[];
}

/** Which maps of intervals so3g had. */
export type MapIntervalsClass = `Map${IntervalsClass}`;

/** Intervals by name; retired. */
export interface MapIntervals<Name extends MapIntervalsClass = MapIntervalsClass> {
  /** Name of the class. */
  readonly class: Name;
  /** The entries. */
  readonly value: ReadonlyMap<string, Intervals>;
}

/** Ranges by name; retired. */
export interface MapRangesInt32 {
  /** Name of the class. */
  readonly class: "MapRangesInt32";
  /** The entries. */
  readonly value: ReadonlyMap<string, RangesInt32>;
}

/** Any value of a class that this library knows. */
export type G3Object =
  | G3Bool
  | G3Int
  | G3Double
  | G3String
  | G3Time
  | G3Quat
  | G3VectorDouble
  | G3VectorComplexDouble
  | G3VectorBool
  | G3VectorUnsignedChar
  | G3VectorInt
  | G3VectorString
  | G3VectorVectorString
  | G3VectorTime
  | G3VectorQuat
  | G3VectorFrameObject
  | G3MapDouble
  | G3MapInt
  | G3MapString
  | G3MapTime
  | G3MapQuat
  | G3MapMapDouble
  | G3MapVectorDouble
  | G3MapVectorComplexDouble
  | G3MapVectorInt
  | G3MapVectorBool
  | G3MapVectorString
  | G3MapVectorVectorString
  | G3MapVectorTime
  | G3MapVectorQuat
  | G3MapFrameObject
  | G3TimesampleMap
  | G3Timestream
  | G3TimestreamMap
  | G3TimestreamQuat
  | G3ModuleArg
  | G3ModuleConfig
  | G3PipelineInfo
  | IrregBlockDouble
  | G3SuperTimestream
  | G3Ndarray
  | G3WCS
  | G3Ndmap
  | Intervals
  | RangesInt32
  | MapIntervals
  | MapRangesInt32;

/** A value of a class that is not known: its bytes, which are written back as they are. */
export interface G3Opaque {
  /** Name of the class. */
  readonly class: "opaque";
  /** The class it says it is of; undefined where even that cannot be read. */
  readonly name: string | undefined;
  /** Why it is not decoded. */
  readonly reason: string;
  /** The whole value as stored. */
  readonly blob: Uint8Array;
}
