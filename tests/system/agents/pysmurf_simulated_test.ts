import assert from "node:assert/strict";
import { PysmurfController } from "../../../agents/pysmurf_controller.ts";
import { PYSMURF_CONTROLLER } from "../../../agents/pysmurf_controller/options.ts";
import { Float } from "../../../framework/mod.ts";
import { startTestAgent, type TestAgent } from "../../../testing/mod.ts";

function startSimulated(options: Parameters<typeof startTestAgent>[2] = {}) {
  return startTestAgent(PysmurfController, PYSMURF_CONTROLLER, {
    ...options,
    options: { simulate: true, slot: 3, ...options.options },
  });
}

/** Starts an operation, lets a minute pass, and gives what it left. */
async function run(agent: TestAgent, name: string, params: Record<string, unknown> = {}) {
  const started = await agent.start(name, params);
  assert.equal(started.status, 0, started.message);
  await agent.advance(60);
  const { session } = await agent.wait(name);
  const words = session.messages?.map(([, text]) => String(text)) ?? [];
  return { success: session.success, data: session.data ?? {}, message: words.at(-2), words };
}

/** How many channels a noise measurement found. */
async function noiseChannels(agent: TestAgent): Promise<unknown> {
  const { data } = await run(agent, "take_noise", { duration: 1 });
  return Object(data["quantiles"])["white_noise_level"].total;
}

/** How many channels are biased. */
async function biasedChannels(agent: TestAgent): Promise<unknown> {
  return (await run(agent, "take_bias_steps")).data["biased_total"];
}

Deno.test("PysmurfController --simulate remembers: a tune brings channels, all_off takes them away, a relock brings them back", async () => {
  await using agent = await startSimulated();
  assert.equal(await noiseChannels(agent), 0);
  const early = await run(agent, "uxm_relock");
  assert.equal(early.success, false);
  assert.match(Object(early.data["result"]).traceback, /there is no tune, run uxm_setup first/);
  const setup = await run(agent, "uxm_setup", { bands: [0, 1, 2] });
  assert.deepEqual([setup.success, setup.message], [true, "Finished UXM Setup"]);
  assert.ok(setup.words.includes("tuning band 2"));
  assert.ok(!setup.words.includes("tuning band 3"));
  const three = Number(await noiseChannels(agent));
  assert.ok(three > 500 && three < 3 * 215, `${three} channels on three bands`);
  await run(agent, "uxm_setup");
  const eight = Number(await noiseChannels(agent));
  assert.ok(eight > 1500 && eight <= 1720, `${eight} channels on eight bands`);
  await run(agent, "all_off", { disable_tones: false });
  assert.equal(await noiseChannels(agent), 0);
  await run(agent, "all_off");
  await agent.advance(10);
  assert.equal((await agent.status("check_state")).session.data?.["num_active_channels"], 0);
  const relock = await run(agent, "uxm_relock", { bands: [1] });
  assert.deepEqual(relock.data["all_det_num"], [0, 215, 0, 0, 0, 0, 0, 0]);
  const [block] = agent.feed("tracking_results").blocks;
  assert.deepEqual([block?.data["alarm_band0"], block?.data["alarm_band1"]], [[1], [0]]);
  assert.equal(await noiseChannels(agent), Object(relock.data["good_det_num"])[1]);
});

