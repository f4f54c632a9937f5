import assert from "node:assert/strict";
import type { RawPayload } from "../../../wamp/payload.ts";
import type { Dict, Message } from "../../../wamp/message.ts";
import { argsOf, makeCore, values } from "./harness.ts";

const wildcard = { match: "wildcard" };
const prefix = { match: "prefix" };

Deno.test("R38: an exact subscriber gets the EVENT with its ids and payload and without topic", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  const subscription = a.subscribe("observatory.t");
  const payload = values([1, "two"], { three: 3 });
  b.send({ type: 16, request: 1, options: { acknowledge: true }, topic: "observatory.t", payload });
  const { publication } = b.take(17);
  const event = a.take(36);
  assert.deepEqual({ ...event, details: { ...event.details } }, {
    type: 36,
    subscription,
    publication,
    details: {},
    payload,
  });
});

Deno.test("R39: two sessions share the id of a subscription; another match has another", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  const id = a.subscribe("observatory.t");
  assert.equal(b.subscribe("observatory.t"), id);
  const others = [a.subscribe("observatory.t", prefix), a.subscribe("observatory.t", wildcard)];
  assert.equal(new Set([id, ...others]).size, 3);
});

Deno.test("R40: subscribing twice gives the same id and one EVENT; one UNSUBSCRIBE ends it", () => {
  const { agent, core } = makeCore();
  const [a, b] = [agent(), agent()];
  const id = a.subscribe("observatory.t");
  assert.equal(a.subscribe("observatory.t"), id);
  b.publish("observatory.t");
  a.take(36);
  a.expectNothing();
  a.send({ type: 34, request: 9, subscription: id });
  assert.equal(a.take(35).request, 9);
  assert.equal(core.gauges().subscriptions, 0);
});

const TABLE: readonly (readonly [string, string, boolean])[] = [
  ["observatory..feeds.", "observatory.tel1.feeds.heartbeat", true],
  ["observatory..feeds.", "observatory.tel1.feeds", false],
  ["observatory..feeds.", "observatory.tel1.feeds.a.b", false],
  ["observatory..feeds.", "observatory.tel1.ops.heartbeat", false],
  ["observatory..feeds.heartbeat", "observatory.tel1.feeds.heartbeat", true],
  [".", "a.b", true],
  ["", "a", true],
  ["", "a.b", false],
  ["...", "a.b.c.d", true],
  ["a..", "a.b.c", true],
  ["..c", "a.b.d", false],
];
for (const [pattern, topic, matches] of TABLE) {
  Deno.test(`R41: wildcard "${pattern}" ${matches ? "matches" : "does not match"} "${topic}"`, () => {
    const { open } = makeCore();
    const [a, b] = [open(), open()];
    a.subscribe(pattern, wildcard);
    b.publish(topic);
    assert.equal(a.takeAll().length, matches ? 1 : 0);
  });
}

Deno.test("R42: a prefix matches by characters, and the empty one matches everything", () => {
  const { open } = makeCore();
  const [a, all, b] = [open(), open(), open()];
  a.subscribe("a.b", prefix);
  all.subscribe("", prefix);
  assert.deepEqual(all.takeAll().map(topicOf), [
    "wamp.subscription.on_create",
    "wamp.subscription.on_subscribe",
  ]);
  for (const topic of ["a.b", "a.bc", "a.b.c", "a.c", "a", "b.a.b"]) b.publish(topic);
  assert.deepEqual(a.takeAll().map(topicOf), ["a.b", "a.bc", "a.b.c"]);
  assert.deepEqual(all.takeAll().map(topicOf), ["a.b", "a.bc", "a.b.c", "a.c", "a", "b.a.b"]);
});

Deno.test("R43: an EVENT of a pattern subscription says its topic", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.subscribe("observatory..feeds.", wildcard);
  b.publish("observatory.x.feeds.y");
  assert.deepEqual({ ...a.take(36).details }, { topic: "observatory.x.feeds.y" });
});

