import assert from "node:assert/strict";
import {
  ActiveSet,
  checkFinished,
  CleanupError,
  ConditionError,
  type ConnectedClient,
  connectIfThere,
  ControlClientError,
  discoverAgents,
  fanOut,
  OCSClient,
  OCSReply,
  OperationFailedError,
  OperationsError,
  runAll,
  runAndCollect,
  runInTurn,
  runScript,
  runToEnd,
  ScriptInterruptedError,
  startStreams,
  stopStreams,
  superviseUntil,
  TooFewError,
  untilFlag,
  verifyRunning,
  waitUntilTime,
} from "../../../client/mod.ts";
import { ManualClock } from "../../../framework/mod.ts";
import { freePort } from "../../helpers/free_port.ts";
import { type CrateOptions, type ScriptSite, startScriptSite } from "../../helpers/script_site.ts";
import { untilTrue } from "../../helpers/until.ts";

/** Crates and clients of them. */
async function withCrates(
  crates: Readonly<Record<string, Partial<CrateOptions>>>,
  run: (clients: readonly ConnectedClient[], site: ScriptSite) => Promise<void>,
): Promise<void> {
  await using site = await startScriptSite({ crates });
  await using stack = new AsyncDisposableStack();
  const clients: ConnectedClient[] = [];
  for (const instanceId of Object.keys(crates)) {
    clients.push(stack.use(await OCSClient.connect(instanceId, { site: site.site, timeoutSeconds: 10 })));
  }
  await run(clients, site);
}

const op = (name: string) => (client: OCSClient) => client.operation(name);

Deno.test("LIB-1: checkFinished() rejects ERROR, TIMEOUT, success false and an empty session, with the whole reply", () => {
  const session = { op_name: "take_iv", session_id: 4, status: "done", success: true } as const;
  const operation = { opName: "take_iv", agent: "smurf1" };
  assert.equal(checkFinished(operation, new OCSReply(0, "done", session)).session.session_id, 4);
  const bad = [
    new OCSReply(-1, "refused", session),
    new OCSReply(1, "timed out", { ...session, status: "running", success: null }),
    new OCSReply(0, "done", { ...session, success: false }),
    new OCSReply(0, "done", { ...session, success: null }),
    new OCSReply(0, "still there", { ...session, status: "running" }),
    new OCSReply(0, "Idle.", {}),
    new OCSReply(0, "Idle.", null),
  ];
  for (const reply of bad) {
    assert.throws(() => checkFinished(operation, reply), (error) => {
      assert.ok(error instanceof OperationFailedError);
      assert.match(error.message, /Cannot rely on "take_iv" on "smurf1": /);
      assert.ok(error.message.endsWith(String(reply)));
      assert.equal(error.reply, reply);
      return true;
    });
  }
});

Deno.test("LIB-2: runToEnd() gives the reply of a task that succeeded, and throws for one that did not", () =>
  withCrates({ crate1: {}, crate2: { broken: true } }, async ([good, bad]) => {
    const reply = await runToEnd(good!.operation("uxm_setup"));
    assert.deepEqual(reply.session.data, { bands: 8 });
    await assert.rejects(
      () => runToEnd(bad!.operation("uxm_setup")),
      /ended without success[^]*no light in band 3/,
    );
    await assert.rejects(() => runToEnd(good!.operation("run"), { script: 5 }), /it was not started/);
  }));

Deno.test("LIB-3: runToEnd() with a time tells TIMEOUT, which does not stop the operation", () =>
  withCrates({ crate1: {} }, async ([crate], site) => {
    await assert.rejects(
      () => runToEnd(crate!.operation("uxm_setup"), { seconds: 60 }, { timeoutSeconds: 0.1 }),
      /it has not ended in time, and goes on/,
    );
    assert.deepEqual(await site.on(), ["crate1.uxm_setup"]);
  }));

Deno.test("LIB-4: fanOut() starts everywhere, waits for all, and a failure keeps nobody from its work", () =>
  withCrates({ crate1: {}, crate2: { broken: true }, crate3: {} }, async (clients, site) => {
    await site.takeAway("crate3");
    const outcomes = await fanOut(
      clients.map(op("uxm_setup")),
      ({ agent }) => agent === "crate1" ? {} : { seconds: 0 },
    );
    assert.deepEqual(outcomes.map(({ error }) => error?.constructor), [
      undefined,
      OperationFailedError,
      ControlClientError,
    ]);
    assert.equal(outcomes[0]?.reply?.session.success, true);
    await assert.rejects(() => runAll(clients.map(op("uxm_setup"))), (error) => {
      assert.ok(error instanceof OperationsError);
      assert.equal(error.errors.length, 2);
      assert.equal(error.replies.length, 3);
      return true;
    });
  }));

