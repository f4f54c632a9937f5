/** A database of InfluxDB, as those who write to it see it. @module */
import { errorText, type InfluxAnswer, type InfluxVerdict, judgeAnswer } from "../influx_answer.ts";
import type { InfluxSilence } from "./influx_http.ts";

/** That a database takes nothing at present, and why. */
export type InfluxAway = Extract<InfluxVerdict, { readonly kind: "away" }>;

/** A database of any version of InfluxDB. */
export interface InfluxDatabase {
  /** Where it is and what it is called, for messages. */
  readonly name: string;
  /** Looks whether it is there, and makes it where that is possible. Undefined when it is ready. */
  prepare(signal?: AbortSignal): Promise<InfluxAway | undefined>;
  /** Writes points, one a line. */
  write(lines: string, signal?: AbortSignal): Promise<InfluxVerdict>;
}

/** What an answer to a write means, or that there was none. */
export function verdictOf(answer: InfluxAnswer | InfluxSilence): InfluxVerdict {
  return "silence" in answer ? awayOf(answer) : judgeAnswer(answer, Date.now() / 1000);
}

/** Why an answer to a question is none. */
export function awayOf(answer: InfluxAnswer | InfluxSilence): InfluxAway {
  if ("silence" in answer) {
    return { kind: "away", trouble: "connection", why: answer.silence, isLate: answer.isLate };
  }
  const verdict = judgeAnswer(answer, Date.now() / 1000);
  if (verdict.kind === "away") return verdict;
  return { kind: "away", trouble: "client", why: `${answer.status}: ${errorText(answer).slice(0, 300)}` };
}
