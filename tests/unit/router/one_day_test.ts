import assert from "node:assert/strict";
import { makeCore } from "./harness.ts";

const AGENTS = 100;
const HOURS = 24;

Deno.test("R112: 24 h of 100 agents at 1 Hz: every heartbeat arrives and nothing is kept", () => {
  const { agent, clock, core } = makeCore();
  const recorder = agent();
  recorder.subscribe("observatory..feeds.heartbeat", { match: "wildcard" });
  const agents = Array.from({ length: AGENTS }, (_, i) => {
    const peer = agent();
    peer.register(`observatory.a${i}.ops`);
    return { peer, topic: `observatory.a${i}.feeds.heartbeat` };
  });
  recorder.inbox.length = 0;
  const heartbeat = [[{ acq: 3 }, {}]];
  const before = { ...core.gauges(), timers: clock.pending };
  let heapAfterFirstHour = 0;
  for (let hour = 0; hour < HOURS; hour++) {
    for (let second = 0; second < 3600; second++) {
      clock.tick(1000);
      for (const { peer, topic } of agents) peer.publish(topic, heartbeat);
      // A heartbeat missed shows in the very second it was due.
      if (recorder.inbox.length !== AGENTS) {
        assert.equal(recorder.inbox.length, AGENTS, `${hour} h ${second} s`);
      }
      recorder.inbox.length = 0;
    }
    // One agent restarts every hour, as a real day has it.
    const gone = agents[hour];
    assert(gone !== undefined);
    gone.peer.session.lost("restart");
    gone.peer = agent();
    gone.peer.register(`observatory.a${hour}.ops`);
    if (hour === 0) heapAfterFirstHour = Deno.memoryUsage().heapUsed;
  }
  assert.deepEqual({ ...core.gauges(), timers: clock.pending }, before);
  const grownMib = (Deno.memoryUsage().heapUsed - heapAfterFirstHour) / 2 ** 20;
  // Garbage not yet collected counts as well; a kept heartbeat would be hundreds of MiB.
  assert(grownMib < 64, `the heap has grown by ${grownMib.toFixed(1)} MiB`);
});
