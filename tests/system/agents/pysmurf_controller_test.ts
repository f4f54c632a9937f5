import assert from "node:assert/strict";
import { testsWith } from "../../helpers/interop_test.ts";
import { untilTrue } from "../../helpers/until.ts";
import { lastWords, SCRIPTS, startController } from "./controller_bed.ts";

/** The interpreter of the scripts, by its own path: a shim in front of it would blur what is measured. */
const test = await testsWith("python3", async () => {
  const { success, stdout } = await new Deno.Command("python3", {
    args: ["-c", "import sys; print(sys.executable)"],
  }).output();
  if (!success) throw new Error("python3 does not run");
  return new TextDecoder().decode(stdout).trim();
});

test("CTL-1: run executes a script unbuffered, without a shell, with closed input and the agent's environment", async (python) => {
  await using bed = await startController({ options: { python } });
  const script = `${SCRIPTS}/chatty.py`;
  const started = await bed.start("run", { script, args: ["--report", "a b", "$HOME"] });
  assert.deepEqual([started.status, started.message], [0, 'Started task "run".']);
  const reply = await bed.wait("run");
  assert.equal(reply.ok, true);
  assert.deepEqual([reply.session.success, lastWords(reply)], [
    true,
    "Script has finished with exit code 0",
  ]);
  const data = reply.session.data ?? {};
  assert.deepEqual(data["args"], ["--report", "a b", "$HOME"]);
  assert.deepEqual([data["stdin_closed"], data["unbuffered"], data["cwd"]], [true, true, Deno.cwd()]);
  assert.equal(data["executable"], python);
  assert.equal(Object(data["environment"])["SMURFPUB_ID"], "crate1slot2");
});

test("CTL-7: abort kills the script with its children within a second", async (python) => {
  await using bed = await startController({ options: { python } });
  const folder = await Deno.makeTempDir();
  await bed.start("run", { script: `${SCRIPTS}/stubborn.py`, args: ["--beat", `${folder}/beat`, "--child"] });
  await untilTrue(() => Deno.readTextFile(`${folder}/beat.child`), { what: "a grandchild" });
  await bed.start("abort");
  const reply = await bed.wait("abort");
  assert.deepEqual([reply.session.success, lastWords(reply)], [true, "Aborting process"]);
  const run = await bed.wait("run");
  assert.deepEqual([run.session.success, lastWords(run)], [false, "Script has finished with exit code None"]);
  await Deno.remove(folder, { recursive: true });
  const idle = (await bed.start("abort"), await bed.wait("abort"));
  assert.deepEqual([idle.session.success, lastWords(idle)], [false, "Cannot abort: no script is running"]);
});
