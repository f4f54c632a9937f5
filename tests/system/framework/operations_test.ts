import assert from "node:assert/strict";
import { WampError } from "../../../client/mod.ts";
import { type Agent, flag, Float, float, int, type RunResult, type Session } from "../../../framework/mod.ts";
import { CBOR_SERIALIZER, MessageType } from "../../../wamp/mod.ts";
import { Bed } from "./bed.ts";

/** What hostile and careless authors do. */
class Zoo {
  constructor(agent: Agent) {
    agent.registerTask("quick", {
      params: { n: int({ default: 1 }) },
      doc: "quick(n=1)\n\n  **Task** - Ends.",
    }, (
      session,
      { n },
    ) => {
      session.data = { n, f: new Float(n), nan: NaN };
      return "done quickly";
    });
    agent.registerTask("delay", {
      params: { succeed: flag({ default: true }), delay: float({ default: 5, min: 0 }) },
      abortable: true,
      blocking: false,
    }, async (session, { succeed, delay }) => {
      await session.sleep(delay);
      return session.status === "running" ? [succeed, "slept"] : [false, "aborted"];
    });
    agent.registerProcess("count", { blocking: false }, async (session: Session<{ value: number }>) => {
      session.data = { value: 0 };
      while (!session.signal.aborted) {
        session.data.value++;
        await session.sleep(0.01);
      }
      return "stopped counting";
    });
    agent.registerTask("crash", {}, () => {
      throw new Error("no such device");
    });
    // Only JavaScript lets an author return nothing.
    agent.registerTask("nothing", {}, () => undefined as unknown as RunResult);
    agent.registerTask("data", {}, (session, params) => {
      session.data = BAD_DATA[String(params)] ?? {};
      return "stored";
    });
    agent.registerFeed("plain");
  }
}

const BAD_DATA: Record<string, Record<string, unknown>> = {
  infinity: { deep: [{ value: -Infinity }] },
  function: { value: () => 1 },
  set: { value: new Set([1]) },
  large: { value: "x".repeat(2_000_000) },
  replaced: { value: 1 },
};

async function wampError(call: () => Promise<unknown>): Promise<WampError> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof WampError, String(error));
    return error;
  }
  return assert.fail("the call succeeded");
}

Deno.test("OCS 1: the agent registers .ops first and its address second, both exact", async () => {
  await using bed = await Bed.start();
  const registered: unknown[] = [];
  const connection = {
    ...bed.connection(),
    openTransport: () => {
      const frames = bed.router.connectInProcess();
      const send = frames.send.bind(frames);
      frames.send = (frame) => {
        const message = typeof frame === "string" ? undefined : CBOR_SERIALIZER.decodeMessage(frame);
        if (message?.type === MessageType.REGISTER) registered.push([message.procedure, message.options]);
        send(frame);
      };
      return Promise.resolve(frames);
    },
  };
  await using _agent = await bed.agent(Zoo, { connection });
  assert.deepEqual(registered, [["observatory.tested.ops", {}], ["observatory.tested", {}]]);
});

Deno.test("OCS 2, 3, 4, 6: get_api has Python's keys, triples and order", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  const api = await bed.api();
  assert.deepEqual(Object.keys(api), [
    "agent_class",
    "instance_hostname",
    "instance_pid",
    "feeds",
    "processes",
    "tasks",
    "access_control",
  ]);
  assert.equal(api["agent_class"], "Zoo");
  assert.equal(api["instance_pid"], Deno.pid);
  const tasks = api["tasks"] as [string, Record<string, unknown>, Record<string, unknown>][];
  assert.deepEqual(tasks.map(([name]) => name), ["crash", "data", "delay", "nothing", "quick"]);
  assert.deepEqual(tasks[4]?.[1], { op_name: "quick", status: "no_history" });
  assert.equal(tasks[4]?.[2]["docstring"], "quick(n=1)\n\n  **Task** - Ends.");
  assert.deepEqual((api["feeds"] as [string, unknown][]).map(([name]) => name), ["plain", "heartbeat"]);
  assert.deepEqual(Object.keys(api["access_control"] as object), [
    "version",
    "policy",
    "update_timestamp",
    "update_count",
    "step",
  ]);
});

