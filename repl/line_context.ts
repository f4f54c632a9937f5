/** What lines of the prompt work with. @module */
import type { SiteOptions } from "../site/mod.ts";
import type { FleetWatch } from "../verbs/fleet_watch.ts";
import type { NightLog } from "../verbs/night_log.ts";
import type { SiteLink, VerbOptions } from "../verbs/site_link.ts";
import type { NightOutcome } from "../verbs/night_entry.ts";
import type { AgentVariables } from "./agent_variables.ts";
import type { Evaluator } from "./evaluator.ts";
import type { OwnOperations } from "./own_operations.ts";
import type { PromptTerminal } from "./prompt_terminal.ts";

/** What lines of the prompt work with. */
export interface LineContext {
  /** Which site, for programs that are started. */
  readonly site: SiteOptions;
  readonly link: SiteLink;
  readonly fleet: FleetWatch;
  readonly own: OwnOperations;
  readonly variables: AgentVariables;
  readonly evaluator: Evaluator;
  readonly terminal: PromptTerminal;
  readonly night: NightLog;
  /** Deadline and rights where a line names none. */
  readonly options: Pick<VerbOptions, "timeoutSeconds" | "privs">;
}

/** What came of a line. */
export interface LineResult {
  readonly outcome: NightOutcome;
  /** For a pipe; 0 when all is well. */
  readonly code: number;
  /** What was carried out in place of what was typed. */
  readonly carriedOut?: { readonly line: string; readonly kind: "verb" | "typescript" } | undefined;
  /** What a pattern was resolved to. */
  readonly targets?: readonly string[] | undefined;
}
