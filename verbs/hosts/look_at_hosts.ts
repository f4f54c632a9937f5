/** Asks every host manager of a site how its host is. @module */
import type { ConnectedClient } from "../../client/mod.ts";
import { toError } from "../../internal/to_error.ts";
import type { SiteHost, SiteInstance } from "../../site/mod.ts";
import { CallQueue } from "../call_queue.ts";
import { FleetWatch } from "../fleet_watch.ts";
import type { SiteLink } from "../site_link.ts";
import { untilDescribed } from "../until_described.ts";
import type { HostedAgent, HostView, ManagerView } from "./host_view.ts";
import { type Child, HOST_MANAGER_CLASS, type ManagerSession, readManager } from "./read_manager.ts";
import { requestTargets } from "./request_targets.ts";

/** How hosts are looked at. */
export interface LookAtHostsOptions {
  readonly link: SiteLink;
  /** The prompt's watch: host managers that are heard count as well. Without it they do where no site file names any. */
  readonly fleet?: FleetWatch | undefined;
  /** Have the managers read the site file first. */
  readonly reload?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Managers that are asked at a time. */
const ASK_AT_ONCE = 16;

interface FoundManager {
  readonly view: ManagerView;
  /** Host of the site file that it stands in. */
  readonly host: string | undefined;
  readonly session: ManagerSession | undefined;
}

/**
 * Describes every host that the site file names or a host manager answers for.
 *
 * A manager that does not answer is told as away; nothing is thrown for it.
 *
 * @throws {SiteFileError} If there is a site file that cannot be used.
 */
export async function lookAtHosts(options: LookAtHostsOptions): Promise<readonly HostView[]> {
  const { link, signal } = options;
  const hosts = await hostsOf(link);
  const named = new Map<string, string>();
  for (const { name, instances } of hosts) {
    for (const { instanceId, agentClass } of instances) {
      if (agentClass !== HOST_MANAGER_CLASS || instanceId === undefined || named.has(instanceId)) continue;
      named.set(instanceId, name);
    }
  }
  const heard = options.fleet !== undefined || named.size === 0 ? await heardManagers(options) : [];
  signal?.throwIfAborted();
  const queue = new CallQueue(ASK_AT_ONCE);
  const found = await Promise.all(
    [...new Set([...named.keys(), ...heard])].map((id) => queue.run(() => ask(id, named.get(id), options))),
  );
  signal?.throwIfAborted();
  return describe(hosts, found);
}

async function hostsOf({ resolved }: SiteLink): Promise<readonly SiteHost[]> {
  if (resolved.sourceFile === undefined) return [];
  const { loadSite } = await import("../../site/load_site.ts");
  return [...(await loadSite({ siteFile: resolved.sourceFile })).hosts.values()];
}

async function heardManagers({ link, fleet, signal }: LookAtHostsOptions): Promise<readonly string[]> {
  await using own = fleet === undefined ? FleetWatch.open(link) : undefined;
  const watch = fleet ?? own;
  if (watch === undefined) return [];
  await untilDescribed(watch, { signal });
  return [...watch.agents.values()]
    .filter(({ api, agentClass, state }) =>
      state !== "expired" && (api?.agent_class ?? agentClass) === HOST_MANAGER_CLASS
    )
    .map(({ instance }) => instance);
}

async function ask(
  instance: string,
  host: string | undefined,
  { link, reload, signal }: LookAtHostsOptions,
): Promise<FoundManager> {
  const request = { timeoutSeconds: link.timeoutSeconds, signal };
  try {
    const client = await link.client(instance);
    const problems: string[] = [];
    if (reload === true) {
      const { ok, message } = await requestTargets(client, { requests: [], reload: true }, request);
      if (!ok) problems.push(`it did not read the site file: ${message}`);
    }
    const session = await managerSession(client, request);
    return {
      host,
      session,
      view: {
        instance,
        state: session.state,
        machine: client.api.instance_hostname ?? null,
        problems: [...problems, ...session.problems],
      },
    };
  } catch (error) {
    signal?.throwIfAborted();
    return {
      host,
      session: undefined,
      view: { instance, state: "away", machine: null, problems: [toError(error).message] },
    };
  }
}

/**
 * Asks one manager how its process is.
 *
 * @throws {Error} If the agent has no process `manager`, or refuses to tell.
 * @throws {ControlClientError} If it does not answer.
 */
export async function managerSession(
  client: ConnectedClient,
  request: { readonly timeoutSeconds: number; readonly signal: AbortSignal | undefined },
): Promise<ManagerSession> {
  const manager = Object.hasOwn(client.ops, "manager") ? client.ops["manager"] : undefined;
  if (manager === undefined) {
    throw new Error(`Cannot use "${client.instanceId}" as a host manager: it has no process "manager"`);
  }
  const { ok, message, session } = await manager.status(request);
  if (!ok) throw new Error(`Cannot ask "${client.instanceId}" about its agents: ${message}`);
  return readManager(session);
}

function describe(hosts: readonly SiteHost[], found: readonly FoundManager[]): readonly HostView[] {
  const agents = new Map<string, HostedAgent[]>(hosts.map(({ name }) => [name, []]));
  const managers = new Map<string, ManagerView[]>(hosts.map(({ name }) => [name, []]));
  const taken = new Set<Child>();
  for (const { name, instances } of hosts) {
    const here = found.filter(({ host }) => host === name || host === undefined);
    const own = found.filter(({ host }) => host === name).map(({ view }) => view);
    managers.get(name)?.push(...own);
    const seen = new Set<string>();
    for (const entry of instances) {
      const { instanceId, agentClass } = entry;
      if (instanceId === undefined || agentClass === HOST_MANAGER_CLASS || seen.has(instanceId)) continue;
      seen.add(instanceId);
      const known = here.flatMap(({ view, session }) => {
        const child = session?.children?.get(instanceId);
        if (child !== undefined) taken.add(child);
        return child === undefined ? [] : [{ view, child }];
      });
      agents.get(name)?.push(hostedAgent(entry, { host: name, known, own }));
    }
  }
  for (const { host, view, session } of found) {
    const name = host ?? view.machine ?? view.instance;
    if (host === undefined) managers.set(name, [...managers.get(name) ?? [], view]);
    const list = agents.get(name) ?? [];
    agents.set(name, list);
    for (const child of session?.children?.values() ?? []) {
      if (!taken.has(child)) list.push(ofChild(child, { host: name, manager: view.instance }));
    }
  }
  return [...managers].map(([host, of]) => ({ host, managers: of, agents: agents.get(host) ?? [] }));
}

function hostedAgent(
  { instanceId = "", agentClass: classInFile, manage, agentExe }: SiteInstance,
  { host, known, own }: {
    readonly host: string;
    /** Managers that have told of it. */
    readonly known: readonly { readonly view: ManagerView; readonly child: Child }[];
    /** Managers of its host. */
    readonly own: readonly ManagerView[];
  },
): HostedAgent {
  const [first, second] = known;
  const ownCommand = agentExe?.args !== undefined;
  if (first !== undefined) {
    const agent = { ...ofChild(first.child, { host, manager: first.view.instance }), ownCommand };
    if (second !== undefined) {
      const both = known.map(({ view }) => view.instance).join(" and ");
      return { ...agent, manager: null, unmanaged: `${both} run it, expected one of them` };
    }
    const isSame = classInFile === undefined || classInFile === agent.agentClass?.replace(/\[.*$/, "");
    return isSame ? agent : { ...agent, classInFile };
  }
  const unmanaged = whyUnmanaged(manage, own);
  return {
    ...NOTHING_KNOWN,
    instance: instanceId,
    agentClass: classInFile ?? null,
    ownCommand,
    host,
    manager: unmanaged === null ? own[0]?.instance ?? null : null,
    unmanaged,
  };
}

function whyUnmanaged(manage: string, own: readonly ManagerView[]): string | null {
  if (manage === "ignore") return "not managed (manage: no)";
  if (!/^(host|docker)\/(up|down)$/.test(manage)) return `manage: ${manage} makes no sense`;
  if (own.length === 0) return "its host has no host manager";
  return own.length === 1 ? null : `its host has ${own.length} host managers, and none of them tells of it`;
}

const NOTHING_KNOWN = {
  classInFile: null,
  state: null,
  target: null,
  stability: null,
  restartRequired: false,
  pid: null,
  failures: 0,
  nextLaunchSeconds: null,
  waits: false,
  lastError: null,
} as const;

function ofChild(
  child: Child,
  place: { readonly host: string; readonly manager: string },
): HostedAgent {
  const { instance, agentClass, state, target, stability, restartRequired } = child;
  const { pid, failures, nextLaunchSeconds, waits, lastError } = child;
  return {
    ...{ instance, agentClass, classInFile: null, ...place, ownCommand: false, unmanaged: null },
    ...{ state, target, stability, restartRequired, pid, failures, nextLaunchSeconds, waits, lastError },
  };
}
