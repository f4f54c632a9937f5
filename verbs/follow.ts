/** Looks at a session again and again, whatever becomes of router and agent meanwhile. @module */
import type { AnyOperation } from "../client/mod.ts";
import { pause } from "../internal/pause.ts";
import type { ReplySession } from "../ocs/mod.ts";
import { isActive } from "./match_targets.ts";
import type { VerbResult } from "./outcome.ts";
import { sessionState } from "./session_text.ts";
import type { VerbOptions } from "./site_link.ts";
import type { VerbTerminal } from "./terminal.ts";
import { type Away, whoIsAway } from "./who_is_away.ts";
import { withOperation } from "./with_operation.ts";

/** How a session is followed. */
export interface FollowOptions extends VerbOptions {
  readonly terminal: VerbTerminal;
  /** Seconds between two looks; default 1. */
  readonly intervalSeconds?: number | undefined;
}

/**
 * Follows an operation until the run that goes on has ended, or the signal is aborted; where none goes on, the next one.
 *
 * A router that is lost, or an agent that does not answer, is told and waited for.
 *
 * @param onSession Takes each look, one after the other.
 * @returns `failed` for a run that did.
 * @throws {ControlClientError} If the agent is not there at the beginning, or refuses.
 */
export async function followSession(
  target: string,
  onSession: (session: ReplySession) => Promise<void>,
  options: FollowOptions,
): Promise<VerbResult> {
  const { terminal, intervalSeconds = 1, signal } = options;
  return await withOperation(target, options, async (operation, link) => {
    const look = new Look(operation, terminal, target);
    let ran = false;
    for (;;) {
      const session = await look.session({ timeoutSeconds: link.timeoutSeconds, signal });
      if (signal?.aborted) return "ok";
      if (session !== undefined) {
        await onSession(session);
        if (isActive(session)) ran = true;
        else if (ran) {
          terminal.say(`${target} ${sessionState(session)}`);
          return session.success === false ? "failed" : "ok";
        } else look.isIdle(session);
      }
      await pause(intervalSeconds * 1000, { signal });
      if (signal?.aborted) return "ok";
    }
  });
}

/** Asks, and tells once when nobody answers, and when somebody does again. */
class Look {
  readonly #operation: AnyOperation;
  readonly #terminal: VerbTerminal;
  readonly #target: string;
  #away: Away | undefined;
  #isKnown = false;
  #saidIdle = false;

  constructor(operation: AnyOperation, terminal: VerbTerminal, target: string) {
    this.#operation = operation;
    this.#terminal = terminal;
    this.#target = target;
  }

  /** The session now; undefined while there is nobody to ask, or when given up. */
  async session(
    options: { readonly timeoutSeconds: number; readonly signal: AbortSignal | undefined },
  ): Promise<ReplySession | undefined> {
    try {
      const { session } = await this.#operation.status(options);
      if (this.#away !== undefined) {
        this.#terminal.say(this.#away === "router" ? "The router is back" : `${this.#target} answers again`);
      }
      this.#away = undefined;
      this.#isKnown = true;
      return session;
    } catch (error) {
      if (options.signal?.aborted) return undefined;
      const away = whoIsAway(error);
      if (away === undefined || !this.#isKnown) throw error;
      if (away !== this.#away) {
        this.#terminal.say(
          away === "router"
            ? "The router is lost; trying again"
            : `${this.#target} does not answer; trying again`,
        );
      }
      this.#away = away;
      return undefined;
    }
  }

  /** Tells once that there is nothing to follow yet. */
  isIdle(session: ReplySession): void {
    if (this.#saidIdle) return;
    this.#saidIdle = true;
    this.#terminal.say(`${this.#target} does not run (${sessionState(session)}); waiting for its next run`);
  }
}
