/** Waiting for the first listing of a fleet. @module */
import type { FleetWatch } from "./fleet_watch.ts";

/** Resolves when the first listing is complete, or the signal is aborted; never rejects. */
export async function untilSettled(fleet: FleetWatch, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  const over = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    signal?.addEventListener("abort", () => resolve(), { once: true, signal: over.signal });
  });
  await Promise.race([fleet.settled, aborted]);
  over.abort();
}