Deno.test("OCS 7, 8, 9: management queries answer, unknown ones with null, and ignore keywords", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  const manage = (args: unknown[], kwargs: Record<string, unknown> = {}) =>
    bed.client.call("observatory.tested", args, { kwargs });
  assert.equal(await manage(["get_agent_class"]), "Zoo");
  assert.equal(await manage(["frob"]), null);
  assert.equal(await manage([], { q: "get_agent_class", more: 1 }), "Zoo");
  assert.equal((await manage(["get_tasks"]) as unknown[]).length, 5);
  assert.equal((await manage(["get_processes"]) as unknown[]).length, 1);
  assert.equal((await manage(["get_feeds"]) as unknown[]).length, 2);
  const error = await wampError(() => manage([]));
  assert.equal(error.uri, "wamp.error.runtime_error");
  assert.deepEqual(error.args, [
    "OCSAgent._management_handler() missing 1 required positional argument: 'q'",
  ]);
  await wampError(() => manage(["get_api", "more"]));
  await wampError(() => manage(["get_api"], { q: "get_api" }));
});

Deno.test("OCS 9, 10, 11, 12: .ops takes arguments by place and by name, and arrays as params of others than start", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  assert.equal((await bed.opsWith(["start", "quick"], { params: { n: 2 }, password: null })).length, 3);
  assert.equal((await bed.opsWith(["wait"], { op_name: "quick", timeout: 5 }))[0], 0);
  assert.equal((await bed.ops("wait", "quick", {}, 5, "pw"))[0], 0);
  for (const action of ["stop", "abort", "status"]) {
    assert.equal((await bed.ops(action, "quick", [])).length, 3);
  }
  const error = await wampError(() => bed.opsWith(["status", "quick"], { blah: 1 }));
  assert.equal(error.uri, "wamp.error.runtime_error");
  assert.deepEqual(error.args, ["OCSAgent._ops_handler() got an unexpected keyword argument 'blah'"]);
  assert.deepEqual(error.kwargs, {});
});

Deno.test("OCS 13-16, 18, 28, 30: a task runs from start to wait, on the wire as in Python", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  const [code, text, session] = await bed.ops("start", "delay", { delay: 0.05 });
  assert.deepEqual([code, text], [0, 'Started task "delay".']);
  assert.deepEqual([session["status"], session["op_code"], session["success"], session["end_time"]], [
    "starting",
    2,
    null,
    null,
  ]);
  assert.equal((session["messages"] as unknown[]).length, 1);
  assert.equal((await bed.ops("start", "delay"))[1], 'Operation "delay" already in progress.');
  assert.equal((await bed.ops("wait", "delay", null, -1))[0], 1);
  const waiting = bed.ops("wait", "delay");
  assert.equal((await bed.ops("status", "quick"))[1], "No session active.");
  assert.equal((await waiting)[1], 'Operation "delay" is currently not running (SUCCEEDED).');
  await bed.ops("start", "delay", { delay: 0, succeed: false });
  assert.equal((await bed.ops("wait", "delay"))[1], 'Operation "delay" is currently not running (FAILED).');
});

Deno.test("OCS 19-23: a process is stopped, and told off, on the wire as in Python", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  assert.deepEqual(await bed.ops("stop", "count"), [-1, "No session active.", {}]);
  assert.equal((await bed.ops("start", "count"))[1], 'Started process "count".');
  assert.equal((await bed.ops("abort", "count"))[1], 'Cannot "abort" "count" because it is a "{op_type}".');
  assert.equal((await bed.ops("stop", "count"))[1], 'Requested stop on process count".');
  const [, text, session] = await bed.ops("wait", "count");
  assert.equal(text, 'Operation "count" is currently not running (SUCCEEDED).');
  assert.ok(Number((session["data"] as { value: number }).value) >= 0);
  assert.deepEqual(await bed.ops("stop", "count"), [-1, "The operation is already done", {}]);
});

