import assert from "node:assert/strict";
import { Float, ManualClock } from "../../../framework/mod.ts";
import { createLog, type LogRecord } from "../../../framework/agent_log.ts";
import { OperationSession } from "../../../framework/session.ts";
import { jsonSafe } from "../../../framework/session_data.ts";

function make(
  clock = new ManualClock(1000),
): { session: OperationSession; clock: ManualClock; lines: LogRecord[] } {
  const lines: LogRecord[] = [];
  const log = createLog({ sinks: [{ write: (record) => lines.push(record) }] });
  return { session: new OperationSession({ sessionId: 7, opName: "acq", log, clock }), clock, lines };
}

Deno.test("OCS 33: encoded() has Python's keys in Python's order", () => {
  const { session } = make();
  assert.deepEqual(Object.keys(session.encoded()), [
    "session_id",
    "op_name",
    "op_code",
    "cred_level",
    "status",
    "degraded",
    "success",
    "start_time",
    "end_time",
    "data",
    "messages",
  ]);
});

Deno.test("OCS 35: the first message is of the start time, and times are floats", () => {
  const { session, lines } = make();
  assert.deepEqual(session.encoded()["start_time"], new Float(1000));
  assert.deepEqual(session.encoded()["messages"], [[new Float(1000), 'Status is now "starting".']]);
  assert.equal(lines[0]?.text, 'acq:7 Status is now "starting".');
});

Deno.test("setStatus() moves forward only, skips states, and is silent about standing still", () => {
  const { session } = make();
  session.setStatus("stopping");
  session.setStatus("stopping");
  assert.throws(() => session.setStatus("running"), RangeError);
  // What JavaScript lets an author do.
  const untyped: { setStatus(status: string): void } = session as unknown as typeof untyped;
  assert.throws(() => untyped.setStatus("zoo"), { message: "'zoo' is not in list" });
  session.setStatus("done");
  assert.equal((session.encoded()["messages"] as unknown[]).length, 3);
});

Deno.test("OCS 43: a degraded running session has op code 8, and 4, 5 or 6 later", () => {
  const { session } = make();
  const codes = [session.opCode];
  session.degraded = true;
  session.setStatus("running");
  codes.push(session.opCode);
  session.setStatus("stopping");
  codes.push(session.opCode);
  session.finish(true, "ok");
  codes.push(session.opCode);
  session.success = 0;
  codes.push(session.opCode);
  assert.deepEqual(codes, [2, 8, 4, 5, 6]);
});

Deno.test("finish() adds the message before the status, and keeps what the operation said of its success", async () => {
  const { session, clock } = make();
  session.setStatus("running");
  await clock.advance(2);
  session.finish("yes", "all read");
  const { success, end_time, messages } = session.encoded();
  assert.equal(success, "yes");
  assert.deepEqual(end_time, new Float(1002));
  assert.deepEqual((messages as unknown[]).slice(2), [
    [new Float(1002), "all read"],
    [new Float(1002), 'Status is now "done".'],
  ]);
  assert.equal(clock.pending, 0);
  assert.equal(session.signal.aborted, true);
});

Deno.test("finish() keeps the end that the operation set by itself", async () => {
  const { session, clock } = make();
  session.setStatus("done");
  await clock.advance(5);
  session.finish(true, "late");
  assert.deepEqual(session.encoded()["end_time"], new Float(1000));
});

Deno.test("finish() and addMessage() turn what cannot be sent into text", () => {
  const { session } = make();
  session.addMessage(null);
  session.addMessage(() => 1);
  session.finish(new Map([[1, 2]]), Symbol("odd"));
  const { success, messages } = session.encoded();
  assert.equal(success, true);
  assert.equal((messages as [unknown, unknown][])[1]?.[1], null);
  assert.equal(typeof (messages as [unknown, unknown][])[2]?.[1], "string");
  assert.match(String((messages as [unknown, unknown][])[3]?.[1]), /odd/);
});

Deno.test("sleep() returns at once when the run is to end", async () => {
  const { session, clock } = make();
  const sleeping = session.sleep(100);
  session.abort();
  await sleeping;
  await session.sleep(100);
  assert.equal(session.status, "starting");
  session.setStatus("done");
  assert.equal(clock.pending, 0);
});

