/** Each agent as a variable of the prompt. @module */
import type { AgentApi, ConnectedClient } from "../client/mod.ts";
import { pause } from "../internal/pause.ts";
import { duration } from "../verbs/duration.ts";
import type { LiveAgent } from "../verbs/fleet_event.ts";
import type { FleetWatch } from "../verbs/fleet_watch.ts";
import { printable } from "../verbs/fit_text.ts";
import type { Look } from "../verbs/look.ts";
import type { SiteLink } from "../verbs/site_link.ts";
import { nearMiss } from "../site/near_miss.ts";
import { RESERVED, variableName } from "./variable_name.ts";

/** What variables are made of. */
export interface AgentVariablesOptions {
  readonly link: Pick<SiteLink, "client" | "connection">;
  readonly fleet: Pick<FleetWatch, "agents" | "nowMs" | "listening" | "settled" | "refreshApi">;
  /** Words that no variable may have for a name: the verbs, which a line of one word would be taken for. */
  readonly reserved: ReadonlySet<string>;
}

interface Variable {
  readonly name: string;
  readonly api: AgentApi;
  readonly client: ConnectedClient;
}

/** So many are made before the operator's keys get a turn. */
const AT_ONCE = 32;
/** How long a line waits for an agent to be described. */
const DESCRIBE_MS = 3000;

/** Keeps a global variable for each agent of the fleet. Whoever makes it disposes of it. */
export class AgentVariables implements Disposable {
  readonly #options: AgentVariablesOptions;
  readonly #names = new Map<string, string>();
  readonly #variables = new Map<string, Variable>();
  readonly #clients = new WeakMap<object, string>();
  #hasWaited = false;
  #updating: Promise<void> | undefined;

  /** Makes no variables yet, see `update`. */
  constructor(options: AgentVariablesOptions) {
    this.#options = options;
  }