Deno.test("OCS 38, 40: a crash ends its session and not the agent, which can start it again", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  for (
    const [name, text] of [["crash", "no such device"], ["nothing", "cannot unpack"], ["crash", "device"]]
  ) {
    await bed.ops("start", name);
    const [, , session] = await bed.ops("wait", name);
    assert.equal(session["success"], false);
    const message = String((session["messages"] as [unknown, string][]).at(-2)?.[1]);
    assert.ok(message.startsWith("CRASH: ") && message.includes(String(text)), message);
  }
});

Deno.test("OCS 41: kinds of numbers in session data arrive as they are, NaN as null, times as floats", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  await bed.ops("start", "quick", { n: 3 });
  const [, , session] = await bed.ops("wait", "quick");
  assert.deepEqual(session["data"], { n: 3, f: new Float(3), nan: null });
});

Deno.test("OCS 42: session data that cannot be sent fails every reply with it, with Python's texts, and nothing else", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  const texts: [string, string][] = [
    ["infinity", "Session.data cannot store inf/-inf; please convert to NaN."],
    ["function", "Object of type function is not JSON serializable"],
    ["set", "Object of type set is not JSON serializable"],
  ];
  for (const [what, text] of texts) {
    await bed.ops("start", "data", what);
    for (const call of [() => bed.ops("wait", "data"), () => bed.ops("status", "data"), () => bed.api()]) {
      const error = await wampError(call);
      assert.deepEqual([error.uri, error.args], ["wamp.error.runtime_error", [text]]);
    }
    assert.equal((await bed.ops("status", "quick"))[0], 0);
  }
  await bed.ops("start", "data", "replaced");
  assert.equal((await bed.ops("wait", "data"))[1], 'Operation "data" is currently not running (SUCCEEDED).');
});

Deno.test("session data above what a message may hold fails that reply only", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  await bed.ops("start", "data", "large");
  await wampError(() => bed.ops("wait", "data"));
  assert.equal((await bed.ops("status", "quick"))[0], 0);
});

Deno.test("OCS 46-50: hostile params are refused on the wire with Python's texts", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  const refused = async (params: unknown) => {
    const [code, text, session] = await bed.ops("start", "delay", params);
    assert.deepEqual([code, session], [-1, {}]);
    return text;
  };
  assert.equal(
    await refused({ delay: "seven" }),
    "Param 'delay'=seven is not of required type (<class 'float'>)",
  );
  assert.equal(await refused({ zz: 1, yy: 2 }), "params included unexpected values: ['zz', 'yy']");
  assert.equal(await refused({ delay: -1 }), "Param 'delay' failed validity check (see docs?).");
  assert.equal(
    await refused([1]),
    "CRASH: during param pre-processing: 'list' object has no attribute 'get'",
  );
  assert.equal(
    await refused({ succeed: { deep: [null, new Float(1), 1] } }),
    "Param 'succeed'={'deep': [None, 1.0, 1]} is not of required type (<class 'bool'>)",
  );
  assert.equal(
    (await bed.ops("start", "quick", { n: new Float(2) }))[1],
    "Param 'n'=2.0 is not of required type (<class 'int'>)",
  );
});

Deno.test("a caller who gives up waiting leaves nothing behind", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Zoo);
  await bed.ops("start", "delay", { delay: 60 });
  const gone = new AbortController();
  const waiting = bed.client.call("observatory.tested.ops", ["wait", "delay"], { signal: gone.signal });
  gone.abort();
  await assert.rejects(waiting);
  assert.equal((await bed.ops("status", "delay"))[0], 0);
});
