import assert from "node:assert/strict";
import type { Message } from "../../../wamp/message.ts";
import { ALL_ROLES, makeCore, SeededRandom, values } from "./harness.ts";

Deno.test("R20: WELCOME has a random id, only broker and dealer as roles, and every feature is a bool", () => {
  const { peer } = makeCore();
  const a = peer();
  a.send({ type: 1, realm: "test_realm", details: { roles: ALL_ROLES } });
  const { session, details } = a.take(2);
  assert(Number.isSafeInteger(session) && session > 0);
  const roles = details.roles as Record<string, { features: Record<string, unknown> }>; // the shape is asserted below
  assert.deepEqual(Object.keys(roles).sort(), ["broker", "dealer"]);
  for (const { features } of Object.values(roles)) {
    assert(Object.values(features).every((value) => typeof value === "boolean"));
  }
  for (const key of ["realm", "authid", "authrole", "authmethod", "authprovider"]) {
    assert.equal(typeof details[key], "string");
  }
  assert.deepEqual({ ...details.authextra as object }, {});
  assert(Object.values(details).every((value) => value !== null && value !== undefined));
});

Deno.test("R21: HELLO without authmethods joins as anonymous with the configured role and a random authid", () => {
  const { peer } = makeCore();
  const join = () => {
    const a = peer();
    a.send({ type: 1, realm: "test_realm", details: { roles: { publisher: {} }, authid: "ignored" } });
    return a.take(2).details;
  };
  const [first, second] = [join(), join()];
  assert.equal(first.authmethod, "anonymous");
  assert.equal(first.authrole, "iocs_agent");
  assert.match(String(first.authid), /^([A-Z0-9]{4}-){5}[A-Z0-9]{4}$/);
  assert.notEqual(first.authid, second.authid);
});

Deno.test("R22: an unknown realm is refused with ABORT no_such_realm and close 1000", () => {
  const { peer } = makeCore();
  const a = peer();
  a.send({ type: 1, realm: "nowhere", details: { roles: ALL_ROLES } });
  assert.deepEqual(a.take(3), {
    type: 3,
    details: { message: 'no realm "nowhere" exists on this router' },
    reason: "wamp.error.no_such_realm",
  });
  assert.equal(a.closeCode(), 1000);
});

Deno.test("HELLO with a malformed realm is refused with invalid_uri", () => {
  for (const realm of ["", "a..b", "a b", "x".repeat(2000)]) {
    const a = makeCore().peer();
    a.send({ type: 1, realm, details: { roles: ALL_ROLES } });
    assert.equal(a.take(3).reason, "wamp.error.invalid_uri");
    assert.equal(a.closeCode(), 1000);
  }
});

Deno.test("R23: missing, empty or malformed roles are a protocol violation", () => {
  for (const roles of [undefined, {}, [], "caller", { caller: 1 }, { caller: null }]) {
    const a = makeCore().peer();
    a.send({ type: 1, realm: "test_realm", details: roles === undefined ? {} : { roles } });
    a.expectViolation(/HELLO details roles/);
  }
});

const REQUESTS: readonly Message[] = [
  { type: 16, request: 1, options: {}, topic: "observatory.t", payload: values() },
  { type: 32, request: 1, options: {}, topic: "observatory.t" },
  { type: 34, request: 1, subscription: 1 },
  { type: 48, request: 1, options: {}, procedure: "observatory.p", payload: values() },
  { type: 49, request: 1, options: {} },
  { type: 64, request: 1, options: {}, procedure: "observatory.p" },
  { type: 66, request: 1, registration: 1 },
  { type: 70, request: 1, options: {}, payload: values() },
  { type: 8, requestType: 68, request: 1, details: {}, error: "a.b", payload: values() },
];
const ROUTER_ONLY: readonly Message[] = [
  { type: 2, session: 1, details: {} },
  { type: 4, method: "ticket", extra: {} },
  { type: 17, request: 1, publication: 1 },
  { type: 33, request: 1, subscription: 1 },
  { type: 35, request: 1 },
  { type: 36, subscription: 1, publication: 1, details: {}, payload: values() },
  { type: 50, request: 1, details: {}, payload: values() },
  { type: 65, request: 1, registration: 1 },
  { type: 67, request: 1 },
  { type: 68, request: 1, registration: 1, details: {}, payload: values() },
  { type: 69, request: 1, options: {} },
];

Deno.test("R24: whatever comes before HELLO but HELLO, ABORT and extensions is a violation", () => {
  const others: Message[] = [
    { type: 5, signature: "", extra: {} },
    { type: 6, details: {}, reason: "wamp.close.normal" },
  ];
  for (const message of [...REQUESTS, ...ROUTER_ONLY, ...others]) {
    const { peer, core } = makeCore();
    const a = peer();
    a.send(message);
    a.expectViolation(/before HELLO/);
    assert.equal(core.gauges().connections, 0);
  }
});

