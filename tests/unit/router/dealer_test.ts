import assert from "node:assert/strict";
import type { Dict } from "../../../wamp/message.ts";
import { ALL_ROLES, argsOf, makeCore, SeededRandom, type TestPeer, values } from "./harness.ts";

const wildcard = { match: "wildcard" };
const prefix = { match: "prefix" };

Deno.test("R58: a call reaches the callee and its result the caller, with args and kwargs as they came", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  const registration = a.register("observatory.p");
  const payload = values([1, 2], { three: 3 });
  b.send({ type: 48, request: 77, options: {}, procedure: "observatory.p", payload });
  const invocation = a.take(68);
  assert.equal(invocation.registration, registration);
  assert.equal(invocation.payload, payload);
  assert.deepEqual({ ...invocation.details }, {});
  const answer = values([], { ok: true });
  a.send({ type: 70, request: invocation.request, options: {}, payload: answer });
  const result = b.take(50);
  assert.equal(result.request, 77);
  assert.equal(result.payload, answer);
  assert.deepEqual({ ...result.details }, {});
});

Deno.test("R59: an unknown procedure is answered in crossbar's words", () => {
  const a = makeCore().agent();
  const request = a.call("observatory.missing");
  const error = a.take(8);
  assert.equal(error.request, request);
  assert.equal(error.error, "wamp.error.no_such_procedure");
  assert.deepEqual(argsOf(error.payload), ["no callee registered for procedure <observatory.missing>"]);
});

Deno.test("R60: a taken procedure is refused with the name of its holder", () => {
  const { agent } = makeCore();
  const [a, b] = [agent({}, { address: "tcp4:10.0.0.7:5000" }), agent()];
  a.register("observatory.p");
  b.send({ type: 64, request: 4, options: {}, procedure: "observatory.p" });
  const error = b.take(8);
  assert.deepEqual([error.requestType, error.request, error.error], [
    64,
    4,
    "wamp.error.procedure_already_exists",
  ]);
  const text = String(argsOf(error.payload)[0]);
  assert.match(text, /^register for already registered procedure 'observatory.p'/);
  assert(text.includes(String(a.id)) && text.includes("tcp4:10.0.0.7:5000") && text.includes("2023-11-"));
  a.send({ type: 64, request: 5, options: {}, procedure: "observatory.p" });
  assert.equal(a.takeError(64, 5), "wamp.error.procedure_already_exists");
  b.register("observatory.p", prefix);
});

Deno.test("R61: a dead predecessor loses its procedure to whoever asks, after one probe", async () => {
  const { agent, clock, core, log } = makeCore();
  const [dead, caller] = [agent(), agent()];
  const old = dead.register("observatory.p");
  caller.call("observatory.p");
  clock.tick(10_000);
  const [b, c] = [agent(), agent()];
  dead.answersProbe = false;
  b.send({ type: 64, request: 1, options: {}, procedure: "observatory.p" });
  c.send({ type: 64, request: 1, options: {}, procedure: "observatory.p" });
  b.expectNothing();
  await settled();
  assert.equal(dead.probes, 1);
  assert.equal(dead.closeCode(), 1002);
  assert.notEqual(b.take(65).registration, old);
  assert.equal(c.takeError(64, 1), "wamp.error.procedure_already_exists");
  assert.equal(caller.takeError(48), "wamp.error.canceled");
  assert.equal(core.counters.staleHolders, 1);
  assert(log.lines.some((line) => line.includes(String(dead.id)) && line.includes("observatory.p")));
});

Deno.test("R61: a holder that answers the probe, or was heard of lately, keeps its procedure", async () => {
  const { agent, clock } = makeCore();
  const [holder, b] = [agent(), agent()];
  holder.register("observatory.p");
  clock.tick(9_999);
  b.send({ type: 64, request: 1, options: {}, procedure: "observatory.p" });
  assert.equal(b.takeError(64, 1), "wamp.error.procedure_already_exists");
  assert.equal(holder.probes, 0);
  clock.tick(1);
  b.send({ type: 64, request: 2, options: {}, procedure: "observatory.p" });
  b.expectNothing();
  await settled();
  assert.equal(holder.probes, 1);
  assert.equal(b.takeError(64, 2), "wamp.error.procedure_already_exists");
});

