/** One line of the night log. @module */

/** How a line ended. */
export type NightOutcome = "ok" | "failed" | "refused" | "interrupted" | "timeout";

/** What was typed, by whom, and what came of it. */
export interface NightEntry {
  /** Counts through all nights of a site. */
  readonly n: number;
  /** Unix time at which it was entered, in seconds. */
  readonly timeSeconds: number;
  /** Such as `operator@control1`. */
  readonly who: string;
  /** Same for all lines of one prompt. */
  readonly session: string;
  /** As typed, without passwords; may have several lines. */
  readonly line: string;
  readonly kind: "verb" | "typescript";
  /** What was printed, without colours and passwords, abbreviated. */
  readonly reply: string;
  readonly outcome: NightOutcome;
  readonly durationSeconds: number;
  /** What a pattern was resolved to, `AGENT.OP` each; absent where the line has none. */
  readonly targets?: readonly string[] | undefined;
}

const KINDS: readonly string[] = ["verb", "typescript"];
const OUTCOMES: readonly string[] = ["ok", "failed", "refused", "interrupted", "timeout"];

/** Reads one line of a night log; undefined for one that is torn or something else. */
export function parseNightEntry(text: string): NightEntry | undefined {
  let value: Partial<Record<keyof NightEntry, unknown>>;
  try {
    value = Object(JSON.parse(text));
  } catch {
    return undefined;
  }
  const { n, timeSeconds, who, session, line, kind, reply, outcome, durationSeconds, targets } = value;
  const right = Number.isSafeInteger(n) && isNumber(timeSeconds) && isNumber(durationSeconds) &&
    [who, session, line, reply].every((text) => typeof text === "string") &&
    KINDS.includes(String(kind)) && OUTCOMES.includes(String(outcome)) &&
    (targets === undefined || Array.isArray(targets) && targets.every((one) => typeof one === "string"));
  // Every field has just been checked.
  return right ? value as NightEntry : undefined;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}

/**
 * The night that a moment belongs to, from noon to noon UTC, by the day of its evening: `2026-11-26`.
 *
 * @param timeSeconds Unix time.
 */
export function nightOf(timeSeconds: number): string {
  return new Date((timeSeconds - 12 * 3600) * 1000).toISOString().slice(0, 10);
}
