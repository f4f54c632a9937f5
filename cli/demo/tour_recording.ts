/** The end of the tour: what was recorded meanwhile. @module */
import { relative, resolve } from "node:path";
import { pause } from "../../internal/pause.ts";
import { toError } from "../../internal/to_error.ts";
import { last } from "../../verbs/hk/last.ts";
import type { DemoRecording } from "./recording.ts";
import type { TourOptions } from "./tour_options.ts";
import type { TourPrinter } from "./tour_printer.ts";
import { runTourVerb } from "./tour_verbs.ts";

/** A loaded machine takes longer; then the tour fails, instead of showing nothing. */
const TIMEOUT_SECONDS = 30;
const LOOK_MS = 200;
const FEED = "faker1.false_temperatures";
const FIELD = "channel_00";

/**
 * Shows the last recorded samples, and plots one field from the file that has just been written.
 *
 * @throws {Error} If nothing is recorded in time.
 */
export async function showRecording(options: TourOptions, printer: TourPrinter): Promise<void> {
  const { site, recording, json, signal, console: { out } } = options;
  const file = await untilWritten(recording, signal);
  const verb = {
    site: { site: "none", siteHub: site.wampServer, siteRealm: site.realm, addressRoot: site.addressRoot },
    out,
    json,
    signal,
  };
  const show = async (title: string, words: readonly string[]): Promise<void> => {
    await printer.text(title, words.join(" "), await runTourVerb(words, verb));
  };
  const dataDir = shownPath(recording.housekeepingFolder);
  await show("Meanwhile it was recorded: what is landing", ["hk", "last", FEED, "--data-dir", dataDir]);
  await show("Plot a field from the file just written", [
    ...["g3", "plot", shownPath(file), `${FEED}.${FIELD}`],
  ]);
}

/** Waits until a sample of this demo is in a file; gives its path. */
async function untilWritten(
  { housekeepingFolder, startedSeconds }: DemoRecording,
  signal: AbortSignal,
): Promise<string> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_SECONDS * 1000)]);
  let why: unknown = "it is received and not written";
  while (!deadline.aborted) {
    try {
      const { data } = await last([`${FEED}.${FIELD}`], { dataDir: housekeepingFolder });
      const [row] = data.fields;
      // The index knows what earlier demos recorded, too.
      if (typeof row?.file === "string" && row.written !== null && row.written > startedSeconds) {
        return resolve(housekeepingFolder, row.file);
      }
    } catch (error) {
      why = error;
    }
    await pause(LOOK_MS, { signal: deadline });
  }
  signal.throwIfAborted();
  throw new Error(
    `Cannot show what was recorded: no sample of ${FEED} is in a file of "${housekeepingFolder}" after ` +
      `${TIMEOUT_SECONDS} s: ${toError(why).message}`,
  );
}

/** As it would be typed. */
function shownPath(path: string): string {
  const near = relative(Deno.cwd(), path);
  return near.startsWith("..") ? path : near;
}
