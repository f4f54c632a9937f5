import assert from "node:assert/strict";
import {
  type Agent,
  createLog,
  launchAgent,
  type LogRecord,
  ManualClock,
  type RunningAgent,
  type Session,
  startAgent,
  type WampEvent,
} from "../../../framework/mod.ts";
import type { FrameTransport } from "../../../transport/frame_transport.ts";
import { CBOR_SERIALIZER, MessageType } from "../../../wamp/mod.ts";
import { Bed, until } from "./bed.ts";

/** Counts, publishes, listens. */
class Counter implements AsyncDisposable {
  readonly heard: unknown[] = [];
  readonly agent: Agent;
  disposed = false;

  constructor(agent: Agent) {
    this.agent = agent;
    const feed = agent.registerFeed("counts", { record: true, fields: { value: "int" } });
    agent.registerProcess(
      "count",
      { startup: true, blocking: false },
      async (session: Session<{ value: number }>) => {
        session.data = { value: 0 };
        while (!session.signal.aborted) {
          session.data.value++;
          feed.publish({ blockName: "count", data: { value: session.data.value, level: 3 } });
          await session.sleep(0.02);
        }
        return "stopped";
      },
    );
    agent.registerTask("nap", { abortable: true, minPrivs: 1 }, async (session) => {
      await session.sleep(60);
      return [session.status === "running", "woken"];
    });
    agent.registerTask("mute", { params: {} }, () => {
      agent.heartbeat = false;
      return "muted";
    });
    agent.subscribe("observatory.other.feeds.news", (event: WampEvent) => {
      this.heard.push(event.args[0]);
      if (event.args[0] === "throw") throw new Error("handler trouble");
    });
    agent.registerProcedure(`${agent.address}.extra`, ({ args }) => args.length);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }
}

async function status(bed: Bed, op = "count"): Promise<Record<string, unknown>> {
  return (await bed.ops("status", op))[2];
}

Deno.test("OCS 53-57, 63: feeds and heartbeats arrive as Python consumers want them", async () => {
  await using bed = await Bed.start();
  const beats = await bed.listen("observatory.tested.feeds.heartbeat");
  const counts = await bed.listen("observatory.tested.feeds.counts");
  await using agent = await bed.agent(Counter);
  await until(() => beats.length > 1 && counts.length > 1, "a second heartbeat");
  const first = counts[0];
  assert.equal(first?.args.length, 1);
  assert.deepEqual(first?.kwargs, {});
  const [message, feed] = first?.args[0] as [
    Record<string, Record<string, unknown>>,
    Record<string, unknown>,
  ];
  assert.deepEqual(Object.keys(message["count"] ?? {}), [
    "block_name",
    "data",
    "influxdb_tags",
    "timestamps",
  ]);
  assert.equal(feed["session_id"], agent.agent.agentSessionId);
  assert.equal(feed["record"], true);
  assert.deepEqual(Object.keys(feed), [
    "agent_address",
    "agg_params",
    "feed_name",
    "address",
    "record",
    "session_id",
    "agent_class",
  ]);
  const [codes] = beats.at(-1)?.args[0] as [Record<string, number>];
  assert.deepEqual(codes, { count: 3, nap: 1, mute: 1 });
});

Deno.test("OCS 57: an integral value of a float field is a float on the wire", async () => {
  await using bed = await Bed.start();
  const kinds: unknown[] = [];
  await bed.client.subscribe("observatory.tested.feeds.counts", ({ args }) => {
    kinds.push((args[0] as [{ count: { data: { level: unknown[] } } }])[0].count.data.level[0]);
  }, { floats: "keep" });
  await using _agent = await bed.agent(Counter);
  await until(() => kinds.length > 0);
  assert.equal(typeof kinds[0], "object");
  assert.equal(Number(kinds[0]), 3);
});

/** Works, whether there is a router or not. */
class Lonely {
  runs = 0;

  constructor(agent: Agent) {
    agent.worksWithoutRouter = true;
    agent.registerProcess("work", { startup: true }, async (session) => {
      this.runs++;
      await session.sleep(Infinity);
      return "stopped";
    });
  }
}

