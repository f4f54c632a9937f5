import assert from "node:assert/strict";
import { CBOR_SERIALIZER } from "../../../wamp/mod.ts";
import type { Payload } from "../../../wamp/payload.ts";
import type { Message } from "../../../wamp/message.ts";
import { argsOf, makeCore, type TestPeer, values } from "./harness.ts";

function refusal(
  a: TestPeer,
  procedure: string,
  args: unknown[] = [],
  kwargs?: Record<string, unknown>,
): string {
  const request = a.call(procedure, args, {}, kwargs);
  return a.takeError(48, request);
}

Deno.test("R89: session count, list and get see every ordinary session", () => {
  const { open, core } = makeCore();
  const [a, b] = [open({ agent: "tester-1" }), open({}, { path: "/open", address: "tcp4:10.1.2.3:99" })];
  const internal = core.openInternal("open", "trusted");
  assert.equal(a.ask("wamp.session.count"), 2);
  assert.equal(a.ask("wamp.session.count", [["trusted"]]), 2);
  assert.equal(a.ask("wamp.session.count", [["other"]]), 0);
  assert.equal(a.ask("wamp.session.count", [null]), 2);
  assert.deepEqual(a.ask("wamp.session.list"), [a.id, b.id]);
  const details = a.ask("wamp.session.get", [b.id]) as Record<string, unknown>; // checked key by key below
  assert.deepEqual([details.session, details.authrole, details.realm], [b.id, "trusted", "open"]);
  assert.equal((details.transport as Record<string, unknown>).peer, "tcp4:10.1.2.3:99"); // a dict of ours
  assert.equal((a.ask("wamp.session.get", [a.id]) as Record<string, unknown>).agent, "tester-1"); // as above
  assert.equal(refusal(a, "wamp.session.get", [12345]), "wamp.error.no_such_session");
  assert.equal(refusal(a, "wamp.session.get", [internal.id]), "wamp.error.no_such_session");
  for (const args of [[], ["1"], [1.5], [-1], [null]]) {
    assert.equal(refusal(a, "wamp.session.get", args), "wamp.error.invalid_argument");
  }
  assert.equal(refusal(a, "wamp.session.count", [5]), "wamp.error.invalid_argument");
  internal.close();
});

Deno.test("R89: kill sends GOODBYE with reason and message to its target and removes it at once", () => {
  const { open, clock } = makeCore();
  const [a, b, c] = [open(), open(), open()];
  b.register("p");
  assert.equal(a.ask("wamp.session.kill", [b.id], { reason: "my.reason", message: "go home" }), null);
  assert.deepEqual(b.take(6), { type: 6, details: { message: "go home" }, reason: "my.reason" });
  assert.equal(a.ask("wamp.session.count"), 2);
  a.register("p");
  b.publish("t");
  b.expectNothing();
  clock.tick(1_000);
  assert.equal(b.closeCode(), 1000);
  a.ask("wamp.session.kill", [c.id]);
  assert.equal(c.take(6).reason, "wamp.close.killed");
  c.send({ type: 6, details: {}, reason: "wamp.close.goodbye_and_out" });
  assert.equal(c.closeCode(), 1000);
});

Deno.test("R89: the own session cannot be killed, nor one that is not there, nor with a bad reason", () => {
  const { open } = makeCore();
  const [a, b] = [open(), open()];
  assert.equal(refusal(a, "wamp.session.kill", [a.id]), "wamp.error.no_such_session");
  assert.equal(refusal(a, "wamp.session.kill", [12345]), "wamp.error.no_such_session");
  assert.equal(refusal(a, "wamp.session.kill", [b.id], { reason: "not a uri" }), "wamp.error.invalid_uri");
  assert.equal(refusal(a, "wamp.session.kill", [b.id], { reason: 5 }), "wamp.error.invalid_argument");
  assert.equal(refusal(a, "wamp.session.kill", ["x"]), "wamp.error.invalid_argument");
  b.expectNothing();
});

Deno.test("R89: kill_by_authid, kill_by_authrole and kill_all count and spare the caller", () => {
  const { open } = makeCore({
    authentication: { "/named": { anonymous: { role: "trusted", authid: "n" } } },
  });
  const a = open();
  const named = [open({}, { path: "/named" }), open({}, { path: "/named" })];
  assert.equal(a.ask("wamp.session.kill_by_authid", ["n"]), 2);
  for (const peer of named) peer.take(6);
  const more = [open(), open(), open()];
  assert.equal(a.ask("wamp.session.kill_by_authrole", ["trusted"]), 3);
  for (const peer of more) peer.take(6);
  assert.equal(a.ask("wamp.session.kill_all"), 0);
  const last = open();
  assert.equal(a.ask("wamp.session.kill_all"), 1);
  last.take(6);
  assert.equal(a.ask("wamp.session.count"), 1);
});

