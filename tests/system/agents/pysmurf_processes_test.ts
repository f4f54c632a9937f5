import assert from "node:assert/strict";
import { untilTrue, within } from "../../helpers/until.ts";
import { isAlive, outcome, pythonTests } from "./controller_bed.ts";
import { startFunctions, startStill } from "./functions_bed.ts";

const test = await pythonTests();

type Bed = Awaited<ReturnType<typeof startFunctions>>;

/** Session data of an operation now. */
async function dataOf(bed: Bed, name: string): Promise<Record<string, unknown>> {
  return (await bed.status(name)).session.data ?? {};
}

/** Waits until a stream is on. */
async function untilStreamOn(bed: Bed): Promise<Record<string, unknown>> {
  await untilTrue(async () => (await dataOf(bed, "stream"))["stream_on"], { what: "an open stream" });
  return await dataOf(bed, "stream");
}

/** Names of what the stand-in was asked to do with streams. */
async function streamCalls(bed: Bed): Promise<string[]> {
  return (await bed.journal()).map(({ name }) => name).filter((name) => name.startsWith("stream_g3"));
}

test("CTL-30: stream is on until it is stopped, and then closed", async (python) => {
  await using bed = await startFunctions(python);
  await bed.start("stream", { subtype: "cmb", tag: "x,y", kwargs: { tag: "z", downsample_factor: 20 } });
  const on = await untilStreamOn(bed);
  assert.equal(on["stream_id"], "crate1slot2");
  assert.ok(Number.isInteger(on["sid"]));
  await untilTrue(async () =>
    Number((await dataOf(bed, "stream"))["last_updated"]) > Number(on["last_updated"])
  );
  await bed.stop("stream");
  const reply = await bed.wait("stream");
  assert.deepEqual(outcome(reply), [true, "Finished streaming data"]);
  assert.deepEqual(Object.keys(reply.session.data ?? {}), ["stream_on", "last_updated", "stream_id", "sid"]);
  assert.equal(reply.session.data?.["stream_on"], false);
  assert.ok(
    bed.texts("info").includes(
      'Stopper for "stream" terminated with ok=True and message Requesting to end stream',
    ),
  );
  assert.deepEqual(await streamCalls(bed), ["stream_g3_on", "stream_g3_off"]);
  // The type of the stream is no tag (smurf B21).
  assert.deepEqual((await bed.journal("stream_g3_on")).map(({ kwargs }) => kwargs), [
    { tag: "x,y", stream_type: "obs", subtype: "cmb", downsample_factor: 20 },
  ]);
  assert.equal((await bed.journal("load_tune")).length, 1);
});

test("CTL-30: stream ends by itself in test mode and once its duration is over", async (python) => {
  await using bed = await startFunctions(python);
  const short = await bed.run("stream", { test_mode: true, load_tune: false, stream_type: "oper" });
  assert.deepEqual(outcome(short), [true, "Finished streaming data"]);
  assert.deepEqual(await bed.journal("load_tune"), []);
  const timed = await bed.run("stream", { duration: 2 });
  assert.equal(timed.session.success, true);
  const { start_time = 0, end_time } = timed.session;
  assert.ok(Number(end_time) - Number(start_time) >= 2);
  assert.deepEqual(await streamCalls(bed), [
    "stream_g3_on",
    "stream_g3_off",
    "stream_g3_on",
    "stream_g3_off",
  ]);
});

test("stream that cannot be opened fails, and leaves none open", async (python) => {
  await using bed = await startFunctions(python);
  const reply = await bed.run("stream", { kwargs: { misbehave: "raise" } });
  assert.deepEqual(outcome(reply), [
    false,
    "Operation failed: ValueError: no such channel",
  ]);
  assert.equal(reply.session.data?.["stream_on"], false);
  assert.equal(await bed.memory("open_g3stream"), 0);
});

test("stream whose helper dies is closed by another one", async (python) => {
  await using bed = await startFunctions(python);
  await bed.start("stream");
  await untilStreamOn(bed);
  const [{ pid } = { pid: 0 }] = await bed.journal("stream_g3_on");
  Deno.kill(pid, "SIGKILL");
  const reply = await bed.wait("stream");
  assert.equal(reply.session.success, false);
  assert.match(String(outcome(reply)[1]), /the helper wrote no result and was ended by a signal$/);
  assert.ok(reply.session.messages?.some(([, text]) => text === "The stream is closed"));
  assert.equal(reply.session.data?.["stream_on"], false);
  assert.equal(await bed.memory("open_g3stream"), 0);
});