Deno.test("R61: whoever asked and left before the probe ended gets nothing", async () => {
  const { agent, clock, core } = makeCore();
  const [dead, b] = [agent(), agent()];
  dead.register("observatory.p");
  clock.tick(20_000);
  dead.answersProbe = false;
  b.send({ type: 64, request: 1, options: {}, procedure: "observatory.p" });
  b.session.lost("gone");
  await settled();
  b.expectNothing();
  assert.equal(core.gauges().registrations, 0);
});

Deno.test("R61: only so many REGISTERs of a session wait for a probe; more are refused at once", async () => {
  const { agent, clock } = makeCore({ limits: { waitingRegisters: 2 } });
  const [holder, b] = [agent(), agent()];
  holder.register("observatory.p");
  clock.tick(20_000);
  for (const request of [1, 2, 3]) b.send({ type: 64, request, options: {}, procedure: "observatory.p" });
  assert.equal(b.takeError(64, 3), "wamp.error.procedure_already_exists");
  b.expectNothing();
  await settled();
  for (const request of [1, 2]) assert.equal(b.takeError(64, request), "wamp.error.procedure_already_exists");
});

Deno.test("R62: registration ids never repeat in 10,000 rounds, and nothing is left", () => {
  const { agent, core, clock } = makeCore();
  const ids = new Set<number>();
  for (let round = 0; round < 10_000; round++) {
    const a = agent();
    ids.add(a.register("observatory.p"));
    a.session.lost("gone");
  }
  assert.equal(ids.size, 10_000);
  assert.equal(core.gauges().registrations, 0);
  assert.equal(clock.pending, 0);
});

const CHOICES: readonly (readonly [readonly (readonly [string, string])[], string, number])[] = [
  [[["a1.b2.c3", "exact"], ["a1.b2.", "prefix"], ["a1..c3", "wildcard"]], "a1.b2.c3", 0],
  [[["a1.", "prefix"], ["a1.b2.", "prefix"], ["a1.b2..d4", "wildcard"]], "a1.b2.c3.d4", 1],
  [[["a1..c3", "wildcard"], ["..c3", "wildcard"]], "a1.b2.c3", 0],
  [[["a1.b2..d4", "wildcard"], ["a1..c3.d4", "wildcard"]], "a1.b2.c3.d4", 0],
  [[[".b2.c3", "wildcard"], ["a1..", "wildcard"]], "a1.b2.c3", 1],
  [[["a1.b2.x", "wildcard"], ["a1..", "wildcard"]], "a1.b2.c3", 1],
];
for (const [registrations, procedure, chosen] of CHOICES) {
  const names = registrations.map(([uri, match]) => `${match} ${uri}`).join(", ");
  Deno.test(`R63: of ${names}, a call of ${procedure} goes to number ${chosen}`, () => {
    for (const order of [registrations, [...registrations].reverse()]) {
      const { open } = makeCore();
      const caller = open();
      const callees = new Map<string, TestPeer>();
      for (const [uri, match] of order) {
        const callee = open();
        callee.register(uri, { match });
        callees.set(`${match} ${uri}`, callee);
      }
      caller.call(procedure);
      const [uri, match] = registrations[chosen] ?? assert.fail();
      for (const [name, callee] of callees) {
        if (name !== `${match} ${uri}`) callee.expectNothing();
        else assert.deepEqual({ ...callee.take(68).details }, match === "exact" ? {} : { procedure });
      }
    }
  });
}

