import assert from "node:assert/strict";
import { Program } from "../../helpers/process.ts";
import { within } from "../../helpers/until.ts";
import { openBed } from "./prompt_bed.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

Deno.test("the prelude gives agents and verbs to Deno's own REPL", async () => {
  await using bed = await openBed(["faker1", "faker-2"]);
  await using program = Program.start({
    name: "deno repl",
    command: Deno.execPath(),
    args: ["repl", "-A", "--quiet", "--eval-file=repl/prelude.ts"],
    cwd: ROOT,
    env: { OCS_CONFIG_DIR: bed.site.folder, XDG_STATE_HOME: `${bed.site.folder}/state`, NO_COLOR: "1" },
    stdin: [
      "const task = await faker_2.delay_task({ delay: 0.1 });",
      "task.session.success",
      'await ocs("start faker1.delay_task delay=0.1 --wait")',
      "close()",
    ].join("\n") + "\n",
  });
  const { stdout, stderr } = await within(program.ended, 40_000, "the end of the REPL");
  assert.match(stdout, /^Agents: .*\bfaker_2\b.*; await ocs\("help"\) lists the verbs$/m, stderr);
  assert.match(stdout, /^true$/m);
  assert.match(stdout, /^faker1\.delay_task: OK - Operation "delay_task" is currently not running/m);
});