/** Stops an agent whose clock stands still. */
function stopping(agent: RunningAgent, clock: ManualClock): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all([agent.stop(), clock.advance(1)]);
    },
  };
}

Deno.test("an agent whose work needs no router begins it without one after 5 s, and is found there later", async () => {
  await using bed = await Bed.start();
  await bed.stopRouter();
  const clock = new ManualClock();
  await using agent = launchAgent<Record<never, never>, Lonely>(Lonely, {
    instanceId: "tested",
    connection: bed.connection(),
    options: {},
    clock,
  });
  await using _end = stopping(agent, clock);
  await clock.advance(4.9);
  assert.equal(agent.instance.runs, 0);
  await clock.advance(0.2);
  assert.equal(agent.instance.runs, 1);
  await bed.startRouter();
  await agent.ready;
  const { session_id, status: state } = await status(bed, "work");
  assert.deepEqual([session_id, state], [0, "running"]);
  await clock.advance(20);
  assert.equal(agent.instance.runs, 1);
});

Deno.test("an agent whose work needs no router leaves it to the one that has its address", async () => {
  await using bed = await Bed.start();
  await using first = await bed.agent(Lonely);
  const clock = new ManualClock();
  await using second = launchAgent<Record<never, never>, Lonely>(Lonely, {
    instanceId: "tested",
    connection: bed.connection(),
    options: {},
    clock,
    log: createLog({ sinks: [{ write: (record) => bed.lines.push(record) }] }),
  });
  await using _end = stopping(second, clock);
  second.ready.catch(() => {});
  await until(() => bed.lines.some(({ text }) => text.startsWith("Failed to register")), "the refusal");
  await clock.advance(6);
  assert.deepEqual([first.instance.runs, second.instance.runs], [1, 0]);
  await clock.advance(20);
  assert.equal(await second.ended, "not registered");
  assert.equal(second.instance.runs, 0);
});

Deno.test("OCS 64: the first heartbeat comes before startup operations", async () => {
  await using bed = await Bed.start();
  const beats = await bed.listen("observatory.tested.feeds.heartbeat");
  await using _agent = await bed.agent(Counter);
  await until(() => beats.length > 0);
  const [codes] = beats[0]?.args[0] as [Record<string, number>];
  assert.deepEqual(codes, { count: 1, nap: 1, mute: 1 });
});

Deno.test("a heartbeat that is switched off stays off, and the agent answers", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(Counter);
  await bed.ops("start", "mute");
  await bed.ops("wait", "mute");
  const beats = await bed.listen("observatory.tested.feeds.heartbeat");
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.equal(beats.length, 0);
});

Deno.test("OCS 45, 65, 66, 67: through a router restart nothing happens but a reconnect", async () => {
  await using bed = await Bed.start();
  await using agent = await bed.agent(Counter);
  const before = await bed.api();
  const value = (session: Record<string, unknown>) => (session["data"] as { value: number }).value;
  const counts = await bed.listen("observatory.tested.feeds.counts");
  await until(() => counts.length > 0, "the first count");
  const counted = value(await status(bed));
  await bed.stopRouter();
  await until(() => agent.agent.feeds.get("counts")?.lost !== 0, "a lost event");
  await bed.startRouter();
  const beats = await bed.listen("observatory.tested.feeds.heartbeat");
  await until(() => beats.length > 0, "a heartbeat after the restart");
  const session = await status(bed);
  assert.equal(session["session_id"], 0, "the startup operation was not started again");
  assert.equal(session["status"], "running");
  assert.ok(value(session) > counted, "it went on counting");
  const after = await bed.api();
  assert.deepEqual(after["feeds"], before["feeds"]);
  assert.equal(await bed.client.call("observatory.tested.extra", [1, 2]), 2);
  await bed.client.publish("observatory.other.feeds.news", ["hello"], { acknowledge: true });
  await until(() => agent.instance.heard.includes("hello"), "the renewed subscription");
  assert.equal(bed.lines.filter(({ text }) => text.startsWith("startup-op: launching")).length, 1);
  assert.ok(bed.logged("Could not publish to Feed. crossbar server likely unreachable."));
});