Deno.test("R64: first, last and roundrobin choose as they say, also after a callee has left", () => {
  for (
    const [invoke, expected, after] of [
      ["first", [0, 0, 0, 0], [1, 1, 1]],
      ["last", [2, 2, 2, 2], [2, 2, 2]],
      ["roundrobin", [0, 1, 2, 0], [1, 2, 1]],
    ] as const
  ) {
    const { agent } = makeCore();
    const caller = agent();
    const callees = [agent(), agent(), agent()];
    const ids = callees.map((callee) => callee.register("observatory.p", { invoke }));
    assert.equal(new Set(ids).size, 1);
    const called = () => {
      caller.call("observatory.p");
      const at = callees.findIndex((callee) => callee.inbox.length > 0);
      const callee = callees[at] ?? assert.fail();
      callee.yield(callee.take(68).request);
      caller.take(50);
      return at;
    };
    assert.deepEqual([called(), called(), called(), called()], expected, invoke);
    callees[0]?.session.lost("gone");
    assert.deepEqual([called(), called(), called()], after, invoke);
  }
});

Deno.test("R64: roundrobin does not skip the successor of a callee that leaves", () => {
  const { agent } = makeCore();
  const caller = agent();
  const [a, b, c] = [agent(), agent(), agent()];
  for (const callee of [a, b, c]) callee.register("observatory.p", { invoke: "roundrobin" });
  caller.call("observatory.p");
  a.take(68);
  a.session.lost("gone");
  caller.call("observatory.p");
  b.take(68);
  caller.call("observatory.p");
  c.take(68);
});

Deno.test("R64: random reaches every callee", () => {
  const { agent } = makeCore();
  const caller = agent();
  const callees = [agent(), agent(), agent()];
  for (const callee of callees) callee.register("observatory.p", { invoke: "random" });
  for (let i = 0; i < 100; i++) caller.call("observatory.p");
  for (const callee of callees) assert(callee.takeAll().length > 10);
});

Deno.test("R64: another policy is a conflict; the same session twice is refused", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p", { invoke: "roundrobin" });
  for (const options of [{ invoke: "first" }, {}, { invoke: "single" }]) {
    b.send({ type: 64, request: 1, options, procedure: "observatory.p" });
    assert.equal(b.takeError(64, 1), "wamp.error.procedure_exists_with_different_invocation_policy");
  }
  a.send({ type: 64, request: 2, options: { invoke: "roundrobin" }, procedure: "observatory.p" });
  assert.equal(a.takeError(64, 2), "wamp.error.procedure_already_exists");
});

Deno.test("R65: UNREGISTER of an own, a foreign and an unknown registration", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  const registration = a.register("observatory.p");
  for (const id of [registration, 12345]) {
    b.send({ type: 66, request: 1, registration: id });
    assert.equal(b.takeError(66, 1), "wamp.error.no_such_registration");
  }
  b.call("observatory.p");
  const { request } = a.take(68);
  a.send({ type: 66, request: 2, registration });
  assert.equal(a.take(67).request, 2);
  a.send({ type: 66, request: 3, registration });
  assert.equal(a.takeError(66, 3), "wamp.error.no_such_registration");
  b.call("observatory.p");
  assert.equal(b.takeError(48), "wamp.error.no_such_procedure");
  a.yield(request, ["still answered"]);
  b.take(50);
});

Deno.test("R66: an error of the callee arrives with URI, args and kwargs unchanged and without its details", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  for (const error of ["my.own.Error", "wamp.error.runtime_error"]) {
    const call = b.call("observatory.p");
    const payload = values(["text", 2], { traceback: [] });
    const { request } = a.take(68);
    a.send({ type: 8, requestType: 68, request, details: { secret: 1 }, error, payload });
    const reply = b.take(8);
    assert.deepEqual(
      [reply.requestType, reply.request, reply.error, { ...reply.details }],
      [48, call, error, {}],
    );
    assert.equal(reply.payload, payload);
  }
});

Deno.test("R66: an invalid error URI is a violation by the callee; the caller gets canceled", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  b.call("observatory.p");
  const { request } = a.take(68);
  a.send({ type: 8, requestType: 68, request, details: {}, error: "not a uri", payload: values() });
  a.expectViolation(/ERROR uri/);
  assert.equal(b.takeError(48), "wamp.error.canceled");
});

