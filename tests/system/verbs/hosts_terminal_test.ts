import assert from "node:assert/strict";
import { testsWith } from "../../helpers/interop_test.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { findTmux, Terminal } from "../../helpers/tmux.ts";
import { HostBed, IDLE } from "../agents/host_manager_bed.ts";

const test = await testsWith("tmux", findTmux);
const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;
const timeoutMs = 30_000;

test("ocs hosts in a terminal shows the plan, takes no and yes, shows what it waits for, and says what Ctrl-C leaves", async (tmux) => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [
    { id: "idle", exe: IDLE },
    { id: "slow", exe: ["sh", "-c", "trap 'sleep 5; exit 0' INT; echo up; while :; do sleep 0.1; done"] },
  ]);
  await bed.start();
  await bed.until(
    "both up",
    ({ data }) => data.children["slow"]?.out[0] === "up" && data.children["idle"]?.pid,
  );
  const before = bed.pids();
  await using terminal = await Terminal.open(tmux, {
    command: "sh",
    args: ["-i"],
    env: { PS1: "ready> ", OCS_CONFIG_DIR: "", NO_COLOR: "1" },
  });
  const ocs = (words: string) =>
    terminal.line(
      `clear; ${Deno.execPath()} run -A --quiet ${MAIN} ${words} --site-file ${bed.site.file}; echo code $?`,
    );
  await ocs("hosts down '*'");
  const plan = await terminal.until(/Really stop these 2\? \[y\/N\]/, { timeoutMs });
  assert.match(
    plan,
    /^stop 2 agents:\nAGENT +HOST +THROUGH +NOW +THEN\nidle +localhost +hm1 +up +down\nslow /m,
  );
  await terminal.line("n");
  await terminal.until(/^Nothing was done\.\ncode 1$/m, { timeoutMs });
  assert.deepEqual(bed.pids(), before);
  await ocs("hosts down '*'");
  await terminal.until(/Really stop these 2\?/, { timeoutMs });
  await terminal.line("y");
  await terminal.until(/down: .* of 60.* s, waiting for 1 of 2: slow \(stopping\)/, { timeoutMs });
  await terminal.key("C-c");
  await terminal.until(
    /^Interrupted: what the host managers were asked for counts all the same; .*\n.*\ncode 130$/m,
    {
      timeoutMs,
    },
  );
  assert.equal(bed.pids()["idle"], undefined);
});
