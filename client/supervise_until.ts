/** Watching over a process until a time (smurf 6, idiom 12). @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";
import type { OCSReply } from "../ocs/mod.ts";
import { Looker } from "./_looker.ts";
import { OperationFailedError } from "./errors.ts";
import { eitherSignal } from "./request_guard.ts";
import type { Watchable } from "./until.ts";
import { utcSeconds, type UtcTime } from "./wait_until_time.ts";

/** How a process is watched. */
export interface SuperviseOptions {
  /** Time between two looks, in seconds; the last one is at the end. Default 10. */
  readonly periodSeconds?: number | undefined;
  /** Called after each look. */
  readonly onLook?: ((reply: OCSReply<unknown>) => void) | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
  /** Time; default the machine's. */
  readonly clock?: Clock | undefined;
}

/**
 * Sees that a process runs until a time in UTC. A restart of the router is waited for.
 *
 * @param end Without a zone it is UTC; one that has passed is one look.
 * @returns What was seen last.
 * @throws {OperationFailedError} As soon as it does not run.
 */
export async function superviseUntil<Data>(
  operation: Watchable<Data>,
  end: UtcTime,
  { periodSeconds = 10, onLook, signal, clock = SYSTEM_CLOCK }: SuperviseOptions = {},
): Promise<OCSReply<Data>> {
  const endSeconds = utcSeconds(end);
  const either = eitherSignal(signal, operation.interrupted);
  const looker = new Looker(operation);
  for (;;) {
    const reply = await looker.look({ signal });
    if (reply.session.status !== "running") {
      const state = reply.session.status ?? "not running";
      throw new OperationFailedError(
        operation,
        `it was to run until ${time(endSeconds)}, but is ${state}`,
        reply,
      );
    }
    onLook?.(reply);
    const left = endSeconds - clock.now();
    if (left <= 0) return reply;
    await pause(Math.min(periodSeconds, left) * 1000, { signal: either, clock });
    either?.throwIfAborted();
  }
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
