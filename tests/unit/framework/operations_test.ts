import assert from "node:assert/strict";
import {
  createLog,
  Float,
  float,
  type LogRecord,
  ManualClock,
  ParamError,
  type ProcessSpec,
  type Run,
  type Session,
  type TaskSpec,
} from "../../../framework/mod.ts";
import { AgentAccess } from "../../../framework/agent_access.ts";
import { Operations, type OpsReply } from "../../../framework/operations.ts";

type Registered = { readonly spec?: TaskSpec & ProcessSpec; readonly run: Run<unknown> };

/** Operations on a clock that stands still. */
function make(
  { tasks = {}, processes = {}, policy = "none" }: {
    readonly tasks?: Record<string, Registered>;
    readonly processes?: Record<string, Registered>;
    readonly policy?: string;
  },
) {
  const clock = new ManualClock(1000);
  const lines: LogRecord[] = [];
  const log = createLog({ sinks: [{ write: (record) => lines.push(record) }] });
  const agent = { agentClass: "TestAgent", instanceId: "tested" };
  const access = new AgentAccess({ policy, agent, log, clock });
  const operations = new Operations({ access, log, clock });
  for (const [name, { spec = {}, run }] of Object.entries(tasks)) {
    operations.register("task", name, { spec, run });
  }
  for (const [name, { spec = {}, run }] of Object.entries(processes)) {
    operations.register("process", name, { spec, run });
  }
  const ask = (...args: unknown[]) => operations.handle(args, {});
  return { operations, clock, lines, ask, access };
}

const quick: Registered = { run: () => "done" };
const forever: Registered = {
  run: async (session) => {
    while (!session.signal.aborted) await session.sleep(1);
    return "stopped";
  },
};

/** Runs an operation to its end and gives the last message but one, and the success. */
async function outcome(run: (session: Session) => unknown): Promise<[message: unknown, success: unknown]> {
  // What authors of JavaScript may return.
  const { ask, clock } = make({ tasks: { t: { run: run as Run<unknown> } } });
  await ask("start", "t");
  await clock.advance(0);
  const [, , session] = await ask("status", "t");
  assert.equal(session["status"], "done");
  const messages = session["messages"] as [unknown, unknown][];
  assert.equal(messages.at(-1)?.[1], 'Status is now "done".');
  return [messages.at(-2)?.[1], session["success"]];
}

Deno.test("OCS 14, 24, 25, 26, 31: unknown and idle operations get Python's texts", async () => {
  const { ask } = make({ tasks: { t: quick } });
  assert.deepEqual(await ask("start", "X"), [-1, 'No task or process called "X"', {}]);
  assert.deepEqual(await ask("status", "X"), [-1, 'No task or process called "X"', {}]);
  assert.deepEqual(await ask("wait", "X"), [-1, 'Unknown operation "X".', {}]);
  assert.deepEqual(await ask("stop", "X"), [-1, 'No operation called "X".', {}]);
  assert.deepEqual(await ask("abort", "X"), [-1, 'No operation called "X".', {}]);
  assert.deepEqual(await ask("frob", "X"), [-1, 'No implementation for "X"', {}]);
  assert.deepEqual(await ask("status", "t"), [0, "No session active.", {}]);
  assert.deepEqual(await ask("wait", "t"), [0, "Idle.", {}]);
  assert.deepEqual(await ask("abort", "t"), [-1, "No session active.", {}]);
});

Deno.test("OCS 16, 36, 37: a start replies before the work begins, and messages come in order", async () => {
  let begun = false;
  const { ask, clock } = make({
    tasks: {
      t: {
        run: (session) => {
          begun = session.status === "running";
          return "all good";
        },
      },
    },
  });
  const [code, text, session] = await ask("start", "t");
  assert.deepEqual([code, text, begun], [0, 'Started task "t".', false]);
  assert.deepEqual([session["status"], session["op_code"]], ["starting", 2]);
  assert.equal((session["messages"] as unknown[]).length, 1);
  await clock.advance(0);
  assert.equal(begun, true);
  const [, , ended] = await ask("status", "t");
  assert.deepEqual((ended["messages"] as [unknown, string][]).map(([, message]) => message), [
    'Status is now "starting".',
    'Status is now "running".',
    "all good",
    'Status is now "done".',
  ]);
});