Deno.test("R90: on_join and on_leave tell who came and went", () => {
  const { open } = makeCore();
  const a = open();
  a.subscribe("wamp.session.on_join");
  a.subscribe("wamp.session.on_leave");
  const b = open();
  const [details] = argsOf(a.take(36).payload) as [Record<string, unknown>]; // checked on the next line
  assert.deepEqual([details.session, details.authrole, details.authmethod], [b.id, "trusted", "anonymous"]);
  b.session.lost("gone");
  assert.deepEqual(argsOf(a.take(36).payload), [b.id, details.authid, "trusted"]);
  a.expectNothing();
});

Deno.test("R90: subscription and registration events come after their reply, create first and delete last", () => {
  const { open } = makeCore();
  const a = open();
  a.subscribe("wamp.subscription.", { match: "prefix" });
  a.subscribe("wamp.registration.", { match: "prefix" });
  a.expectNothing();
  const b = open();
  const subscription = b.subscribe("t");
  b.send({ type: 32, request: 1, options: {}, topic: "t" });
  b.send({ type: 34, request: 2, subscription });
  b.takeAll();
  const registration = b.register("p", { invoke: "first" });
  b.session.lost("gone");
  const events = a.takeAll().map((event) => event.type === 36 ? event : assert.fail());
  assert.deepEqual(events.map(({ details, payload }) => [details.topic, argsOf(payload)]), [
    ["wamp.subscription.on_create", [b.id, {
      id: subscription,
      created: "2023-11-14T22:30:00.000Z",
      uri: "t",
      match: "exact",
    }]],
    ["wamp.subscription.on_subscribe", [b.id, subscription]],
    ["wamp.subscription.on_unsubscribe", [b.id, subscription]],
    ["wamp.subscription.on_delete", [b.id, subscription]],
    ["wamp.registration.on_create", [b.id, {
      id: registration,
      created: "2023-11-14T22:30:00.000Z",
      uri: "p",
      match: "exact",
      invoke: "first",
    }]],
    ["wamp.registration.on_register", [b.id, registration]],
    ["wamp.registration.on_unregister", [b.id, registration]],
    ["wamp.registration.on_delete", [b.id, registration]],
  ]);
});

Deno.test("R90: the session that causes an event gets it, too, after its reply", () => {
  const a = makeCore().open();
  a.subscribe("wamp.subscription.on_subscribe");
  a.send({ type: 32, request: 9, options: {}, topic: "t" });
  a.take(33);
  a.take(36);
});

Deno.test("R91: registrations are listed, looked up, matched and described, wildcards included", () => {
  const { open } = makeCore();
  const [a, b] = [open(), open()];
  const exact = a.register("a.b.c", { invoke: "roundrobin" });
  const byPrefix = a.register("a.", { match: "prefix" });
  const byWildcard = a.register("..x", { match: "wildcard" });
  b.register("a.b.c", { invoke: "roundrobin" });
  const ask = (name: string, ...args: unknown[]) => a.ask(`wamp.registration.${name}`, args);
  assert.deepEqual(ask("list"), { exact: [exact], prefix: [byPrefix], wildcard: [byWildcard] });
  assert.equal(ask("lookup", "a.b.c"), exact);
  assert.equal(ask("lookup", "a.", { match: "prefix" }), byPrefix);
  assert.equal(ask("lookup", "a."), null);
  assert.equal(ask("match", "a.b.c"), exact);
  assert.equal(ask("match", "a.b.x"), byPrefix);
  assert.equal(ask("match", "q.b.x"), byWildcard);
  assert.equal(ask("match", "q"), null);
  assert.deepEqual(ask("get", exact), {
    id: exact,
    created: "2023-11-14T22:30:00.000Z",
    uri: "a.b.c",
    match: "exact",
    invoke: "roundrobin",
  });
  assert.deepEqual(ask("list_callees", exact), [a.id, b.id]);
  assert.equal(ask("count_callees", exact), 2);
  assert.equal(ask("remove_callee", exact, b.id), null);
  assert.deepEqual(b.take(67).details, { registration: exact, reason: "wamp.error.unregistered" });
  assert.equal(ask("count_callees", exact), 1);
  for (const name of ["get", "list_callees", "count_callees", "remove_callee"]) {
    assert.equal(refusal(a, `wamp.registration.${name}`, [7, 7]), "wamp.error.no_such_registration");
    assert.equal(refusal(a, `wamp.registration.${name}`, ["x"]), "wamp.error.invalid_argument");
  }
  assert.equal(refusal(a, "wamp.registration.remove_callee", [exact, b.id]), "wamp.error.no_such_session");
  assert.equal(refusal(a, "wamp.registration.lookup", ["a", { match: "x" }]), "wamp.error.invalid_argument");
  assert.equal(refusal(a, "wamp.registration.lookup", ["a", 5]), "wamp.error.invalid_argument");
});