Deno.test("R67: progressive results arrive in order and the last one without progress", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  const call = b.call("observatory.p", [], { receive_progress: true });
  const invocation = a.take(68);
  assert.deepEqual({ ...invocation.details }, { receive_progress: true });
  for (const i of [1, 2, 3]) a.yield(invocation.request, [i], { progress: true });
  a.yield(invocation.request, ["end"]);
  for (const i of [1, 2, 3]) {
    const result = b.take(50);
    assert.deepEqual([result.request, { ...result.details }], [call, { progress: true }]);
    assert.deepEqual(argsOf(result.payload), [i]);
  }
  assert.deepEqual({ ...b.take(50).details }, {});
  b.expectNothing();
});

Deno.test("R67: without receive_progress none is requested and none passed on", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  b.call("observatory.p", [], { receive_progress: false });
  const invocation = a.take(68);
  assert.deepEqual({ ...invocation.details }, {});
  a.yield(invocation.request, [1], { progress: true });
  b.expectNothing();
  a.yield(invocation.request, [2]);
  assert.deepEqual(argsOf(b.take(50).payload), [2]);
});

Deno.test("R67: progress is asked of a callee that announces it or announces no features at all", () => {
  for (
    const [callee, asked] of [
      [{ features: { progressive_call_results: true } }, true],
      [{ features: {} }, true],
      [{}, true],
      [{ features: { call_canceling: true } }, false],
    ] as const
  ) {
    const { agent } = makeCore();
    const a = agent({ roles: { callee } });
    const b = agent();
    a.register("observatory.p");
    b.call("observatory.p", [], { receive_progress: true });
    assert.equal(a.take(68).details.receive_progress, asked ? true : undefined);
  }
});

Deno.test("R68: a call that takes too long ends with timeout and INTERRUPT; the late YIELD is ignored", () => {
  const { agent, clock, core } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  const call = b.call("observatory.p", [], { timeout: 200, receive_progress: true });
  const { request, details } = a.take(68);
  assert.equal(details.timeout, undefined);
  clock.tick(199);
  a.yield(request, ["alive"], { progress: true });
  b.take(50);
  b.expectNothing();
  clock.tick(1);
  const error = b.take(8);
  assert.deepEqual([error.request, error.error, argsOf(error.payload)], [call, "wamp.error.timeout", [
    "call timeout",
  ]]);
  const interrupt = a.take(69);
  assert.deepEqual([interrupt.request, interrupt.options], [
    request,
    { mode: "killnowait", reason: "wamp.error.timeout" },
  ]);
  a.yield(request, ["late"]);
  b.expectNothing();
  assert.equal(core.counters.lateAnswers, 1);
  assert.equal(clock.pending, 0);
});

Deno.test("R68: a timeout of 0 or beyond every timer is none; an answer takes the timer back", () => {
  const { agent, clock } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  for (const timeout of [0, 2 ** 53, 2 ** 31]) {
    b.call("observatory.p", [], { timeout });
    assert.equal(clock.pending, 0);
    a.yield(a.take(68).request);
    b.take(50);
  }
  b.call("observatory.p", [], { timeout: 1000 });
  assert.equal(clock.pending, 1);
  a.yield(a.take(68).request);
  assert.equal(clock.pending, 0);
});

Deno.test("R68: the option callTimeoutUnit counts seconds; forward_timeout passes it on in milliseconds", () => {
  const { agent, clock } = makeCore({ behaviour: { callTimeoutUnit: "s" } });
  const [a, b] = [agent(), agent()];
  a.register("observatory.p", { forward_timeout: true });
  b.call("observatory.p", [], { timeout: 2 });
  assert.equal(a.take(68).details.timeout, 2000);
  clock.tick(1_999);
  b.expectNothing();
  clock.tick(1);
  assert.equal(b.takeError(48), "wamp.error.timeout");
});

Deno.test("R68: a timeout of the wrong kind is a violation", () => {
  for (const timeout of [-1, 1.5, "1", true]) {
    const a = makeCore().agent();
    a.call("observatory.p", [], { timeout });
    a.expectViolation(/CALL option timeout/);
  }
});

