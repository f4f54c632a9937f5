import assert from "node:assert/strict";
import { testsWith } from "../../helpers/interop_test.ts";
import { startScriptSite } from "../../helpers/script_site.ts";
import { findTmux, Terminal } from "../../helpers/tmux.ts";
import { untilTrue } from "../../helpers/until.ts";

const test = await testsWith("tmux", findTmux);
const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;
const MOD = new URL("../../../mod.ts", import.meta.url).href;

const TUNE = `
import { fanOut, runScript } from "${MOD}";
Deno.exit(await runScript(async (script) => {
  const crates = await script.connectAll(["crate1", "crate2"]);
  script.say("tuning");
  await fanOut(crates.map((crate) => crate.operation("uxm_setup")), { seconds: 600 });
}));
`;

test("ocs run in a terminal: one Ctrl-C is one rung, the second aborts, and the shell gets its prompt back", async (tmux) => {
  await using site = await startScriptSite({ crates: { crate1: {}, crate2: {} } });
  await using terminal = await Terminal.open(tmux, {
    command: "sh",
    args: ["-i"],
    env: { PS1: "ready> ", OCS_CONFIG_DIR: "" },
  });
  await Deno.writeTextFile(`${terminal.folder}/tune.ts`, TUNE);
  const words = `--site-hub ${site.router.url} --site-realm test_realm --address-root observatory`;
  await terminal.line(
    `cd ${terminal.folder}; clear; ${Deno.execPath()} run -A --quiet ${MAIN} run ${words} tune.ts; echo code $?`,
  );
  await terminal.until(/^tuning$/m, { timeoutMs: 30_000 });
  await untilTrue(async () => (await site.on()).length === 2);
  await terminal.key("C-c");
  const first = await terminal.until(/on: crate1\.uxm_setup, crate2\.uxm_setup$/m);
  assert.match(first, /^Ctrl-C: finishing the step, then cleaning up\./m);
  // The terminal gave it to both programs, and ours passed it on: still one.
  assert.doesNotMatch(first, /aborting/);
  assert.equal((await site.on()).length, 2);
  // Nobody presses the key twice within a quarter of a second and means it.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.doesNotMatch(await terminal.screen(), /aborting/);
  await terminal.key("C-c");
  const second = await terminal.until(/^code 130$/m, { timeoutMs: 30_000 });
  assert.match(second, /^Ctrl-C: aborting now and cleaning up\./m);
  assert.match(second, /^Cleaned up: nothing that this script started is left on\.$/m);
  assert.deepEqual(await site.on(), []);
});
