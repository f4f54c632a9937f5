/** Who is there. @module */
import { pause } from "../internal/pause.ts";
import { opCodeName } from "../ocs/mod.ts";
import type { SiteInstance } from "../site/mod.ts";
import type { AgentRow } from "./agent_row.ts";
import { agentsText } from "./agents_text.ts";
import type { LiveAgent } from "./fleet_event.ts";
import { FleetWatch } from "./fleet_watch.ts";
import type { Outcome } from "./outcome.ts";
import { openSite, type SiteLink, type VerbOptions } from "./site_link.ts";
import { untilDescribed } from "./until_described.ts";
import { untilSettled } from "./until_settled.ts";

/** How `agents` looks. */
export interface AgentsOptions extends VerbOptions {
  /** Seconds to listen in any case. Default: not longer than it takes to know everybody, at most 1.2. */
  readonly listenSeconds?: number | undefined;
  /** The prompt's watch, which knows at once; needs `link`. */
  readonly fleet?: FleetWatch | undefined;
  /** Name of an agent's variable at the prompt. */
  readonly variableOf?: ((instance: string) => string) | undefined;
}

/** Agents tell of themselves once a second. */
const LISTEN_MS = 1200;
/** A heartbeat of before is no news of now. */
const LATE_SECONDS = 2.5;
/** An agent that nobody expects is forgotten for trouble after a day. */
const FORGOTTEN_SECONDS = 86_400;

type Expected = ReadonlyMap<string, SiteInstance & { readonly host: string }>;

/**
 * Lists every agent that is heard, or that the registry or the site file knows, trouble first.
 *
 * `failed` when one that the site file wants running is silent, one has expired or is stuck, or the router is lost.
 */
export async function agents(options: AgentsOptions = {}): Promise<Outcome<readonly AgentRow[]>> {
  const { fleet, link, signal, variableOf } = options;
  if (fleet !== undefined && link !== undefined) {
    // What the prompt knows is shown at once, also without a router; one that was not there yet gets a moment.
    if (fleet.listening) await link.connection.joined(LISTEN_MS).catch(() => {});
    if (fleet.router.state === "up") await untilSettled(fleet, signal);
    signal?.throwIfAborted();
    return outcome(fleet, link, { expected: await expectedAgents(link), variableOf });
  }
  await using own = await openSite(options);
  await using watch = FleetWatch.open(own);
  const startedMs = watch.nowMs;
  const listenFor = (ms: number) => pause(ms - (watch.nowMs - startedMs), { signal });
  const expected = await expectedAgents(own);
  await untilSettled(watch, signal);
  if (options.listenSeconds !== undefined) await listenFor(options.listenSeconds * 1000);
  // Before somebody is said to be missing, everybody has had time to be heard.
  if (rowsOf(watch, { expected }).some(({ state }) => isTrouble(state))) await listenFor(LISTEN_MS);
  await untilDescribed(watch, { signal });
  signal?.throwIfAborted();
  return outcome(watch, own, { expected, variableOf });
}

function outcome(
  fleet: FleetWatch,
  link: SiteLink,
  about: { readonly expected: Expected; readonly variableOf: AgentsOptions["variableOf"] },
): Outcome<readonly AgentRow[]> {
  const rows = rowsOf(fleet, about);
  const trouble = rows.filter((row) => needsCare(row, about.expected));
  const { state, sinceMs } = fleet.router;
  return {
    result: trouble.length > 0 || state === "lost" ? "failed" : "ok",
    data: rows,
    text: (look) =>
      agentsText(rows, {
        look,
        trouble,
        addressRoot: link.clientSite.addressRoot,
        url: link.connection.url,
        routerLostSeconds: state === "lost" ? (fleet.nowMs - sinceMs) / 1000 : undefined,
        listening: fleet.listening,
      }),
  };
}