Deno.test("R69: CANCEL skip answers at once and leaves the callee alone", () => {
  const { agent } = makeCore();
  const [a, b] = [agent({ agent: "x" }), agent({ agent: "x" })];
  a.register("observatory.p");
  const call = b.call("observatory.p");
  const { request } = a.take(68);
  b.send({ type: 49, request: call, options: { mode: "skip" } });
  assert.equal(b.takeError(48, call), "wamp.error.canceled");
  b.send({ type: 49, request: call, options: { mode: "skip" } });
  a.yield(request);
  a.expectNothing();
  b.expectNothing();
});

Deno.test("R69: CANCEL killnowait, also without mode, answers at once and interrupts", () => {
  for (const options of [{}, { mode: "killnowait" }]) {
    const { agent } = makeCore();
    const [a, b] = [agent(), agent({ agent: "x" })];
    a.register("observatory.p");
    const call = b.call("observatory.p");
    const { request } = a.take(68);
    b.send({ type: 49, request: call, options });
    assert.equal(b.takeError(48, call), "wamp.error.canceled");
    assert.deepEqual(a.take(69), {
      type: 69,
      request,
      options: { mode: "killnowait", reason: "wamp.error.canceled" },
    });
  }
});

Deno.test("R69: CANCEL kill waits for the callee; twice interrupts once; a further skip ends it", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent({ agent: "x" })];
  a.register("observatory.p");
  const call = b.call("observatory.p");
  const { request } = a.take(68);
  b.send({ type: 49, request: call, options: { mode: "kill" } });
  b.send({ type: 49, request: call, options: { mode: "kill" } });
  b.expectNothing();
  assert.deepEqual(a.take(69).options, { mode: "kill", reason: "wamp.error.canceled" });
  a.expectNothing();
  b.send({ type: 49, request: call, options: { mode: "skip" } });
  assert.equal(b.takeError(48, call), "wamp.error.canceled");
  a.yield(request);
  b.expectNothing();
});

Deno.test("R69: CANCEL of an unknown call is ignored, of an unknown mode refused, of a wrong type a violation", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  const call = b.call("observatory.p");
  const { request } = a.take(68);
  b.send({ type: 49, request: 999, options: {} });
  b.expectNothing();
  b.send({ type: 49, request: call, options: { mode: "softly" } });
  assert.equal(b.takeError(49, call), "wamp.error.invalid_argument");
  a.yield(request);
  b.take(50);
  b.send({ type: 49, request: call, options: {} });
  b.expectNothing();
  b.send({ type: 49, request: call, options: { mode: 1 } });
  b.expectViolation(/CANCEL option mode/);
});

Deno.test("R70: kill while the callee answers gives its RESULT or its ERROR exactly once", () => {
  for (const answers of ["result", "error"] as const) {
    const { agent } = makeCore();
    const [a, b] = [agent(), agent({ agent: "x" })];
    a.register("observatory.p");
    const call = b.call("observatory.p");
    const { request } = a.take(68);
    b.send({ type: 49, request: call, options: { mode: "kill" } });
    if (answers === "result") a.yield(request);
    else {
      const payload = values(["stopped"]);
      a.send({ type: 8, requestType: 68, request, details: {}, error: "my.error", payload });
    }
    const [reply, ...more] = b.takeAll();
    assert.equal(reply?.type, answers === "result" ? 50 : 8);
    if (reply?.type === 8) assert.equal(reply.error, "my.error");
    assert.deepEqual(more, []);
  }
});

Deno.test("R71: a callee without call_canceling is never interrupted; kill then answers at once", () => {
  for (const mode of ["kill", "killnowait", "skip"]) {
    const { agent, clock } = makeCore();
    const a = agent({ roles: { callee: { features: { progressive_call_results: true } } } });
    const b = agent({ agent: "x" });
    a.register("observatory.p");
    const call = b.call("observatory.p");
    b.send({ type: 49, request: call, options: { mode } });
    assert.equal(b.takeError(48, call), "wamp.error.canceled");
    b.call("observatory.p", [], { timeout: 10 });
    clock.tick(10);
    b.take(8);
    b.call("observatory.p");
    b.session.lost("gone");
    assert(a.takeAll().every((message) => message.type === 68));
  }
});

