/** What became of each agent that `hosts up`, `down` and `restart` were asked for. @module */
import type { VerbResult } from "../outcome.ts";

/** One agent, as `--json` writes it. */
export interface HostsRow {
  readonly agent: string;
  readonly host: string;
  /** The host manager that was asked; null where there is none to ask. */
  readonly manager: string | null;
  /** `skipped`: meant by a pattern, and nothing is to be done. `timeout`: not there within the time allowed. `planned`: of a dry run. */
  readonly result: VerbResult | "skipped" | "planned";
  /** Where it stood last, in the words of spec ocs 10.6.2; null where nobody says. */
  readonly state: string | null;
  /** What was wanted of it last. */
  readonly target: string | null;
  /** Why, or what there is to know besides; empty: nothing. */
  readonly message: string;
}