Deno.test("R24: a second HELLO, AUTHENTICATE and every router-only message in a session are violations", () => {
  const others: Message[] = [
    { type: 1, realm: "test_realm", details: { roles: ALL_ROLES } },
    { type: 5, signature: "", extra: {} },
  ];
  for (const message of [...ROUTER_ONLY, ...others]) {
    const { agent, core } = makeCore();
    const a = agent();
    a.send(message);
    a.expectViolation();
    assert.equal(core.gauges().sessions, 0);
    assert.equal(core.counters.violations, 1);
  }
});

Deno.test("R24: a violation text names the message type", () => {
  const a = makeCore().agent();
  a.send({ type: 36, subscription: 1, publication: 1, details: {}, payload: values() });
  a.expectViolation(/EVENT/);
});

Deno.test("R25: a connection without HELLO is closed with 1002 after 10 s, and not before", () => {
  const { peer, clock, core } = makeCore();
  const a = peer();
  clock.tick(9_999);
  assert.equal(a.closeCode(), undefined);
  clock.tick(1);
  assert.equal(a.closeCode(), 1002);
  assert.equal(core.gauges().connections, 0);
});

Deno.test("R26: GOODBYE is answered by goodbye_and_out; the same transport can join again with a new id", () => {
  const { agent, clock } = makeCore();
  const a = agent();
  const first = a.id;
  a.subscribe("observatory.t");
  a.send({ type: 6, details: {}, reason: "wamp.close.normal" });
  assert.equal(a.take(6).reason, "wamp.close.goodbye_and_out");
  clock.tick(9_999);
  assert.equal(a.closeCode(), undefined);
  a.join();
  assert.notEqual(a.id, first);
  clock.tick(60_000);
  assert.equal(a.closeCode(), undefined, "the timer of the empty transport has been taken back");
});

Deno.test("R26: a transport that stays without session after GOODBYE is closed with 1000 after 10 s", () => {
  const { agent, clock } = makeCore();
  const a = agent();
  a.send({ type: 6, details: {}, reason: "wamp.close.normal" });
  a.takeAll();
  clock.tick(10_000);
  assert.equal(a.closeCode(), 1000);
});

Deno.test("R26: the option goodbyeReply gives crossbar's answer", () => {
  const a = makeCore({ behaviour: { goodbyeReply: "wamp.close.normal" } }).agent();
  a.send({ type: 6, details: {}, reason: "wamp.close.normal" });
  assert.equal(a.take(6).reason, "wamp.close.normal");
});

Deno.test("R27: GOODBYE and close at once leaves nothing behind and logs nothing", () => {
  const { agent, core, log, clock } = makeCore();
  const a = agent();
  a.register("observatory.p");
  a.send({ type: 6, details: {}, reason: "wamp.close.normal" });
  a.session.lost("closed by peer");
  assert.deepEqual(core.gauges(), EMPTY);
  assert.deepEqual(log.lines, []);
  assert.equal(clock.pending, 0);
});

Deno.test("R28: shutdown says GOODBYE system_shutdown to all and closes with 1001 within 1 s", async () => {
  const { core, agent, peer, clock } = makeCore();
  const [polite, silent, gone] = [agent(), agent(), agent()];
  const early = peer();
  const done = core.shutdown();
  for (const a of [polite, silent, gone]) assert.equal(a.take(6).reason, "wamp.close.system_shutdown");
  assert.equal(early.closeCode(), 1001);
  polite.send({ type: 6, details: {}, reason: "wamp.close.goodbye_and_out" });
  assert.equal(polite.closeCode(), 1001);
  gone.session.lost("closed by peer");
  silent.publish("observatory.t");
  silent.expectNothing();
  clock.tick(1_000);
  assert.equal(silent.closeCode(), 1001);
  await done;
  const late = peer();
  assert.equal(late.closeCode(), 1001);
  assert.equal(core.gauges().connections, 0);
  assert.equal(clock.pending, 0);
});

Deno.test("R29: request ids may start anywhere, skip and repeat, and are echoed up to 2^53", () => {
  const a = makeCore().agent();
  for (const request of [57, 1000, 3, 0, 2 ** 53, 57]) {
    a.send({ type: 32, request, options: {}, topic: "observatory.t" });
    assert.equal(a.take(33).request, request);
  }
});

