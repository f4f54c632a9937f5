/** Waiting for a router that is away, and for the agents behind it. @module */
import { pause } from "../internal/pause.ts";
import type { FleetWatch } from "../verbs/fleet_watch.ts";
import type { SiteLink } from "../verbs/site_link.ts";

/** What is waited for. */
export interface ReachableOptions {
  readonly link: Pick<SiteLink, "connection">;
  readonly fleet: Pick<FleetWatch, "agents" | "router" | "onEvent">;
  /** How long a request may wait, in seconds. */
  readonly timeoutSeconds: number;
}

const LOOK_MS = 30;

/**
 * Makes requests wait for a router that is away, and then for an agent that was there before the router was lost, until
 * that is heard again: it joins later than we do. Whoever makes it disposes of it.
 */
export class Reachable implements Disposable {
  readonly #options: ReachableOptions;
  readonly #listening: Disposable;
  #wasLost = false;

  /** Begins to listen. */
  constructor(options: ReachableOptions) {
    this.#options = options;
    this.#listening = options.fleet.onEvent(({ kind }) => {
      if (kind === "router-lost") this.#wasLost = true;
    });
  }

  /**
   * Resolves when a request to the agent may be sent.
   *
   * @throws {JoinError} If the router is not there within the deadline.
   */
  async until(instance: string): Promise<void> {
    const { link, timeoutSeconds } = this.#options;
    const endMs = performance.now() + timeoutSeconds * 1000;
    await link.connection.joined(timeoutSeconds * 1000);
    // What becomes of a request to one that does not come back is the router's word.
    while (this.#isAwaited(instance) && performance.now() < endMs) await pause(LOOK_MS);
  }

  /** Ends. */
  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #isAwaited(instance: string): boolean {
    const { agents, router } = this.#options.fleet;
    const agent = agents.get(instance);
    if (!this.#wasLost || agent === undefined || agent.state === "expired") return false;
    return agent.heardMs < router.sinceMs;
  }
}