Deno.test("PysmurfController --simulate biases detectors as a module does: only those driven normal before come into transition", async () => {
  await using agent = await startSimulated();
  await run(agent, "uxm_setup");
  const early = await run(agent, "bias_dets");
  assert.match(String(early.message), /^Operation failed: .*run take_iv first$/);
  const iv = await run(agent, "take_iv");
  assert.equal(Object(iv.data["quantiles"]).Rn.total, await noiseChannels(agent));
  await run(agent, "set_biases", { bias: 7 });
  assert.equal(await biasedChannels(agent), 0);
  await run(agent, "overbias_tes");
  assert.equal(await biasedChannels(agent), 0);
  await run(agent, "set_biases", { bias: 7 });
  // At 7 V half of the groups are in transition, the others have become normal.
  const some = Number(await biasedChannels(agent));
  assert.ok(some > 600 && some < 1000, `${some} biased at 7 V`);
  const steps = await run(agent, "take_bias_steps");
  assert.deepEqual(steps.data["biased_per_bg"], Array.from({ length: 12 }, () => 0));
  const map = await run(agent, "take_bgmap");
  const mapped = (await run(agent, "take_bias_steps")).data["biased_per_bg"];
  assert.ok(Array.isArray(mapped) && mapped.some((count) => count > 100));
  assert.equal(Object(map.data["nchans_per_bg"]).length, 13);
  const bias = await run(agent, "bias_dets", { rfrac: 0.5 });
  assert.equal(Object(bias.data["biases"]).length, 12);
  const all = Number(await biasedChannels(agent));
  assert.ok(all > some, `${all} biased by bias_dets, ${some} at 7 V`);
  await run(agent, "zero_biases");
  assert.equal(await biasedChannels(agent), 0);
});

Deno.test("PysmurfController --simulate says so at its start, at each operation and in the data", async () => {
  await using agent = await startSimulated();
  const warnings = () => agent.logs.filter(({ level }) => level === "warn").map(({ text }) => text);
  assert.match(warnings()[0] ?? "", /^SIMULATED: all operations but run and tune_squids/);
  assert.deepEqual((await run(agent, "run_test_func")).data, { simulated: true, test: 10 });
  assert.ok(warnings().some((text) => text.startsWith("SIMULATED: run_test_func")));
  for (const name of ["check_state", "stream"]) {
    await agent.start(name);
    await agent.advance(1);
    assert.equal((await agent.status(name)).session.data?.["simulated"], true);
  }
});

Deno.test("CTL-20: PysmurfController refuses parameters that are not declared, but for run_test_func", async () => {
  await using agent = await startSimulated();
  const refused = await agent.start("take_iv", { tag: "x", speed: 3 });
  assert.deepEqual([refused.status, refused.message], [-1, "params included unexpected values: ['speed']"]);
  assert.deepEqual(refused.session, {});
  for (const name of ["restart_rssi", "set_biases"]) {
    assert.equal((await agent.start(name, { bias: 1, speed: 3 })).status, -1);
  }
  assert.equal((await agent.start("run_test_func", { speed: 3 })).status, 0);
});

Deno.test("CTL-21, CTL-22: PysmurfController refuses wrong parameters at the start", async () => {
  await using agent = await startSimulated();
  const message = async (name: string, params: Record<string, unknown>) =>
    (await agent.start(name, params)).message;
  assert.equal(
    await message("stream", { stream_type: "x" }),
    "Param 'stream_type'=x is not in allowed set (['obs', 'oper'])",
  );
  assert.equal(await message("set_biases", {}), "Param 'bias' is required and must not be None");
  assert.equal(
    await message("take_noise", { duration: "long" }),
    "Param 'duration'=long is not of required type (<class 'float'>)",
  );
  for (
    const [name, params, pattern] of [
      ["take_noise", { duration: -1 }, /'duration' failed validity check/],
      ["take_noise", { kwargs: [1] }, /'kwargs'=\[1\] is not of required type \(<class 'dict'>\)/],
      ["take_noise", { tag: 3 }, /'tag'=3 is not of required type/],
      ["uxm_setup", { bands: [8] }, /'bands'=\[8\] is wrong: expected a whole number of 0 to 7/],
      ["uxm_setup", { bands: "all" }, /'bands'=all is wrong/],
      ["uxm_setup", { bands: [] }, /'bands'=\[\] is wrong/],
      ["take_bias_steps", { rfrac_range: [0.9, 0.2] }, /'rfrac_range'=.* two numbers, the lower one first/],
      ["take_bias_waves", { bgs: 15 }, /'bgs'=15 is wrong/],
      ["set_biases", { bias: "3" }, /'bias'=3 is wrong: expected a number or a list of numbers/],
      ["set_biases", { bias: [1, null] }, /'bias'=\[1, None\] is wrong/],
      ["bias_dets", { rfrac: [1] }, /'rfrac'=\[1\] is wrong/],
      ["all_off", { disable_amps: "no" }, /'disable_amps'=no is not of required type/],
      ["check_state", { poll_interval: -1 }, /already in progress/],
    ] as const
  ) assert.match(await message(name, params), pattern);
  assert.equal((await run(agent, "take_noise", { duration: 5 })).success, true);
  const mismatch = await run(agent, "set_biases", { bias: [1, 2], bgs: [1] });
  assert.deepEqual([mismatch.success, mismatch.message], [
    false,
    "Number of biases must match number of bgs",
  ]);
});