test("stream whose helper writes nonsense is closed in good order and fails", async (python) => {
  await using bed = await startFunctions(python);
  const reply = await bed.run("stream", { kwargs: { misbehave: "garbage line" } });
  assert.equal(reply.session.success, false);
  assert.match(String(outcome(reply)[1]), /Cannot call "stream": Cannot decode/);
  assert.equal(await bed.memory("open_g3stream"), 0);
});

test("an agent that is told to end closes its stream first, within 10 s", async (python) => {
  await using bed = await startFunctions(python, { env: { STANDIN_CLOSE_SECONDS: "2" } });
  await bed.start("stream");
  await untilStreamOn(bed);
  await within(bed.agent.stop(), 10_000, "the end of the agent");
  assert.equal(await bed.memory("open_g3stream"), 0);
});

test("an agent that is told to end ends functions as well, stubborn ones by force", async (python) => {
  await using bed = await startFunctions(python);
  await bed.start("take_iv", { kwargs: { misbehave: "ignore signals" } });
  const pid = Number(await bed.memory("hanging"));
  await within(bed.agent.stop(), 10_000, "the end of the agent");
  assert.equal(await isAlive(pid), false);
});

test("abort of an operation ends its process with all children, whether they want or not", async (python) => {
  await using bed = await startFunctions(python);
  await bed.start("take_iv", { kwargs: { misbehave: "ignore signals" } });
  const pid = Number(await bed.memory("hanging"));
  const child = Number(await bed.memory("child"));
  await bed.abort("take_iv");
  const reply = await bed.wait("take_iv");
  assert.deepEqual(outcome(reply), [false, "Aborted take_iv"]);
  assert.equal(await isAlive(pid), false);
  await untilTrue(async () => !await isAlive(child), { what: "the end of its child" });
  assert.equal((await bed.run("take_iv")).session.success, true);
});

test("abort of an operation that takes data closes the stream it has opened", async (python) => {
  await using bed = await startFunctions(python, { memory: { open_g3stream: 1 } });
  await bed.start("take_noise", { kwargs: { misbehave: "hang" } });
  await bed.memory("hanging");
  await bed.abort("take_noise");
  const reply = await bed.wait("take_noise");
  assert.equal(Object(reply.session.data?.["result"])["traceback"], "Aborted by the controller");
  assert.equal(await bed.memory("open_g3stream"), 0);
});

test("a helper that floods its output or leaves children behind does not hold up its operation", async (python) => {
  await using bed = await startFunctions(python);
  const flood = await bed.run("take_noise", { kwargs: { misbehave: "flood" } });
  assert.equal(flood.session.success, true);
  assert.ok(bed.texts("error").includes("take_noise: and {braces}"));
  const holder = await bed.run("take_iv", { kwargs: { misbehave: "grandchild holds pipes" } });
  assert.equal(holder.session.success, true);
});

test("operations without sodetlib, or without Python, fail with the reason", async (python) => {
  const reason = async (options: Parameters<typeof startFunctions>[1]) => {
    await using bed = await startFunctions(python, options);
    const reply = await bed.run("take_noise");
    assert.equal(reply.session.success, false);
    return String(Object(reply.session.data?.["result"])["traceback"]);
  };
  assert.match(await reason({ env: { PYTHONPATH: "" } }), /ModuleNotFoundError: No module named 'sodetlib'/);
  assert.match(
    await reason({ options: { python: "/no/such/python" } }),
    /^Cannot start "\/no\/such\/python": /,
  );
  assert.match(await reason({ options: { python: "false" } }), /wrote no result and ended with exit code 1$/);
  assert.match(
    await reason({ options: { slot: undefined } }),
    /Cannot reach the SMuRF: no slot is known, expected --slot or SLOT/,
  );
});

