/** What a verb gives back. @module */
import type { Look } from "./look.ts";

/** How a verb ended: `failed` covers refusals, `timeout` an operation that still runs. */
export type VerbResult = "ok" | "failed" | "timeout";

/** Result of a verb: as data for programs, and as text for people. */
export interface Outcome<Data> {
  readonly result: VerbResult;
  /** For `--json` and scripts. */
  readonly data: Data;
  /** For a terminal or a pipe. */
  text(look: Look): string;
}