Deno.test("CTL-23: null for an optional parameter is as good as none", async () => {
  await using agent = await startSimulated();
  await run(agent, "uxm_setup", { bands: null, kwargs: null, run_in_main_process: null });
  await run(agent, "take_iv", { kwargs: null, tag: null });
  for (
    const [name, params] of [
      ["take_noise", { duration: null, kwargs: null, tag: null, run_in_main_process: null }],
      ["take_bgmap", { kwargs: null, tag: null, run_in_main_process: null }],
      ["take_bias_steps", { kwargs: null, rfrac_range: null, tag: null, run_in_main_process: null }],
      ["take_bias_waves", { bgs: null, kwargs: null, rfrac_range: null, tag: null }],
      ["uxm_relock", { bands: null, kwargs: null, run_in_main_process: null }],
      ["overbias_tes", { bgs: null, kwargs: null }],
      ["set_biases", { bias: 1, bgs: null }],
      ["zero_biases", { bgs: null }],
      ["bias_dets", { rfrac: null, kwargs: null }],
      ["all_off", { disable_amps: null, disable_tones: null }],
    ] as const
  ) assert.deepEqual([name, (await run(agent, name, params)).success], [name, true]);
});

Deno.test("take_noise of a simulated crate lasts as long as it is told, and can be aborted", async () => {
  await using agent = await startSimulated();
  await run(agent, "uxm_setup");
  await agent.start("take_noise", { duration: 20 });
  await agent.advance(19.5);
  assert.equal((await agent.status("take_noise")).session.status, "running");
  await agent.advance(1);
  assert.equal((await agent.status("take_noise")).session.success, true);
  await agent.start("take_noise");
  await agent.advance(5);
  await agent.abort("take_noise");
  const { session } = await agent.wait("take_noise");
  assert.deepEqual([session.success, session.messages?.at(-2)?.[1]], [false, "Aborted take_noise"]);
  // The lock is free, and the stream of the measurement closed.
  assert.equal((await run(agent, "take_iv")).success, true);
});

Deno.test("CTL-30: stream of a simulated crate is on until it is stopped or its time is over, and tags say what it is for", async () => {
  await using agent = await startSimulated();
  await run(agent, "uxm_setup");
  await agent.start("stream", { subtype: "cmb", tag: "a,b" });
  assert.equal((await agent.status("stream")).session.data?.["stream_on"], false);
  await agent.advance(3);
  const on = (await agent.status("stream")).session.data ?? {};
  assert.deepEqual([on["stream_on"], on["stream_id"], on["sid"]], [true, "crate1slot3", 1_800_000_060]);
  await agent.advance(10);
  const state = (await agent.status("check_state")).session.data ?? {};
  assert.deepEqual([state["open_g3stream"], state["stream_tag"]], [1, "obs,cmb,a,b"]);
  assert.equal(Object(state["channel_mask"]).length, 1720);
  const reply = await agent.stop("stream");
  assert.equal(reply.message, 'Requested stop on process stream".');
  await agent.advance(1);
  const { session } = await agent.wait("stream");
  assert.deepEqual([session.success, session.messages?.at(-2)?.[1]], [true, "Finished streaming data"]);
  assert.equal(session.data?.["stream_on"], false);
  await agent.start("stream", { duration: 5 });
  await agent.advance(4.5);
  assert.equal((await agent.status("stream")).session.data?.["stream_on"], true);
  await agent.advance(1);
  assert.equal((await agent.status("stream")).session.data?.["stream_on"], false);
});

