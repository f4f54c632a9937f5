/** What `hk last` answers. @module */
import type { LastField, LastState, LastValue } from "../../hk/mod.ts";

/** The answer as `--json` writes it. */
export interface LastData {
  /** Absolute path. */
  readonly dataDir: string;
  readonly recorder: RecorderState;
  readonly fields: readonly LastRow[];
}

/** What the index says of who writes it. */
export interface RecorderState {
  /** `ended`: recording was stopped. `silent`: it writes no more, and has not said why. */
  readonly state: "recording" | "ended" | "silent";
  /** Unix seconds of its last word; null for an index that was never written. */
  readonly updated: number | null;
  /** Seconds since then. */
  readonly ageSeconds: number | null;
  /** Unix seconds of the index's beginning: what was recorded before is not in it. */
  readonly begun: number | null;
}

/** One field as `--json` writes it. Times are Unix seconds; null where there is none. */
export interface LastRow {
  /** `AGENT.FEED.FIELD` */
  readonly name: string;
  /** Address of the feed. */
  readonly address: string;
  /** Name as in the file. */
  readonly field: string;
  readonly kind: LastField["kind"];
  readonly value: LastValue;
  /** The agent's time of the last sample. */
  readonly time: number;
  /** How old that is now. */
  readonly ageSeconds: number;
  /** When it came, by the recorder's clock. */
  readonly arrived: number;
  /** `unknown`: it came, but the recorder is not heard of since. */
  readonly state: LastState | "unknown";
  /** Seconds without data, as far as the recorder has told. */
  readonly silentSeconds: number;
  /** What `state` goes by, in seconds. */
  readonly limitSeconds: number | null;
  readonly usualGapSeconds: number | null;
  readonly freshSeconds: number;
  readonly frameSeconds: number;
  /** File of the newest sample that was written. */
  readonly file: string | null;
  /** Time of that sample. */
  readonly written: number | null;
  /** Since when samples wait for a file. */
  readonly waitsSince: number | null;
  readonly sessionId: string;
}