Deno.test("OCS 15, 18, 23: a running operation is not started twice, nor stopped twice", async () => {
  const { ask, clock } = make({ processes: { p: { ...forever, spec: { blocking: false } } } });
  assert.equal((await ask("start", "p"))[1], 'Started process "p".');
  await clock.advance(0);
  const [code, text, session] = await ask("start", "p");
  assert.deepEqual([code, text, session["status"]], [-1, 'Operation "p" already in progress.', "running"]);
  assert.deepEqual((await ask("stop", "p")).slice(0, 2), [0, 'Requested stop on process p".']);
  assert.deepEqual(await ask("stop", "p"), [-1, "The operation is already stopping", {}]);
  await clock.advance(0);
  assert.deepEqual(await ask("stop", "p"), [-1, "The operation is already done", {}]);
});

Deno.test("OCS 19, 20, 21, 22: stop and abort mind the kind, and say it as Python does", async () => {
  const { ask, clock } = make({
    tasks: { t: { ...forever, spec: { abortable: true, blocking: false } } },
    processes: { p: forever },
  });
  assert.deepEqual(await ask("stop", "t"), [-1, 'Cannot "stop" "t" because it is a "{op_type}".', {}]);
  assert.deepEqual(await ask("abort", "p"), [-1, 'Cannot "abort" "p" because it is a "{op_type}".', {}]);
  assert.deepEqual(await ask("stop", "p"), [-1, "No session active.", {}]);
  await ask("start", "t");
  await clock.advance(0);
  const [code, text, session] = await ask("abort", "t");
  assert.deepEqual([code, text, session["status"]], [0, 'Requested abort on task t".', "stopping"]);
  await clock.advance(0);
  assert.equal((await ask("status", "t"))[2]["status"], "done");
});

Deno.test("a stop of a blocking operation takes effect after its reply, as a thread's would", async () => {
  const { ask, clock } = make({ processes: { p: forever } });
  await ask("start", "p");
  await clock.advance(0);
  assert.equal((await ask("stop", "p"))[2]["status"], "running");
  await clock.advance(0);
  assert.equal((await ask("status", "p"))[2]["status"], "done");
});

Deno.test("a stop before the work has begun ends it without a crash", async () => {
  const { ask, clock } = make({ processes: { p: { ...forever, spec: { blocking: false } } } });
  await ask("start", "p");
  await ask("stop", "p");
  await clock.advance(0);
  const [, , session] = await ask("status", "p");
  assert.deepEqual([session["status"], session["success"]], ["done", true]);
});

Deno.test("a stopper of one's own decides about the status", async () => {
  const stop = (session: Session) => {
    session.abort();
    return [true, "requested to stop taking data."];
  };
  const { ask, clock, lines } = make({ processes: { p: { ...forever, spec: { stop, blocking: false } } } });
  await ask("start", "p");
  await clock.advance(0);
  assert.equal((await ask("stop", "p"))[2]["status"], "running");
  await clock.advance(0);
  assert.deepEqual(
    ((await ask("status", "p"))[2]["messages"] as [unknown, string][]).map(([, text]) => text).slice(2),
    ["stopped", 'Status is now "done".'],
  );
  assert.ok(
    lines.some(({ text }) =>
      text === 'Stopper for "p" terminated with ok=True and message requested to stop taking data.'
    ),
  );
});

Deno.test("a stopper that throws is an error of the call when it does not block, and a log line when it does", async () => {
  const stop = () => {
    throw new Error("no device");
  };
  for (const blocking of [false, true]) {
    const { ask, clock, lines } = make({ processes: { p: { ...forever, spec: { stop, blocking } } } });
    await ask("start", "p");
    await clock.advance(0);
    if (blocking) assert.equal((await ask("stop", "p"))[0], 0);
    else assert.throws(() => ask("stop", "p"), /no device/);
    await clock.advance(0);
    assert.equal(
      lines.some(({ text }) => text.includes('Error calling stopper for "p": no device')),
      blocking,
    );
    assert.equal((await ask("status", "p"))[2]["status"], "running");
  }
});