Deno.test("R72: when the callee goes, its callers get canceled at once", () => {
  for (const how of ["lost", "goodbye", "violation"] as const) {
    const { agent } = makeCore();
    const [a, b] = [agent(), agent()];
    a.register("observatory.p");
    const calls = [b.call("observatory.p"), b.call("observatory.p")];
    a.takeAll();
    if (how === "lost") a.session.lost("gone");
    else if (how === "violation") a.session.violation("x");
    else a.send({ type: 6, details: {}, reason: "wamp.close.normal" });
    for (const call of calls) {
      const error = b.take(8);
      assert.deepEqual([error.request, error.error], [call, "wamp.error.canceled"]);
      assert.deepEqual(argsOf(error.payload), ["callee disconnected from in-flight request"]);
    }
    b.call("observatory.p");
    assert.equal(b.takeError(48), "wamp.error.no_such_procedure");
  }
});

Deno.test("R73: when the caller goes, the callee is interrupted, its late answer ignored, and nothing leaks", () => {
  const { agent, core, clock } = makeCore();
  const a = agent();
  a.register("observatory.p");
  for (let round = 0; round < 100; round++) {
    const b = agent();
    b.call("observatory.p", [], { timeout: 5000 });
    const { request } = a.take(68);
    b.session.lost("gone");
    assert.deepEqual(a.take(69), {
      type: 69,
      request,
      options: { mode: "killnowait", reason: "wamp.error.canceled" },
    });
    a.yield(request);
    a.expectNothing();
  }
  assert.equal(core.gauges().calls, 0);
  assert.equal(clock.pending, 0);
  assert.equal(core.counters.lateAnswers, 100);
});

Deno.test("R74: YIELD and ERROR for an unknown id are ignored; for another session's id they are violations", () => {
  const { agent, core } = makeCore();
  const [a, b, evil, worse] = [agent(), agent(), agent(), agent()];
  a.register("observatory.p");
  const call = b.call("observatory.p");
  const { request } = a.take(68);
  evil.yield(12345);
  evil.send({ type: 8, requestType: 68, request: 12345, details: {}, error: "a.b", payload: values() });
  evil.expectNothing();
  assert.equal(core.counters.lateAnswers, 2);
  evil.yield(request, ["forged"]);
  evil.expectViolation(/YIELD request .* belongs to another session/);
  worse.send({ type: 8, requestType: 68, request, details: {}, error: "a.b", payload: values() });
  worse.expectViolation(/ERROR request/);
  a.yield(request, ["true"]);
  const result = b.take(50);
  assert.equal(result.request, call);
  assert.deepEqual(argsOf(result.payload), ["true"]);
});

Deno.test("R74: an ERROR of another request type than INVOCATION is a violation", () => {
  for (const requestType of [48, 16, 0, 69]) {
    const a = makeCore().agent();
    a.send({ type: 8, requestType, request: 1, details: {}, error: "a.b", payload: values() });
    a.expectViolation(/ERROR request type/);
  }
});

Deno.test("R75: a session calls its own procedure", () => {
  const { agent, core } = makeCore();
  const a = agent();
  a.register("observatory.p");
  const call = a.call("observatory.p", [1]);
  a.yield(a.take(68).request, [2]);
  assert.equal(a.take(50).request, call);
  a.call("observatory.p");
  a.take(68);
  a.session.lost("gone");
  assert.equal(core.gauges().calls, 0);
  a.expectNothing();
});

Deno.test("R76: a call without timeout stays open as long as it takes", () => {
  const { agent, clock } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  b.call("observatory.p");
  const { request } = a.take(68);
  clock.tick(30 * 60_000);
  b.expectNothing();
  a.yield(request, ["at last"]);
  b.take(50);
});

