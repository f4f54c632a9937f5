import assert from "node:assert/strict";
import { argsOf, makeCore } from "./harness.ts";

Deno.test("RouterCore: two agents join, subscribe, publish, register and call", () => {
  const { agent, core } = makeCore();
  const [a, b] = [agent(), agent()];
  const subscription = a.subscribe("observatory..feeds.", { match: "wildcard" });
  b.publish("observatory.x.feeds.heartbeat", [1]);
  const event = a.take(36);
  assert.equal(event.subscription, subscription);
  assert.deepEqual({ ...event.details }, { topic: "observatory.x.feeds.heartbeat" });
  a.register("observatory.x.ops");
  const request = b.call("observatory.x.ops", ["status"]);
  a.yield(a.take(68).request, ["done"]);
  const result = b.take(50);
  assert.equal(result.request, request);
  assert.deepEqual(argsOf(result.payload), ["done"]);
  a.session.lost("gone");
  b.session.lost("gone");
  assert.equal(core.gauges().sessions, 0);
});
