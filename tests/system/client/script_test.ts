import assert from "node:assert/strict";
import {
  CleanupError,
  ConditionError,
  OCSClient,
  OCSReply,
  OperationFailedError,
  runAndCollect,
  runScript,
  type RunScriptOptions,
  ScriptInterruptedError,
  superviseUntil,
  until,
  untilFlag,
  withCleanup,
} from "../../../client/mod.ts";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { parseOptions } from "../../../site/mod.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { startScriptSite } from "../../helpers/script_site.ts";
import { untilTrue } from "../../helpers/until.ts";

/** A ladder that a test climbs, and what the script said. */
function ladder() {
  const said: string[] = [];
  const left: number[] = [];
  let climb: (by: string, exitCode: number) => void = () => {};
  const options: RunScriptOptions = {
    say: (text) => void said.push(text),
    leave: (code) => void left.push(code),
    listen: (given) => {
      climb = given;
      return { [Symbol.dispose]() {} };
    },
  };
  return { options, said, left, ctrlC: () => climb("Ctrl-C", 130) };
}

Deno.test("running() starts a process, and stops it at the end of the block and when the block throws", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  await using faker = await OCSClient.connect("faker1", { site: site.site });
  {
    await using acq = await faker.operation("acq").running({ params: { test_mode: false } });
    assert.equal(acq.owned, true);
    assert.equal((await acq.status()).session.session_id, acq.sessionId);
    assert.deepEqual(await site.on(), ["faker1.acq"]);
  }
  assert.deepEqual(await site.on(), []);
  await assert.rejects(async () => {
    await using _acq = await faker.operation("acq").running();
    throw new Error("the script failed");
  }, /the script failed/);
  assert.deepEqual(await site.on(), []);
});

Deno.test("running() refuses what runs already, and joins it without owning it when told to", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  await using faker = await OCSClient.connect("faker1", { site: site.site });
  const acq = faker.operation("acq");
  await acq.start();
  await assert.rejects(
    () => acq.running(),
    (error) => error instanceof OperationFailedError && /somebody runs it already/.test(error.message),
  );
  {
    await using joined = await acq.running({ ifRunning: "join" });
    assert.equal(joined.owned, false);
    await assert.rejects(() => joined.end(), /was joined/);
  }
  assert.deepEqual(await site.on(), ["faker1.acq"]);
});

Deno.test("running() leaves a run alone that somebody else started after stopping ours", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  await using faker = await OCSClient.connect("faker1", { site: site.site });
  const acq = faker.operation("acq");
  {
    await using _ours = await acq.running();
    await acq.stop();
    await acq.wait({ timeoutSeconds: 10 });
    await acq.start();
  }
  assert.deepEqual(await site.on(), ["faker1.acq"]);
});

Deno.test("running() tells what came of an operation that did not come to run, and refused parameters", async () => {
  await using site = await startScriptSite({ crates: { crate1: { broken: true } } });
  await using crate = await OCSClient.connect("crate1", { site: site.site });
  await assert.rejects(
    () => crate.operation("run").running({ params: { script: 5 } }),
    (error) => error instanceof OperationFailedError && /was not started/.test(error.message),
  );
  assert.deepEqual(await site.on(), []);
});

Deno.test("running() of a task aborts it; one that cannot be aborted is told at the end of its time", async () => {
  await using site = await startScriptSite({ crates: { crate1: {} } });
  await using crate = await OCSClient.connect("crate1", { site: site.site });
  {
    await using _setup = await crate.operation("uxm_setup").running({ params: { seconds: 60 } });
  }
  assert.deepEqual(await site.on(), []);
  await assert.rejects(async () => {
    await using _stubborn = await crate.operation("stubborn").running({
      params: { seconds: 2 },
      stopSeconds: 0.3,
    });
  }, (error) => error instanceof CleanupError && /still running/.test(error.message));
  await crate.operation("stubborn").wait({ timeoutSeconds: 10 });
});

Deno.test("until() waits for a sample of a feed, and tells the last one when none fits", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  await using faker = await OCSClient.connect("faker1", { site: site.site });
  const feed = faker.feeds["false_temperatures"]!;
  const isNumber = ({ block }: { readonly block: Readonly<Record<string, unknown>> }) =>
    typeof block["channel_00"] === "number";
  await assert.rejects(
    () => until(feed, isNumber, { timeoutSeconds: 0.2 }),
    (error) => error instanceof ConditionError && /no sample came/.test(error.message),
  );
  await using _acq = await faker.operation("acq").running();
  const { block } = await until(feed, isNumber, { timeoutSeconds: 20 });
  assert.equal(typeof block["channel_00"], "number");
  await assert.rejects(
    () => until(feed, () => false, { timeoutSeconds: 5, what: "the stage to be cold" }),
    (error) => {
      assert.ok(error instanceof ConditionError);
      assert.match(
        error.message,
        /Cannot see the stage to be cold on feed .* samples came, the last one .*channel_00/,
      );
      return true;
    },
  );
});