Deno.test("R77: 1,000 calls in flight are answered in reverse order, each once", () => {
  const { agent, core } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  const calls = Array.from({ length: 1000 }, (_, i) => b.call("observatory.p", [i]));
  const invocations = a.takeAll().map((message) => message.type === 68 ? message : assert.fail());
  assert.deepEqual(
    invocations.map(({ payload }) => argsOf(payload)[0]),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  for (const { request, payload } of invocations.reverse()) a.yield(request, [...argsOf(payload)]);
  const results = b.takeAll().map((message) => message.type === 50 ? message : assert.fail());
  assert.deepEqual(results.map(({ request }) => request), calls.reverse());
  assert.deepEqual(
    results.map(({ payload }) => argsOf(payload)[0]),
    Array.from({ length: 1000 }, (_, i) => 999 - i),
  );
  assert.equal(core.gauges().calls, 0);
});

Deno.test("R78: registering below wamp. or with a malformed URI is refused with invalid_uri", () => {
  const a = makeCore().open();
  for (const procedure of ["wamp.x", "wamp", "crossbar.x", "", "a..b", "a b", "a.", "x".repeat(1025)]) {
    a.send({ type: 64, request: 1, options: {}, procedure });
    assert.equal(a.takeError(64, 1), "wamp.error.invalid_uri");
    if (procedure.startsWith("wamp") || procedure.startsWith("crossbar")) continue;
    const request = a.call(procedure);
    assert.equal(a.takeError(48, request), "wamp.error.invalid_uri");
  }
});

Deno.test("R79: force_reregister needs the role option takeover; then the holder is told and the id is new", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  b.send({ type: 64, request: 1, options: { force_reregister: true }, procedure: "observatory.p" });
  assert.equal(b.takeError(64, 1), "wamp.error.not_authorized");
  b.register("observatory.free", { force_reregister: true });

  const allowed = makeCore({
    realms: [{
      name: "test_realm",
      roles: [{
        name: "iocs_agent",
        takeover: true,
        permissions: [{ uri: "*", allow: { register: true, call: true } }],
      }],
    }],
  });
  const [c, d, e] = [allowed.agent(), allowed.agent(), allowed.agent()];
  const old = c.register("p");
  e.call("p");
  const { request } = c.take(68);
  const fresh = d.register("p", { force_reregister: true });
  assert.notEqual(fresh, old);
  assert.deepEqual(c.take(67), {
    type: 67,
    request: 0,
    details: { registration: old, reason: "wamp.error.unregistered" },
  });
  c.yield(request, ["from the old one"]);
  e.take(50);
  e.call("p");
  d.take(68);
});

Deno.test("R80: a CALL with a request id that is still open is a violation; a closed one may be used again", () => {
  const { agent } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  const call = () =>
    b.send({ type: 48, request: 5, options: {}, procedure: "observatory.p", payload: values() });
  call();
  a.yield(a.take(68).request);
  b.take(50);
  call();
  call();
  b.expectViolation(/CALL request 5 is still open/);
});

Deno.test("Dealer: pending calls are bounded per caller and per callee", () => {
  const { agent } = makeCore({ limits: { callsPerCaller: 3, callsPerCallee: 4 } });
  const [a, b, c] = [agent(), agent(), agent()];
  a.register("observatory.p");
  for (let i = 0; i < 3; i++) b.call("observatory.p");
  b.call("observatory.p");
  assert.equal(b.takeError(48), "wamp.error.unavailable");
  c.call("observatory.p");
  c.expectNothing();
  c.call("observatory.p");
  assert.equal(c.takeError(48), "wamp.error.unavailable");
});

Deno.test("Dealer: a session has at most so many registrations", () => {
  const a = makeCore({ limits: { registrationsPerSession: 2 } }).agent();
  a.register("observatory.a");
  a.register("observatory.b");
  a.send({ type: 64, request: 1, options: {}, procedure: "observatory.c" });
  assert.equal(a.takeError(64, 1), "wamp.error.unavailable");
});

