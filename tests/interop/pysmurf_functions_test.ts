/** The pysmurf controller's operations with numpy and Python OCS, which machines for other tests lack. @module */
import assert from "node:assert/strict";
import { testsWith } from "../helpers/interop_test.ts";
import { startOpenRouter } from "../helpers/open_router.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { writeSite } from "../helpers/site_file.ts";
import { outcome } from "../system/agents/controller_bed.ts";
import { startFunctions } from "../system/agents/functions_bed.ts";

const test = await testsWith<PythonPeers>("Python peers", pythonPeers);

test("smurf 2.9: a helper makes JSON of numpy's arrays, scalars and NaN", async ({ python }) => {
  await using bed = await startFunctions(python);
  const noise = await bed.run("take_noise", { duration: 1 });
  assert.deepEqual(outcome(noise), [true, "Finished taking noise"]);
  const { values, total } = Object(noise.session.data?.["quantiles"])["white_noise_level"];
  assert.equal(total, 99);
  assert.deepEqual(values.map((value: number) => Math.round(value * 10) / 10), [10.8, 25.5, 50, 74.5, 89.2]);
  const steps = await bed.run("take_bias_steps");
  assert.equal(steps.session.data?.["biased_total"], 4);
  assert.deepEqual(steps.session.data?.["biased_per_bg"], [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  const map = await bed.run("take_bgmap");
  assert.equal(Object(map.session.data?.["nchans_per_bg"])[0], 1000);
  const setup = await bed.run("uxm_setup");
  assert.deepEqual(Object(setup.session.data?.["noise"]).band_medians, Array.from({ length: 8 }, () => 50));
  const relock = await bed.run("uxm_relock");
  assert.deepEqual(outcome(relock), [true, "Finished UXM Relock"], JSON.stringify(relock.session));
  assert.deepEqual(relock.session.data?.["good_det_num"], [9, 4, 0, 0, 0, 0, 0, 2]);
  const bias = await bed.run("bias_dets");
  assert.equal(Object(bias.session.data?.["biases"]).length, 12);
  await bed.stop("check_state");
  await bed.wait("check_state");
  const state = await bed.run("check_state", { test_mode: true, poll_interval: 0 });
  assert.deepEqual(state.session.data?.["channel_mask"], [0, 1, 2, 3, 512, 513]);
});

test("Python's OCSClient operates the simulated crate, and finds floats where they belong", async (peers) => {
  await using router = await startOpenRouter();
  const which = { agentClass: "PysmurfController", instanceId: "pysmurf-controller" };
  await using site = await writeSite(router, [{ ...which, arguments: ["--simulate", "--slot", 4] }]);
  await using _agent = await startOurAgent(site, which);
  const answers = await pythonJson({
    peers,
    script: [
      "import json, sys",
      "from ocs.ocs_client import OCSClient",
      "smurf = OCSClient('pysmurf-controller', args=['--site-file', sys.argv[1], '--site-host', 'localhost'])",
      "ok, msg, sess = smurf.uxm_setup(bands=[0, 1])",
      "out = [[ok, msg, sess['success'], sess['messages'][-2][1], sess['data']['simulated']]]",
      "ok, msg, sess = smurf.take_noise(duration=1)",
      "noise = sess['data']['quantiles']['white_noise_level']",
      "out.append([type(v).__name__ for v in noise['values']] + [type(noise['total']).__name__])",
      "out.append([smurf.stream.start(subtype='cmb').msg, smurf.stream.stop().msg, smurf.stream.wait().session['data']['stream_on']])",
      "out.append([smurf.stream.start(stream_type='x').msg, smurf.take_iv.start(speed=3).msg])",
      "print(json.dumps(out))",
    ].join("\n"),
    args: [site.file],
  });
  assert.deepEqual(answers, [
    [0, 'Operation "uxm_setup" is currently not running (SUCCEEDED).', true, "Finished UXM Setup", true],
    ["float", "float", "float", "float", "float", "int"],
    ['Started process "stream".', 'Requested stop on process stream".', false],
    [
      "Param 'stream_type'=x is not in allowed set (['obs', 'oper'])",
      "params included unexpected values: ['speed']",
    ],
  ]);
});