Deno.test("abort of a task without aborter is answered politely, logged, and changes nothing", async () => {
  const { ask, clock, lines } = make({ tasks: { t: forever } });
  await ask("start", "t");
  await clock.advance(0);
  assert.deepEqual((await ask("abort", "t")).slice(0, 2), [0, 'Requested abort on task t".']);
  await clock.advance(5);
  assert.equal((await ask("status", "t"))[2]["status"], "running");
  assert.ok(lines.some(({ level, text }) => level === "warn" && text.includes("no aborter")));
});

Deno.test("OCS 38: what an operation throws ends its session with CRASH, class, text and stack", async () => {
  const [message, success] = await outcome(() => {
    throw new TypeError("boom");
  });
  assert.match(String(message), /^CRASH: \[Failure instance: Traceback: <class 'TypeError'>: boom\n/);
  assert.match(String(message), /operations_test\.ts:\d+:/);
  assert.match(String(message), /\n\]$/);
  assert.equal(success, false);
  for (const thrown of [undefined, "text", { a: 1 }, Symbol("s"), Object.create(null)]) {
    const [odd] = await outcome(() => {
      throw thrown;
    });
    assert.match(String(odd), /^CRASH: /);
  }
  const [rejected] = await outcome(() => Promise.reject(new RangeError("later")));
  assert.match(String(rejected), /<class 'RangeError'>: later/);
});

Deno.test("OCS 39: a ParamError of an operation ends its session with ERROR", async () => {
  const result = await outcome(() => {
    throw new ParamError("Param 'x' is too odd");
  });
  assert.deepEqual(result, ["ERROR: Param 'x' is too odd", false]);
});

Deno.test("OCS 40: a result that is no pair is a crash, with Python's text about unpacking", async () => {
  const crash = async (result: unknown, text: string) => {
    const [message, success] = await outcome(() => result);
    assert.ok(String(message).startsWith("CRASH: ") && String(message).includes(text), String(message));
    assert.equal(success, false);
  };
  await crash(undefined, "cannot unpack non-iterable NoneType object");
  await crash(true, "cannot unpack non-iterable bool object");
  await crash([true, "a", 3], "too many values to unpack (expected 2)");
  await crash([true], "not enough values to unpack (expected 2, got 1)");
});

Deno.test("a run may end with a text, a pair, or ok and message; success is kept as it is", async () => {
  assert.deepEqual(await outcome(() => "fine"), ["fine", true]);
  assert.deepEqual(await outcome(() => [false, "not fine"]), ["not fine", false]);
  assert.deepEqual(await outcome(() => ({ ok: true, message: "fine" })), ["fine", true]);
  assert.deepEqual(await outcome(() => Promise.resolve([1, null])), [null, 1]);
});

Deno.test("OCS 29, 30: wait on a finished operation is OK, and SUCCEEDED only for true", async () => {
  const successes: [unknown, string][] = [[true, "SUCCEEDED"], [1, "SUCCEEDED"], [false, "FAILED"], [
    "yes",
    "FAILED",
  ]];
  for (const [success, word] of successes) {
    const { ask, clock } = make({ tasks: { t: { run: (() => [success, "m"]) as unknown as Run<unknown> } } });
    await ask("start", "t");
    await clock.advance(0);
    for (const timeout of [null, -1, 0, 5, "odd"]) {
      const [code, text] = await ask("wait", "t", {}, timeout);
      assert.deepEqual([code, text], [0, `Operation "t" is currently not running (${word}).`]);
    }
  }
});

