import assert from "node:assert/strict";
import { Float } from "../../../framework/mod.ts";
import { untilTrue } from "../../helpers/until.ts";
import { outcome, pythonTests, SCRIPTS } from "./controller_bed.ts";
import { startFunctions } from "./functions_bed.ts";

const test = await pythonTests();

test("CTL-24: run_test_func has its data, its message, and no lock", async (python) => {
  await using bed = await startFunctions(python);
  await bed.start("take_noise", { kwargs: { misbehave: "hang" } });
  await bed.memory("hanging");
  const reply = await bed.run("run_test_func", { whatever: 1 });
  assert.deepEqual(outcome(reply), [true, "finished"]);
  assert.deepEqual(reply.session.data, { test: 10 });
  await bed.abort("take_noise");
  await bed.wait("take_noise");
  assert.ok(bed.texts("info").includes("test: Inside test func"));
});

test("CTL-26: a subprocess operation leaves the function's keys and result in the session data", async (python) => {
  await using bed = await startFunctions(python);
  const reply = await bed.run("take_noise", {
    duration: 5,
    tag: "a,b",
    kwargs: { g3_tag: "x", show_plot: null },
  });
  assert.deepEqual(outcome(reply), [true, "Finished taking noise"]);
  const { quantiles, result, ...rest } = reply.session.data ?? {};
  // 0 to 99 without 3.
  const expected = {
    white_noise_level: {
      name: "white_noise_level",
      quantiles: [10, 25, 50, 75, 90],
      values: [10.8, 25.5, 50, 74.5, 89.2],
      total: 99,
    },
  };
  assert.deepEqual(rounded(quantiles), expected);
  assert.deepEqual(rounded(result), { success: true, return_val: { quantiles: expected }, traceback: null });
  // What it has published on the way is there as well (smurf B6).
  assert.deepEqual(Object.keys(rest), ["noise"]);
  assert.ok(reply.session.messages?.some(([, text]) => text === "taking 5.0 s of data"));
  const [call] = await bed.journal("take_noise");
  assert.deepEqual(call?.args, [5]);
  assert.deepEqual(call?.kwargs, { g3_tag: "a,b", show_plot: null });
});

test("CTL-27: a failing function fails its operation with a traceback and publishes nothing", async (python) => {
  await using bed = await startFunctions(python);
  const reply = await bed.run("take_noise", { duration: 1, kwargs: { misbehave: "raise" } });
  assert.deepEqual(outcome(reply), [false, "Finished taking noise"]);
  const { success, return_val, traceback } = Object(reply.session.data?.["result"]);
  assert.deepEqual([success, return_val], [false, null]);
  assert.match(traceback, /^Traceback[^]*take_noise[^]*ValueError: no such channel/);
  assert.deepEqual(await bed.blocks("noise_results"), []);
  assert.ok(!bed.texts("error").some((text) => text.startsWith("Cannot publish")));
  await bed.run("take_noise", { duration: 1 });
  assert.equal((await bed.blocks("noise_results")).length, 1);
});

test("infinities of a function arrive as the largest floats, so that clients can read the session", async (python) => {
  await using bed = await startFunctions(python);
  const reply = await bed.run("take_noise", { duration: 1, kwargs: { misbehave: "infinite" } });
  assert.equal(reply.session.success, true);
  const { values } = Object(reply.session.data?.["quantiles"])["white_noise_level"];
  assert.deepEqual(values, [-1, 1, 1, 1, 1].map((sign) => sign * Number.MAX_VALUE));
});

test("CTL-25: a result of 1 MB is received whole", async (python) => {
  await using bed = await startFunctions(python);
  const reply = await bed.run("take_iv", { kwargs: { misbehave: "large" } });
  assert.equal(reply.session.success, true);
  assert.equal(String(reply.session.data?.["filepath"]).length, 1_000_006);
});

for (
  const [how, pattern] of [
    ["exit", /^Cannot call "take_noise": the helper wrote no result and ended with exit code 3$/],
    ["kill", /^Cannot call "take_noise": the helper wrote no result and was ended by a signal$/],
    [
      "garbage",
      /^Cannot call "take_noise": the helper ended with exit code 0, and its result is none: Cannot /,
    ],
    ["garbage 100 MB", /^Cannot call "take_noise": its result has more than 67108864 bytes$/],
  ] as const
) {
  test(`CTL-25: a child that ends by ${how} fails its operation with a traceback and frees the lock`, async (python) => {
    await using bed = await startFunctions(python);
    const reply = await bed.run("take_noise", { kwargs: { misbehave: how } });
    assert.deepEqual(outcome(reply), [false, "Finished taking noise"]);
    assert.match(Object(reply.session.data?.["result"])["traceback"], pattern);
    assert.equal((await bed.run("take_bgmap")).session.success, true);
  });
}