Deno.test("until() waits for a session, and rejects when the operation ends first or never ran", async () => {
  await using site = await startScriptSite({ crates: { crate1: {} } });
  await using crate = await OCSClient.connect("crate1", { site: site.site });
  const run = crate.operation("run");
  await assert.rejects(() => until(run, () => false, { timeoutSeconds: 5 }), /does not run; it never ran/);
  await run.start({ script: "tune.py" });
  const reply = await until(run, ({ data }) => Number(data?.["lines"]) >= 2, {
    timeoutSeconds: 10,
    pollSeconds: 0.02,
  });
  assert.ok(Number(reply.session.data?.["lines"]) >= 2);
  await assert.rejects(
    () => until(run, ({ data }) => data?.["lines"] === 99, { timeoutSeconds: 10, pollSeconds: 0.02 }),
    (error) =>
      error instanceof ConditionError && /does not run; last seen: done, \{"lines":3/.test(error.message),
  );
});

Deno.test("until() takes any length of time, and tells integers of any size", async () => {
  const session = { session_id: 1, status: "running", data: { frames: 2n ** 60n } } as const;
  const operation = {
    opName: "stream",
    agent: "crate1",
    kind: "process",
    interrupted: undefined,
    status: () => Promise.resolve(new OCSReply(0, "", session)),
  } as const;
  await assert.rejects(
    () => until(operation, () => false, { timeoutSeconds: 0 }),
    /last seen: running, \{"frames":"1152921504606846976"\}/,
  );
  await using site = await startScriptSite({ fakers: ["faker1"] });
  await using faker = await OCSClient.connect("faker1", { site: site.site });
  await using _acq = await faker.operation("acq").running();
  await until(faker.feeds["false_temperatures"]!, () => true, { timeoutSeconds: 1e9 });
});

Deno.test("until() gives up at its time with the last session seen", async () => {
  await using site = await startScriptSite({ crates: { crate1: { slowSeconds: 30 } } });
  await using crate = await OCSClient.connect("crate1", { site: site.site });
  await using _stream = await crate.operation("stream").running();
  await assert.rejects(
    () => untilFlag(crate.operation("stream"), "stream_on", { timeoutSeconds: 0.3, pollSeconds: 0.05 }),
    /Cannot see "stream_on" on "stream" of "crate1": it did not come true within 0.3 s; last seen: running/,
  );
});

Deno.test("until(), superviseUntil() and runAndCollect() go on over a restart of the router", async () => {
  await using first = await Router.start();
  const { port, url } = first;
  await using agent = await startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
    instanceId: "faker1",
    connection: { url, realm: "test_realm" },
    options: { mode: "acq", numChannels: 1, sampleRate: 5, frameLength: 60 },
    crossbarTimeoutSeconds: 0,
  });
  await using faker = await OCSClient.connect("faker1", {
    site: { wampServer: url, realm: "test_realm", addressRoot: "observatory" },
  });
  const over = new AbortController();
  let looks = 0;
  const waiting = until(
    faker.operation("count"),
    ({ data }) => data?.["end"] === true || over.signal.aborted,
    {
      timeoutSeconds: 60,
      pollSeconds: 0.1,
    },
  );
  const watching = superviseUntil(faker.operation("acq"), "2999-01-01T00:00:00", {
    periodSeconds: 0.1,
    onLook: () => looks++,
    signal: over.signal,
  });
  for (const each of [waiting, watching]) each.catch(() => {});
  const delay = faker.operation("delay_task");
  const collecting = runAndCollect(delay, { delay: 3 }, { onMessage: () => {}, pollSeconds: 0.1 });
  collecting.catch(() => {});
  await untilTrue(() => looks > 1);
  await first.stop();
  await using _second = await Router.start({ port });
  const before = looks;
  await untilTrue(() => looks > before, { timeoutMs: 40_000 });
  assert.equal((await collecting)["requested_delay"], 3);
  over.abort(new Error("enough"));
  assert.ok((await waiting).ok);
  await assert.rejects(watching, /enough/);
  await agent.stop();
});

Deno.test("runScript() gives 0, and lets stay on what the script started and left on when it returns", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  const { options, said } = ladder();
  const code = await runScript(async (script) => {
    const faker = await script.connect("faker1");
    await faker.operation("acq").start();
    await faker.operation("delay_task")({ delay: 0 });
  }, { ...options, client: { site: site.site } });
  assert.equal(code, 0);
  assert.deepEqual(said, ["Still on, as the script left it: faker1.acq."]);
  assert.deepEqual(await site.on(), ["faker1.acq"]);
});