Deno.test("OCS 27, 28: wait looks at its timeout, and others are served meanwhile", async () => {
  const { ask, clock } = make({ processes: { p: { ...forever, spec: { blocking: false } } } });
  await ask("start", "p");
  await clock.advance(0);
  const [code, text, session] = await ask("wait", "p", null, -1);
  assert.deepEqual([code, text, session["status"]], [
    1,
    'Operation "p" still running; wait timed out.',
    "running",
  ]);
  const replies: OpsReply[] = [];
  const waits = [null, 5, new Float(2), 0].map(async (timeout) =>
    replies.push(await ask("wait", "p", {}, timeout))
  );
  await clock.advance(0);
  assert.deepEqual(replies.map(([code]) => code), [1]);
  await clock.advance(2);
  assert.deepEqual(replies.map(([code]) => code), [1, 1]);
  assert.equal((await ask("status", "p"))[1], "Session active.");
  await ask("stop", "p");
  await clock.advance(0);
  await Promise.all(waits);
  assert.deepEqual(replies.map(([code]) => code), [1, 1, 0, 0]);
  assert.equal(clock.pending, 0);
});

Deno.test("wait on a running operation refuses a timeout that is no number", async () => {
  const { ask, clock } = make({ processes: { p: forever } });
  await ask("start", "p");
  await clock.advance(0);
  await assert.rejects(async () => await ask("wait", "p", {}, "long"), {
    message: "'<' not supported between instances of 'str' and 'int'",
  });
  await ask("stop", "p");
  await clock.advance(0);
});

Deno.test("a waiter who has gone away does not wait on", async () => {
  const { operations, ask, clock } = make({ processes: { p: forever } });
  await ask("start", "p");
  await clock.advance(0);
  const gone = new AbortController();
  const waiting = operations.wait("p", 100, gone.signal);
  const pending = clock.pending;
  gone.abort();
  assert.equal((await waiting)[0], 1);
  assert.equal(clock.pending, pending - 1);
  await ask("stop", "p");
  await clock.advance(0);
});

Deno.test("OCS 34: session ids count all operations from 0, and refused starts take none", async () => {
  const { ask, clock } = make({ tasks: { a: quick, b: { ...quick, spec: { params: { x: float() } } } } });
  const id = async (...args: unknown[]) => (await ask("start", ...args))[2]["session_id"];
  assert.equal(await id("a"), 0);
  assert.equal(await id("b", {}), undefined);
  assert.equal(await id("b", { x: 1 }), 1);
  await clock.advance(0);
  assert.equal(await id("a"), 2);
  await clock.advance(0);
});

Deno.test("OCS 17: a refused start clears the finished session", async () => {
  const { operations, ask, clock } = make({ tasks: { t: { ...quick, spec: { params: {} } } } });
  await ask("start", "t");
  await clock.advance(0);
  assert.deepEqual(operations.opCodes(), { t: 5 });
  assert.deepEqual(await ask("start", "t", { zz: 1 }), [-1, "params included unexpected values: ['zz']", {}]);
  assert.deepEqual(await ask("status", "t"), [0, "No session active.", {}]);
  assert.deepEqual(operations.opCodes(), { t: 1 });
});

Deno.test("an exception of a check refuses the start as a crash of the pre-processing", async () => {
  const check = () => {
    throw new Error("no such device");
  };
  const { ask } = make({ tasks: { t: { ...quick, spec: { params: { x: float({ check }) } } } } });
  const prefix = "CRASH: during param pre-processing: ";
  assert.deepEqual(await ask("start", "t", { x: 1 }), [-1, `${prefix}no such device`, {}]);
  assert.deepEqual(await ask("start", "t", []), [-1, `${prefix}'list' object has no attribute 'get'`, {}]);
});

Deno.test("an operation without declarations gets what the caller sent, with plain numbers", async () => {
  const got: unknown[] = [];
  const run: Run<unknown> = (_session, params) => {
    got.push(params);
    return "ok";
  };
  const { ask, clock } = make({ tasks: { t: { run } } });
  for (const params of [undefined, { x: new Float(2) }, [1], "text"]) {
    await ask("start", "t", params);
    await clock.advance(0);
  }
  assert.deepEqual(got, [null, { x: 2 }, [1], "text"]);
});