  /** The name of an agent's variable, whether it is there already or not; always the same. */
  nameOf(instanceId: string): string {
    const known = this.#names.get(instanceId);
    if (known !== undefined) return known;
    const taken = new Set(this.#names.values());
    const { reserved } = this.#options;
    const name = variableName(
      instanceId,
      (name) => taken.has(name) || reserved.has(name) || name in globalThis,
    );
    this.#names.set(instanceId, name);
    return name;
  }

  /** The agents that have a variable, by its name. */
  get names(): ReadonlyMap<string, string> {
    return new Map([...this.#variables].map(([instanceId, { name }]) => [name, instanceId]));
  }

  /** The client that an agent's variable holds; undefined while it has none. */
  clientOf(instanceId: string): ConnectedClient | undefined {
    return this.#variables.get(instanceId)?.client;
  }

  /** Makes and renews the variables of all agents that have said what they are. Needs no answer of anybody. */
  update(): Promise<void> {
    return this.#updating ??= this.#update().finally(() => this.#updating = undefined);
  }

  async #update(): Promise<void> {
    const { fleet, link } = this.#options;
    if (link.connection.state !== "joined") return;
    const changed = [...fleet.agents.values()].filter(({ instance, api }) =>
      api !== undefined && this.#variables.get(instance)?.api !== api
    );
    for (let at = 0; at < changed.length; at += AT_ONCE) {
      if (at > 0) await pause(0);
      await Promise.all(changed.slice(at, at + AT_ONCE).map((agent) => this.#make(agent)));
    }
  }

  /** Waits for the agents whose variables a text names, as far as they may be there in a moment. */
  async prepare(source: string): Promise<void> {
    const { fleet } = this.#options;
    await this.update();
    const missing = freeNames(source).filter((name) => !(name in globalThis));
    if (missing.length === 0) return;
    if (fleet.listening && !this.#hasWaited) await bounded(fleet.settled);
    // Once is enough where there is no router.
    this.#hasWaited = true;
    const wanted = [...fleet.agents.values()].filter(({ instance, api, state }) =>
      api === undefined && state !== "expired" && missing.includes(this.nameOf(instance))
    );
    await bounded(Promise.all(wanted.map(({ instance }) => fleet.refreshApi(instance))));
    await this.update();
  }

  /** What there is to say of a name that is not defined; undefined where agents have nothing to do with it. */
  explainMissing(name: string): string | undefined {
    const { fleet } = this.#options;
    const agents = [...fleet.agents.values()];
    const meant = agents.find(({ instance }) => this.nameOf(instance) === name);
    if (meant !== undefined) {
      return `agent "${meant.instance}" is ${
        meant.state === "expired" ? "not heard any more" : "heard, but has not said what it is"
      }, so it has no variable yet`;
    }
    const near = nearMiss(name, agents.map(({ instance }) => this.nameOf(instance)));
    const heard = fleet.listening ? "still listening" : `${agents.length} agents heard`;
    if (near !== undefined) return `no agent of that name is heard (${heard}); did you mean ${near}?`;
    return `no agent of that name is heard (${heard}); its variable is there as soon as it is`;
  }

  /** Describes a value that is an agent's client; undefined for every other one. */
  describe(value: unknown, look: Look): string | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    const instance = this.#clients.get(value);
    const agent = instance === undefined ? undefined : this.#options.fleet.agents.get(instance);
    const variable = instance === undefined ? undefined : this.#variables.get(instance);
    if (agent === undefined || variable === undefined) return undefined;
    const { api } = variable;
    const line = (title: string, names: readonly string[]) =>
      names.length === 0 ? [] : [`  ${title} ${names.map(printable).join(", ")}`];
    return [
      `${look.style("bold", printable(agent.instance))}  ${printable(agent.agentClass ?? "(no class)")}  ${
        this.#stateOf(agent, look)
      }`,
      ...line("tasks    ", api.tasks.map(([name]) => name)),
      ...line("processes", api.processes.map(([name]) => name)),
      ...line("feeds    ", api.feeds.map(([name]) => name)),
    ].join("\n");
  }

  /** Takes the variables away. */
  [Symbol.dispose](): void {
    for (const { name, client } of this.#variables.values()) {
      if (Reflect.get(globalThis, name) === client) Reflect.deleteProperty(globalThis, name);
    }
    this.#variables.clear();
  }

  async #make({ api, instance }: LiveAgent): Promise<void> {
    if (api === undefined) return;
    try {
      this.#set(instance, api, await this.#options.link.client(instance, { api }));
    } catch {
      // The router was lost in this moment; the next update makes up for it.
    }
  }

  #stateOf({ state, heardMs }: LiveAgent, look: Look): string {
    const age = duration((this.#options.fleet.nowMs - heardMs) / 1000);
    if (state === "up") return look.style("green", "up");
    if (state === "stuck") return look.style(["bold", "red"], "stuck: heard, but it does not answer");
    return look.style(["bold", "red"], `expired: last heard ${age} ago`);
  }

  #set(instance: string, api: AgentApi, client: ConnectedClient): void {
    const name = this.nameOf(instance);
    const before = this.#variables.get(instance);
    this.#variables.set(instance, { name, api, client });
    this.#clients.set(client, instance);
    // What the operator has put there is the operator's.
    if (name in globalThis && Reflect.get(globalThis, name) !== before?.client) return;
    Object.defineProperty(globalThis, name, {
      value: client,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  }
}

/** Names that a text uses and does not declare, as far as a glance tells. */
function freeNames(source: string): readonly string[] {
  const words = source.matchAll(/(?<![.\p{ID_Continue}$])([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu);
  const declared = new Set(
    [...source.matchAll(/\b(?:const|let|var|function|class)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu)].map((
      match,
    ) => match[1]),
  );
  return [...new Set([...words].map(([name]) => name))].filter((name) =>
    !RESERVED.has(name) && !declared.has(name)
  );
}

async function bounded(promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, DESCRIBE_MS));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
