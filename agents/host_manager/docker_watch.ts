/** The services of compose files, looked at again and again (OCS 10.6.4). @module */
import type { Clock } from "../../internal/clock.ts";
import { toError } from "../../internal/to_error.ts";
import {
  type DockerService,
  type DockerState,
  type Orphan,
  readDockerState,
  type RunDocker,
} from "./docker_state.ts";
import { DockerUnit } from "./docker_unit.ts";
import { baseClass, ManagedInstance, NO_AGENT } from "./managed_instance.ts";

/** Whether a source of configuration could be read: when, and what there is to say. */
export interface ParseStatus {
  readonly ok: boolean;
  readonly timeSeconds: number;
  readonly message: string;
}

/** What the watch needs. */
export interface DockerWatchOptions {
  readonly composeFiles: readonly string[];
  /** Bounded shortly: asks how things are. */
  readonly look: RunDocker;
  /** Bounded generously: changes things, and may fetch images. */
  readonly act: RunDocker;
  readonly clock: Clock;
  /** Takes messages for the session. */
  readonly say: (text: string) => void;
  /** Takes what is for the log only. */
  readonly warn: (text: string) => void;
}

/** The same complaint comes again after this. */
const REPEAT_SECONDS = 60;

/**
 * Follows docker and tells the manager's table.
 *
 * Peer ocs takes all services of a file for gone when docker does not answer once; here what was known stays in force.
 */
export class DockerWatch {
  /** By compose file. */
  readonly status = new Map<string, ParseStatus>();
  /** By container id. */
  orphans: ReadonlyMap<string, Orphan> = new Map();
  /** Image tags that docker does not know, by key of the table. */
  newTags: Readonly<Record<string, string>> = {};
  readonly #options: DockerWatchOptions;
  readonly #known = new Map<string, DockerState>();
  #warned = new Set<string>();

  /** Has not looked yet. */
  constructor(options: DockerWatchOptions) {
    this.#options = options;
  }

  /** Asks docker about every file, and brings the table up to date. */
  async look(table: Map<string, ManagedInstance>, signal: AbortSignal): Promise<void> {
    const { composeFiles, look } = this.#options;
    const warned = new Set<string>();
    const warn = (text: string): void => {
      // Every two seconds the same would fill the log.
      if (!this.#warned.has(text)) this.#options.warn(text);
      warned.add(text);
    };
    for (const file of composeFiles) {
      try {
        this.#known.set(file, await readDockerState(file, { run: (args) => look(args, signal), warn }));
        this.#note(file, true, `Successfully parsed ${file} and its service states.`);
      } catch (error) {
        if (signal.aborted) return;
        this.#note(
          file,
          false,
          `Failed to interpret ${file} and/or its service states: ${toError(error).message}`,
        );
      }
    }
    this.#warned = warned;
    this.orphans = new Map([...this.#known.values()].flatMap(({ orphans }) => [...orphans]));
    this.#update(table, new Map([...this.#known.values()].flatMap(({ services }) => [...services])));
  }

  #note(file: string, ok: boolean, message: string): void {
    const timeSeconds = this.#options.clock.now();
    const last = this.status.get(file) ?? { ok: false, timeSeconds: 0, message: "" };
    const isNews = ok !== last.ok ||
      (!ok && (message !== last.message || timeSeconds - last.timeSeconds > REPEAT_SECONDS));
    if (!isNews) return;
    this.#options.say(message);
    this.status.set(file, { ok, timeSeconds, message });
  }

  #update(
    table: Map<string, ManagedInstance>,
    services: ReadonlyMap<string, DockerService>,
  ): void {
    const assigned = new Set<string>();
    const newTags: Record<string, string> = {};
    for (const [key, one] of [...table]) {
      if (one.service === undefined) continue;
      assigned.add(one.service);
      const service = services.get(one.service);
      if (service === undefined) this.#serviceGone(table, key, one);
      else if (one.unit instanceof DockerUnit) one.unit.update(service);
      else this.#serviceFound(key, one, service);
      one.restartRequired = service !== undefined && service.running &&
        service.running_image !== service.image_id;
      if (service?.image_id === "unknown") newTags[key] = service.image_tag;
    }
    for (const [name, service] of services) {
      if (assigned.has(name)) continue;
      this.#options.say(`Adding non-agent service "${name}"`);
      const one = new ManagedInstance({
        instanceId: name,
        agentClass: NO_AGENT,
        management: "docker",
        target: "passive",
      });
      one.service = name;
      one.passive = true;
      one.unit = this.#unit(service);
      if (service.running) one.nextAction = "up";
      table.set(name, one);
    }
    this.newTags = newTags;
  }

  #serviceFound(key: string, one: ManagedInstance, service: DockerService): void {
    one.unit = this.#unit(service);
    if (one.agentClass !== NO_AGENT) one.agentClass = `${baseClass(one.agentClass)}[d]`;
    if (service.running) {
      this.#options.say(`Docker-based instance ${key} seems to be running.`);
      // Without this it would be launched again, which is not harmless when its image has changed.
      one.nextAction = "up";
    }
  }

  #serviceGone(table: Map<string, ManagedInstance>, key: string, one: ManagedInstance): void {
    if (!(one.unit instanceof DockerUnit)) return;
    one.unit = undefined;
    if (one.agentClass === NO_AGENT) {
      this.#options.say(`Deleting non-agent service ${key}`);
      table.delete(key);
    } else {
      this.#options.say(`Marking missing service for ${key}`);
      one.agentClass = `${baseClass(one.agentClass)}[d?]`;
    }
  }

  #unit(service: DockerService): DockerUnit {
    return new DockerUnit(service, { run: this.#options.act, warn: this.#options.say });
  }
}