Deno.test("operations end when the router says a normal goodbye, and only then", async () => {
  await using bed = await Bed.start();
  const opened: FrameTransport[] = [];
  const connection = {
    ...bed.connection(),
    openTransport: () => {
      const frames = bed.router.connectInProcess();
      opened.push(frames);
      return Promise.resolve(frames);
    },
  };
  await using _agent = await bed.agent(Counter, { connection });
  for (
    const [reason, expected] of [["wamp.close.system_shutdown", "running"], ["wamp.close.normal", "done"]]
  ) {
    const joined = opened.length;
    const goodbye = { type: MessageType.GOODBYE, details: {}, reason: String(reason) } as const;
    opened.at(-1)?.onmessage?.(CBOR_SERIALIZER.encodeMessage(goodbye));
    await until(() => opened.length > joined, "the next attempt");
    const deadline = Date.now() + 5000;
    while (!await bed.api().then(() => true, () => false)) {
      assert.ok(
        Date.now() < deadline,
        "it has not come back",
      );
    }
    assert.equal((await status(bed))["status"], expected, String(reason));
  }
});

Deno.test("a handler that throws is logged, and hears the next event", async () => {
  await using bed = await Bed.start();
  await using agent = await bed.agent(Counter);
  for (const text of ["throw", "next"]) {
    await bed.client.publish("observatory.other.feeds.news", [text], { acknowledge: true });
  }
  await until(() => agent.instance.heard.length === 2);
  assert.ok(bed.logged('Handler of "observatory.other.feeds.news" failed: handler trouble'));
});

Deno.test("OCS 68: the agent gives up when the router stays away longer than crossbar_timeout", async () => {
  await using bed = await Bed.start();
  await using agent = await bed.agent(Counter, { crossbarTimeoutSeconds: 0.3 });
  await bed.stopRouter();
  assert.equal(await agent.ended, "router away");
  assert.equal(agent.instance.disposed, true);
  assert.equal(agent.agent.signal.aborted, true);
  await bed.startRouter();
});

Deno.test("OCS 68: with crossbar_timeout 0 the agent never gives up", async () => {
  await using bed = await Bed.start();
  await using agent = await bed.agent(Counter, { crossbarTimeoutSeconds: 0 });
  let over = false;
  void agent.ended.then(() => over = true);
  await bed.stopRouter();
  // Longer than any watchdog of this file, and than several attempts to connect.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(over, false);
  assert.ok(!bed.logged("before giving up"));
  await bed.startRouter();
  const beats = await bed.listen("observatory.tested.feeds.heartbeat");
  await until(() => beats.length > 0, "a heartbeat");
});