Deno.test("LIB-5: runInTurn() goes one by one with time to settle, which an interruption ends", () =>
  withCrates({ crate1: {}, crate2: { broken: true }, crate3: {} }, async (clients, site) => {
    const outcomes = await runInTurn(clients.map(op("uxm_setup")), { seconds: 0 }, { settleSeconds: 0.01 });
    assert.deepEqual(outcomes.map(({ error }) => error === undefined), [true, false, true]);
    const gone = new AbortController();
    const stopped = runInTurn(clients.map(op("uxm_setup")), { seconds: 0 }, { signal: gone.signal });
    await untilTrue(() => site.crates.get("crate1")?.instance.starts.length === 2);
    gone.abort(new Error("enough"));
    await assert.rejects(() => stopped, /enough/);
    assert.equal(site.crates.get("crate2")?.instance.starts.length, 1);
  }));

Deno.test("LIB-6: ActiveSet drops those that fail, and throws below its minimum with all reasons", () =>
  withCrates({ crate1: {}, crate2: { broken: true }, crate3: { broken: true } }, async (clients) => {
    const crates = new ActiveSet(clients, { minimum: 1 });
    const left = crates.dropFailed(await fanOut(crates.active.map(op("uxm_setup"))));
    assert.deepEqual(left.map(({ operation }) => operation.agent), ["crate1"]);
    assert.deepEqual(crates.active.map(({ instanceId }) => instanceId), ["crate1"]);
    assert.deepEqual([...crates.dropped.keys()], ["crate2", "crate3"]);
    assert.throws(() => crates.drop("crate1", new Error("cold")), (error) => {
      assert.ok(error instanceof TooFewError);
      assert.match(
        error.message,
        /Cannot go on with 0 agents: expected at least 1; dropped:\n {2}crate2: [^]*crate1: cold/,
      );
      return true;
    });
    assert.throws(() => new ActiveSet([], {}), TooFewError);
  }));

Deno.test("LIB-7: verifyRunning() waits while it is STARTING, and anything but RUNNING is an error", async () => {
  const replies = (...codes: readonly number[]) => {
    const rest = [...codes];
    return {
      opName: "stream",
      agent: "smurf1",
      kind: "process" as const,
      interrupted: undefined,
      // Codes as agents send them; the last one stays.
      status: () =>
        Promise.resolve(
          new OCSReply(0, "", {
            op_code: (rest.length > 1 ? rest.shift() : rest[0]) as 2,
            status: "starting",
          }),
        ),
    };
  };
  assert.equal((await verifyRunning(replies(2, 2, 3))).session.op_code, 3);
  assert.equal((await verifyRunning(replies(8))).session.op_code, 8);
  for (const [code, name] of [[4, "STOPPING"], [5, "SUCCEEDED"], [6, "FAILED"], [1, "NONE"]] as const) {
    await assert.rejects(
      () => verifyRunning(replies(2, code)),
      new RegExp(`expected it to run, but it is ${name}`),
    );
  }
  await assert.rejects(
    () => verifyRunning(replies(2), { timeoutSeconds: 0.1 }),
    /still starting after 0.1 s/,
  );
});

Deno.test("LIB-8: startStreams() starts all first with kwargs as an object, verifies each, and drops what fails", () =>
  withCrates(
    { crate1: { slowSeconds: 0.2 }, crate2: {}, crate3: { broken: true } },
    async (clients, site) => {
      const crates = new ActiveSet(clients, { minimum: 2 });
      const reported: Error[] = [];
      {
        await using _streams = await startStreams(crates, {
          subtype: "cmb",
          tag: "night,first",
          report: (error) => reported.push(error),
        });
        assert.deepEqual(await site.on(), ["crate1.stream", "crate2.stream"]);
        assert.deepEqual([...crates.dropped.keys()], ["crate3"]);
        assert.deepEqual(site.crates.get("crate1")?.instance.starts, [
          'stream {"subtype":"cmb","tag":"night,first","kwargs":{}}',
        ]);
      }
      assert.deepEqual(await site.on(), []);
      assert.deepEqual(reported, []);
    },
  ));

