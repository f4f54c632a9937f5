/** Which agents `ocs up` runs, and with which arguments. @module */
import { AGENT_TABLE } from "../../agents/table.ts";
import type { FromPlugin } from "../../framework/plugin_collector.ts";
import type { AgentProgram } from "../../framework/program.ts";
import {
  type AgentExe,
  findSiteFile,
  MACHINE,
  nearMiss,
  needSetting,
  resolveSite,
  type SiteEnvironment,
  SiteError,
  type SiteInstance,
  type SiteOptions,
} from "../../site/mod.ts";
import { DEMO_AGENTS } from "../demo_site.ts";
import type { RouterPlan } from "../router_plan.ts";
import { type CrossbarProgram, planCrossbarProgram } from "./crossbar_program.ts";

/** One agent to run. */
export interface UpAgent {
  readonly instanceId: string;
  readonly agentClass: string;
  /** True when the class is one of ours; others are left to `plugin`, `agentExe` or Python's `ocs-agent-cli`. */
  readonly ours: boolean;
  /** Command line of the agent's program. */
  readonly args: readonly string[];
  /** The list of agents that has its class, where that is none of ours. */
  readonly plugin?: FromPlugin<AgentProgram> | undefined;
  /** A program of the site file that runs it, and its own arguments if they are not `args`. */
  readonly agentExe?: AgentExe | undefined;
}

/** What `ocs up` is going to do. */
export interface UpPlan {
  /** Names the place the list comes from. */
  readonly source: string;
  readonly agents: readonly UpAgent[];
  /** The router that this host's block has in place of ours. */
  readonly crossbar?: CrossbarProgram | undefined;
  /** What is left out, and why. */
  readonly skipped: readonly { readonly instanceId: string; readonly why: string }[];
}

/** What `ocs up` was told beside the site options. */
export interface UpChoice {
  /** Only these, when there are any. */
  readonly instanceIds: readonly string[];
  /** The router the agents are sent to instead of the site file's: the one started here on another port. */
  readonly hubUrl?: string | undefined;
  /** Classes of lists of agents; default none. */
  readonly plugins?: ReadonlyMap<string, FromPlugin<AgentProgram>> | undefined;
}

/**
 * Plans what to run: every agent of this host's entry in the site file, or the demo observatory without one.
 *
 * Agents that docker or nobody is to run, those that are to be down, and host managers (which would start the others a
 * second time) are left out unless they are named.
 *
 * @throws {SiteError} If the site file is wrong, has no entry for this host, or lacks an instance that was named.
 */
export async function planUp(
  options: SiteOptions,
  choice: UpChoice & { readonly router: RouterPlan },
  environment: SiteEnvironment = MACHINE,
): Promise<UpPlan> {
  const named = options.site !== undefined || options.siteFile !== undefined;
  if (!named && "none" in findSiteFile(options, environment)) return planDemo(options, choice);
  const site = await resolveSite(options, { match: "host", environment });
  const instances = site.host?.instances ?? [];
  const source = `host "${site.host?.name}" of ${site.sourceFile}`;
  checkNames(choice.instanceIds, instances.flatMap((instance) => instance.instanceId ?? []), source);
  const siteArgs = [
    ...flagArgs(options),
    ...(choice.hubUrl === undefined ? [] : ["--site-hub", choice.hubUrl]),
  ];
  const agents: UpAgent[] = [];
  const skipped: UpPlan["skipped"][number][] = [];
  for (const instance of instances) {
    const { instanceId, agentClass, agentExe } = instance;
    if (instanceId === undefined || agentClass === undefined) continue;
    if (choice.instanceIds.length > 0) {
      if (!choice.instanceIds.includes(instanceId)) continue;
    } else {
      const why = reasonToSkip(instance);
      if (why !== undefined) {
        skipped.push({ instanceId, why });
        continue;
      }
    }
    const args = [...siteArgs, "--instance-id", instanceId];
    const ours = agentExe === undefined && Object.hasOwn(AGENT_TABLE, agentClass);
    const plugin = agentExe === undefined && !ours ? choice.plugins?.get(agentClass) : undefined;
    agents.push({ instanceId, agentClass, ours, plugin, args, agentExe });
  }
  // What is missing for all of them is told once, before any of them starts.
  needSetting(site, "wampServer");
  needSetting(site, "realm");
  needSetting(site, "addressRoot");
  return { source, agents, crossbar: planCrossbarProgram(site.host), skipped };
}

function planDemo(
  options: SiteOptions,
  { instanceIds, hubUrl, router }: UpChoice & { readonly router: RouterPlan },
): UpPlan {
  const source = "the built-in demo site";
  checkNames(instanceIds, DEMO_AGENTS.map((agent) => agent.instanceId), source);
  const hub = hubUrl ?? options.siteHub ?? `ws://127.0.0.1:${router.port}${router.webSocketPath}`;
  const agents = DEMO_AGENTS
    .filter(({ instanceId }) => instanceIds.length === 0 || instanceIds.includes(instanceId))
    .map(({ instanceId, agentClass, args }): UpAgent => ({
      instanceId,
      agentClass,
      ours: true,
      args: [
        ...["--site", "none", "--site-hub", hub, "--site-realm", router.realm],
        ...["--address-root", router.addressRoot, "--instance-id", instanceId],
        ...args,
      ],
    }));
  return { source, agents, skipped: [] };
}

function checkNames(names: readonly string[], known: readonly string[], source: string): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearMiss(name, known);
    throw new SiteError(
      `Cannot start "${name}": ${source} has no such instance-id` +
        (near === undefined ? `, only ${known.join(", ") || "none"}` : `; did you mean "${near}"?`),
    );
  }
}

function reasonToSkip({ agentClass, manage }: SiteInstance): string | undefined {
  if (agentClass === "HostManager") return "a HostManager starts agents itself";
  if (manage === "ignore") return "manage: ignore";
  if (manage.startsWith("docker")) return `manage: ${manage}, docker runs it`;
  if (manage.endsWith("/down")) return `manage: ${manage}`;
  return undefined;
}

/** The site options that were given, for the agents' own command lines. */
function flagArgs(options: SiteOptions): string[] {
  const flags: readonly (readonly [string, string | undefined])[] = [
    ["--site", options.site],
    ["--site-file", options.siteFile],
    ["--site-host", options.siteHost],
    ["--site-hub", options.siteHub],
    ["--site-http", options.siteHttp],
    ["--site-realm", options.siteRealm],
    ["--address-root", options.addressRoot],
  ];
  return flags.flatMap(([name, value]) => value === undefined ? [] : [name, value]);
}
