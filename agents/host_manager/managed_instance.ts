/** What the host manager knows of one of its agents. @module */

/** Something that can be started and stopped: a program of this host or a docker service. */
export interface Unit {
  /** Whether it runs, as far as is known. */
  readonly isRunning: boolean;
  /** True for one that was started and is over already. */
  readonly hasEnded: boolean;
  /** How it ended last, for a message. */
  readonly exitCode: number | string;
  /** Last lines of its standard error; undefined where there is none. */
  readonly errorLines?: readonly string[] | undefined;
  /** Starts it; what goes wrong shows as not running. */
  start(): void;
  /** Asks it to end, once. */
  stop(): void;
  /** Ends it without asking, where that can be done. */
  kill(): void;
}

/** By whom an agent is run; `retired` ones are only waited for. */
export type Management = "host" | "docker" | "retired";

/** What is wanted of an agent; `passive`: whatever it is. */
export type Target = "up" | "down" | "passive";

/** Where an agent stands (OCS 10.6.2); Python's name for it. */
export type NextAction = "up" | "down" | "start" | "start_at" | "wait_start" | "wait_dead" | "?";

/** `agent_class` of docker services that are no agent of the site file. */
export const NO_AGENT = "[docker]";

/** A class name without its suffix: `FakeDataAgent[d]` is a `FakeDataAgent`. */
export function baseClass(agentClass: string): string {
  const at = agentClass.indexOf("[");
  return at < 0 ? agentClass : agentClass.slice(0, at);
}

/** What an instance is made from. */
export interface ManagedInstanceOptions {
  readonly instanceId: string;
  readonly agentClass: string;
  readonly management: Management;
  readonly target: Target;
}

/** One agent or docker service. */
export class ManagedInstance {
  instanceId: string;
  /** With a suffix where docker runs it: `[d]`, or `[d?]` without a service. */
  agentClass: string;
  management: Management;
  target: Target;
  /** What runs it; undefined where it cannot be run. */
  unit: Unit | undefined;
  /** What it was before its class or management changed, until that has ended. */
  predecessor: Unit | undefined;
  /** Docker service of it; undefined for programs of this host. */
  service: string | undefined;
  nextAction: NextAction = "down";
  /** When a wait is over, in Unix seconds. */
  atSeconds = 0;
  /** True for docker services that are watched but not kept up or down. */
  passive = false;
  restartRequired = false;
  /** Unix seconds of unexpected ends, oldest first. */
  failTimes: readonly number[] = [];
  /** How often in a row it has ended soon after its start. */
  quickFailures = 0;
  /** When it came up last, in Unix seconds. */
  upSinceSeconds = 0;
  /** 1 is stable, 0 is not (OCS 10.6.6). */
  stability = 1;

  /** Knows nothing to run it with yet. */
  constructor({ instanceId, agentClass, management, target }: ManagedInstanceOptions) {
    this.instanceId = instanceId;
    this.agentClass = agentClass;
    this.management = management;
    this.target = target;
  }

  /** Name in messages: class without suffix, and id. */
  get fullName(): string {
    return `${this.agentClass === NO_AGENT ? NO_AGENT : baseClass(this.agentClass)}:${this.instanceId}`;
  }

  /** Whether it can be started and stopped. */
  get isOperable(): boolean {
    return this.unit !== undefined;
  }

  /** Whether it, or what it was before, runs. */
  get isRunning(): boolean {
    return this.unit?.isRunning === true || this.predecessor?.isRunning === true;
  }

  /** Whether there is nothing left to do when the manager is to end. */
  get isSettled(): boolean {
    // Peer ocs (HostManager.manager): one that cannot be run counts as unfinished, and the process never ends.
    if (!this.isOperable) return true;
    return this.passive ? this.target === "passive" : this.nextAction === "down" && !this.isRunning;
  }

  /** Asks whatever runs of it to end. */
  terminate(): void {
    this.predecessor?.stop();
    this.unit?.stop();
  }

  /** Ends whatever runs of it. */
  kill(): void {
    this.predecessor?.kill();
    this.unit?.kill();
  }
}
