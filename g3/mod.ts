/**
 * G3: the files and streams that observatories record, read and written without spt3g.
 *
 * Bytes in, bytes out: nothing here opens a file or a socket (`g3/io/mod.ts` does). A stream is cut into frames without
 * decoding them; a value is decoded when it is asked for, exactly: 64-bit integers as bigint, vectors as typed arrays,
 * NaNs and -0 as they were. What is not known passes through byte for byte. What is written, so3g 0.2.9 reads.
 *
 * @example Write a frame of housekeeping, and read it
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame, g3Int, g3TimesampleMap, g3VectorDouble, readFrames, ticksOf } from "./mod.ts";
 *
 * const times = [1700000000, 1700000001].map(ticksOf);
 * const block = g3TimesampleMap(times, [["temperature", g3VectorDouble([4.2, 4.25])]]);
 * const bytes = new G3Frame("H")
 *   .set("session_id", g3Int(429496729620225460n))
 *   .set("blocks", { class: "G3VectorFrameObject", value: [block] })
 *   .encode();
 *
 * for await (const frame of readFrames(bytes)) {
 *   const [first] = frame.get("blocks", "G3VectorFrameObject").value;
 *   assert(first?.class === "G3TimesampleMap");
 *   const field = first.value.get("temperature");
 *   assert(field?.class === "G3VectorDouble");
 *   assert.deepEqual([...field.value], [4.2, 4.25]);
 * }
 * ```
 *
 * @example Copy the whole frames of a damaged stream
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkFrames, G3Frame } from "./mod.ts";
 *
 * const frame = new G3Frame("S").encode();
 * const damaged = new Uint8Array([...frame, ...frame, 1, 1, 0]);
 * const { wholeBytes, faults } = await checkFrames(damaged);
 * assert.match(faults[0]?.message ?? "", /^Cannot read frame at byte 34: the stream ends in its head/);
 * assert.deepEqual(damaged.subarray(0, wholeBytes), new Uint8Array([...frame, ...frame]));
 * ```
 *
 * @module
 */
export { ArchiveReader, type ReadableClass, type ReadLimits } from "./archive_reader.ts";
export { ArchiveWriter, type WritableClass } from "./archive_writer.ts";
export {
  type BlobHead,
  blobHead,
  decodeBlob,
  type DecodeOptions,
  encodeBlob,
  tryDecodeBlob,
} from "./blob.ts";
export { blobFinder } from "./blob_finder.ts";
export { type BadValue, checkFrames, type CheckOptions, type CheckReport } from "./check.ts";
export type { G3Class, G3ClassTable } from "./class_table.ts";
export { CLASSES, classesForChannels } from "./classes.ts";
export { TIMESTREAM_UNITS } from "./classes/timestreams.ts";
export { crc32c } from "./crc32c.ts";
export { G3DecodeError, G3EncodeError, G3Error, G3StreamError, type G3StreamFault } from "./errors.ts";
export { G3Frame } from "./frame.ts";
export { FrameSplitter, MAX_FRAME_BYTES, type RawFrame, type SplitOptions } from "./frame_splitter.ts";
export { FRAME_TYPES, frameCode, frameLetters, type FrameTypeName, frameTypeName } from "./frame_type.ts";
export {
  g3Bool,
  g3Double,
  g3Int,
  g3String,
  g3Time,
  g3TimesampleMap,
  g3VectorBool,
  g3VectorDouble,
  g3VectorInt,
  g3VectorString,
  g3VectorTime,
} from "./make.ts";
export type {
  G3Bool,
  G3Double,
  G3Int,
  G3MapDouble,
  G3MapFrameObject,
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
  G3ModuleArg,
  G3ModuleConfig,
  G3Ndarray,
  G3Ndmap,
  G3Object,
  G3Opaque,
  G3PipelineInfo,
  G3Quat,
  G3String,
  G3SuperTimestream,
  G3Time,
  G3TimesampleMap,
  G3Timestream,
  G3TimestreamMap,
  G3TimestreamQuat,
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
  G3WCS,
  Intervals,
  IntervalsClass,
  IrregBlockDouble,
  MapIntervals,
  MapIntervalsClass,
  MapRangesInt32,
  RangesInt32,
  SuperEncoding,
  TimestreamArray,
} from "./objects.ts";
export { type ByteSource, readFrames, readFramesSync, type ReadOptions, splitFrames } from "./read_frames.ts";
export {
  FrameSalvager,
  isSkipped,
  salvageFrames,
  type SalvageOptions,
  type SkippedBytes,
} from "./salvage.ts";
export { compareKeys, decodeText, encodeText } from "./text.ts";
export { isoTimeOf, TICKS_PER_SECOND, ticksOf, unixSecondsOf } from "./time.ts";