Deno.test("OCS 68: an agent that is back before the end of crossbar_timeout stays", async () => {
  await using bed = await Bed.start();
  await using agent = await bed.agent(Counter, { crossbarTimeoutSeconds: 1 });
  let over = false;
  void agent.ended.then(() => over = true);
  for (let i = 0; i < 2; i++) {
    await bed.stopRouter();
    await bed.startRouter();
  }
  const beats = await bed.listen("observatory.tested.feeds.heartbeat");
  await until(() => beats.length > 1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(over, false);
});

Deno.test("OCS 69: a second agent of the same address says who holds it, and ends by itself", async () => {
  await using bed = await Bed.start();
  await using _first = await bed.agent(Counter);
  const lines: LogRecord[] = [];
  await using second = launchAgent(Counter, {
    instanceId: "tested",
    connection: bed.connection(),
    options: {},
    crossbarTimeoutSeconds: 0.3,
    log: createLog({ sinks: [{ write: (record) => lines.push(record) }] }),
  });
  await assert.rejects(second.ready, /not registered/);
  assert.equal(await second.ended, "not registered");
  const said = (text: string) => assert.ok(lines.some((line) => line.text.includes(text)), text);
  said("Failed to register basic handlers!  Error: ");
  said('Is this agent already running? agent_address="observatory.tested"');
  said(`"observatory.tested" is a Counter on host ${Deno.hostname()}, process ${Deno.pid}`);
  assert.equal((await bed.ops("status", "count"))[0], 0, "the first one is unharmed");
  assert.ok(!lines.some(({ text }) => text.startsWith("startup-op")), "the second one did nothing");
});

Deno.test("OCS 69: an agent whose address was taken while it was away says by whom, is silent, and gives up", async () => {
  await using bed = await Bed.start();
  const gate = { open: Promise.resolve() };
  const way = bed.connection();
  const connection = {
    ...way,
    openTransport: async () => {
      await gate.open;
      return bed.router.connectInProcess();
    },
  };
  await using first = await bed.agent(Counter, { connection, crossbarTimeoutSeconds: 1 });
  const { promise, resolve } = Promise.withResolvers<void>();
  gate.open = promise;
  await bed.stopRouter();
  await bed.startRouter();
  const lines = bed.lines.splice(0);
  await using second = await bed.agent(Counter);
  const beats = await bed.listen("observatory.tested.feeds.heartbeat");
  resolve();
  await until(() => bed.logged("Failed to register basic handlers!  Error: "), "the refusal");
  await until(() => bed.logged(`"observatory.tested" is a Counter on host ${Deno.hostname()}`), "who it is");
  assert.equal(await first.ended, "router away");
  await until(() => beats.length > 1, "heartbeats of the second");
  const runs = new Set(
    beats.map((beat) => (beat.args[0] as [unknown, { session_id: string }])[1].session_id),
  );
  assert.deepEqual([...runs], [second.agent.agentSessionId]);
  assert.ok(lines.length > 0);
});

Deno.test("a second agent takes over when the first has gone", async () => {
  await using bed = await Bed.start();
  const first = await bed.agent(Counter);
  await using second = launchAgent(Counter, {
    instanceId: "tested",
    connection: bed.connection(),
    options: {},
    crossbarTimeoutSeconds: 10,
  });
  await first.stop();
  await second.ready;
  assert.equal((await bed.ops("status", "count"))[0], 0);
});

Deno.test("OCS 70: stop() ends processes, aborts tasks, tells the class, leaves, and is idle-fast", async () => {
  await using bed = await Bed.start();
  const agent = await bed.agent(Counter);
  await bed.ops("start", "nap");
  await until(() => bed.logged('nap:1 Status is now "running".'));
  await Promise.all([agent.stop(), agent.stop()]);
  assert.equal(await agent.ended, "stopped");
  assert.equal(agent.instance.disposed, true);
  for (const text of ["Stopping session count", "Stopping session nap", "nap:1 woken", "count:0 stopped"]) {
    assert.ok(bed.logged(text), text);
  }
  await assert.rejects(bed.api(), /no_such_procedure/);
});

Deno.test("OCS 70: stop() does not wait for ever for an operation that does not listen", async () => {
  await using bed = await Bed.start();
  const release = Promise.withResolvers<void>();
  const agent = await bed.agent(
    class {
      constructor(agent: Agent) {
        agent.registerProcess("deaf", { startup: true }, async () => {
          await release.promise;
          return "at last";
        });
      }
    },
    { stopWithinSeconds: 0.2 },
  );
  await agent.stop();
  assert.ok(bed.logged("Operations did not end in time: deaf"));
  release.resolve();
});

Deno.test("stop() publishes what feeds still hold", async () => {
  await using bed = await Bed.start();
  const agent = await bed.agent(
    class {
      constructor(agent: Agent) {
        const feed = agent.registerFeed("slow", { record: true, bufferTimeSeconds: 1000 });
        agent.registerTask("put", {}, () => {
          feed.publish({ blockName: "b", data: { x: 1 } });
          return "put";
        });
      }
    },
  );
  const events = await bed.listen("observatory.tested.feeds.slow");
  await bed.ops("start", "put");
  await bed.ops("wait", "put");
  assert.equal(events.length, 0);
  await agent.stop();
  await until(() => events.length === 1, "the rest of the buffer");
});

Deno.test("an agent waits for its router as long as it takes", async () => {
  await using bed = await Bed.start();
  const connection = bed.connection();
  await bed.stopRouter();
  await using agent = launchAgent(Counter, {
    instanceId: "tested",
    connection,
    options: {},
    crossbarTimeoutSeconds: 0.2,
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await bed.startRouter();
  await agent.ready;
  assert.equal((await status(bed))["session_id"], 0);
});

Deno.test("startAgent() gives up at its deadline and leaves nothing behind", async () => {
  await using bed = await Bed.start();
  const connection = bed.connection();
  await bed.stopRouter();
  await assert.rejects(
    startAgent(Counter, { instanceId: "tested", connection, options: {}, readyWithinSeconds: 0.2 }),
    /Cannot start "observatory.tested": not joined and registered within 0\.2 s/,
  );
  await bed.startRouter();
});

Deno.test("an agent stopped before it has joined ends at once", async () => {
  await using bed = await Bed.start();
  const connection = bed.connection();
  await bed.stopRouter();
  const agent = launchAgent(Counter, { instanceId: "tested", connection, options: {} });
  await agent.stop();
  await assert.rejects(agent.ready, /ended \(stopped\) before it had joined/);
  await bed.startRouter();
});

Deno.test("launchAgent() refuses an access policy that does not exist", async () => {
  await using bed = await Bed.start();
  for (const accessPolicy of ["override:one", "open:all", "open"]) {
    assert.throws(
      () =>
        launchAgent(Counter, { instanceId: "x", connection: bed.connection(), options: {}, accessPolicy }),
      RangeError,
    );
  }
});

Deno.test("launchAgent() refuses an instance id that no address can have, and warns of one that nobody finds", async () => {
  await using bed = await Bed.start();
  for (const instanceId of ["", "a b", "a#b"]) {
    await assert.rejects(bed.agent(Counter, { instanceId }), RangeError);
  }
  await using _agent = await bed.agent(Counter, { instanceId: "a.b" });
  assert.ok(bed.logged('Instance id "a.b": recorders and clients do not find agents'));
});

Deno.test("agents call each other's operations, by address", async () => {
  await using bed = await Bed.start();
  await using _counter = await bed.agent(Counter);
  await using caller = await bed.agent(Counter, { instanceId: "caller" });
  const address = "observatory.tested";
  const reply = await caller.agent.callOperation({ address, action: "status", opName: "count" });
  assert.equal(reply[0], 0);
  const waited = await caller.agent.callOperation({
    address,
    action: "wait",
    opName: "count",
    timeoutSeconds: 0.05,
  });
  assert.equal(waited[0], 1);
  await assert.rejects(
    caller.agent.callOperation({ address: "observatory.none", action: "status", opName: "x" }),
    /no_such_procedure/,
  );
});

Deno.test("OCS 102: an agent under a director asks for rules on joining and obeys its feed", async () => {
  await using bed = await Bed.start();
  const polls: unknown[] = [];
  await bed.client.register("observatory.boss.agent_poll", ({ kwargs }) => {
    polls.push(kwargs);
    return true;
  });
  await using agent = await bed.agent(Counter, { accessPolicy: "director:boss" });
  await until(() => polls.length === 1, "the poll");
  assert.deepEqual(polls, [{ instance_id: "tested", agent_class: "Counter" }]);
  assert.equal(agent.agent.accessPolicy, "director");
  assert.equal((await status(bed))["cred_level"], 4);
  assert.match((await bed.ops("start", "nap"))[1], /only level 0-BLOCKED$/);
  const rules = [{ hashed_pass: { hash: "md5", value: "0cc175b9c0f1b6a8" }, cred_level: 3 }];
  const message = [{ ac_version: 1, reset: true, step: 9, rules }, {}];
  await bed.client.publish("observatory.boss.feeds.controls", [message], { acknowledge: true });
  await until(() => true);
  const allowed = async () => (await bed.ops("start", "nap", {}, null, "a"))[0] === 0;
  const deadline = Date.now() + 5000;
  while (!await allowed()) assert.ok(Date.now() < deadline, "the rules have not arrived");
  assert.equal((await status(bed, "nap"))["cred_level"], 3);
  const access = (await bed.api())["access_control"] as Record<string, unknown>;
  assert.deepEqual([access["policy"], access["update_count"], access["step"]], ["director", 1, 9]);
});