Deno.test("OCS 44: messages older than an hour go, down to five, at the periodic purge", async () => {
  const { session, clock } = make();
  session.setStatus("running");
  for (let i = 0; i < 10; i++) session.addMessage(`m${i}`);
  await clock.advance(3599);
  assert.equal((session.encoded()["messages"] as unknown[]).length, 12);
  await clock.advance(800);
  assert.deepEqual(
    (session.encoded()["messages"] as [unknown, string][]).map(([, text]) => text),
    ["m5", "m6", "m7", "m8", "m9"],
  );
  session.setStatus("done");
});

Deno.test("messages beyond 10,000 go at the purge however young", async () => {
  const { session, clock } = make();
  for (let i = 0; i < 10_500; i++) session.addMessage(`m${i}`);
  assert.equal((session.encoded()["messages"] as unknown[]).length, 10_501);
  await clock.advance(720);
  assert.equal((session.encoded()["messages"] as unknown[]).length, 10_000);
  session.setStatus("done");
});

Deno.test("messages never become more than 20,000, however fast they come", () => {
  const { session } = make();
  for (let i = 0; i < 50_000; i++) session.addMessage(`m${i}`);
  const messages = session.encoded()["messages"] as [unknown, string][];
  assert.ok(messages.length <= 20_000);
  assert.equal(messages.at(-1)?.[1], "m49999");
  session.setStatus("done");
});

Deno.test("messages never have more than 300,000 characters together; the oldest go, the newest stays", () => {
  const { session } = make();
  for (let i = 0; i < 100; i++) session.addMessage(`${i} ${"x".repeat(9_990)}`);
  const texts = () => (session.encoded()["messages"] as [unknown, string][]).map(([, text]) => text);
  const sizes = texts().map((text) => text.length).reduce((sum, length) => sum + length);
  assert.ok(sizes <= 300_000 && sizes > 200_000, `${sizes} characters`);
  assert.match(texts().at(-1) ?? "", /^99 /);
  session.addMessage("y".repeat(400_000));
  assert.deepEqual(texts().map((text) => text.length), [400_000]);
  session.addMessage("after");
  session.addMessage({ not: "text" });
  assert.deepEqual(texts(), ["after", { not: "text" }]);
  session.setStatus("done");
});

Deno.test("OCS 41: NaN anywhere in session data becomes null", () => {
  assert.deepEqual(jsonSafe({ a: NaN, b: [NaN, { c: new Float(NaN) }], d: new Float64Array([1, NaN]) }), {
    a: null,
    b: [null, { c: null }],
    d: [new Float(1), null],
  });
});

Deno.test("OCS 42: an infinity in session data is an error with Python's text", () => {
  const message = "Session.data cannot store inf/-inf; please convert to NaN.";
  for (const value of [Infinity, -Infinity, new Float(Infinity), new Float32Array([Infinity])]) {
    assert.throws(() => jsonSafe({ deep: [{ value }] }), { message });
  }
});

Deno.test("jsonSafe() refuses what JSON cannot say, by name", () => {
  const refused = (value: unknown, name: string) =>
    assert.throws(() => jsonSafe({ value }), { message: `Object of type ${name} is not JSON serializable` });
  refused(() => 1, "function");
  refused(new Set([1]), "set");
  refused(new Date(0), "Date");
  refused(Symbol("s"), "symbol");
  refused(new (class Motor {})(), "Motor");
});

Deno.test("jsonSafe() ends a cycle with an error", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = [cycle];
  assert.throws(() => jsonSafe(cycle), { message: "maximum recursion depth exceeded" });
});

Deno.test("jsonSafe() keeps kinds, copies containers, and leaves undefined members out", () => {
  const data = {
    f: new Float(2),
    n: 2,
    big: 2n ** 60n,
    u: undefined,
    list: [undefined],
    bytes: new Uint8Array([1]),
  };
  const safe = jsonSafe(data) as Record<string, unknown>;
  assert.deepEqual(safe, { f: new Float(2), n: 2, big: 2n ** 60n, list: [null], bytes: [1] });
  assert.notEqual(safe["list"], data.list);
  const odd = jsonSafe(JSON.parse('{"__proto__": {"polluted": true}}')) as Record<string, unknown>;
  assert.deepEqual(Object.keys(odd), ["__proto__"]);
  assert.equal("polluted" in {}, false);
});