Deno.test("R44: exact, prefix and wildcard subscriptions of one session give three EVENTs, one publication id", () => {
  const { open } = makeCore();
  const [a, b] = [open(), open()];
  const byWildcard = a.subscribe("a..c", wildcard);
  const byLongPrefix = a.subscribe("a.b", prefix);
  const byShortPrefix = a.subscribe("a.", prefix);
  const byName = a.subscribe("a.b.c");
  b.publish("a.b.c");
  const events = a.takeAll().map((event) => event.type === 36 ? event : assert.fail());
  assert.deepEqual(events.map(({ subscription }) => subscription), [
    byName,
    byShortPrefix,
    byLongPrefix,
    byWildcard,
  ]);
  assert.equal(new Set(events.map(({ publication }) => publication)).size, 1);
});

Deno.test("R45: a publisher gets its own event only with exclude_me false", () => {
  const a = makeCore().agent();
  a.subscribe("observatory.t");
  a.publish("observatory.t");
  a.publish("observatory.t", [], { exclude_me: true });
  a.expectNothing();
  a.publish("observatory.t", [], { exclude_me: false });
  a.take(36);
});

Deno.test("R46: exclude and eligible lists by id, authid and authrole, and their combinations", () => {
  const { open } = makeCore({
    authentication: { "/named": { anonymous: { role: "trusted", authid: "named" } } },
    realms: [{
      name: "open",
      roles: [{ name: "iocs_agent", permissions: [{ uri: "*", allow: { subscribe: true } }] }],
    }],
  });
  const publisher = open();
  const [a, b] = [open(), open()];
  const named = open({}, { path: "/named" });
  const limited = open({}, { path: "/ws" });
  const all = [a, b, named, limited];
  for (const peer of all) peer.subscribe("t");
  const receivers = (options: Dict) => {
    publisher.publish("t", [], options);
    return all.filter((peer) => peer.takeAll().length === 1);
  };
  assert.deepEqual(receivers({}), all);
  assert.deepEqual(receivers({ exclude: [a.id, 12345] }), [b, named, limited]);
  assert.deepEqual(receivers({ exclude: [] }), all);
  assert.deepEqual(receivers({ exclude_authid: ["named", "x"] }), [a, b, limited]);
  assert.deepEqual(receivers({ exclude_authrole: ["trusted"] }), [limited]);
  assert.deepEqual(receivers({ eligible: [a.id, b.id] }), [a, b]);
  assert.deepEqual(receivers({ eligible: [a.id, b.id], exclude: [a.id] }), [b]);
  assert.deepEqual(receivers({ eligible: [a.id, named.id], eligible_authid: ["named"] }), [named]);
  assert.deepEqual(receivers({ eligible_authrole: ["iocs_agent"] }), [limited]);
  assert.deepEqual(receivers({ eligible: [] }), []);
  assert.deepEqual(receivers({ eligible_authid: [] }), []);
  assert.deepEqual(receivers({ eligible_authrole: [], exclude: [] }), []);
  publisher.subscribe("t");
  publisher.publish("t", [], { exclude_me: false, exclude: [publisher.id] });
  publisher.expectNothing();
});

Deno.test("R46: the option emptyEligible gives crossbar's meaning", () => {
  const { agent } = makeCore({ behaviour: { emptyEligible: "everybody" } });
  const [a, b] = [agent(), agent()];
  a.subscribe("observatory.t");
  b.publish("observatory.t", [], { eligible: [] });
  a.take(36);
});

Deno.test("R47: PUBLISHED comes before the own EVENT, and only when asked for", () => {
  const a = makeCore().agent();
  a.subscribe("observatory.t");
  const request = a.publish("observatory.t", [], { acknowledge: true, exclude_me: false });
  const published = a.take(17);
  assert.equal(published.request, request);
  assert.equal(a.take(36).publication, published.publication);
  a.publish("observatory.nobody", [], { acknowledge: true });
  a.take(17);
  a.publish("observatory.nobody");
  a.expectNothing();
});

Deno.test("R48: publishing below wamp. is refused with invalid_uri when acknowledged, else silently dropped", () => {
  const { open, core } = makeCore();
  const [a, b] = [open(), open()];
  b.subscribe("", prefix);
  b.takeAll();
  for (const topic of ["wamp.x", "wamp", "crossbar.x", "wamp.session.on_join"]) {
    const request = a.publish(topic, [], { acknowledge: true });
    assert.equal(a.takeError(16, request), "wamp.error.invalid_uri");
    a.publish(topic);
    a.expectNothing();
  }
  b.expectNothing();
  assert.equal(core.counters.droppedPublications, 4);
});

