/** Brings the table of managed instances in line with the site file (OCS 10.6.3). @module */
import { baseClass, ManagedInstance, type Unit } from "./managed_instance.ts";
import { WAIT_DEAD_SECONDS } from "./resolve_child_state.ts";
import type { LocalInstance, LocalSite } from "./local_site.ts";

/** What the table is brought in line with. */
export interface ApplySiteOptions {
  readonly table: Map<string, ManagedInstance>;
  readonly servicePrefix: string;
  readonly nowSeconds: number;
  /** Gives what runs an instance on this host; undefined where nobody knows its class. */
  readonly programOf: (instance: LocalInstance) => Unit | undefined;
  readonly say: (text: string) => void;
}

/** Instances that a site file would make go. */
function goingWith(site: LocalSite, table: ReadonlyMap<string, ManagedInstance>): ManagedInstance[] {
  return [...table].flatMap(([id, one]) => {
    if (one.management === "retired" || one.passive || site.unusable.has(id)) return [];
    const entry = site.instances.get(id);
    return entry === undefined || entry.management === "ignore" ? [one] : [];
  });
}

/**
 * Refuses a file that ends in the middle of a line and would stop agents: it may be half of one.
 *
 * @throws {Error} Names the agents.
 */
export function refuseHalf(site: LocalSite, table: ReadonlyMap<string, ManagedInstance>): void {
  if (site.isComplete) return;
  const going = goingWith(site, table).map(({ instanceId }) => `"${instanceId}"`);
  if (going.length === 0) return;
  throw new Error(
    `Cannot use "${site.siteFile}": it ends in the middle of a line and has no ${
      going.join(", ")
    } any more; ` +
      "expected a line break at its end if these are to go",
  );
}

/** Retires, adds and resets instances; those that stay keep their targets. */
export function applySite(site: LocalSite, options: ApplySiteOptions): void {
  const { table, say } = options;
  for (const one of goingWith(site, table)) {
    say(
      `Retiring ${one.fullName}, which has disappeared from configuration file(s) or has manage:no.`,
    );
    one.management = "retired";
    one.target = "down";
  }
  for (const entry of site.instances.values()) {
    if (entry.management !== "ignore") place(entry, entry.management, options);
  }
}

function place(
  entry: LocalInstance,
  management: "host" | "docker",
  { table, servicePrefix, nowSeconds, programOf, say }: ApplySiteOptions,
): void {
  const id = entry.instanceId;
  const isDocker = management === "docker";
  const agentClass = isDocker ? `${baseClass(entry.agentClass)}[d?]` : entry.agentClass;
  const service = isDocker ? `${servicePrefix}${id}` : undefined;
  let one = table.get(id);
  let predecessor: Unit | undefined;
  if (
    one !== undefined &&
    (baseClass(one.agentClass) !== baseClass(agentClass) || one.management !== management)
  ) {
    say(
      `Managed agent "${id}" changed agent_class (${one.agentClass} -> ${agentClass}) or management ` +
        `(${one.management} -> ${management}) and is being reset!`,
    );
    one.terminate();
    predecessor = one.unit?.isRunning ? one.unit : one.predecessor;
    one = undefined;
  }
  const unmanaged = service === undefined ? undefined : table.get(service);
  if (one === undefined && service !== undefined && unmanaged !== undefined) {
    say(`Unmanaged docker service ${service} will now be managed as instance_id=${id}.`);
    table.delete(service);
    one = unmanaged;
    one.instanceId = id;
    one.agentClass = `${baseClass(agentClass)}[d]`;
    one.passive = false;
    if (one.target === "passive") one.target = one.nextAction === "up" ? "up" : "down";
    table.set(id, one);
  }
  if (one === undefined) {
    one = new ManagedInstance({ instanceId: id, agentClass, management, target: entry.target });
    if (predecessor?.isRunning) {
      // Peer ocs starts the new one beside the old one.
      one.predecessor = predecessor;
      one.nextAction = "wait_dead";
      one.atSeconds = nowSeconds + WAIT_DEAD_SECONDS;
    }
    table.set(id, one);
  }
  one.service = service;
  if (isDocker && one.unit === undefined) one.agentClass = agentClass;
  if (isDocker || one.unit !== undefined) return;
  one.unit = programOf(entry);
  say(
    one.unit === undefined
      ? `No plugin found for agent_class "${entry.agentClass}"!`
      : `Found plugin for "${entry.agentClass}"`,
  );
}