Deno.test("R91: subscriptions are listed, looked up, matched and described, wildcards included", () => {
  const { open } = makeCore();
  const [a, b] = [open(), open()];
  const exact = a.subscribe("a.b.c");
  const byPrefix = a.subscribe("a.", { match: "prefix" });
  const byWildcard = a.subscribe("..c", { match: "wildcard" });
  b.subscribe("a.b.c");
  const ask = (name: string, ...args: unknown[]) => a.ask(`wamp.subscription.${name}`, args);
  assert.deepEqual(ask("list"), { exact: [exact], prefix: [byPrefix], wildcard: [byWildcard] });
  assert.equal(ask("lookup", "..c", { match: "wildcard" }), byWildcard);
  assert.equal(ask("lookup", "nobody"), null);
  assert.deepEqual(ask("match", "a.b.c"), [exact, byPrefix, byWildcard]);
  assert.equal(ask("match", "q"), null);
  assert.deepEqual(ask("get", byPrefix), {
    id: byPrefix,
    created: "2023-11-14T22:30:00.000Z",
    uri: "a.",
    match: "prefix",
  });
  assert.deepEqual(ask("list_subscribers", exact), [a.id, b.id]);
  assert.equal(ask("count_subscribers", exact), 2);
  assert.equal(ask("remove_subscriber", exact, b.id), null);
  assert.equal(ask("count_subscribers", exact), 1);
  b.take(35);
  for (const name of ["get", "list_subscribers", "count_subscribers", "remove_subscriber"]) {
    assert.equal(refusal(a, `wamp.subscription.${name}`, [7, 7]), "wamp.error.no_such_subscription");
  }
  const history = a.call("wamp.subscription.get_events", [exact, 10]);
  const reply = a.take(8);
  assert.deepEqual([reply.request, reply.error], [history, "wamp.error.history_unavailable"]);
  assert(reply.payload.kind === "values" && typeof reply.payload.kwargs?.message === "string");
});

Deno.test("R91: a removed subscriber is told only if it understands; AutobahnPython does not", () => {
  const { open } = makeCore();
  const a = open();
  const told = (details: Record<string, unknown>) => {
    const b = open(details);
    const subscription = b.subscribe("t");
    a.ask("wamp.subscription.remove_subscriber", [subscription, b.id], { reason: "my.reason" });
    return b.takeAll();
  };
  assert.deepEqual(told({ agent: "AutobahnPython-24.4.2" }), []);
  assert.deepEqual(told({ roles: { subscriber: {} } }), []);
  const [message] = told({ agent: "other" });
  assert(message?.type === 35 && message.request === 0);
  assert.equal(message.details?.reason, "my.reason");
});

Deno.test("R92: testaments are published in their order when the session is lost, before on_leave", () => {
  const { open } = makeCore();
  const [a, b] = [open(), open()];
  a.subscribe("last.words");
  a.subscribe("wamp.session.on_leave");
  assert.equal(b.ask("wamp.session.add_testament", ["last.words", [1], { k: 2 }]), null);
  assert.equal(b.ask("wamp.session.add_testament", ["last.words", [3], {}], { scope: "detached" }), null);
  const options = { publish_options: { eligible: [b.id] } };
  assert.equal(b.ask("wamp.session.add_testament", ["last.words", [9], {}], options), null);
  b.session.lost("cable cut");
  const [first, second, leave, ...more] = a.takeAll();
  assert(first?.type === 36 && second?.type === 36 && leave?.type === 36);
  assert.deepEqual(first.payload, values([1], { k: 2 }));
  assert.deepEqual(second.payload, values([3]));
  assert.equal(argsOf(leave.payload)[0], b.id);
  assert.deepEqual(more, []);
});

Deno.test("R92: flushed testaments are not published; each scope is flushed on its own", () => {
  const { open } = makeCore();
  const [a, b] = [open(), open()];
  a.subscribe("last.words");
  b.ask("wamp.session.add_testament", ["last.words", ["destroyed"], {}]);
  b.ask("wamp.session.add_testament", ["last.words", ["detached"], {}], { scope: "detached" });
  assert.equal(b.ask("wamp.session.flush_testaments"), null);
  b.session.lost("gone");
  const seen = a.takeAll().map((event) => event.type === 36 ? argsOf(event.payload)[0] : undefined);
  assert.deepEqual(seen, ["detached"]);
});