Deno.test("LIB-9: untilFlag() takes a missing stream_on for true, and times out while it is false", () =>
  withCrates({ old: { tells: false }, slow: { slowSeconds: 30 } }, async ([old, slow]) => {
    await old!.operation("stream").start();
    await slow!.operation("stream").start();
    await verifyRunning(old!.operation("stream"));
    await verifyRunning(slow!.operation("stream"));
    assert.equal((await untilFlag(old!.operation("stream"), "stream_on")).session.status, "running");
    const quick = { timeoutSeconds: 0.2, pollSeconds: 0.05 };
    await assert.rejects(
      () => untilFlag(old!.operation("stream"), "stream_on", { ...quick, missing: false }),
      ConditionError,
    );
    await assert.rejects(() => untilFlag(slow!.operation("stream"), "stream_on", quick), ConditionError);
  }));

Deno.test("LIB-10: stopStreams() tolerates an agent that is gone, drops it, and checks the others", () =>
  withCrates({ crate1: {}, crate2: {} }, async (clients, site) => {
    const crates = new ActiveSet(clients);
    await startStreams(crates, { report: () => {} });
    await site.takeAway("crate2");
    const outcomes = await stopStreams(crates);
    assert.deepEqual(
      new Map(outcomes.map(({ operation, error }) => [operation.agent, error?.constructor])),
      new Map([
        ["crate2", ControlClientError],
        ["crate1", undefined],
      ]),
    );
    assert.deepEqual(crates.active.map(({ instanceId }) => instanceId), ["crate1"]);
    assert.deepEqual(await site.on(), []);
  }));

Deno.test("LIB-11: streams stop on every way out, also during Ctrl-C, and what cannot be stopped is reported", async () => {
  await using site = await startScriptSite({ crates: { crate1: {}, crate2: {} } });
  const reported: Error[] = [];
  const said: string[] = [];
  let climb = () => {};
  const code = await runScript(async (script) => {
    const crates = new ActiveSet(await script.connectAll(["crate1", "crate2"]));
    await using _streams = await startStreams(crates, {
      stopSeconds: 1,
      report: (error) => reported.push(error),
    });
    await site.takeAway("crate2");
    climb();
    setTimeout(climb, 20); // The second one, in the middle of the stopping.
    await script.sleep(60);
  }, {
    client: { site: site.site, timeoutSeconds: 5 },
    cleanupSeconds: 1,
    say: (text) => said.push(text),
    listen: (given) => {
      climb = () => given("Ctrl-C", 130);
      return { [Symbol.dispose]() {} };
    },
  });
  assert.equal(code, 130);
  assert.deepEqual(await site.on(), []);
  assert.equal(reported.length, 1);
  assert.ok(reported[0] instanceof CleanupError);
  assert.match(
    reported[0].message,
    /Cannot stop "stream" on "crate2": it may still run: .*no agent is registered/,
  );
  assert.match(said.at(-1) ?? "", /LEFT ON: crate2.stream/);
});

Deno.test("LIB-12: superviseUntil() looks until the time, shortens the last pause, and throws when it stops early", () =>
  withCrates({ crate1: {} }, async ([crate]) => {
    const stream = crate!.operation("stream");
    await using _running = await stream.running();
    const end = () => new Date(Date.now() + 250);
    let looks = 0;
    await superviseUntil(stream, end(), { periodSeconds: 0.1, onLook: () => looks++ });
    assert.ok(looks >= 3, `${looks} looks`);
    looks = 0;
    await superviseUntil(stream, end(), { onLook: () => looks++ });
    assert.equal(looks, 2);
    const watched = superviseUntil(stream, "2999-01-01T00:00:00", { periodSeconds: 0.05 });
    await stream.stop();
    await assert.rejects(
      () => watched,
      /it was to run until 2999-01-01T00:00:00.000Z, but is (done|stopping)/,
    );
  }));

