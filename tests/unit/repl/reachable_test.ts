import assert from "node:assert/strict";
import { Reachable, type ReachableOptions } from "../../../repl/reachable.ts";
import type { FleetEvent } from "../../../verbs/fleet_event.ts";
import { within } from "../../helpers/until.ts";

/** One agent behind a router that is there; the test says when what was heard. */
function bed(timeoutSeconds: number) {
  const agent = { state: "up", heardMs: 1000 };
  const router = { state: "up", sinceMs: 500 };
  let tell = (_event: FleetEvent): void => {};
  const options = {
    timeoutSeconds,
    link: { connection: { joined: () => Promise.resolve() } },
    fleet: {
      agents: new Map([["a1", agent]]),
      router,
      onEvent: (listener: (event: FleetEvent) => void) => {
        tell = listener;
        return { [Symbol.dispose]: () => {} };
      },
    },
  };
  // Only what is set here is looked at.
  const reachable = new Reachable(options as unknown as ReachableOptions);
  return { reachable, agent, router, tell: (event: FleetEvent) => tell(event) };
}

Deno.test("Reachable lets requests through at once while the router was never lost", async () => {
  const { reachable, router } = bed(60);
  using _reachable = reachable;
  router.sinceMs = 2000;
  await within(reachable.until("a1"), 1000);
  await within(reachable.until("nobody"), 1000);
});

Deno.test("Reachable waits for an agent that was there before, and for no other", async () => {
  const { reachable, router, agent, tell } = bed(60);
  using _reachable = reachable;
  tell({ kind: "router-lost" });
  router.sinceMs = 2000;
  await within(reachable.until("nobody"), 1000);
  let isThrough = false;
  const waiting = reachable.until("a1").then(() => isThrough = true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(isThrough, false);
  agent.heardMs = 2500;
  await within(waiting, 5000);
  router.sinceMs = 3000;
  agent.state = "expired";
  await within(reachable.until("a1"), 1000);
});

Deno.test("Reachable waits no longer than its deadline", async () => {
  const { reachable, router, tell } = bed(0.1);
  using _reachable = reachable;
  tell({ kind: "router-lost" });
  router.sinceMs = 2000;
  await within(reachable.until("a1"), 5000);
});
