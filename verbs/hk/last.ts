/** What is being recorded, and what stopped. @module */
import { resolve } from "node:path";
import { LAST_INDEX_FILE, type ReadLastIndex, readLastIndex } from "../../hk/io/mod.ts";
import type { Outcome } from "../outcome.ts";
import type { VerbOptions } from "../site_link.ts";
import { findDataFolder } from "./data_folder.ts";
import type { LastData, RecorderState } from "./last_data.ts";
import { lastRows, matchingRows } from "./last_rows.ts";
import { lastText } from "./last_text.ts";

/** What is listed. */
export interface LastOptions extends VerbOptions {
  /** Folder of the files; default see `findDataFolder`. */
  readonly dataDir?: string | undefined;
  /** Leaves nothing out on a terminal. */
  readonly all?: boolean | undefined;
  /** Unix seconds; default the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/** Recorders write every few seconds, with very many fields every ten or so. */
const SILENT_SECONDS = 60;

/**
 * Lists recorded fields with their last sample, trouble first; needs no router.
 *
 * `failed` when one has stopped or waits for its file, or nothing is being recorded.
 *
 * @throws {SiteError} If it is not known where housekeeping is recorded.
 * @throws {FieldNotFoundError} If a pattern means no field.
 * @throws {Error} If there is no index, or it cannot be read.
 */
export async function last(
  patterns: readonly string[],
  options: LastOptions = {},
): Promise<Outcome<LastData>> {
  const { all = false, now = () => Date.now() / 1000 } = options;
  const dataDir = resolve(await findDataFolder(options.dataDir, options));
  const index = readIndex(dataDir);
  const nowSeconds = now();
  const recorder = recorderState(index, nowSeconds);
  const rows = lastRows(index.fields, {
    nowSeconds,
    updatedSeconds: recorder.updated ?? nowSeconds,
    isRecording: recorder.state === "recording",
  });
  const fields = matchingRows(rows, patterns);
  const isTrouble = recorder.state !== "recording" ||
    fields.some(({ state }) => state === "stopped" || state === "held");
  return {
    result: isTrouble ? "failed" : "ok",
    data: { dataDir, recorder, fields },
    text: (look) => lastText({ dataDir, recorder, fields }, { look, all }),
  };
}

function readIndex(dataDir: string): ReadLastIndex {
  try {
    return readLastIndex(`${dataDir}/${LAST_INDEX_FILE}`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(
      `${error.message}; the AggregatorAgent keeps one while it records, and "ocs hk index" makes one from the files`,
      { cause: error },
    );
  }
}

function recorderState(
  { updatedSeconds, endedSeconds, begunSeconds }: ReadLastIndex,
  nowSeconds: number,
): RecorderState {
  const ageSeconds = updatedSeconds === undefined ? undefined : Math.max(0, nowSeconds - updatedSeconds);
  const isSilent = ageSeconds === undefined || ageSeconds > SILENT_SECONDS;
  return {
    state: endedSeconds !== undefined ? "ended" : isSilent ? "silent" : "recording",
    updated: updatedSeconds ?? null,
    ageSeconds: ageSeconds === undefined ? null : Math.round(ageSeconds * 1000) / 1000,
    begun: begunSeconds ?? null,
  };
}