Deno.test("CTL-29: check_state of a simulated crate starts with the agent, at the interval it was given", async () => {
  await using agent = await startSimulated({ options: { pollInterval: 2 } });
  await agent.advance(11);
  const { blocks } = agent.feed("state_results");
  assert.deepEqual(blocks.map(({ timestamps }) => Number(timestamps[0]) - 1_800_000_000), [
    0,
    2,
    4,
    6,
    8,
    10,
  ]);
  assert.deepEqual(blocks[0]?.data, { open_g3stream: [0], num_active_channels: [0] });
  assert.equal(blocks[0]?.block_name, "state_results");
  const { data } = (await agent.status("check_state")).session;
  assert.deepEqual(Object.keys(data ?? {}), [
    "simulated",
    "channel_mask",
    "downsample_factor",
    "agg_time",
    "open_g3stream",
    "pysmurf_action",
    "pysmurf_action_timestamp",
    "stream_tag",
    "last_update",
    "stream_id",
    "num_active_channels",
  ]);
  await agent.stop("check_state");
  const { session } = await agent.wait("check_state");
  assert.deepEqual([session.success, session.messages?.at(-2)?.[1]], [true, "Finished checking state"]);
  assert.equal((await run(agent, "check_state", { test_mode: true })).success, true);
});

Deno.test("PysmurfController --simulate publishes results as with hardware", async () => {
  await using agent = await startSimulated();
  await run(agent, "uxm_setup");
  for (const name of ["take_noise", "take_iv", "take_bias_steps", "take_bias_waves", "uxm_relock"]) {
    await run(agent, name);
  }
  const names = ["noise", "iv", "bias_step", "bias_wave", "tracking"].flatMap((feed) =>
    agent.feed(`${feed}_results`).blocks.map(({ block_name }) => block_name)
  );
  assert.deepEqual(names, [
    "noise_results",
    "iv_results",
    "bias_steps_results",
    "bias_wave_results",
    "tracking_results",
  ]);
  // Superconducting, all of them: zeros that are floats.
  assert.deepEqual(agent.feed("bias_step_results").blocks[0]?.data["Rfrac_q50"], [new Float(0)]);
});

Deno.test("PysmurfController registers its operations as the reference does", async () => {
  await using agent = await startSimulated();
  const api = await agent.api();
  assert.deepEqual(api.processes.map(([name]) => name), ["check_state", "stream"]);
  assert.deepEqual(api.tasks.map(([name]) => name), [
    "abort",
    "all_off",
    "bias_dets",
    "overbias_tes",
    "restart_rssi",
    "run",
    "run_test_func",
    "set_biases",
    "take_bgmap",
    "take_bias_steps",
    "take_bias_waves",
    "take_iv",
    "take_noise",
    "tune_squids",
    "uxm_relock",
    "uxm_setup",
    "zero_biases",
  ]);
  for (const [, , { docstring }] of [...api.tasks, ...api.processes]) {
    assert.match(docstring ?? "", /^\w+\(.*\)\n\n\*\*(Task|Process)\*\*/);
  }
  assert.deepEqual(api.feeds.filter(([, { record }]) => record).map(([name]) => name).sort(), [
    "bias_step_results",
    "bias_wave_results",
    "iv_results",
    "noise_results",
    "state_results",
    "tracking_results",
  ]);
});