function rowsOf(
  fleet: FleetWatch,
  { expected, variableOf }: {
    readonly expected: Expected;
    readonly variableOf?: AgentsOptions["variableOf"];
  },
): AgentRow[] {
  const rows = [...fleet.agents.values()].map((agent) => {
    const row = heardRow(agent, { fleet, expected: expected.get(agent.instance) });
    return variableOf === undefined ? row : { ...row, variable: variableOf(agent.instance) };
  });
  for (const [instance, inSite] of expected) {
    if (fleet.agents.has(instance)) continue;
    const { agentClass, host } = inSite;
    rows.push({
      instance,
      agentClass: agentClass ?? null,
      host,
      pid: null,
      state: isOff(inSite) ? "off" : fleet.router.state === "lost" ? "unknown" : "silent",
      operations: {},
      heartbeatAgeSeconds: null,
    });
  }
  return rows.sort((a, b) =>
    urgency(a) - urgency(b) || a.instance.localeCompare(b.instance, "en", { numeric: true })
  );
}

function heardRow(
  agent: LiveAgent,
  { fleet, expected }: {
    readonly fleet: FleetWatch;
    readonly expected: (SiteInstance & { readonly host: string }) | undefined;
  },
): AgentRow {
  const { instance, api, operations, heardMs } = agent;
  const age = (fleet.nowMs - heardMs) / 1000;
  return {
    instance,
    agentClass: api?.agent_class ?? agent.agentClass ?? expected?.agentClass ?? null,
    host: api?.instance_hostname ?? expected?.host ?? null,
    pid: agent.state === "expired" ? null : api?.instance_pid ?? null,
    state: stateOf(agent, { age, isLost: fleet.router.state === "lost", expected }),
    operations: Object.fromEntries([...operations].map(([op, { code }]) => [op, opCodeName(code) ?? ""])),
    heartbeatAgeSeconds: Math.round(age * 1000) / 1000,
  };
}

function stateOf(
  { state }: LiveAgent,
  { age, isLost, expected }: {
    readonly age: number;
    readonly isLost: boolean;
    readonly expected: SiteInstance | undefined;
  },
): AgentRow["state"] {
  if (state === "expired") return expected !== undefined && isOff(expected) ? "off" : "expired";
  if (isLost) return "unknown";
  return state === "up" && age > LATE_SECONDS ? "late" : state;
}

function isOff({ manage }: SiteInstance): boolean {
  return manage.endsWith("/down") || manage === "ignore";
}

function isTrouble(state: AgentRow["state"]): boolean {
  return state === "expired" || state === "silent" || state === "stuck";
}

function needsCare({ state, instance, heartbeatAgeSeconds }: AgentRow, expected: Expected): boolean {
  if (!isTrouble(state)) return false;
  // The registry never forgets; what was tried out last week and is in no site file is nobody's trouble.
  return state !== "expired" || expected.has(instance) || (heartbeatAgeSeconds ?? 0) < FORGOTTEN_SECONDS;
}

/** Small numbers come first. */
function urgency({ state, operations }: AgentRow): number {
  if (isTrouble(state)) return 0;
  if (state === "off") return 5;
  const codes = Object.values(operations);
  if (codes.includes("FAILED")) return 1;
  if (codes.includes("DEGRADED")) return 2;
  return state === "up" ? 4 : 3;
}

/** Agents of every host of the site file; a host and its `-docker` twin may both name one, then the first counts. */
async function expectedAgents({ resolved }: SiteLink): Promise<Expected> {
  const expected = new Map<string, SiteInstance & { readonly host: string }>();
  if (resolved.sourceFile === undefined) return expected;
  const { loadSite } = await import("../site/load_site.ts");
  const { hosts } = await loadSite({ siteFile: resolved.sourceFile });
  for (const host of hosts.values()) {
    for (const instance of host.instances) {
      const { instanceId } = instance;
      if (instanceId === undefined || expected.has(instanceId)) continue;
      expected.set(instanceId, { ...instance, host: host.name });
    }
  }
  return expected;
}
