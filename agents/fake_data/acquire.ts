/** The process `acq` of the fake-data agent, free of WAMP. @module */
import { Float } from "../../internal/float.ts";
import type { Logger } from "../../internal/log.ts";
import { pyFixed } from "../../ocs/python_float.ts";
import type { FakeChannels } from "./fake_channels.ts";

const REPORT_SECONDS = 1;
// Behind by more reports than this, the missing data are given up.
const TOO_LATE_REPORTS = 3;

/** The newest readings, as clients see them in `session.data`. */
export interface Readings {
  /** Channel by channel. */
  readonly fields: Readonly<Record<string, Float>>;
  /** Unix seconds of the newest sample. */
  readonly timestamp: Float;
}

/** Samples of one second. */
export interface Report {
  readonly timestamps: readonly number[];
  readonly data: Readonly<Record<string, readonly number[]>>;
}

/** What the process works with. */
export interface AcquireOptions {
  readonly channels: FakeChannels;
  /** Samples per second; values below 1e-6 count as that. */
  readonly sampleRate: number;
  /** Ends after the first report. */
  readonly testMode: boolean;
  /** Seconds after which the degraded state is toggled; null never. */
  readonly degradationPeriodSeconds: number | null;
  /** Present Unix time in seconds. */
  readonly now: () => number;
  /** Waits; returns early when the signal aborts. */
  readonly sleep: (seconds: number) => Promise<void>;
  readonly publish: (report: Report) => void;
  readonly show: (readings: Readings) => void;
  readonly toggleDegraded: () => void;
  readonly log: Logger;
}

/** Makes samples once per second, as many as belong to it at the sample rate, until the signal aborts. */
export async function acquire(signal: AbortSignal, options: AcquireOptions): Promise<void> {
  const { channels, testMode, degradationPeriodSeconds, now, sleep, publish, show, toggleDegraded, log } =
    options;
  const sampleRate = Math.max(1e-6, options.sampleRate);
  let nextSample = now();
  let nextReport = nextSample + REPORT_SECONDS;
  let nextToggle = degradationPeriodSeconds === null ? Infinity : 0;
  while (!signal.aborted) {
    const time = now();
    if (degradationPeriodSeconds !== null && time > nextToggle) {
      toggleDegraded();
      nextToggle = time + degradationPeriodSeconds;
    }
    const wait = nextReport - time;
    if (wait > 2 * REPORT_SECONDS) {
      log.info("The clock was set back. Starting anew.");
      nextSample = time;
      nextReport = time + REPORT_SECONDS;
      continue;
    }
    if (wait > 0) {
      await sleep(Math.min(wait, 1));
      continue;
    }
    if (wait < -TOO_LATE_REPORTS * REPORT_SECONDS) {
      log.info(`Got way behind in reporting: ${pyFixed(-wait, 1)} seconds. Dropping fake data.`);
      nextSample = time;
      nextReport = time + REPORT_SECONDS;
      continue;
    }
    const samples = Math.trunc((nextReport - nextSample) * sampleRate);
    nextReport += REPORT_SECONDS;
    if (samples <= 0) continue;
    const timestamps = Array.from({ length: samples }, (_, i) => nextSample + i / sampleRate);
    const data = channels.read(samples);
    nextSample += samples / sampleRate;
    publish({ timestamps, data });
    show(newest(timestamps, data));
    if (testMode) break;
  }
}

function newest(timestamps: readonly number[], data: Readonly<Record<string, readonly number[]>>): Readings {
  const fields = Object.entries(data).map(([name, samples]) => [name, new Float(samples.at(-1) ?? NaN)]);
  return { fields: Object.fromEntries(fields), timestamp: new Float(timestamps.at(-1) ?? NaN) };
}