Deno.test("Dealer: a callee that does not read gets no calls; a shared registration goes to the next", () => {
  const { agent, core } = makeCore();
  const [a, b, caller] = [agent(), agent(), agent()];
  a.register("observatory.p");
  a.register("observatory.shared", { invoke: "first" });
  b.register("observatory.shared", { invoke: "first" });
  a.writable = false;
  caller.call("observatory.p");
  const error = caller.take(8);
  assert.deepEqual([error.error, argsOf(error.payload)], ["wamp.error.unavailable", [
    "callee is not reading",
  ]]);
  caller.call("observatory.shared");
  b.take(68);
  a.expectNothing();
  assert.equal(core.counters.unavailableCallees, 1);
  assert.equal(core.gauges().calls, 1);
});

Deno.test("Dealer: concurrency bounds the open calls of one callee", () => {
  const { agent } = makeCore();
  const [a, b, caller] = [agent(), agent(), agent()];
  a.register("observatory.p", { invoke: "roundrobin", concurrency: 1 });
  b.register("observatory.p", { invoke: "roundrobin", concurrency: 1 });
  caller.call("observatory.p");
  caller.call("observatory.p");
  const { request } = a.take(68);
  b.take(68);
  caller.call("observatory.p");
  assert.equal(caller.takeError(48), "crossbar.error.max_concurrency_reached");
  a.yield(request);
  caller.take(50);
  caller.call("observatory.p");
  a.take(68);
});

Deno.test("Dealer: REGISTER options of a wrong type or value are violations", () => {
  for (
    const options of [{ invoke: "all" }, { match: "x" }, { concurrency: 0 }, {
      force_reregister: 1,
    }] as Dict[]
  ) {
    const a = makeCore().agent();
    a.send({ type: 64, request: 1, options, procedure: "observatory.p" });
    a.expectViolation(/REGISTER option/);
  }
});

Deno.test("Dealer: OCS roles are never disclosed as callers; a permission discloses three keys", () => {
  const { agent, open } = makeCore();
  const [a, b] = [agent(), agent()];
  a.register("observatory.p");
  b.call("observatory.p", [], { disclose_me: true });
  assert.deepEqual({ ...a.take(68).details }, {});
  const [c, d] = [open(), open()];
  c.register("p.", prefix);
  d.call("p.q", [], { disclose_me: true });
  const details = { ...c.take(68).details };
  assert.deepEqual([details.procedure, details.caller, details.caller_authrole], ["p.q", d.id, "trusted"]);
  assert.equal(typeof details.caller_authid, "string");
});

Deno.test("Dealer: autobahn-js gets no ERROR after a CANCEL other than kill, unless the option says never", () => {
  const js = { roles: { ...ALL_ROLES } };
  const info = { subprotocol: "wamp.2.json", headers: { "user-agent": "Mozilla/5.0" } };
  for (const [quietCancel, expected] of [["autobahn-js", 0], ["never", 1]] as const) {
    const { agent, core } = makeCore({ behaviour: { quietCancel } });
    const a = agent();
    const b = agent(js, info);
    a.register("observatory.p");
    for (const mode of ["skip", "killnowait"]) {
      b.send({ type: 49, request: b.call("observatory.p"), options: { mode } });
      assert.equal(b.takeAll().length, expected);
    }
    const call = b.call("observatory.p");
    b.send({ type: 49, request: call, options: { mode: "kill" } });
    const invocation = a.takeAll().findLast((message) => message.type === 68);
    assert(invocation?.type === 68);
    a.yield(invocation.request);
    b.take(50);
    assert.equal(core.gauges().calls, 0);
  }
});

Deno.test("Registrar: a wildcard registration is found among many and removed without a trace", () => {
  const { open, core } = makeCore();
  const [a, b] = [open(), open()];
  const random = new SeededRandom(3);
  const ids = Array.from(
    { length: 200 },
    (_, i) => a.register(`a${i}..${"c.".repeat(random.below(3))}d`, wildcard),
  );
  b.call("a7.x.d");
  assert(a.takeAll().length <= 1);
  b.takeAll();
  for (const registration of ids) a.send({ type: 66, request: 1, registration });
  assert.equal(core.gauges().registrations, 0);
  b.call("a7.x.d");
  assert.equal(b.takeError(48), "wamp.error.no_such_procedure");
});

/** Lets promises that are settled run their continuations. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