Deno.test("OCS 9, 10: handle() reads positional and keyword arguments as Python does", async () => {
  const { operations, clock } = make({ tasks: { t: quick } });
  assert.equal((await operations.handle([], { action: "status", op_name: "t" }))[0], 0);
  assert.equal((await operations.handle(["start"], { op_name: "t", params: {}, password: null }))[0], 0);
  await clock.advance(0);
  assert.equal((await operations.handle(["wait", "t", {}, 1, "pw"], {}))[0], 0);
  const error = (args: unknown[], kwargs: Record<string, unknown>, message: string) =>
    assert.throws(() => operations.handle(args, kwargs), { name: "TypeError", message });
  const handler = "OCSAgent._ops_handler()";
  error(["start"], {}, `${handler} missing 1 required positional argument: 'op_name'`);
  error([], {}, `${handler} missing 2 required positional arguments: 'action' and 'op_name'`);
  error(["start", "t"], { blah: 1 }, `${handler} got an unexpected keyword argument 'blah'`);
  error(["start", "t"], { op_name: "t" }, `${handler} got multiple values for argument 'op_name'`);
  error(
    ["start", "t", {}, null, null, 6],
    {},
    `${handler} takes from 3 to 6 positional arguments but 7 were given`,
  );
  error(["start", ["t"]], {}, "unhashable type: 'list'");
  error(["status", { a: 1 }], {}, "unhashable type: 'dict'");
});

Deno.test("names of Object.prototype are no operations", async () => {
  const { ask } = make({});
  for (const name of ["__proto__", "constructor", "toString"]) {
    assert.equal((await ask("start", name))[1], `No task or process called "${name}"`);
  }
  assert.equal((await ask("start", null))[1], 'No task or process called "None"');
  assert.equal((await ask("start", 3))[1], 'No task or process called "3"');
});

Deno.test("OCS 107: a refusal names both levels, and only start tells the detail", async () => {
  const { ask, clock } = make({ tasks: { t: { ...forever, spec: { minPrivs: 2, abortable: true } } } });
  const text = "The action requires credential level 2-ADVANCED but the client has only level 1-BASIC";
  assert.deepEqual(await ask("start", "t"), [-1, `${text} No access policy -- level 1 for all.`, {}]);
  assert.deepEqual(await ask("abort", "t"), [-1, text, {}]);
  await clock.advance(0);
});

Deno.test("OCS 101, 32: passwords of an override policy give levels; status and wait need none", async () => {
  const { ask, clock } = make({
    policy: "override:a,b",
    tasks: { t: { ...quick, spec: { minPrivs: 3 } }, u: quick },
  });
  const level = async (password: unknown) => {
    const [, , session] = await ask("start", "u", {}, null, password);
    await clock.advance(0);
    return session["cred_level"];
  };
  assert.deepEqual(
    await Promise.resolve([await level(null), await level("x"), await level("a"), await level("b")]),
    [
      1,
      1,
      2,
      3,
    ],
  );
  assert.match(
    (await ask("start", "t", {}, null, "a"))[1],
    /level 3-FULL but the client has only level 2-ADVANCED$/,
  );
  assert.equal((await ask("start", "t", {}, null, "b"))[0], 0);
  await clock.advance(0);
  assert.equal((await ask("status", "t"))[0], 0);
  assert.equal((await ask("wait", "t"))[0], 0);
  assert.equal(await level(7), 1);
  assert.equal(await level(["a"]), 1);
});

Deno.test("OCS 102, 105: a director's agent is locked until rules for it arrive", async () => {
  const { ask, access, lines, clock } = make({ policy: "director:", tasks: { t: quick } });
  assert.equal(access.directorId, "access-director");
  const refused = async () => (await ask("start", "t"))[1];
  assert.match(await refused(), /level 1-BASIC but the client has only level 0-BLOCKED$/);
  const rules = [{ hashed_pass: { hash: "none", value: "" }, cred_level: 1 }];
  for (
    const message of [
      null,
      "text",
      { ac_version: 2, reset: true, step: 1, rules },
      { ac_version: 1, target: "other", step: 1, rules },
      { ac_version: 1, reset: true, step: 1, rules: "all" },
      { ac_version: 1, reset: true, step: 1, rules: [{ cred_level: 1 }] },
    ]
  ) access.update(message);
  assert.match(await refused(), /0-BLOCKED/);
  assert.equal(access.encoded()["update_count"], 0);
  assert.ok(lines.some(({ text }) => text === "Access Control version mismatch: director=2, Agent=1"));
  access.update({ ac_version: 1, target: "tested", step: 5, rules });
  assert.equal(await refused(), 'Started task "t".');
  assert.deepEqual([access.encoded()["update_count"], access.encoded()["step"]], [1, 5]);
  await clock.advance(0);
});

