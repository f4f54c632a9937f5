/** Which fields land, and which stopped. @module */
import type { LastField } from "./last_field.ts";

/**
 * `landing`: it comes as usual. `late`: nothing came for three times its usual gap, at least 10 s. `stopped`: nor within the
 * time after which its feed counts as gone. `held`: it comes, but the file is overdue. `old`: nothing came for a day, and
 * nobody waits for it any more.
 */
export type LastState = "landing" | "late" | "stopped" | "held" | "old";

/** Where a field is, and why it is not where it should be. */
export interface LastJudgement {
  /** In one word. */
  readonly state: LastState;
  /** Seconds without data. */
  readonly silentSeconds: number;
  /** What `state` goes by: seconds after which silence counts, or the frame's length for `held`; undefined for `landing`. */
  readonly limitSeconds: number | undefined;
}

const GAPS = 3;
/** Recorders look once a second, and the index may be written some seconds later. */
const SHORTEST_SECONDS = 10;
const OLD_SECONDS = 86_400;
/** So long after its length a frame that is not in a file is overdue. */
const OVERDUE_SECONDS = 60;

/**
 * Judges a field as of a time of the recorder's clock, which is that of the index's last writing: an agent's clock may be
 * wrong, and what came after that writing is not known.
 */
export function judgeField(field: LastField, atSeconds: number): LastJudgement {
  const { arrivedSeconds, gapSeconds, freshSeconds, waitsSinceSeconds, frameSeconds } = field;
  const silentSeconds = Math.max(0, atSeconds - arrivedSeconds);
  const usual = gapSeconds === undefined ? undefined : Math.max(SHORTEST_SECONDS, GAPS * gapSeconds);
  // What comes once an hour has not stopped after three minutes, whatever its feed was registered with.
  const gone = Math.max(freshSeconds, usual ?? 0);
  const judged = (state: LastState, limitSeconds?: number) => ({ state, silentSeconds, limitSeconds });
  if (silentSeconds > Math.max(OLD_SECONDS, gone)) return judged("old", Math.max(OLD_SECONDS, gone));
  if (silentSeconds > gone) return judged("stopped", gone);
  if (waitsSinceSeconds !== undefined && atSeconds - waitsSinceSeconds > frameSeconds + OVERDUE_SECONDS) {
    return judged("held", frameSeconds);
  }
  if (usual !== undefined && silentSeconds > usual) return judged("late", usual);
  return judged("landing");
}