test("CTL-29: check_state starts with the agent, reads at its interval and publishes", async (python) => {
  await using bed = await startFunctions(python, { options: { pollInterval: 0.2 } });
  await untilTrue(async () => (await bed.blocks("state_results")).length >= 3, { what: "three looks" });
  const [block] = await bed.blocks("state_results");
  assert.deepEqual([block?.block_name, block?.data], [
    "state_results",
    { open_g3stream: [0], num_active_channels: [8] },
  ]);
  const { last_update, ...data } = await dataOf(bed, "check_state");
  assert.equal(typeof last_update, "number");
  assert.deepEqual(data, {
    channel_mask: [0, 1, 2, 3, 512, 513],
    downsample_factor: 20,
    agg_time: 2,
    open_g3stream: 0,
    pysmurf_action: "",
    pysmurf_action_timestamp: 0,
    stream_tag: "",
    stream_id: "crate1slot2",
    num_active_channels: 8,
  });
  // No tune, no output directory.
  assert.deepEqual((await bed.journal("get_smurf_control")).map(({ kwargs }) => kwargs), [{ no_dir: true }]);
  assert.deepEqual(await bed.journal("load_tune"), []);
  await bed.stop("check_state");
  const reply = await bed.wait("check_state");
  assert.deepEqual(outcome(reply), [true, "Finished checking state"]);
  const once = await bed.run("check_state", { test_mode: true, poll_interval: 0 });
  assert.deepEqual(outcome(once), [true, "Finished checking state"]);
});

test("CTL-29: check_state survives a card that does not answer, tells of it once, and keeps what it knew", async (python) => {
  await using bed = await startFunctions(python, { options: { pollInterval: 0.1 } });
  await untilTrue(async () => (await dataOf(bed, "check_state"))["last_update"]);
  await Deno.writeTextFile(`${bed.folder}/epics`, '"gone"');
  await untilTrue(async () => (await bed.status("check_state")).session.degraded, {
    what: "a degraded session",
  });
  const looks = (await bed.blocks("state_results")).length;
  await untilTrue(async () => {
    // Some more looks that fail.
    return Date.now() / 1000 - Number((await dataOf(bed, "check_state"))["last_update"]) > 0.5;
  });
  assert.equal((await bed.blocks("state_results")).length, looks);
  assert.equal((await dataOf(bed, "check_state"))["num_active_channels"], 8);
  await Deno.remove(`${bed.folder}/epics`);
  await untilTrue(async () => !(await bed.status("check_state")).session.degraded, {
    what: "a good session",
  });
  const texts = (await bed.status("check_state")).session.messages?.map(([, text]) => String(text)) ?? [];
  assert.deepEqual(texts.filter((text) => /card/.test(text)), [
    "Cannot read the state of the card: RuntimeError: could not connect to the epics server (trying again every 0.1 s)",
    "The state of the card can be read again",
  ]);
});

test("CTL-29: check_state without a card at its start is degraded, says so once, and begins when there is one", async (python) => {
  await using bed = await startFunctions(python, {
    options: { pollInterval: 0.1 },
    memory: { control: "gone" },
  });
  await untilTrue(async () => (await bed.journal("get_smurf_control")).length >= 3, { what: "three trials" });
  const { session } = await bed.status("check_state");
  assert.deepEqual([session.status, session.degraded, session.op_code], ["running", true, 8]);
  const complaints = [...bed.texts("info"), ...bed.texts("error")].filter((text) => /no carrier/.test(text));
  assert.equal(complaints.length, 2, "one message, and one traceback in the log");
  // And nothing else, such as an interpreter that trips over its own threads at its end.
  assert.equal(bed.texts("error").length, 1, bed.texts("error").join("\n"));
  await Deno.remove(`${bed.folder}/control`);
  await untilTrue(async () => !(await bed.status("check_state")).session.degraded, {
    what: "a good session",
  });
});

test("check_state whose helper falls silent starts another one", async (python) => {
  await using bed = await startStill(python, { control: "hang" });
  await bed.memory("hanging");
  // The time of the agent, which the helper does not know.
  await bed.agent.advance(69);
  assert.equal((await bed.agent.status("check_state")).session.degraded, false);
  // It is given some seconds to end by itself.
  await untilTrue(async () => {
    await bed.agent.advance(1);
    return (await bed.agent.status("check_state")).session.degraded;
  }, { what: "a complaint" });
  const texts = (await bed.agent.status("check_state")).session.messages?.map(([, text]) => String(text)) ??
    [];
  assert.ok(texts.some((text) => /nothing was heard of the card for 60 s and more/.test(text)), texts.join());
  await Deno.remove(`${bed.folder}/control`);
  await untilTrue(async () => {
    await bed.agent.advance(1);
    return !(await bed.agent.status("check_state")).session.degraded;
  }, { what: "a good session" });
  // The time of the agent would run away from the helper at its end.
  await bed.agent.stop("check_state");
  await untilTrue(async () => (await bed.agent.status("check_state")).session.status === "done");
});
