/** What the site file says of this host's agents (OCS 10.6.3). @module */
import { pause } from "../../internal/pause.ts";
import { toError } from "../../internal/to_error.ts";
import {
  type AgentExe,
  findSiteFile,
  MACHINE,
  type PluginModule,
  pluginModules,
  resolveSite,
  type SiteInstance,
  type SiteOptions,
} from "../../site/mod.ts";
import type { LaunchPlace } from "./launch_command.ts";

/** One entry that is to be managed, or is to be left alone. */
export interface LocalInstance {
  readonly instanceId: string;
  readonly agentClass: string;
  readonly management: "host" | "docker" | "ignore";
  readonly target: "up" | "down";
  readonly agentExe?: AgentExe | undefined;
}

/** This host's part of the site file. */
export interface LocalSite extends LaunchPlace {
  /** By instance id, in the order of the file. */
  readonly instances: ReadonlyMap<string, LocalInstance>;
  /** Entries that are there, but cannot be used: what runs of them is left as it is. */
  readonly unusable: ReadonlySet<string>;
  /** False for a file that ends in the middle of a line, as one does that is only half there. */
  readonly isComplete: boolean;
  /** Lists of agents, of this manager's environment and of the site file. */
  readonly plugins: readonly PluginModule[];
  /** What is wrong with single entries. */
  readonly warnings: readonly string[];
}

/** How the site file is read. */
export interface ReadLocalSiteOptions {
  readonly site: SiteOptions;
  /** Wait until nobody has written the file for a second, ten at the most; one that is being written says too little. */
  readonly settled: boolean;
  readonly signal?: AbortSignal | undefined;
}

const SETTLED_MS = 1000;
const SETTLE_WITHIN_MS = 10_000;
const POLL_MS = 100;
const NEWLINE = 10;

/**
 * Reads the site file for this host.
 *
 * @throws {Error} If it cannot be used, or is being written all the time.
 */
export async function readLocalSite(
  { site, settled, signal }: ReadLocalSiteOptions,
): Promise<LocalSite> {
  const found = findSiteFile(site);
  const end = performance.now() + SETTLE_WITHIN_MS;
  for (;;) {
    const read = await readOnce(site).catch(toError);
    // Looked at afterwards: nobody has written it meanwhile. One with an error may be written just now, too.
    if (!settled || "none" in found || await isOld(found.path)) {
      if (read instanceof Error) throw read;
      return read;
    }
    if (performance.now() >= end || signal?.aborted) {
      throw new Error(`Cannot read "${found.path}": somebody is writing it all the time`);
    }
    await pause(POLL_MS, { signal });
  }
}

async function readOnce(site: SiteOptions): Promise<LocalSite> {
  const { host, plugins, sourceFile } = await resolveSite(site, { match: "host" });
  if (sourceFile === undefined || host === undefined) {
    throw new Error("Cannot manage without a site file: expected OCS_CONFIG_DIR or --site-file");
  }
  return {
    ...sortEntries(host.instances),
    plugins: pluginModules(plugins, MACHINE),
    siteFile: sourceFile,
    hostName: host.name,
    // Peer ocs: the current folder, where nobody says otherwise.
    workingDir: site.workingDir ?? Deno.cwd(),
    isComplete: (await Deno.readFile(sourceFile)).at(-1) === NEWLINE,
  };
}

async function isOld(file: string): Promise<boolean> {
  try {
    const ageMs = Date.now() - ((await Deno.stat(file)).mtime?.getTime() ?? 0);
    // One from the future is none that is being written now.
    return ageMs >= SETTLED_MS || ageMs < -SETTLED_MS;
  } catch {
    // One that is not there is not being written; what reading says of it is right.
    return true;
  }
}

function sortEntries(
  entries: readonly SiteInstance[],
): Pick<LocalSite, "instances" | "unusable" | "warnings"> {
  const instances = new Map<string, LocalInstance>();
  const unusable = new Set<string>();
  const warnings: string[] = [];
  for (const { instanceId, agentClass, manage, agentExe } of entries) {
    if (instanceId === undefined) {
      warnings.push("Ignoring an entry with no instance-id!");
      continue;
    }
    if (instances.has(instanceId)) {
      warnings.push(
        `Configuration problem, instance-id=${instanceId} has multiple entries.  Ignoring repeats.`,
      );
      continue;
    }
    if (agentClass === undefined) {
      // Peer ocs crashes on it.
      warnings.push(`Configuration problem, no agent-class for instance_id=${instanceId}.`);
      unusable.add(instanceId);
      continue;
    }
    const found = agentClass === "HostManager" ? (["ignore", "down"] as const) : MANAGE[manage];
    if (found === undefined) {
      warnings.push(`Configuration problem, invalid manage=${manage} for instance_id=${instanceId}.`);
      unusable.add(instanceId);
      continue;
    }
    const [management, target] = found;
    instances.set(instanceId, { instanceId, agentClass, management, target, agentExe });
  }
  return { instances, unusable, warnings };
}

const MANAGE: Readonly<Record<string, readonly ["host" | "docker" | "ignore", "up" | "down"]>> = {
  "host/up": ["host", "up"],
  "host/down": ["host", "down"],
  "docker/up": ["docker", "up"],
  "docker/down": ["docker", "down"],
  "ignore": ["ignore", "down"],
};