Deno.test("R49: malformed topics are refused with invalid_uri, and the session goes on", () => {
  const { open } = makeCore();
  const a = open();
  for (const topic of ["", "a..b", ".a", "a.", "a b", "a\tb", "a#b", "x".repeat(1025)]) {
    a.publish(topic, [], { acknowledge: true });
    assert.equal(a.takeError(16), "wamp.error.invalid_uri");
    a.send({ type: 32, request: 5, options: {}, topic });
    assert.equal(a.takeError(32, 5), "wamp.error.invalid_uri");
    a.publish(topic);
    a.expectNothing();
  }
  for (
    const [topic, match] of [["a..b", "prefix"], [".a", "prefix"], ["a b", "wildcard"], ["#", "wildcard"]]
  ) {
    a.send({ type: 32, request: 6, options: { match }, topic: topic ?? "" });
    assert.equal(a.takeError(32, 6), "wamp.error.invalid_uri");
  }
  a.send({ type: 32, request: 7, options: wildcard, topic: ".".repeat(64) });
  assert.equal(
    a.takeError(32, 7),
    "wamp.error.invalid_uri",
    "a pattern of many components would fill the tree",
  );
  a.subscribe("x".repeat(1024));
  a.subscribe(".".repeat(63), wildcard);
});

const BAD_OPTIONS: readonly (readonly [Message, RegExp])[] = [
  [{ type: 32, request: 1, options: { match: "foo" }, topic: "observatory.t" }, /SUBSCRIBE option match/],
  [{ type: 32, request: 1, options: { match: 1 }, topic: "observatory.t" }, /SUBSCRIBE option match/],
  [{ type: 32, request: 1, options: { get_retained: "yes" }, topic: "observatory.t" }, /get_retained/],
  ...[
    { acknowledge: 1 },
    { exclude_me: "no" },
    { exclude: 5 },
    { exclude: ["a"] },
    { eligible: [1.5] },
    { eligible_authid: [1] },
    { exclude_authrole: "trusted" },
    { retain: 1 },
    { disclose_me: "yes" },
  ].map((options): [Message, RegExp] => [
    { type: 16, request: 1, options, topic: "observatory.t", payload: values() },
    /PUBLISH option/,
  ]),
];
for (const [message, text] of BAD_OPTIONS) {
  Deno.test(`R50: ${JSON.stringify("options" in message ? message.options : {})} is a violation`, () => {
    const a = makeCore().agent();
    a.send(message);
    a.expectViolation(text);
  });
}

Deno.test("R51: 10,000 events of two interleaved topics keep their order", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.subscribe("observatory.", prefix);
  for (let i = 0; i < 10_000; i++) b.publish(i % 2 === 0 ? "observatory.even" : "observatory.odd", [i]);
  const seen = a.takeAll().map((event) => event.type === 36 ? argsOf(event.payload)[0] : undefined);
  assert.deepEqual(seen, Array.from({ length: 10_000 }, (_, i) => i));
});

Deno.test("R52: SUBSCRIBED precedes the first EVENT and none follows UNSUBSCRIBED", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  for (let round = 0; round < 50; round++) {
    b.publish("observatory.t", [round]);
    a.send({ type: 32, request: 1, options: {}, topic: "observatory.t" });
    b.publish("observatory.t", [round]);
    const { subscription } = a.take(33);
    assert.equal(a.take(36).subscription, subscription);
    a.send({ type: 34, request: 2, subscription });
    b.publish("observatory.t", [round]);
    a.take(35);
    a.expectNothing();
  }
});

Deno.test("R53: UNSUBSCRIBE of an unknown or foreign id changes nothing", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  const id = a.subscribe("observatory.t");
  for (const subscription of [id, 12345, 0]) {
    b.send({ type: 34, request: 3, subscription });
    assert.equal(b.takeError(34, 3), "wamp.error.no_such_subscription");
  }
  b.publish("observatory.t");
  a.take(36);
});

