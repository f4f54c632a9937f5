import assert from "node:assert/strict";
import { outcome } from "./controller_bed.ts";
import { startFunctions } from "./functions_bed.ts";

/** Runs an operation with an interpreter that is a shell script: it answers whatever is asked of it. */
async function answer(script: string, name = "take_noise", params: Record<string, unknown> = {}) {
  const folder = await Deno.makeTempDir({ prefix: "interpreter_" });
  const python = `${folder}/python`;
  await Deno.writeTextFile(python, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  try {
    await using bed = await startFunctions(python, { options: { monitorId: undefined } });
    const reply = await bed.run(name, params);
    const published = (await bed.blocks("noise_results")).length;
    return { reply, data: reply.session.data ?? {}, errors: bed.texts("error"), published };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("smurf 2.9: the request is one JSON object of five keys, and its end is the end of the input", async () => {
  const { data } = await answer(
    `request=$(cat); printf '{"success": true, "return_val": {"got": %s}}' "$request" >&3`,
    "take_bias_steps",
    { kwargs: { nsteps: 20 }, rfrac_range: [0.3, 0.6], tag: "a", run_in_main_process: true },
  );
  assert.deepEqual(data["got"], {
    func_name: "take_bias_steps",
    args: [],
    kwargs: { kwargs: { nsteps: 20, g3_tag: "a" }, rfrac_range: [0.3, 0.6] },
    slot: 2,
    run_in_main_process: true,
  });
});

Deno.test("smurf 2.9: the record decides, not the exit code, and may have many lines", async () => {
  const { reply, data } = await answer(
    `cat >/dev/null; printf '{\\n "success": true,\\n "return_val": {"a": [NaN, -Infinity, 1.0]}\\n}' >&3; exit 3`,
  );
  assert.equal(reply.session.success, true);
  assert.deepEqual(data["a"], [null, null, 1]);
});

Deno.test("a result without what is to be published leaves its operation good, and an error in the log", async () => {
  for (const value of ["5", "null", '{"quantiles": 3}', '{"quantiles": {"x": {"values": []}}}']) {
    const { reply, data, errors, published } = await answer(
      `cat >/dev/null; printf '{"success": true, "return_val": ${value}}' >&3`,
    );
    assert.deepEqual(outcome(reply), [true, "Finished taking noise"]);
    assert.deepEqual(data["result"], { success: true, return_val: JSON.parse(value), traceback: null });
    assert.ok(errors.some((text) => text.startsWith("Cannot publish the results of take_noise")), value);
    assert.equal(published, 0);
  }
});

Deno.test("a result too large for a session is left out of it, and said so", async () => {
  const { reply, data } = await answer(
    `cat >/dev/null; { printf '{"success": true, "return_val": {"a": "'; ` +
      `head -c 3000000 /dev/zero | tr '\\0' x; printf '"}}'; } >&3`,
    "take_bgmap",
  );
  assert.deepEqual(outcome(reply), [true, "Finished taking bgmap"]);
  assert.deepEqual(data, { result: { success: true, return_val: null, traceback: null } });
  const texts = reply.session.messages?.map(([, text]) => text) ?? [];
  assert.ok(
    texts.some((text) =>
      /^The result of take_bgmap is too large to be shown: 30000\d\d bytes$/.test(String(text))
    ),
  );
});