Deno.test("runScript() ends what the script started when it throws, except what it keeps", async () => {
  await using site = await startScriptSite({ fakers: ["faker1", "faker2"] });
  const { options, said } = ladder();
  const code = await runScript(async (script) => {
    const [faker1, faker2] = await script.connectAll(["faker1", "faker2"]);
    await faker1?.operation("acq").start();
    await faker1?.operation("delay_task").start({ delay: 60 });
    await faker2?.operation("acq").start();
    if (faker2 !== undefined) script.keep(faker2.operation("acq"));
    throw new RangeError("too warm");
  }, { ...options, client: { site: site.site } });
  assert.equal(code, 1);
  assert.deepEqual(said, ["Error: too warm", "Ending faker1.acq, faker1.delay_task."]);
  assert.deepEqual(await site.on(), ["faker2.acq"]);
});

Deno.test("the first Ctrl-C finishes the step, refuses the next one, and cleans up", async () => {
  await using site = await startScriptSite({ crates: { crate1: {} } });
  const { options, said, ctrlC } = ladder();
  const seen: string[] = [];
  const code = await runScript(async (script) => {
    const crate = await script.connect("crate1");
    script.defer("note the clean-up", async () => {
      // A clean-up may start things: this is how biases get to zero.
      seen.push((await crate.operation("run")({ script: "zero.py" })).session.status ?? "none");
    });
    const setup = crate.operation("uxm_setup");
    await setup.start({ seconds: 0.3 });
    const ended = setup.wait();
    ctrlC();
    seen.push(`step ended with success ${(await ended).session.success}`);
    await assert.rejects(() => setup.start(), ScriptInterruptedError);
    await assert.rejects(() => setup.status(), /Cannot get the status .* interrupted by Ctrl-C/);
    await script.sleep(60);
  }, { ...options, client: { site: site.site } });
  assert.equal(code, 130);
  assert.deepEqual(seen, ["step ended with success true", "done"]);
  assert.match(
    said[0] ?? "",
    /^Ctrl-C: finishing .*\n {2}under way: wait for "uxm_setup" on "crate1"\n {2}on: crate1.uxm_setup$/,
  );
  assert.equal(said.at(-1), "Cleaned up: nothing that this script started is left on.");
  assert.deepEqual(await site.on(), []);
});

Deno.test("the second Ctrl-C gives up the step and still cleans up", async () => {
  await using site = await startScriptSite({ crates: { crate1: {} } });
  const { options, said, ctrlC } = ladder();
  const code = await runScript(async (script) => {
    const crate = await script.connect("crate1");
    const ended = crate.operation("uxm_setup")({ seconds: 600 });
    await untilTrue(() => script.running.length > 0 && script.steps[0]?.startsWith("wait"));
    ctrlC();
    ctrlC();
    await ended;
  }, { ...options, client: { site: site.site } });
  assert.equal(code, 130);
  assert.match(said[1] ?? "", /^Ctrl-C: aborting now and cleaning up[^]*\n {2}on: crate1.uxm_setup$/);
  assert.deepEqual(await site.on(), []);
});

Deno.test("a script that does not come back after the second Ctrl-C is cleaned up over its head", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  const { options, ctrlC } = ladder();
  const code = await runScript(async (script) => {
    const faker = await script.connect("faker1");
    await faker.operation("acq").start();
    ctrlC();
    ctrlC();
    await new Promise(() => {});
  }, { ...options, client: { site: site.site } });
  assert.equal(code, 130);
  assert.deepEqual(await site.on(), []);
});

Deno.test("the third Ctrl-C leaves, and says what is left on", async () => {
  await using site = await startScriptSite({ crates: { crate1: {} } });
  const { options, said, left, ctrlC } = ladder();
  const { promise, resolve } = Promise.withResolvers<void>();
  const code = runScript(async (script) => {
    const crate = await script.connect("crate1");
    await crate.operation("stubborn").start({ seconds: 1 });
    ctrlC();
    ctrlC();
    ctrlC();
    resolve();
  }, { ...options, client: { site: site.site } });
  await promise;
  assert.deepEqual(left, [130]);
  assert.match(
    said[2] ?? "",
    /leaving without clean-up. LEFT ON, to be ended by:\n {2}ocs abort crate1.stubborn$/,
  );
  await code;
});

