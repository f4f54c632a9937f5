import assert from "node:assert/strict";
import {
  agentAddress,
  feedTopic,
  heartbeatPattern,
  opsProcedure,
  parseFeedAddress,
} from "../../../ocs/mod.ts";

Deno.test("OCS 1.2: addresses are put together and taken apart again", () => {
  const agent = agentAddress("sat1.observatory", "fake-data_1");
  assert.equal(agent, "sat1.observatory.fake-data_1");
  assert.equal(opsProcedure(agent), "sat1.observatory.fake-data_1.ops");
  assert.deepEqual(parseFeedAddress(feedTopic(agent, "heartbeat")), { agent, feed: "heartbeat" });
});

Deno.test("OCS 4.10: the pattern of heartbeats leaves the instance id empty", () => {
  assert.equal(heartbeatPattern("observatory"), "observatory..feeds.heartbeat");
});

Deno.test("parseFeedAddress() refuses what names nothing", () => {
  for (const text of ["", "a.b", ".feeds.x", "a.feeds.", "a.feeds"]) {
    assert.throws(() => parseFeedAddress(text), {
      name: "SyntaxError",
      message: /^Cannot parse feed address "/,
    });
  }
  assert.deepEqual(parseFeedAddress("a.feeds.b.feeds.c"), { agent: "a.feeds.b", feed: "c" });
});
