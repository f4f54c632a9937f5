/** The verbs about hosts: list them, and have their managers start and stop agents. @module */
import { matchesGlob } from "../../ocs/mod.ts";
import { HostedAgentNotFoundError, NotConfirmedError } from "../errors.ts";
import type { FleetWatch } from "../fleet_watch.ts";
import { worstOf } from "../many_rows.ts";
import type { Outcome } from "../outcome.ts";
import { openSite, type VerbOptions } from "../site_link.ts";
import type { VerbTerminal } from "../terminal.ts";
import { changeText, planText } from "./change_text.ts";
import { driveHosts } from "./drive_hosts.ts";
import type { HostedAgent, HostView } from "./host_view.ts";
import type { HostsRow } from "./hosts_outcome.ts";
import { hostsText, needsCare } from "./hosts_text.ts";
import { lookAtHosts } from "./look_at_hosts.ts";
import {
  HOSTS_VERB_WORDS,
  type HostsPlan,
  type HostsVerb,
  planHosts,
  type UntouchedAgent,
} from "./plan_hosts.ts";

/** How hosts are listed. */
export interface HostsOptions extends VerbOptions {
  readonly terminal: VerbTerminal;
  /** The prompt's watch. */
  readonly fleet?: FleetWatch | undefined;
  /** Only hosts of these names; patterns. Default: all. */
  readonly only?: readonly string[] | undefined;
  /** Have the managers read the site file first. */
  readonly reload?: boolean | undefined;
}

/** How agents of hosts are started and stopped. */
export interface ChangeHostsOptions extends Omit<HostsOptions, "only" | "reload"> {
  /** Nobody need be asked. */
  readonly yes?: boolean | undefined;
  /** How long all of it may take, in seconds; default 60. */
  readonly withinSeconds?: number | undefined;
  /** Show the plan and do nothing. */
  readonly dryRun?: boolean | undefined;
  /** Told the agents that are going to be touched, before that is done. */
  readonly onTargets?: ((targets: readonly string[]) => void) | undefined;
}

/** How long agents may take where nobody says otherwise. */
export const WITHIN_SECONDS = 60;

/**
 * Lists hosts with their managers and agents: where each stands, and what is wanted of it.
 *
 * `failed` when a manager is away or does not manage, cannot use its site file, or an agent is neither as wanted nor on its
 * way.
 *
 * @throws {HostedAgentNotFoundError} If one of the names or patterns is no host's.
 */
export async function listHosts(options: HostsOptions): Promise<Outcome<readonly HostView[]>> {
  const { terminal, fleet, only = [], reload, signal } = options;
  await using link = await openSite(options);
  terminal.progress("asking the host managers");
  const all = await lookAtHosts({ link, fleet, reload, signal });
  const unknown = only.find((pattern) => !all.some(({ host }) => matchesGlob(host, pattern)));
  if (unknown !== undefined && all.length > 0) {
    const names = all.map(({ host }) => host).join(", ");
    throw new HostedAgentNotFoundError(`Cannot find a host "${unknown}": expected one of ${names}`);
  }
  const hosts = only.length === 0
    ? all
    : all.filter(({ host }) => only.some((pattern) => matchesGlob(host, pattern)));
  const isGood = hosts.every(({ managers, agents }) =>
    managers.every(({ state, problems }) => state === "up" && problems.length === 0) &&
    !agents.some(needsCare)
  );
  return {
    result: isGood && hosts.length > 0 ? "ok" : "failed",
    data: hosts,
    text: (look) => hostsText(hosts, look),
  };
}

/**
 * Has the host managers start, stop or restart all agents that patterns mean, and waits until they are there.
 *
 * The plan is shown and asked for before anything is done. See `matchHosts` for patterns, `planHosts` for what is left alone
 * and `driveHosts` for what counts as there. `timeout` when some are not there in time: their managers go on trying.
 *
 * @throws {NotConfirmedError} If there is nobody to ask, and no `yes`.
 * @throws {HostedAgentNotFoundError} If a pattern means no agent.
 */
export async function changeHosts(
  verb: HostsVerb,
  patterns: readonly string[],
  options: ChangeHostsOptions,
): Promise<Outcome<readonly HostsRow[]>> {
  const { terminal, fleet, yes = false, withinSeconds = WITHIN_SECONDS, signal } = options;
  await using link = await openSite(options);
  terminal.progress("asking the host managers");
  const plan = planHosts(verb, await lookAtHosts({ link, fleet, signal }), patterns);
  terminal.progress(undefined);
  const untouched = plan.untouched.map(untouchedRow);
  if (options.dryRun === true && plan.chosen.length > 0) {
    const data = [...plan.chosen.map(({ agent }) => plannedRow(agent)), ...untouched];
    return { result: "ok", data, text: (look) => planText(plan, look) };
  }
  if (plan.chosen.length > 0 && !yes && !await isConfirmed(plan, patterns, terminal)) {
    return { result: "failed", data: [], text: () => "Nothing was done." };
  }
  options.onTargets?.(plan.chosen.map(({ agent }) => agent.instance));
  const driven = await driveHosts(plan, {
    link,
    withinSeconds,
    signal,
    onProgress: terminal.showsProgress ? (text) => terminal.progress(`${verb}: ${text}`) : undefined,
  });
  const rows = [...driven, ...untouched];
  return {
    result: worstOf(rows.map(({ result }) => result === "skipped" || result === "planned" ? "ok" : result)),
    data: rows,
    text: (look) => changeText(rows, plan, look),
  };
}

async function isConfirmed(
  plan: HostsPlan,
  patterns: readonly string[],
  terminal: VerbTerminal,
): Promise<boolean> {
  const { chosen } = plan;
  const word = HOSTS_VERB_WORDS[plan.verb];
  if (terminal.confirm === undefined) {
    const names = chosen.map(({ agent }) => agent.instance).join(", ");
    const count = chosen.length === 1 ? "1 agent" : `${chosen.length} agents`;
    throw new NotConfirmedError(
      `Cannot ${word} "${
        patterns.join(" ")
      }" without being asked: it means ${count} (${names}), expected --yes`,
    );
  }
  terminal.say(planText(plan, terminal.look));
  return await terminal.confirm(
    `Really ${word} ${chosen.length === 1 ? "this one" : `these ${chosen.length}`}?`,
  );
}

function untouchedRow({ agent, why, failed }: UntouchedAgent): HostsRow {
  return { ...plannedRow(agent), result: failed ? "failed" : "skipped", message: why };
}

function plannedRow({ instance: agent, host, manager, state, target }: HostedAgent): HostsRow {
  return { agent, host, manager, result: "planned", state, target, message: "" };
}
