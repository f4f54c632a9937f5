/**
 * Housekeeping on disk: the edge of `hk/`.
 *
 * @example Read a field
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame, g3Int, g3String, g3TimesampleMap, g3VectorDouble, g3VectorString, ticksOf } from "../../g3/mod.ts";
 * import { G3FileWriter } from "../../g3/io/mod.ts";
 * import { listHkFields, readHkFields } from "./mod.ts";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   await using file = await G3FileWriter.open(`${folder}/1700000000.g3`);
 *   const head = (type: number) =>
 *     new G3Frame("H").set("hkagg_type", g3Int(type)).set("hkagg_version", g3Int(2)).set("session_id", g3Int(1));
 *   const provider = new Map([["prov_id", g3Int(0)], ["description", g3String("observatory.thermo.feeds.temps")]]);
 *   await file.write(head(1).set("providers", {
 *     class: "G3VectorFrameObject",
 *     value: [{ class: "G3MapFrameObject", value: provider }],
 *   }));
 *   const times = [1700000000, 1700000001].map(ticksOf);
 *   await file.write(
 *     head(2).set("prov_id", g3Int(0)).set("block_names", g3VectorString(["temps"])).set("blocks", {
 *       class: "G3VectorFrameObject",
 *       value: [g3TimesampleMap(times, [["Channel_01", g3VectorDouble([4.2, 4.25])]])],
 *     }),
 *   );
 * }
 * const { providers } = await listHkFields(folder);
 * assert.equal(providers[0]?.fields[0]?.count, 2);
 *
 * const { series } = await readHkFields(folder, { fields: ["thermo.Channel_01"], sinceSeconds: 1700000001 });
 * const field = series.get("observatory.thermo.feeds.temps.Channel_01");
 * assert.deepEqual(field?.times, Float64Array.of(1700000001));
 * assert.deepEqual(field?.values, Float64Array.of(4.25));
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @example Which fields have landed in a file
 * ```ts ignore
 * import { LAST_INDEX_FILE, readLastIndex } from "./mod.ts";
 *
 * for (const { address, field, timeSeconds, file } of readLastIndex(`/data/hk/${LAST_INDEX_FILE}`).fields) {
 *   console.log(address, field, new Date(timeSeconds * 1000), file ?? "not written yet");
 * }
 * ```
 *
 * @module
 */
export type { LastFeed, LastField, LastKind, LastSample, LastValue, WrittenField } from "../last_field.ts";
export { type FindFilesOptions, findG3Files } from "./find_files.ts";
export { type IndexedFiles, indexHkFiles } from "./index_files.ts";
export {
  type Environment,
  influxConnection,
  type InfluxConnectionOptions,
  influxUrl,
  readCredentials,
} from "./influx_connection.ts";
export type { InfluxAway, InfluxDatabase } from "./influx_database.ts";
export { InfluxHttp, type InfluxHttpOptions, type InfluxRequest, type InfluxSilence } from "./influx_http.ts";
export { hasTaggedSeries, presentTimes } from "./influx_present.ts";
export { InfluxV1 } from "./influx_v1.ts";
export { InfluxV2 } from "./influx_v2.ts";
export {
  type InfluxOutcome,
  type InfluxRefusal,
  InfluxWriter,
  type InfluxWriterOptions,
} from "./influx_writer.ts";
export { LastIndex, type LastIndexOptions } from "./last_index.ts";
export { type IndexTimes, LAST_INDEX_FILE } from "./last_index_schema.ts";
export { type HkListing, type HkReading, listHkFields, readHkFields } from "./read_archive.ts";
export { type HkNote, readHkBlocks, type ReadHkOptions } from "./read_files.ts";
export { type ReadLastIndex, readLastIndex } from "./read_last_index.ts";
