/** One agent on its way to where it is wanted. @module */
import { duration } from "../duration.ts";
import type { PlannedAgent } from "./plan_hosts.ts";
import type { HostsRow } from "./hosts_outcome.ts";
import type { Child } from "./read_manager.ts";

/** What is asked of the manager for one agent, one after the other. */
export type Step = "up" | "down";

/** Class of docker services that are no agents. */
const NO_AGENT = "[docker]";
/** One that ends so often after it has been asked for needs somebody, not time. */
const MOST_FAILURES = 3;
/** How long a program that need not be an agent must have run to count as up. */
const STEADY_MS = 3000;
/** An agent that does not answer after so long is slow, or a program after all. */
const SLOW_MS = 20_000;
/** A manager looks at its agents about once a second; one that does not tell of it by then does not know it. */
const UNKNOWN_MS = 4000;

/** Follows one agent from the request until it is where it is wanted. */
export class HostJob {
  readonly planned: PlannedAgent;
  readonly #steps: Step[];
  readonly #nowMs: () => number;
  #sentMs: number | undefined;
  #child: Child | undefined;
  #up: { readonly pid: number | null; readonly sinceMs: number } | undefined;
  #failures = 0;
  #row: HostsRow | undefined;

  /** @param nowMs A monotonic clock. */
  constructor(planned: PlannedAgent, steps: readonly Step[], nowMs: () => number = () => performance.now()) {
    this.planned = planned;
    this.#steps = [...steps];
    this.#nowMs = nowMs;
  }

  /** What is to be asked for now; undefined when that has been done, or it is over. */
  get due(): Step | undefined {
    return this.#row === undefined && this.#sentMs === undefined ? this.#steps[0] : undefined;
  }

  /** Whether there is nothing more to wait for. */
  get isOver(): boolean {
    return this.#row !== undefined;
  }

  /** Whether it is up as far as the manager knows, and it remains to be seen whether it answers. */
  get isUp(): boolean {
    return this.#row === undefined && this.#up !== undefined;
  }

  /** How it ended. */
  get row(): HostsRow {
    return this.#row ?? this.#rowOf("timeout", this.#late());
  }

  /** What it is at, for progress. */
  get progress(): string {
    const state = this.#child?.state;
    if (state === "start_at") return "has ended";
    if (this.#up !== undefined) return "no answer yet";
    return this.#steps[0] === "down" ? "stopping" : "starting";
  }

  /** It has been asked for. */
  sent(): void {
    this.#sentMs = this.#nowMs();
  }

  /** It cannot be done. */
  fail(message: string): void {
    this.#row ??= this.#rowOf("failed", message);
  }

  /** The time is over. What still has to be asked for is, so that nothing stays down that was to be restarted. */
  get leftOver(): Step | undefined {
    return this.#row === undefined ? this.#steps[1] ?? this.due : undefined;
  }

  /** It answers requests. */
  answers(): void {
    if (this.isUp) this.#row = this.#rowOf("ok", "answers");
  }

  /** Takes what the manager says now; undefined where it does not tell of it. */
  see(child: Child | undefined): void {
    const step = this.#steps[0];
    if (this.#row !== undefined || this.#sentMs === undefined || step === undefined) return;
    if (child === undefined) {
      this.#up = undefined;
      if (step === "down" && this.#child !== undefined) return this.#reached();
      if (this.#nowMs() - this.#sentMs < UNKNOWN_MS) return;
      const { instance } = this.planned.manager;
      return this.fail(`${instance} does not know it, also after it has read the site file`);
    }
    if (step === "up" && hasEndedSince(this.#child ?? this.planned.agent, child)) this.#failures++;
    this.#child = child;
    if (this.#failures === MOST_FAILURES) return this.fail(this.#late());
    const isTaken = child.target === step || child.target === "passive";
    if (child.state === "?") {
      if (step === "down") return this.#reached();
      return this.fail(`${this.planned.manager.instance} does not know how to start it`);
    }
    if (!isTaken) this.#up = undefined;
    else if (step === "down") {
      // Told to end, it may be told to start again: the manager does one after the other. Not so of a service that is only
      // watched, whose target goes back by itself.
      const isEnding = child.state === "wait_dead" && this.#steps.length > 1 && child.target === "down" &&
        child.agentClass !== NO_AGENT;
      if (child.state === "down" || isEnding) this.#reached();
    } else if (child.state === "up") this.#seeUp(child);
    else this.#up = undefined;
  }

  #seeUp(child: Child): void {
    if (this.#up === undefined || this.#up.pid !== child.pid) {
      this.#up = { pid: child.pid, sinceMs: this.#nowMs() };
    }
    const upMs = this.#nowMs() - this.#up.sinceMs;
    if (child.agentClass === NO_AGENT) this.#row = this.#rowOf("ok", "");
    else if (this.planned.agent.ownCommand) {
      if (upMs >= STEADY_MS) this.#row = this.#rowOf("ok", "runs");
    } else if (upMs >= SLOW_MS) this.#row = this.#rowOf("ok", "runs, but does not answer yet");
  }

  #reached(): void {
    this.#steps.shift();
    this.#sentMs = undefined;
    if (this.#steps.length === 0) this.#row = this.#rowOf("ok", "");
  }

  #late(): string {
    const child = this.#child;
    if (child === undefined) return "its host manager has not said how it is";
    const words = [this.#steps[0] === "down" ? "not down yet" : "not up yet"];
    if (this.#failures > 0) {
      words.push(`it has ended ${this.#failures === 1 ? "once" : `${this.#failures} times`}`);
    }
    if (child.waits) words.push("it waits for its turn to be started");
    if (child.nextLaunchSeconds !== null) {
      words.push(`the next launch is in ${duration(child.nextLaunchSeconds - Date.now() / 1000)}`);
    }
    return words.join(", ") + (child.lastError === null ? "" : `: ${child.lastError}`);
  }

  #rowOf(result: HostsRow["result"], message: string): HostsRow {
    const { agent, manager } = this.planned;
    return {
      agent: agent.instance,
      host: agent.host,
      manager: manager.instance,
      result,
      state: this.#child?.state ?? agent.state,
      target: this.#child?.target ?? agent.target,
      message,
    };
  }
}

type Seen = Pick<Child, "nextLaunchSeconds"> & { readonly state: string | null };

/** Whether it has ended between two looks. One that ends at once may wait for its next launch in both. */
function hasEndedSince(before: Seen, now: Seen): boolean {
  if (now.state !== "start_at") return false;
  return before.state !== "start_at" || before.nextLaunchSeconds !== now.nextLaunchSeconds;
}