Deno.test("R31: unknown option keys are ignored everywhere", () => {
  const a = makeCore().agent({ resumable: false, x_foo: [1] });
  const b = makeCore().agent();
  const options = { x_foo: 1, _abc: null, resumable: "yes", forward_for: [] };
  a.subscribe("observatory.t", options);
  a.register("observatory.p", options);
  a.publish("observatory.u", [], options);
  a.call("observatory.p", [], options);
  const { request } = a.take(68);
  a.yield(request, [1], options);
  a.take(50);
  a.send({ type: 49, request: 99, options });
  a.expectNothing();
  b.expectNothing();
});

Deno.test("R32: extension messages are ignored in every state", () => {
  const { peer } = makeCore();
  const a = peer();
  a.send({ type: 0, code: 337 });
  a.join();
  a.send({ type: 0, code: 7 });
  a.expectNothing();
  assert.equal(a.closeCode(), undefined);
});

Deno.test("R32: what the wire layer finds wrong ends the session with ABORT and 1002, the reason cut to 123 bytes", () => {
  const { agent, core } = makeCore();
  const a = agent();
  a.session.violation("CALL options is not a dict " + "ü".repeat(100));
  a.expectViolation(/CALL options/);
  a.session.lost("closed");
  a.session.violation("late");
  a.session.receive({ type: 32, request: 1, options: {}, topic: "observatory.t" });
  a.expectNothing();
  assert.deepEqual(core.gauges(), EMPTY);
});

Deno.test("R35: 1,000 join and leave cycles leave no session, subscription, registration, call or timer", () => {
  const { agent, core, clock } = makeCore();
  for (let round = 0; round < 1000; round++) {
    const a = agent();
    a.subscribe(`observatory.a${round}..feeds.`, { match: "wildcard" });
    a.subscribe("observatory.", { match: "prefix" });
    a.subscribe(`observatory.x${round}`);
    a.register(`observatory.p${round}`);
    a.register("observatory.q.", { match: "prefix" });
    a.call(`observatory.p${round}`, [], { timeout: 1000 });
    if (round % 2 === 0) a.session.lost("gone");
    else {
      a.send({ type: 6, details: {}, reason: "wamp.close.normal" });
      a.session.lost("closed");
    }
  }
  assert.deepEqual(core.gauges(), EMPTY);
  assert.equal(clock.pending, 0);
  assert.equal(core.counters.joined, 1000);
  assert.equal(core.counters.left, 1000);
});

Deno.test("R36: ids are safe integers and differ between two starts of the router", () => {
  const ids = (seed: number) => {
    const a = makeCore({ seed }).agent();
    const publication = (a.publish("observatory.t", [], { acknowledge: true }), a.take(17).publication);
    const registration = a.register("observatory.p");
    const subscription = a.subscribe("observatory.t");
    a.call("observatory.p");
    return [a.id, publication, registration, subscription, a.take(68).request];
  };
  const [first, second] = [ids(1), ids(2)];
  for (const id of [...first, ...second]) assert(Number.isSafeInteger(id) && id > 0);
  assert.equal(new Set([...first, ...second]).size, 10);
});

Deno.test("R36: the default chance gives ids up to 2^53 - 1 that differ", async () => {
  const { CryptoRandom } = await import("../../../router/core/random.ts");
  const random = new CryptoRandom();
  const ids = Array.from({ length: 1000 }, () => random.id());
  assert.equal(new Set(ids).size, 1000);
  assert(ids.every((id) => Number.isSafeInteger(id) && id > 0));
  assert(ids.some((id) => id > 2 ** 50));
  assert(new SeededRandom(1).id() > 0);
});

Deno.test("R37: invocation ids are never shared between sessions and rise strictly", () => {
  const { agent } = makeCore();
  const [a, b, caller] = [agent(), agent(), agent()];
  a.register("observatory.a");
  b.register("observatory.b");
  const seen: number[] = [];
  for (let round = 0; round < 100; round++) {
    caller.call(round % 3 === 0 ? "observatory.b" : "observatory.a");
    seen.push((round % 3 === 0 ? b : a).take(68).request);
  }
  assert(seen.every((id, at) => at === 0 || id > (seen[at - 1] ?? Infinity)));
  assert((seen[0] ?? 0) < 2 ** 52);
});

Deno.test("ABORT from a client in a session ends it without an answer", () => {
  const { agent, core } = makeCore();
  const a = agent();
  a.send({ type: 3, details: {}, reason: "wamp.error.whatever" });
  a.expectNothing();
  assert.equal(a.closeCode(), 1000);
  assert.deepEqual(core.gauges(), EMPTY);
});

/** Gauges of a router that nobody uses. */
const EMPTY = {
  connections: 0,
  sessions: 0,
  subscriptions: 0,
  registrations: 0,
  calls: 0,
  retained: 0,
};
