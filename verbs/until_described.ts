/** Waiting for a listing in which every agent has said what it is. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";
import type { FleetWatch } from "./fleet_watch.ts";
import { untilSettled } from "./until_settled.ts";

/** How long is waited. */
export interface UntilDescribedOptions {
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** An agent that has not answered by then is stuck. */
const ASK_MS = 4000;
const LOOK_MS = 20;

/** Resolves when every agent of the first listing has said what it is, or had time enough for that. */
export async function untilDescribed(
  fleet: FleetWatch,
  { clock = SYSTEM_CLOCK, signal }: UntilDescribedOptions = {},
): Promise<void> {
  await untilSettled(fleet, signal);
  const end = clock.monotonicMs() + ASK_MS;
  const isAsked = () =>
    [...fleet.agents.values()].every(({ api, state }) => api !== undefined || state !== "up");
  while (!isAsked() && clock.monotonicMs() < end && signal?.aborted !== true) {
    await pause(LOOK_MS, { clock, signal });
  }
}
