/** Where the lines of an agent are. @module */
import type { ConnectedClient } from "../../client/mod.ts";
import { agentAddress } from "../../ocs/mod.ts";
import type { SiteHost } from "../../site/mod.ts";
import { NoLogError } from "../errors.ts";
import type { FleetWatch } from "../fleet_watch.ts";
import type { HostedAgent, HostView } from "../hosts/host_view.ts";
import { lookAtHosts, managerSession } from "../hosts/look_at_hosts.ts";
import { matchHosts } from "../hosts/match_hosts.ts";
import type { Child } from "../hosts/read_manager.ts";
import type { SiteLink } from "../site_link.ts";

/** What a program writes to. */
export type LogStream = "out" | "err";

/** Where lines come from. */
export type LogSource =
  & {
    readonly agent: string;
    readonly host: string;
    /** Host manager that runs it; null where none does. */
    readonly manager: string | null;
  }
  & (
    | {
      /** Files on this machine. */
      readonly kind: "files";
      readonly files: readonly { readonly stream: LogStream; readonly path: string }[];
    }
    | {
      /** The last lines that a host manager on another machine shows. */
      readonly kind: "manager";
      readonly client: ConnectedClient;
    }
    | {
      /** A container on this machine. */
      readonly kind: "docker";
      readonly container: string;
    }
  );

/** How a source is looked for. */
export interface FindLogOptions {
  readonly link: SiteLink;
  readonly fleet?: FleetWatch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the lines of an agent: in the files of its host manager or in docker where these are on this machine, in what its
 * manager shows otherwise, and in the `log-dir` of its host where no manager keeps any.
 *
 * @throws {HostedAgentNotFoundError} If no host has such an agent.
 * @throws {NoLogError} If its lines are not to be had from here; the text says where they are.
 */
export async function findLogSource(instance: string, options: FindLogOptions): Promise<LogSource> {
  const { link, signal } = options;
  const hosts = await lookAtHosts(options);
  if (hosts.some(({ managers }) => managers.some((one) => one.instance === instance))) {
    return await ofManager(instance, hosts, link);
  }
  const [match, another] = matchHosts(hosts, [instance]);
  if (match === undefined || another !== undefined) {
    throw new NoLogError(
      `Cannot show the log of "${instance}": it is not one agent, expected its instance id`,
    );
  }
  const { agent } = match;
  if (agent.manager === null || agent.state === null) {
    return await inLogDir(agent, whyNotManaged(agent, hosts), link);
  }
  const client = await link.client(agent.manager);
  const { children } = await managerSession(client, { timeoutSeconds: link.timeoutSeconds, signal });
  const child = children?.get(instance);
  const isHere = client.api.instance_hostname === Deno.hostname();
  const about = { agent: instance, host: agent.host, manager: agent.manager };
  if (child !== undefined && /\[d\??\]$|^\[docker\]$/.test(child.agentClass)) {
    return { ...about, kind: "docker", container: containerOf(agent, { child, isHere }) };
  }
  if (child?.log == null) {
    return await inLogDir(
      agent,
      `its host manager "${agent.manager}" keeps no lines, as Python's does not`,
      link,
    );
  }
  const files = [
    { stream: "out", path: child.log },
    { stream: "err", path: child.log.replace(/\.out$/, ".err") },
  ] as const;
  if (isHere && files.every(({ path }) => isFile(path))) return { ...about, kind: "files", files };
  return { ...about, kind: "manager", client };
}

/** The manager itself is run by nobody here. */
async function ofManager(instance: string, hosts: readonly HostView[], link: SiteLink): Promise<LogSource> {
  const host = hosts.find(({ managers }) => managers.some((one) => one.instance === instance))?.host ?? "";
  return await inLogDir(
    { instance, host },
    "it is a host manager, and its lines go where it was started (under systemd: journalctl)",
    link,
  );
}

function whyNotManaged({ manager, unmanaged }: HostedAgent, hosts: readonly HostView[]): string {
  if (unmanaged !== null) return `no host manager runs it: ${unmanaged}`;
  const found = hosts.flatMap(({ managers }) => managers).find(({ instance }) => instance === manager);
  if (found?.state === "away") return `its host manager "${manager}" does not answer`;
  return `its host manager "${manager}" does not tell of it`;
}

async function inLogDir(
  { instance, host }: Pick<HostedAgent, "instance" | "host">,
  why: string,
  link: SiteLink,
): Promise<LogSource> {
  const folder = logDirOf(await hostOf(host, link), link);
  const path = `${folder ?? ""}/${agentAddress(link.clientSite.addressRoot, instance)}.log`;
  if (folder !== undefined && isFile(path)) {
    return { agent: instance, host, manager: null, kind: "files", files: [{ stream: "out", path }] };
  }
  const file = folder === undefined
    ? `its host "${host}" has no log-dir in the site file`
    : `there is no "${path}" on this machine`;
  throw new NoLogError(`Cannot show the log of "${instance}": ${why}; and ${file}`);
}

async function hostOf(name: string, { resolved }: SiteLink): Promise<SiteHost | undefined> {
  if (resolved.sourceFile === undefined) return undefined;
  const { loadSite } = await import("../../site/load_site.ts");
  return (await loadSite({ siteFile: resolved.sourceFile })).hosts.get(name);
}

/** Absolute folder of a host's log files; a relative one is that of the agent's working folder, which nobody knows here. */
function logDirOf(host: SiteHost | undefined, { resolved }: SiteLink): string | undefined {
  const folder = host?.logDir;
  if (folder === undefined || folder === "" || folder.startsWith("/")) return folder || undefined;
  return resolved.workingDir === undefined ? undefined : `${resolved.workingDir}/${folder}`;
}

function containerOf(
  { instance, host }: HostedAgent,
  { child, isHere }: { readonly child: Child; readonly isHere: boolean },
): string {
  const what = `Cannot show the log of "${instance}"`;
  const { container } = child;
  if (child.state === "?" || container === null) {
    throw new NoLogError(
      child.state === "?"
        ? `${what}: its host manager finds no docker service for it`
        : `${what}: its host manager does not say which container it is, as Python's does not; docker compose logs shows ` +
          `it on "${host}"`,
    );
  }
  const { service, composeFile, id } = container;
  const command = `docker compose -f ${composeFile} logs ${service}`;
  if (id === null) throw new NoLogError(`${what}: its service "${service}" has no container now`);
  if (!isHere) {
    throw new NoLogError(`${what}: its lines are with docker on "${host}", where "${command}" shows them`);
  }
  return id;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
