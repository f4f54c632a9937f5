/**
 * Housekeeping on disk: the edge of `hk/`.
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
export { LastIndex, type LastIndexOptions } from "./last_index.ts";
export { LAST_INDEX_FILE } from "./last_index_schema.ts";
export { type ReadLastIndex, readLastIndex } from "./read_last_index.ts";