Deno.test("LIB-13: discoverAgents() gives a list for none, one and many, without those that have expired", async () => {
  await using site = await startScriptSite({
    registry: true,
    fakers: ["faker1"],
    crates: { crate2: {}, crate1: {} },
  });
  const options = { site: site.site, timeoutSeconds: 5 };
  const all = async () => await discoverAgents(options);
  await untilTrue(async () => (await all()).length === 3);
  assert.deepEqual(await discoverAgents({ ...options, agentClass: "SmurfFileEmulator" }), []);
  assert.deepEqual(await discoverAgents({ ...options, agentClass: "FakeDataAgent" }), ["faker1"]);
  assert.deepEqual(await discoverAgents({ ...options, agentClass: "CrateAgent" }), ["crate1", "crate2"]);
  assert.deepEqual(await discoverAgents({ ...options, agentClass: "CrateAgent", only: ["crate2"] }), [
    "crate2",
  ]);
  await site.takeAway("crate1");
  await untilTrue(async () => !(await all()).includes("crate1"), { timeoutMs: 20_000 });
  assert.equal(await connectIfThere("crate1", options), null);
  const there = await connectIfThere("crate2", options);
  assert.equal(there?.instanceId, "crate2");
  await there?.close();
});

Deno.test("LIB-13: a router that cannot be reached is told with its URL, not taken for no agent", async () => {
  const url = `ws://127.0.0.1:${freePort()}/ws`;
  const options = {
    site: { wampServer: url, realm: "test_realm", addressRoot: "observatory" },
    timeoutSeconds: 0.5,
  };
  for (const look of [() => discoverAgents(options), () => connectIfThere("crate1", options)]) {
    await assert.rejects(look, (error) => error instanceof ControlClientError && error.message.includes(url));
  }
});

Deno.test("LIB-14: runAndCollect() follows a script's messages and data, and gives what it found", () =>
  withCrates({ crate1: {}, crate2: { broken: true } }, async ([good, bad]) => {
    const lines: string[] = [];
    const seen: unknown[] = [];
    const data = await runAndCollect(good!.operation("run"), { script: "tune.py", args: ["--band", "4"] }, {
      timeoutSeconds: 20,
      pollSeconds: 0.02,
      onMessage: ([, text]) => lines.push(String(text)),
      onData: (now) => seen.push(now["lines"]),
    });
    assert.deepEqual(data, { lines: 3, args: ["--band", "4"] });
    assert.deepEqual(lines.filter((line) => line.startsWith("line")), [
      "line 1 of tune.py",
      "line 2 of tune.py",
      "line 3 of tune.py",
    ]);
    assert.equal(new Set(lines).size, lines.length, lines.join("\n"));
    assert.equal(seen.at(-1), 3);
    assert.deepEqual(await runAndCollect(good!.operation("run"), { script: "again.py" }), {
      lines: 3,
      args: [],
    });
    await assert.rejects(
      () => runAndCollect(bad!.operation("run"), { script: "tune.py" }),
      OperationFailedError,
    );
    await assert.rejects(
      () => runAndCollect(good!.operation("run"), { script: "slow.py" }, { timeoutSeconds: 0.02 }),
      /has not ended in time/,
    );
  }));

Deno.test("LIB-15: waitUntilTime() reads UTC, refuses other zones, and times too long past", async () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 26, 14, 15) / 1000);
  const done: string[] = [];
  const wait = async (target: string, tolerance?: number | string) => {
    await waitUntilTime(target, { clock, tolerance });
    done.push(target);
  };
  await wait("2026-11-26T14:00:00");
  await wait("2026-11-26T14:14:30", 60);
  await wait("2026-11-26 14:14", "2026-11-26T14:15:00Z");
  assert.equal(done.length, 3);
  await assert.rejects(
    () => wait("2026-11-26T14:13:00", 60),
    /that was 120.0 s ago, expected at most 60.0 s/,
  );
  await assert.rejects(() => wait("2026-11-26T14:13:00", "2026-11-26T14:14:00"), /expected at most 60.0 s/);
  await assert.rejects(() => wait("2026-11-26T14:13:00+01:00"), /it has the zone \+01:00, expected UTC/);
  await assert.rejects(() => wait("tonight"), /expected ISO 8601 in UTC/);
  const later = wait("2026-11-26T14:25:00+00:00");
  await clock.advance(599);
  assert.equal(done.length, 3);
  await clock.advance(2);
  await later;
  assert.equal(done.length, 4);
  const script = new AbortController();
  const stopped = waitUntilTime("2999-01-01", { clock, signal: script.signal });
  script.abort(new ScriptInterruptedError("Interrupted by a test"));
  await assert.rejects(() => stopped, ScriptInterruptedError);
});
