/**
 * Housekeeping as data: the schema of its frames (g3 5), without files and without agents.
 *
 * `hk/io/mod.ts` reads it from files.
 *
 * @example The samples of a field
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame, g3Int, g3TimesampleMap, g3VectorDouble, g3VectorString, ticksOf } from "../g3/mod.ts";
 * import { HkSeriesCollector, HkStream } from "./mod.ts";
 *
 * const frame = new G3Frame("H").set("hkagg_type", g3Int(2)).set("hkagg_version", g3Int(2)).set("prov_id", g3Int(0))
 *   .set("address", { class: "G3String", value: "observatory.thermo.feeds.temps" })
 *   .set("block_names", g3VectorString(["temps"]))
 *   .set("blocks", {
 *     class: "G3VectorFrameObject",
 *     value: [g3TimesampleMap([1700000000, 1700000001].map(ticksOf), [["T", g3VectorDouble([4.2, 4.25])]])],
 *   });
 *
 * const stream = new HkStream();
 * const collector = new HkSeriesCollector();
 * for (const block of stream.read(frame)) collector.add(block);
 * const field = collector.series().get("observatory.thermo.feeds.temps.T");
 * assert.deepEqual(field?.times, Float64Array.of(1700000000, 1700000001));
 * assert.deepEqual(field?.values, Float64Array.of(4.2, 4.25));
 * ```
 *
 * @module
 */
export type { BlockFault, BlockFaultReason } from "./block_fault.ts";
export type { BlockSamples } from "./block_samples.ts";
export type { FeedBlock } from "./feed_block.ts";
export { type FaultyBlock, HkCollector, type HkCollectorOptions, type LostBlock } from "./hk_collector.ts";
export type { Appended, HkFeed } from "./hk_feed.ts";
export { hkFilePath } from "./hk_file_path.ts";
export type { DataDraft, HkProvider, WaitingSpan } from "./hk_provider.ts";
export { HkSession, type NamedBlocks, type ProviderIdentity } from "./hk_session.ts";
export { hkSessionId, type HkSessionIdOptions } from "./hk_session_id.ts";
export type { HkTiming } from "./hk_timing.ts";
export { type InfluxAnswer, type InfluxTrouble, type InfluxVerdict, judgeAnswer } from "./influx_answer.ts";
export { influxBlockLines, influxTimeOfTicks, originOfProvider } from "./influx_block_lines.ts";
export { type InfluxKindChange, InfluxKinds } from "./influx_kinds.ts";
export { type InfluxFault, influxLines, type InfluxLinesOptions } from "./influx_lines.ts";
export {
  type InfluxField,
  influxLineOf,
  type InfluxOrigin,
  type InfluxPoint,
  originOf,
  readInfluxLine,
} from "./influx_point.ts";
export { type InfluxProtocol, influxTime } from "./influx_time.ts";
export { type InfluxKind, influxValue, kindOfValue } from "./influx_value.ts";
export type { LastFeed, LastField, LastKind, LastSample, LastValue, WrittenField } from "./last_field.ts";
export { judgeField, type LastJudgement, type LastState } from "./last_state.ts";
export { type HkBlock, type HkKind, type HkProviderBlock, type HkVector } from "./read_block.ts";
export { HkChoice } from "./read_choice.ts";
export {
  type HkDataFrame,
  type HkFrame,
  type HkFrameHead,
  type HkSessionFrame,
  type HkStatusFrame,
  readHkFrame,
} from "./read_frame.ts";
export { type HkSeries, HkSeriesCollector } from "./read_series.ts";
export { HkStream, type HkStreamOptions } from "./read_stream.ts";
export { type HkFieldSummary, type HkProviderSummary, HkSummary } from "./read_summary.ts";
export { type RepairedNames, repairFieldNames } from "./repair_field_names.ts";
export type { SampleKind } from "./sample_kind.ts";
export { type SampleIrregularities, SampleWatch } from "./sample_watch.ts";
