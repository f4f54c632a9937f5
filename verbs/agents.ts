/** Who is there. @module */
import { pause } from "../internal/pause.ts";
import {
  type AgentApi,
  heartbeatPattern,
  OpCode,
  opCodeName,
  parseAgentApi,
  parseFeedAddress,
  parseFeedEvent,
} from "../ocs/mod.ts";
import type { SiteInstance } from "../site/mod.ts";
import { duration } from "./duration.ts";
import type { Look } from "./look.ts";
import type { Outcome } from "./outcome.ts";
import { openSite, type SiteLink, type VerbOptions } from "./site_link.ts";
import { formatTable } from "./table.ts";

/** One agent as `--json` writes it. */
export interface AgentRow {
  readonly instance: string;
  /** Null where it does not answer. */
  readonly agentClass: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  /** `up`; `silent`: in the site file but not heard; `stuck`: heard, but it does not answer; `off`: not to run. */
  readonly state: "up" | "silent" | "stuck" | "off";
  /** Codes by operation, as the heartbeat has them, such as `RUNNING`. */
  readonly operations: Readonly<Record<string, string>>;
  /** Seconds since the last heartbeat; null where none was heard. */
  readonly heartbeatAgeSeconds: number | null;
}

/** How `agents` looks. */
export interface AgentsOptions extends VerbOptions {
  /** Seconds to listen; agents send a heartbeat every second. Default 1.5. */
  readonly listenSeconds?: number | undefined;
}

interface Heard {
  readonly codes: ReadonlyMap<string, number>;
  readonly atMs: number;
  readonly api: Promise<AgentApi | undefined>;
}

/**
 * Listens to heartbeats, asks every agent heard what it is, and compares with the site file.
 *
 * `failed` when an agent that the site file wants running on any host is silent, or one is stuck.
 */
export async function agents(options: AgentsOptions = {}): Promise<Outcome<readonly AgentRow[]>> {
  const { listenSeconds = 1.5, signal } = options;
  await using link = await openSite(options);
  const heard = await listenToHeartbeats(link, listenSeconds, signal);
  const expected = await expectedAgents(link);
  const now = performance.now();
  const rows: AgentRow[] = [];
  for (const [instance, { codes, atMs, api: asked }] of heard) {
    const api = await asked;
    rows.push({
      instance,
      agentClass: api?.agent_class ?? expected.get(instance)?.agentClass ?? null,
      host: api?.instance_hostname ?? null,
      pid: api?.instance_pid ?? null,
      state: api === undefined ? "stuck" : "up",
      operations: Object.fromEntries(
        [...codes].map(([name, code]) => [name, opCodeName(code) ?? String(code)]),
      ),
      heartbeatAgeSeconds: Math.round(now - atMs) / 1000,
    });
  }
  for (const [instance, { agentClass, manage, host }] of expected) {
    if (heard.has(instance)) continue;
    const off = manage.endsWith("/down") || manage === "ignore";
    rows.push({
      instance,
      agentClass: agentClass ?? null,
      host,
      pid: null,
      state: off ? "off" : "silent",
      operations: {},
      heartbeatAgeSeconds: null,
    });
  }
  rows.sort((a, b) => (a.instance < b.instance ? -1 : 1));
  const trouble = rows.some(({ state }) => state === "silent" || state === "stuck");
  return { result: trouble ? "failed" : "ok", data: rows, text: (look) => agentsText(rows, look, link) };
}

async function listenToHeartbeats(
  link: SiteLink,
  listenSeconds: number,
  signal: AbortSignal | undefined,
): Promise<Map<string, Heard>> {
  const { addressRoot } = link.clientSite;
  const heard = new Map<string, Heard>();
  await using _subscription = await link.connection.subscribe(
    heartbeatPattern(addressRoot),
    ({ topic, args }) => {
      const { agent } = parseFeedAddress(topic);
      const instance = agent.slice(addressRoot.length + 1);
      heard.set(instance, {
        codes: codesOf(args),
        atMs: performance.now(),
        api: heard.get(instance)?.api ?? askApi(link, agent),
      });
    },
    { match: "wildcard" },
  );
  await pause(listenSeconds * 1000, { signal });
  // What was asked is bounded by its own deadline.
  await Promise.all([...heard.values()].map(({ api }) => api));
  return heard;
}

function codesOf(args: readonly unknown[]): ReadonlyMap<string, number> {
  try {
    const { message } = parseFeedEvent(args);
    const entries = Object.entries(Object(message));
    return new Map(
      entries.flatMap(([name, code]) => (typeof code === "number" ? [[name, code] as const] : [])),
    );
  } catch {
    // A heartbeat is a heartbeat; what is in it is the agent's word.
    return new Map();
  }
}

async function askApi(link: SiteLink, address: string): Promise<AgentApi | undefined> {
  try {
    const timeoutMs = Math.min(3, link.timeoutSeconds) * 1000;
    return parseAgentApi(await link.connection.call(address, ["get_api"], { timeoutMs }));
  } catch {
    return undefined;
  }
}

/** Agents of every host of the site file; a host and its `-docker` twin may both name one, then the first counts. */
async function expectedAgents(
  { resolved }: SiteLink,
): Promise<ReadonlyMap<string, SiteInstance & { readonly host: string }>> {
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

const NOT_RUNNING: ReadonlySet<string> = new Set([
  opCodeName(OpCode.NONE) ?? "NONE",
  opCodeName(OpCode.SUCCEEDED) ?? "SUCCEEDED",
]);

function agentsText(rows: readonly AgentRow[], look: Look, { clientSite }: SiteLink): string {
  if (rows.length === 0) {
    return `No agents heard under "${clientSite.addressRoot}" on ${clientSite.wampServer}.`;
  }
  const titles = ["INSTANCE", "CLASS", "HOST", "PID", "STATE", "HEARD", "OPERATIONS"];
  const table = formatTable(titles, rows.map((row) => cells(row, look)), look);
  const trouble = rows.filter(({ state }) => state === "silent" || state === "stuck");
  if (trouble.length === 0) return table;
  const names = trouble.map(({ instance, state }) => `${instance} (${state})`).join(", ");
  return `${table}\n\n${
    look.style(["bold", "red"], `${trouble.length} of ${rows.length} in trouble:`)
  } ${names}`;
}

function cells(row: AgentRow, look: Look): string[] {
  const state = {
    up: look.style("green", "up"),
    silent: look.style(["bold", "red"], "silent"),
    stuck: look.style(["bold", "red"], "stuck"),
    off: look.style("dim", "off"),
  }[row.state];
  const operations = Object.entries(row.operations)
    .filter(([, code]) => !NOT_RUNNING.has(code))
    .map(([name, code]) => operationCell(name, code, look));
  const age = row.heartbeatAgeSeconds;
  return [
    look.style("bold", row.instance),
    row.agentClass ?? "-",
    row.host ?? "-",
    row.pid === null ? "-" : String(row.pid),
    state,
    age === null ? "never" : duration(age),
    operations.join(" ") || look.style("dim", "-"),
  ];
}

function operationCell(name: string, code: string, look: Look): string {
  if (code === "RUNNING") return look.style("green", name);
  if (code === "FAILED" || code === "EXPIRED") {
    return look.style(["bold", "red"], `${name}:${code.toLowerCase()}`);
  }
  return look.style("yellow", `${name}:${code.toLowerCase()}`);
}