Deno.test("a Ctrl-C ends waiting for samples, times and conditions at once", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  for (const what of ["samples", "sleep", "until", "process"]) {
    const { options, ctrlC } = ladder();
    const code = await runScript(async (script) => {
      const faker = await script.connect("faker1");
      await using acq = await faker.operation("acq").running();
      const waits = {
        samples: async () => {
          for await (const _ of faker.feeds["false_temperatures"]!.events()) { /* until interrupted */ }
        },
        sleep: () => script.sleep(600),
        until: () => until(faker.operation("acq"), () => false, { timeoutSeconds: 600, pollSeconds: 500 }),
        process: () => acq.wait(),
      };
      const waiting = waits[what as keyof typeof waits](); // One of its keys, see above.
      setTimeout(ctrlC, 50);
      await assert.rejects(() => waiting, ScriptInterruptedError);
      throw new ScriptInterruptedError("as the wait did");
    }, { ...options, client: { site: site.site } });
    assert.equal(code, 130, what);
    assert.deepEqual(await site.on(), [], what);
  }
});

Deno.test("a finally block of a script that was interrupted may stop, and wait for the end", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  const { options, ctrlC } = ladder();
  let ended: unknown;
  await runScript(async (script) => {
    const acq = (await script.connect("faker1")).operation("acq");
    await acq.start();
    try {
      ctrlC();
      await script.sleep(60);
    } finally {
      await acq.stop();
      ended = (await acq.wait({ timeoutSeconds: 10 })).session.status;
    }
  }, { ...options, client: { site: site.site } });
  assert.equal(ended, "done");
});

Deno.test("the deadline of a script climbs the ladder and gives 4", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  const { options, said } = ladder();
  const code = await runScript(async (script) => {
    const faker = await script.connect("faker1");
    await using _acq = await faker.operation("acq").running();
    await script.sleep(600);
  }, { ...options, deadlineSeconds: 0.5, client: { site: site.site } });
  assert.equal(code, 4);
  assert.match(said[0] ?? "", /^Deadline of 0.5 s: finishing/);
  assert.deepEqual(await site.on(), []);
});

Deno.test("what a script is doing is ended before its clean-ups, and what those leave after them", async () => {
  await using site = await startScriptSite({ crates: { crate1: {} } });
  const { options } = ladder();
  const seen: unknown[] = [];
  await runScript(async (script) => {
    const crate = await script.connect("crate1");
    script.defer("start something", async () => {
      seen.push(await site.on());
      await crate.operation("stream").start();
    });
    await crate.operation("uxm_setup").start({ seconds: 600 });
    throw new Error("too warm");
  }, { ...options, client: { site: site.site } });
  assert.deepEqual(seen, [[]]);
  assert.deepEqual(await site.on(), []);
});

Deno.test("running() of a client that is not the script's is ended by the script's ladder as well", async () => {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  await using faker = await OCSClient.connect("faker1", { site: site.site });
  const { options, said, ctrlC } = ladder();
  let held: AsyncDisposable | undefined;
  const code = await runScript(async (script) => {
    held = await faker.operation("acq").running();
    ctrlC();
    await script.sleep(60);
  }, { ...options, client: { site: site.site } });
  assert.equal(code, 130);
  assert.match(said[0] ?? "", /on: faker1\.acq$/);
  assert.deepEqual(await site.on(), []);
  await held?.[Symbol.asyncDispose]();
});

Deno.test("a clean-up waits for a router that is restarted meanwhile", async () => {
  await using router = await OurRouter.start();
  const connection = { url: router.url, realm: router.realm, maxPauseMs: 300 };
  await using _agent = await startAgent(FakeDataAgent, {
    instanceId: "faker1",
    connection,
    options: parseOptions(FAKE_DATA.options, []),
    crossbarTimeoutSeconds: 0,
  });
  const site = { wampServer: router.url, realm: router.realm, addressRoot: router.addressRoot };
  const { options, said } = ladder();
  let again: Promise<void> | undefined;
  const code = await runScript(async (script) => {
    const faker = await script.connect("faker1");
    await faker.operation("acq").start();
    await router.down("SIGKILL");
    again = router.up();
    throw new Error("the router is gone");
  }, { ...options, client: { site, timeoutSeconds: 5 } });
  await again;
  assert.equal(code, 1);
  assert.deepEqual(said, ["Error: the router is gone", "Ending faker1.acq."]);
  await using faker = await OCSClient.connect("faker1", { site });
  assert.equal((await faker.operation("acq").status()).session.status, "done");
});

Deno.test("an interrupted scope whose clean-up fails tells that failure alone", async () => {
  const { options, said, ctrlC } = ladder();
  const code = await runScript(async (script) => {
    await withCleanup(async (defer) => {
      defer("close the valve", () => Promise.reject(new Error("stuck")));
      ctrlC();
      await script.sleep(60);
    });
  }, options);
  assert.equal(code, 130);
  assert.ok(said.includes("Error: Cannot close the valve: stuck"), said.join("\n"));
  assert.ok(!said.some((text) => text.startsWith("Error: The script was interrupted")));
});
