/** Agents of several lists, of which the first one to have a class counts. @module */
import type { PluginModule } from "../site/plugin_modules.ts";

/** An agent's class in a list. */
export interface FromPlugin<T> {
  /** What is known of it. */
  readonly value: T;
  /** The list it is of. */
  readonly module: string;
}

/** What is wrong with a list, in one line that names it; the others count all the same. */
export interface PluginProblem extends PluginModule {
  readonly text: string;
  /** `class`: only one class of it is left out. */
  readonly concerns: PluginProblemSubject;
}

/** What a problem is about. */
export type PluginProblemSubject = "list" | "class";

/** What lists have. */
export interface Plugins<T> {
  /** By `agent-class`. */
  readonly agents: ReadonlyMap<string, FromPlugin<T>>;
  /** In the order of the lists. */
  readonly problems: readonly PluginProblem[];
}

/** Takes what lists have, one list after the other. */
export class PluginCollector<T> implements Plugins<T> {
  readonly agents = new Map<string, FromPlugin<T>>();
  readonly problems: PluginProblem[] = [];
  readonly #taken: ReadonlySet<string>;

  /** @param taken Classes that are there already, which no list can replace. */
  constructor(taken: ReadonlySet<string>) {
    this.#taken = taken;
  }

  /** Takes a class; one that is there already is a problem. */
  add(source: PluginModule, name: string, value: T): void {
    const { module } = source;
    const first = this.agents.get(name);
    if (this.#taken.has(name)) {
      this.note(source, `Cannot take ${name} of "${module}": this toolkit has a class of that name`, "class");
    } else if (first !== undefined) {
      this.note(
        source,
        `Cannot take ${name} of "${module}": "${first.module}" has one of that name, and comes first`,
        "class",
      );
    } else this.agents.set(name, { value, module });
  }

  /** Notes a problem. */
  note(source: PluginModule, text: string, concerns: PluginProblemSubject): void {
    this.problems.push({ ...source, text, concerns });
  }
}
