/** The table of the classes that this library knows. @module */
import type { G3Class, G3ClassTable } from "./class_table.ts";
import { G3_MAP_FRAME_OBJECT, G3_TIMESAMPLE_MAP, IRREG_BLOCK_DOUBLE } from "./classes/containers.ts";
import * as maps from "./classes/maps.ts";
import { G3_MODULE_ARG, G3_MODULE_CONFIG, G3_PIPELINE_INFO } from "./classes/pipeline.ts";
import {
  G3_NDARRAY,
  G3_NDMAP,
  G3_WCS,
  INTERVALS,
  MAP_RANGES_INT32,
  RANGES_INT32,
} from "./classes/retired.ts";
import { G3_BOOL, G3_DOUBLE, G3_INT, G3_QUAT, G3_STRING, G3_TIME } from "./classes/scalars.ts";
import { G3_SUPER_TIMESTREAM, someChannels } from "./classes/super_timestream.ts";
import { G3_TIMESTREAM, G3_TIMESTREAM_MAP, G3_TIMESTREAM_QUAT } from "./classes/timestreams.ts";
import * as vectors from "./classes/vectors.ts";
import type { G3Object } from "./objects.ts";

const ALL: readonly G3Class<G3Object>[] = [
  ...[G3_BOOL, G3_INT, G3_DOUBLE, G3_STRING, G3_TIME, G3_QUAT],
  vectors.G3_VECTOR_DOUBLE,
  vectors.G3_VECTOR_COMPLEX_DOUBLE,
  vectors.G3_VECTOR_BOOL,
  vectors.G3_VECTOR_UNSIGNED_CHAR,
  vectors.G3_VECTOR_INT,
  vectors.G3_VECTOR_STRING,
  vectors.G3_VECTOR_VECTOR_STRING,
  vectors.G3_VECTOR_TIME,
  vectors.G3_VECTOR_QUAT,
  vectors.G3_VECTOR_FRAME_OBJECT,
  maps.G3_MAP_DOUBLE,
  maps.G3_MAP_INT,
  maps.G3_MAP_STRING,
  maps.G3_MAP_TIME,
  maps.G3_MAP_QUAT,
  maps.G3_MAP_MAP_DOUBLE,
  maps.G3_MAP_VECTOR_DOUBLE,
  maps.G3_MAP_VECTOR_COMPLEX_DOUBLE,
  maps.G3_MAP_VECTOR_INT,
  maps.G3_MAP_VECTOR_BOOL,
  maps.G3_MAP_VECTOR_STRING,
  maps.G3_MAP_VECTOR_VECTOR_STRING,
  maps.G3_MAP_VECTOR_TIME,
  maps.G3_MAP_VECTOR_QUAT,
  ...[G3_MAP_FRAME_OBJECT, G3_TIMESAMPLE_MAP],
  ...[G3_TIMESTREAM, G3_TIMESTREAM_MAP, G3_TIMESTREAM_QUAT],
  ...[G3_MODULE_ARG, G3_MODULE_CONFIG, G3_PIPELINE_INFO],
  ...[IRREG_BLOCK_DOUBLE, G3_SUPER_TIMESTREAM],
  ...[G3_NDARRAY, G3_WCS, G3_NDMAP, ...INTERVALS, RANGES_INT32, MAP_RANGES_INT32],
];

/** The classes of g3 3 and 4, by name. To know more, hand `new Map([...CLASSES, ...])` to whatever reads. */
export const CLASSES: G3ClassTable = new Map(ALL.map((type) => [type.name, type]));

/**
 * The classes for who wants few channels of detector data: decoding a `G3SuperTimestream` takes time by channel.
 *
 * Names and times of all channels are there; samples of those that are not wanted are 0 where they are compressed. Not for
 * what is to be written again.
 *
 * @example Read one channel of a recorded stream
 * ```ts no-run
 * import { readG3File } from "./io/mod.ts";
 *
 * const classes = classesForChannels((name) => name === "r0001");
 * for await (const frame of readG3File("1700000000_000.g3", { classes })) {
 *   if (frame.letters !== "S") continue;
 *   const { names, times, value } = frame.get("data", "G3SuperTimestream");
 *   const row = names.indexOf("r0001");
 *   console.log(value.subarray(row * times.length, (row + 1) * times.length));
 * }
 * ```
 */
export function classesForChannels(isWanted: (name: string) => boolean): G3ClassTable {
  const type: G3Class<G3Object> = someChannels(isWanted);
  return new Map([...CLASSES, [type.name, type]]);
}
