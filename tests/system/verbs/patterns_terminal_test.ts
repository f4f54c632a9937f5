import assert from "node:assert/strict";
import { OpCode } from "../../../client/mod.ts";
import { Router } from "../../../router/mod.ts";
import { testsWith } from "../../helpers/interop_test.ts";
import { findTmux, Terminal } from "../../helpers/tmux.ts";
import { untilTrue } from "../../helpers/until.ts";
import { PlainAgents } from "./plain_agents.ts";

const test = await testsWith("tmux", findTmux);
const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;

test("ocs in a terminal shows the plan, takes yes, no and Ctrl-C, shows waits, and keeps strangers' escapes out", async (tmux) => {
  await using router = await Router.start();
  await using agents = await PlainAgents.start({ url: router.url, instances: ["a1", "a2"] });
  const run = (name: string) =>
    agents.set(name, "acq", {
      sessionId: 1,
      code: OpCode.RUNNING,
      messages: [[1, "\x1b[2J\x1b]0;mine\x07said"]],
    });
  for (const name of agents.agents.keys()) run(name);
  // A beat that is under way at the end is nobody's loss.
  const beating = setInterval(() => agents.beat().catch(() => {}), 200);
  const asked = () =>
    [...agents.agents.values()].flatMap(({ asked }) => asked.filter((one) => one === "stop")).length;
  try {
    await using terminal = await Terminal.open(tmux, {
      command: "sh",
      args: ["-i"],
      env: { PS1: "ready> ", OCS_CONFIG_DIR: "", NO_COLOR: "1" },
    });
    const ocs = (words: string) =>
      terminal.line(
        `clear; ${Deno.execPath()} run -A --quiet ${MAIN} ${words} --site-hub ${router.url}; echo code $?`,
      );
    await ocs("stop '*/acq'");
    const plan = await terminal.until(/Really stop these 2\? \[y\/N\]/, { timeoutMs: 30_000 });
    assert.match(plan, /^stop 2 operations:\n {2}a1\.acq {2}running for .*\n {2}a2\.acq {2}running for /m);
    await terminal.line("n");
    await terminal.until(/^Nothing was done\.\ncode 1$/m, { timeoutMs: 30_000 });
    await ocs("stop '*/acq'");
    await terminal.until(/Really stop these 2\?/, { timeoutMs: 30_000 });
    await terminal.key("C-c");
    await terminal.until(/^code (1|130)$/m, { timeoutMs: 30_000 });
    assert.equal(asked(), 0);
    await ocs("stop '*/acq'");
    await terminal.until(/Really stop these 2\?/, { timeoutMs: 30_000 });
    await terminal.line("y");
    await terminal.until(/^a1\.acq .*OK - Session\.\na2\.acq .*OK - Session\.\ncode 0$/m, {
      timeoutMs: 30_000,
    });
    assert.equal(asked(), 2);

    await ocs("wait '*/acq'");
    await terminal.until(/waiting for 2 of 2: a1\.acq, a2\.acq/, { timeoutMs: 30_000 });
    await terminal.key("C-c");
    await terminal.until(
      /^Interrupted: \*\/acq goes on all the same; ocs status '\*\/acq' tells how it is\ncode 130$/m,
      {
        timeoutMs: 30_000,
      },
    );

    await ocs("messages a1.acq");
    const said = await terminal.until(/^\d\d:\d\d:\d\d said\ncode 0$/m, { timeoutMs: 30_000 });
    assert.match(said, /^a1\.acq session 1: running for /m);
    await untilTrue(() => asked() === 2);
  } finally {
    clearInterval(beating);
  }
});
