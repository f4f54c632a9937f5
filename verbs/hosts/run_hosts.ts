/** From the verbs about hosts to the modules that carry them out. @module */
import type { VerbCommand } from "../grammar.ts";
import type { Outcome } from "../outcome.ts";
import { changeHosts, type ChangeHostsOptions, listHosts } from "./hosts.ts";
import type { HostsVerb } from "./plan_hosts.ts";

/** The verbs that begin with `hosts`. */
export type HostsCommand = Extract<VerbCommand, { readonly command: `hosts ${string}` }>;

const VERBS: Readonly<Record<Exclude<HostsCommand["command"], "hosts list">, HostsVerb>> = {
  "hosts up": "up",
  "hosts down": "down",
  "hosts restart": "restart",
};

/** Carries one out. */
export async function runHosts(
  command: HostsCommand,
  options: ChangeHostsOptions,
): Promise<Outcome<unknown>> {
  if (command.command === "hosts list") {
    return await listHosts({ ...options, only: command.only, reload: command.reload });
  }
  const { patterns, yes, within: withinSeconds, dryRun } = command;
  return await changeHosts(VERBS[command.command], patterns, { ...options, yes, withinSeconds, dryRun });
}
