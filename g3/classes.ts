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
import { G3_SUPER_TIMESTREAM } from "./classes/super_timestream.ts";
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