test("CTL-28: results are published in blocks and fields of their own, whole numbers as such", async (python) => {
  await using bed = await startFunctions(python);
  await bed.run("take_noise", { duration: 5 });
  await bed.run("take_iv");
  await bed.run("take_bias_steps", { rfrac_range: [0.2, 0.9] });
  await bed.run("take_bias_waves");
  await bed.run("uxm_relock", { bands: [0, 1] });
  const sample = async (feed: string, name: string): Promise<Record<string, unknown>> => {
    const all = await bed.blocks(feed);
    assert.deepEqual(all.map(({ block_name }) => block_name), [name]);
    assert.equal(all[0]?.timestamps.length, 1);
    return Object.fromEntries(Object.entries(all[0]?.data ?? {}).map(([field, [value]]) => [field, value]));
  };
  const quantiles = (name: string) => [...[10, 25, 50, 75, 90].map((q) => `${name}_q${q}`), `${name}_total`];
  const noise = await sample("noise_results", "noise_results");
  assert.deepEqual(Object.keys(noise), quantiles("white_noise_level"));
  assert.deepEqual([noise["white_noise_level_q50"], noise["white_noise_level_total"]], [new Float(50), 99]);
  const iv = await sample("iv_results", "iv_results");
  assert.deepEqual(Object.keys(iv), [...quantiles("Rn"), ...quantiles("p_sat")]);
  assert.deepEqual([iv["Rn_total"], iv["Rn_q50"]], [3, 0.008]);
  // All of them NaN: zeros, but floats.
  assert.deepEqual([iv["p_sat_total"], iv["p_sat_q10"], iv["p_sat_q90"]], [0, new Float(0), new Float(0)]);
  const biased = [...Array.from({ length: 12 }, (_, bg) => `biased_bg${bg}`), "biased_total"];
  const fields = [...biased, ...quantiles("Rfrac"), ...quantiles("Si"), ...quantiles("Rtes")];
  const steps = await sample("bias_step_results", "bias_steps_results");
  assert.deepEqual(Object.keys(steps), fields);
  assert.deepEqual(biased.map((field) => steps[field]), [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4]);
  const waves = await sample("bias_wave_results", "bias_wave_results");
  assert.deepEqual(Object.keys(waves), fields);
  assert.equal(waves["Si_q50"] instanceof Float, true);
  const tracking = await sample("tracking_results", "tracking_results");
  assert.deepEqual(
    [0, 1, 2, 7].map((b) =>
      [`alldet_band${b}`, `gooddet_band${b}`, `alarm_band${b}`].map((f) => tracking[f])
    ),
    [[10, 9, 0], [10, 4, 1], [0, 0, 1], [2, 2, 0]],
  );
});

test("CTL-16: operations that find the lock taken fail by the name of its holder, though their start was accepted", async (python) => {
  await using bed = await startFunctions(python);
  await bed.start("take_bias_steps", { kwargs: { misbehave: "hang" } });
  await bed.memory("hanging");
  const script = `${SCRIPTS}/stubborn.py`;
  const run = await bed.run("run", { script });
  assert.deepEqual(outcome(run), [
    false,
    "The requested script cannot be run because script bias_steps is already running",
  ]);
  for (const [name, params] of LOCKING) {
    const reply = await bed.run(name, params);
    assert.deepEqual([name, ...outcome(reply)], [
      name,
      false,
      "Operation failed: bias_steps is running.",
    ]);
  }
  await bed.abort("take_bias_steps");
  const aborted = await bed.wait("take_bias_steps");
  assert.deepEqual(outcome(aborted), [false, "Aborted take_bias_steps"]);
  await bed.start("run", { script });
  await untilTrue(() => bed.texts("info").some((text) => text.startsWith("Running script")));
  const iv = await bed.run("take_iv");
  assert.deepEqual(outcome(iv), [false, `Operation failed: ${script} is running.`]);
  await bed.start("abort");
  await bed.wait("run");
});