Deno.test("startStartupOperations() starts in order, with params, and with the agent's own level", async () => {
  const seen: unknown[] = [];
  const run: Run<unknown> = (session, params) => {
    seen.push([session.opName, params, session.credLevel]);
    return "ok";
  };
  const { operations, clock, lines } = make({
    policy: "override:a,b",
    tasks: { a: { run, spec: { startup: { x: 1 }, minPrivs: 3 } }, b: { run, spec: { startup: false } } },
    processes: { c: { run, spec: { startup: true } }, d: { run } },
  });
  operations.startStartupOperations();
  await clock.advance(0);
  assert.deepEqual(seen, [["a", { x: 1 }, 4], ["c", {}, 4]]);
  assert.ok(lines.some(({ text }) => text === "startup-op: launching a"));
});

Deno.test("endAll() ends everything with full credentials, whatever goes wrong with one", async () => {
  const stop = () => {
    throw new Error("broken stopper");
  };
  const { operations, ask, clock, lines } = make({
    policy: "override:a,b",
    tasks: { t: { ...forever, spec: { abortable: true, minPrivs: 3 } }, stubborn: forever },
    processes: {
      broken: { ...forever, spec: { stop, blocking: false } },
      p: { ...forever, spec: { minPrivs: 2 } },
    },
  });
  for (const name of ["broken", "t", "stubborn", "p"]) await ask("start", name, {}, null, "b");
  await clock.advance(0);
  const ending = operations.endAll(8);
  await clock.advance(7);
  assert.equal((await ask("status", "t"))[2]["status"], "done");
  assert.equal((await ask("status", "p"))[2]["status"], "done");
  await clock.advance(2);
  assert.deepEqual((await ending).sort(), ["broken", "stubborn"]);
  assert.ok(lines.some(({ text }) => text.includes("broken stopper")));
  operations[Symbol.dispose]();
  await clock.advance(2);
  assert.equal(clock.pending, 0, "nothing is left behind");
});

Deno.test("OCS 4, 5, 6: described() lists operations by code point, with Python's keys", () => {
  const { operations } = make({
    tasks: { b: { ...quick, spec: { doc: "b()", abortable: true } }, a: quick, B: quick, "é": quick },
    processes: { p: { ...forever, spec: { blocking: false, minPrivs: 2 } } },
  });
  const tasks = operations.described("task") as [string, unknown, Record<string, unknown>][];
  assert.deepEqual(tasks.map(([name]) => name), ["B", "a", "b", "é"]);
  assert.deepEqual(tasks[1], [
    "a",
    { op_name: "a", status: "no_history" },
    { blocking: true, abortable: false, docstring: null, op_type: "task", min_privs: 1 },
  ]);
  assert.deepEqual(tasks[2]?.[2], {
    blocking: true,
    abortable: true,
    docstring: "b()",
    op_type: "task",
    min_privs: 1,
  });
  assert.deepEqual(operations.described("process"), [[
    "p",
    { op_name: "p", status: "no_history" },
    { blocking: false, docstring: null, op_type: "process", min_privs: 2 },
  ]]);
});

Deno.test("register() refuses a name that is taken and a level that does not exist", () => {
  const { operations } = make({ tasks: { t: quick } });
  const again = (name: string, minPrivs = 1) => () =>
    operations.register("process", name, { spec: { minPrivs }, run: () => "x" });
  assert.throws(again("t"), TypeError);
  assert.throws(again(""), TypeError);
  assert.throws(again("u", 7), RangeError);
  assert.doesNotThrow(again("u", 0));
});
