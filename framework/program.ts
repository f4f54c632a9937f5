/** What a program must know of an agent's class before it starts one. @module */
import type { OptionSpecs, OptionValues } from "../site/option_specs.ts";
import type { Agent } from "./agent.ts";

/**
 * An agent's class: its constructor registers operations and feeds.
 *
 * One that has `[Symbol.asyncDispose]` or `[Symbol.dispose]` is told of the end, when its operations are over.
 */
export type AgentClass<S extends OptionSpecs = OptionSpecs, T extends object = object> = new (
  agent: Agent,
  options: OptionValues<S>,
) => T;

/** The data beside a class: its name, its options, its purpose. */
export interface AgentProgram<S extends OptionSpecs = OptionSpecs> {
  /** The `agent-class` of the site file, such as `FakeDataAgent`. */
  readonly name: string;
  /** One or two sentences for `--help`. */
  readonly summary?: string | undefined;
  /** For a class that has to be reachable for everybody: no access policy, whatever the site says. */
  readonly accessPolicy?: "none" | undefined;
  /** The class's own options, beside those of every agent. */
  readonly options: S;
  /** Flags of V8 that do it good, such as `--max-semi-space-size=2`; `ocs up` starts it with them. */
  readonly v8Flags?: readonly string[] | undefined;
}