Deno.test("R54: a retained event follows SUBSCRIBED at once, is replaced by the next, and respects eligible", () => {
  const { agent, core } = makeCore();
  const [a, b, c] = [agent(), agent(), agent()];
  a.publish("observatory.t", [1], { retain: true });
  a.publish("observatory.t", [2], { retain: true });
  a.publish("observatory.t", [3]);
  b.send({ type: 32, request: 1, options: { get_retained: true }, topic: "observatory.t" });
  const { subscription } = b.take(33);
  const event = b.take(36);
  assert.equal(event.subscription, subscription);
  assert.deepEqual({ ...event.details }, { retained: true });
  assert.deepEqual(argsOf(event.payload), [2]);
  b.expectNothing();
  a.publish("observatory.t", [4], { retain: true, eligible: [b.id] });
  b.take(36);
  c.send({ type: 32, request: 1, options: { get_retained: true }, topic: "observatory.t" });
  c.take(33);
  c.expectNothing();
  c.send({ type: 32, request: 2, options: {}, topic: "observatory.t" });
  c.take(33);
  c.expectNothing();
  for (const peer of [a, b, c]) peer.session.lost("gone");
  assert.equal(core.gauges().subscriptions, 1, "a retained event outlives its subscribers");
  assert.equal(core.gauges().retained, 1);
});

Deno.test("R54: patterns get the retained events of all matching topics, the oldest first, with their topic", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  for (const name of ["x", "y", "z"]) a.publish(`observatory.${name}.feeds.f`, [name], { retain: true });
  a.publish("observatory.x.feeds.f", ["x2"], { retain: true });
  a.publish("observatory.other", ["o"], { retain: true });
  b.send({
    type: 32,
    request: 1,
    options: { ...wildcard, get_retained: true },
    topic: "observatory..feeds.",
  });
  b.take(33);
  const events = b.takeAll();
  assert.deepEqual(events.map(topicOf), [
    "observatory.y.feeds.f",
    "observatory.z.feeds.f",
    "observatory.x.feeds.f",
  ]);
});

Deno.test("RetainedStore: topics and bytes are bounded, the oldest go first, and their subscriptions with them", () => {
  const { agent, core } = makeCore({ limits: { retainedTopics: 3, retainedBytes: 10_000 } });
  const a = agent();
  for (let i = 0; i < 10; i++) a.publish(`observatory.t${i}`, [i], { retain: true });
  assert.equal(core.gauges().retained, 3);
  assert.equal(core.gauges().subscriptions, 3);
  assert.equal(core.counters.droppedRetained, 7);
  const payload: RawPayload = { kind: "raw", encoding: "cbor", count: 1, tail: new Uint8Array(9_900) };
  a.send({ type: 16, request: 1, options: { retain: true }, topic: "observatory.big", payload });
  assert.equal(core.gauges().retained, 0, "what alone is over the limit is not kept");
});

Deno.test("RetainedStore: a retained payload does not hold on to the frame it came in", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  const frame = new Uint8Array(1_000_000);
  const payload: RawPayload = { kind: "raw", encoding: "cbor", count: 1, tail: frame.subarray(10, 20) };
  a.send({ type: 16, request: 1, options: { retain: true }, topic: "observatory.t", payload });
  b.send({ type: 32, request: 1, options: { get_retained: true }, topic: "observatory.t" });
  b.take(33);
  const kept = b.take(36).payload;
  assert(kept.kind === "raw");
  assert.equal(kept.tail.buffer.byteLength, 10);
});

Deno.test("R55: payloads are passed on as the objects they came as", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.subscribe("observatory.t");
  const payload: RawPayload = { kind: "raw", encoding: "cbor", count: 1, tail: Uint8Array.of(0x80) };
  b.send({ type: 16, request: 1, options: {}, topic: "observatory.t", payload });
  assert.equal(a.take(36).payload, payload);
});

Deno.test("R56: OCS roles are never disclosed, even when they ask; a permission discloses three keys", () => {
  const ocs = makeCore();
  const [a, b] = [ocs.agent(), ocs.agent()];
  a.subscribe("observatory.t");
  b.publish("observatory.t", [], { disclose_me: true });
  assert.deepEqual({ ...a.take(36).details }, {});

  const allow = { publish: true, subscribe: true };
  const { agent } = makeCore({
    realms: [{
      name: "test_realm",
      roles: [{
        name: "iocs_agent",
        permissions: [{ uri: "shown.*", allow, disclose: { publisher: true } }, { uri: "asked.*", allow }],
      }],
    }],
  });
  const [c, d] = [agent(), agent()];
  c.subscribe("shown.t");
  c.subscribe("asked.t");
  c.subscribe("shown.", prefix);
  d.publish("shown.t");
  const details = { ...c.take(36).details };
  assert.equal(details.publisher, d.id);
  assert.equal(typeof details.publisher_authid, "string");
  assert.equal(details.publisher_authrole, "iocs_agent");
  assert.deepEqual({ ...c.take(36).details }, { ...details, topic: "shown.t" });
  d.publish("asked.t");
  assert.deepEqual({ ...c.take(36).details }, {});
  d.publish("asked.t", [], { disclose_me: true });
  assert.equal(c.take(36).details.publisher, d.id);
});