test("CTL-31: uxm_setup and uxm_relock work with and without their parameters, and report the procedure's own failure", async (python) => {
  await using bed = await startFunctions(python);
  const bare = await bed.run("uxm_setup");
  assert.deepEqual(outcome(bare), [true, "Finished UXM Setup"]);
  const data = bare.session.data ?? {};
  assert.deepEqual(Object.keys(data), ["timestamps", "setup_amps_summary", "noise", "result"]);
  assert.deepEqual(Object(data["noise"])["band_medians"], Array.from({ length: 8 }, () => 50));
  await bed.run("uxm_setup", { bands: [0, 3], kwargs: { fixed_tones: true }, run_in_main_process: true });
  assert.deepEqual((await bed.journal("uxm_setup")).map(({ kwargs }) => kwargs), [
    { bands: null },
    { bands: [0, 3], fixed_tones: true },
  ]);
  const failed = await bed.run("uxm_setup", { kwargs: { fail_at: "setup_tune" } });
  assert.deepEqual(outcome(failed), [false, "Finished UXM Setup"]);
  assert.match(
    Object(failed.session.data?.["result"])["traceback"],
    /ProcedureFailed: uxm_setup reported that it failed in step "setup_tune"/,
  );
  const relock = await bed.run("uxm_relock", { bands: 1 });
  assert.deepEqual(outcome(relock), [true, "Finished UXM Relock"]);
  assert.deepEqual(relock.session.data?.["good_det_num"], [9, 4, 0, 0, 0, 0, 0, 2]);
  assert.deepEqual(relock.session.data?.["all_det_num"], [10, 10, 0, 0, 0, 0, 0, 2]);
  assert.match(String(relock.session.data?.["filepath"]), /tracking_results\.npy$/);
  const gaveUp = await bed.run("uxm_relock", { kwargs: { give_up: true } });
  assert.equal(gaveUp.session.success, false);
  assert.equal((await bed.blocks("tracking_results")).length, 1);
});

test("CTL-31: take_bias_waves passes its bias groups on and counts between the bounds it is given", async (python) => {
  await using bed = await startFunctions(python);
  await bed.run("take_bias_waves");
  const reply = await bed.run("take_bias_waves", { bgs: [0, 3], rfrac_range: [0.6, 0.7], tag: "t" });
  assert.deepEqual(outcome(reply), [true, "Finished taking bias steps"]);
  assert.equal(reply.session.data?.["biased_total"], 0);
  assert.deepEqual((await bed.journal("take_bias_waves")).map(({ kwargs }) => kwargs), [
    { bgs: null },
    { bgs: [0, 3], g3_tag: "t" },
  ]);
});

test("smurf 2.10: take_bgmap with 1000 channels on group 0 counts them there, without plots unless asked for", async (python) => {
  await using bed = await startFunctions(python);
  const reply = await bed.run("take_bgmap");
  assert.equal(outcome(reply)[1], "Finished taking bgmap");
  assert.deepEqual(reply.session.data?.["nchans_per_bg"], [1000, ...Array.from({ length: 12 }, () => 0)]);
  assert.match(String(reply.session.data?.["filepath"]), /bias_step_analysis\.npy$/);
  await bed.run("take_bgmap", { kwargs: { show_plots: true } });
  assert.deepEqual((await bed.journal("take_bgmap")).map(({ kwargs }) => kwargs["show_plots"]), [
    false,
    true,
  ]);
});

test("CTL-32: SLOT in a helper's environment is that of --slot, or the agent's own", async (python) => {
  for (const [slot, expected] of [[5, "5"], [undefined, "7"]] as const) {
    await using bed = await startFunctions(python, { options: { slot }, env: { SLOT: "7" } });
    await bed.run("take_iv");
    assert.deepEqual((await bed.journal("take_iv")).map((entry) => entry.slot), [expected]);
  }
});