Deno.test("R92: what is wrong with a testament is told when it is added, and their number is bounded", () => {
  const { open } = makeCore({ limits: { testamentsPerSession: 2 } });
  const a = open();
  const add = (args: unknown[], kwargs?: Record<string, unknown>) =>
    refusal(a, "wamp.session.add_testament", args, kwargs);
  assert.equal(add(["not a topic", [], {}]), "wamp.error.invalid_uri");
  assert.equal(add(["wamp.session.on_join", [], {}]), "wamp.error.invalid_uri");
  assert.equal(add([5, [], {}]), "wamp.error.invalid_argument");
  assert.equal(add(["t", {}, {}]), "wamp.error.invalid_argument");
  assert.equal(add(["t", [], []]), "wamp.error.invalid_argument");
  assert.equal(add(["t", [], {}], { scope: "x" }), "wamp.error.invalid_argument");
  assert.equal(add(["t", [], {}], { publish_options: { exclude: 1 } }), "wamp.error.invalid_argument");
  for (let i = 0; i < 2; i++) a.ask("wamp.session.add_testament", ["t", [], {}]);
  assert.equal(add(["t", [], {}]), "wamp.error.unavailable");
});

Deno.test("R92: the numbers of a testament keep their kinds from wire to wire", () => {
  const { open } = makeCore();
  const [a, b] = [open(), open()];
  a.subscribe("t");
  // args ["t", [1.0, 1]], as CBOR.
  const tail = Uint8Array.of(0x82, 0x61, 0x74, 0x82, 0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0x01);
  const payload: Payload = { kind: "raw", encoding: "cbor", count: 1, tail };
  b.send({ type: 48, request: 1, options: {}, procedure: "wamp.session.add_testament", payload });
  b.take(50);
  b.session.lost("gone");
  const bytes = CBOR_SERIALIZER.encodeMessage(a.take(36));
  assert.deepEqual(bytes.slice(-11), tail.slice(-11));
});

Deno.test("MetaApi: arguments that cannot be decoded are invalid, and the session goes on", () => {
  const a = makeCore().open();
  const payload: Payload = { kind: "raw", encoding: "cbor", count: 1, tail: Uint8Array.of(0x82, 0x01) };
  a.send({ type: 48, request: 1, options: {}, procedure: "wamp.session.get", payload });
  assert.equal(a.takeError(48, 1), "wamp.error.invalid_argument");
  assert.equal(a.ask("wamp.session.count"), 1);
});

Deno.test("R93: OCS roles get not_authorized for meta procedures and meta topics", () => {
  const a = makeCore().agent();
  for (
    const procedure of ["wamp.session.count", "wamp.registration.list", "wamp.session.kill_all", "wamp.x"]
  ) {
    assert.equal(refusal(a, procedure), "wamp.error.not_authorized");
  }
  a.send({ type: 32, request: 1, options: {}, topic: "wamp.session.on_join" });
  assert.equal(a.takeError(32, 1), "wamp.error.not_authorized");
});

Deno.test("MetaApi: an unknown wamp. procedure does not exist", () => {
  assert.equal(refusal(makeCore().open(), "wamp.session.no_such"), "wamp.error.no_such_procedure");
});

Deno.test("InternalSession: it calls, publishes and subscribes, is not seen, and ends what is pending", async () => {
  const { agent, core } = makeCore();
  const a = agent();
  a.register("observatory.p");
  a.subscribe("observatory.t");
  const internal = core.openInternal("test_realm", "iocs_controller");
  const pending = internal.call("observatory.p", values([1]));
  a.yield(a.take(68).request, [2]);
  const result = await pending;
  assert.deepEqual([result.type, argsOf(result.payload)], [50, [2]]);
  const missing = await internal.call("observatory.missing", values());
  assert(missing.type === 8);
  assert.equal(missing.error, "wamp.error.no_such_procedure");
  const published = await internal.publish("observatory.t", values([3]));
  assert.equal(published.type, 17);
  a.take(36);
  const refused = await internal.publish("elsewhere", values());
  assert(refused.type === 8 && refused.error === "wamp.error.not_authorized");
  await assert.rejects(internal.subscribe("elsewhere", () => {}), /not_authorized/);
  const { promise, resolve } = Promise.withResolvers<Message>();
  await internal.subscribe("observatory.u", resolve);
  a.publish("observatory.u", [4]);
  assert.equal((await promise).type, 36);
  const forever = internal.call("observatory.p", values());
  internal.close();
  await assert.rejects(forever, /was closed/);
  await assert.rejects(internal.call("observatory.p", values()), /was closed/);
  await assert.rejects(internal.publish("observatory.t", values()), /was closed/);
  assert.equal(core.gauges().sessions, 1);
  assert.equal(core.gauges().calls, 0);
});

Deno.test("RouterCore: openInternal() says which realm or role is missing", () => {
  const { core } = makeCore();
  assert.throws(() => core.openInternal("x", "trusted"), RangeError);
  assert.throws(() => core.openInternal("test_realm", "x"), RangeError);
});