Deno.test("R57: the matching work of a publication does not grow with 100,000 unrelated subscriptions", () => {
  const work = (perSession: number) => {
    const { open, core } = makeCore({ limits: { topicCache: 1 } });
    for (let s = 0; s < 200; s++) {
      const a = open();
      for (let i = 0; i < perSession; i++) {
        const options = [{}, prefix, wildcard][i % 3] ?? {};
        a.subscribe(i % 3 === 2 ? `s${s}.n${i}..x` : `s${s}.n${i}.y.x`, options);
      }
    }
    const publisher = open();
    const before = core.matchingSteps;
    for (let i = 0; i < 100; i++) publisher.publish(`s5.n${i}.y.x`);
    return core.matchingSteps - before;
  };
  const few = work(3);
  const many = work(500);
  assert(many <= 2 * few + 1000, `${few} steps with few subscriptions, ${many} with many`);
});

Deno.test("R57: a topic that repeats costs no matching at all", () => {
  const { agent, core } = makeCore();
  const [a, b] = [agent(), agent()];
  a.subscribe("observatory.", prefix);
  b.publish("observatory.t");
  const before = core.matchingSteps;
  for (let i = 0; i < 100; i++) b.publish("observatory.t");
  assert.equal(core.matchingSteps, before);
  assert.equal(a.takeAll().length, 101);
});

Deno.test("SubscriptionIndex: the remembered topics follow every change and are bounded", () => {
  const { agent, core } = makeCore({ limits: { topicCache: 10 } });
  const [a, b] = [agent(), agent()];
  const received = () => (b.publish("observatory.x.y"), a.takeAll().length);
  assert.equal(received(), 0);
  const exact = a.subscribe("observatory.x.y");
  assert.equal(received(), 1);
  const byPrefix = a.subscribe("observatory.x", prefix);
  assert.equal(received(), 2);
  const byWildcard = a.subscribe("observatory..y", wildcard);
  assert.equal(received(), 3);
  for (const [at, subscription] of [byPrefix, exact, byWildcard].entries()) {
    a.send({ type: 34, request: 1, subscription });
    a.take(35);
    assert.equal(received(), 2 - at);
  }
  for (let i = 0; i < 100; i++) b.publish(`observatory.t${i}`);
  assert(core.cachedTopics <= 10);
});

Deno.test("Broker: every receiver of a subscription gets the same message object", () => {
  const { agent } = makeCore();
  const [a, b, c] = [agent(), agent(), agent()];
  for (const peer of [a, b]) peer.subscribe("observatory.", prefix);
  c.publish("observatory.t");
  assert.equal(a.take(36), b.take(36));
});

Deno.test("Broker: a session has at most so many subscriptions", () => {
  const { agent } = makeCore({ limits: { subscriptionsPerSession: 2 } });
  const a = agent();
  const id = a.subscribe("observatory.a");
  a.subscribe("observatory.b");
  a.send({ type: 32, request: 1, options: {}, topic: "observatory.c" });
  assert.equal(a.takeError(32, 1), "wamp.error.unavailable");
  assert.equal(a.subscribe("observatory.a"), id, "what it holds it may ask for again");
});

Deno.test("Broker: dropped publications are logged once a minute per session and topic", () => {
  const { agent, log, clock } = makeCore();
  const a = agent();
  for (let i = 0; i < 10; i++) a.publish("elsewhere.t");
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0] ?? "", /not authorized to publish to topic "elsewhere.t"/);
  clock.tick(60_000);
  a.publish("elsewhere.t");
  assert.equal(log.lines.length, 2);
});

function topicOf(message: Message): unknown {
  return message.type === 36 ? message.details.topic : undefined;
}