test("CTL-22: set_biases sets one group after the other, and zero_biases waits for it and tells of its failure", async (python) => {
  await using bed = await startFunctions(python);
  const set = async (params: Record<string, unknown>, name = "set_biases") => {
    const before = (await bed.journal("set_tes_bias_bipolar")).length;
    const reply = await bed.run(name, params);
    const after = (await bed.journal("set_tes_bias_bipolar")).slice(before).map(({ args }) => args);
    return [...outcome(reply), after];
  };
  const all = Array.from({ length: 12 }, (_, group) => group);
  assert.deepEqual(await set({ bias: 2 }), [true, "Finished setting biases to 2", all.map((g) => [g, 2])]);
  assert.deepEqual(await set({ bias: [1.5, 0], bgs: [4, 2] }), [
    true,
    "Finished setting biases to [1.5, 0]",
    [[4, 1.5], [2, 0]],
  ]);
  assert.deepEqual(await set({ bias: 1.5, bgs: 3 }), [true, "Finished setting biases to 1.5", [[3, 1.5]]]);
  assert.deepEqual(await set({ bias: [1, 2], bgs: 3 }), [
    false,
    "Number of biases must match number of bgs",
    [],
  ]);
  assert.deepEqual(await set({ bgs: [1, 2] }, "zero_biases"), [true, "Finished zeroing biases", [[1, 0], [
    2,
    0,
  ]]]);
  // The stand-in refuses 13 V, behind the first group.
  assert.deepEqual(await set({ bias: [1, 13], bgs: [1, 2] }), [
    false,
    "Operation failed: RuntimeError: volts out of range",
    [[1, 1], [2, 13]],
  ]);
  await bed.start("take_noise", { kwargs: { misbehave: "hang" } });
  await bed.memory("hanging");
  assert.deepEqual(await set({}, "zero_biases"), [false, "Operation failed: take_noise is running.", []]);
});

test("bias_dets, overbias_tes and all_off call what sodetlib and pysmurf have for them", async (python) => {
  await using bed = await startFunctions(python);
  const bare = await bed.run("bias_dets");
  assert.deepEqual(outcome(bare), [true, "Finished biasing detectors"]);
  assert.deepEqual(bare.session.data, { biases: Array.from({ length: 12 }, (_, group) => group / 2) });
  await bed.run("bias_dets", { rfrac: 0.4 });
  await bed.run("bias_dets", { rfrac: [0.3, 0.5], kwargs: { overbias: false } });
  const calls = (await bed.journal()).filter(({ name }) => name.startsWith("bias_to"));
  assert.deepEqual(calls.map(({ name, kwargs }) => [name, kwargs]), [
    ["bias_to_rfrac_range", { rfrac_range: [0.3, 0.6] }],
    ["bias_to_rfrac", { rfrac: 0.4 }],
    ["bias_to_rfrac_range", { rfrac_range: [0.3, 0.5], overbias: false }],
  ]);
  const over = await bed.run("overbias_tes", { bgs: [1], kwargs: { sleep_time: 1 } });
  assert.deepEqual([over.session.data, outcome(over)[1]], [{}, "Finished Overbiasing TES"]);
  assert.deepEqual((await bed.journal("overbias_dets")).map(({ kwargs }) => kwargs), [
    { bias_groups: [1], sleep_time: 1 },
  ]);
  assert.equal(outcome(await bed.run("all_off", { disable_tones: false }))[1], "Everything off");
  assert.equal(outcome(await bed.run("all_off", { disable_amps: false }))[1], "Everything off");
  const off = (await bed.journal()).filter(({ name }) => name === "all_off" || name === "write_ps_en");
  assert.deepEqual(off.map(({ name, args }) => [name, args]), [["write_ps_en", [0]], ["all_off", []]]);
});

for (
  const [state, success, message, responsive] of [
    ["ok", true, "RSSI is not locked-up -- Doing nothing.", true],
    ["locked", true, "RSSI has recovered", true],
    ["dead", false, "RSSI remains locked-up", false],
  ] as const
) {
  test(`restart_rssi says what became of a link that is ${state}`, async (python) => {
    await using bed = await startFunctions(python, { env: { STANDIN_RSSI: state } });
    const reply = await bed.run("restart_rssi");
    assert.deepEqual(outcome(reply), [success, message]);
    assert.deepEqual(Object.keys(reply.session.data ?? {}), ["rssi_responsive", "last_updated"]);
    assert.equal(reply.session.data?.["rssi_responsive"], responsive);
  });
}

/** Operations that want the lock, and what they need. */
const LOCKING: readonly (readonly [string, Record<string, unknown>])[] = [
  ["stream", {}],
  ["uxm_setup", {}],
  ["uxm_relock", {}],
  ["take_noise", {}],
  ["take_bgmap", {}],
  ["take_iv", {}],
  ["take_bias_waves", {}],
  ["overbias_tes", {}],
  ["set_biases", { bias: 1 }],
  ["zero_biases", {}],
  ["bias_dets", {}],
  ["all_off", {}],
  ["restart_rssi", {}],
];

/** Numbers to three digits behind the point. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, one) => typeof one === "number" ? Math.round(one * 1000) / 1000 : one),
  );
}
