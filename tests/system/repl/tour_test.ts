import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { bridgeCall } from "../../helpers/bridge.ts";
import { freePort } from "../../helpers/free_port.ts";
import { testsWith } from "../../helpers/interop_test.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { findTmux, Terminal, type Tmux } from "../../helpers/tmux.ts";
import { untilTrue } from "../../helpers/until.ts";
import { playTour, readTour, shownPattern } from "./guide_tour.ts";

const test = await testsWith("tmux", findTmux);
const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;
const GUIDE = await readFile(new URL("../../../docs/operators.md", import.meta.url), "utf8");
/** A bound for a loaded machine; the tours go on as soon as they may. */
const TIMEOUT_MS = 60_000;

Deno.test("readTour() tells what is typed, what is pressed, what happens elsewhere and what is shown", () => {
  const guide =
    "```text a\nocs> wait f.op[Tab]\n… 12 s  … x\n[y Enter]\n# it rains\nocs> _[0]\n```\n```text b\nno\n```\n";
  assert.deepEqual(readTour(guide, "a"), [
    { kind: "type", text: "wait f.op", keys: ["Tab"] },
    { kind: "shown", text: "… 12 s  … x" },
    { kind: "keys", keys: ["y", "Enter"] },
    { kind: "event", text: "it rains" },
    { kind: "type", text: "_[0]", keys: ["Enter"] },
  ]);
  assert.match("  took 9.5 s ago   x", shownPattern("… 12 s  … x"));
  assert.doesNotMatch("took 9.5 m ago x", shownPattern("… 12 s  … x"));
  // A guide whose blocks are not found any more would be a tour of nothing.
  assert.ok(readTour(GUIDE, "tour").length > 80 && readTour(GUIDE, "trouble").length > 20);
});

/** Plays at 80 and at 200 columns side by side: most of a tour is waiting. */
function testAtBothWidths(name: string, play: (tmux: Tmux, columns: number) => Promise<void>): void {
  test(`${name}, at 80 and at 200 columns`, async (tmux) => {
    const plays = await Promise.allSettled([80, 200].map((columns) => play(tmux, columns)));
    for (const result of plays) if (result.status === "rejected") throw result.reason;
  });
}

testAtBothWidths("the tour of the operators' guide works line by line", async (tmux, columns) => {
  const folder = await Deno.makeTempDir({ prefix: "tour_" });
  try {
    await using terminal = await Terminal.open(tmux, {
      command: Deno.execPath(),
      args: ["run", "-A", MAIN, "demo", "--port", String(freePort())],
      cwd: folder,
      columns,
      rows: 40,
    });
    await terminal.until(/leaving it ends the demo[^]*> ?$/, { timeoutMs: TIMEOUT_MS });
    const script = /script=(\S+tune\.ts)/.exec(await terminal.scrollback())?.[1] ?? assert.fail();
    await playTour(terminal, readTour(GUIDE, "tour"), {
      typed: (text) => text.replace("/tmp/…/tune.ts", script),
      timeoutMs: TIMEOUT_MS,
    });
    assert.equal(await terminal.ended(TIMEOUT_MS), 0);
    const night = await Deno.readTextFile(`${folder}/night.ts`);
    assert.match(night, /^\/\/ \d+ interrupted: wait pysmurf-controller\.run$/m);
    assert.match(night, /stopAll\(\[\n +faker1\.operation\("acq"\),\n +faker2\.operation\("acq"\),\n\]/);
    assert.equal(JSON.parse(await Deno.readTextFile(`${folder}/delay.json`)).requested_delay, 0.5);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testAtBothWidths("what the operators' guide says of trouble is so", async (tmux, columns) => {
  await using router = await OurRouter.start();
  const agents = ["faker1", "faker2"].map((instanceId) => ({ agentClass: "FakeDataAgent", instanceId }));
  const all = [{ agentClass: "RegistryAgent", instanceId: "registry" }, ...agents];
  await using site = await writeSite(router, all);
  await using stack = new AsyncDisposableStack();
  const programs = new Map(
    await Promise.all(all.map(async (agent) => {
      const program = stack.use(await startOurAgent(site, agent));
      return [agent.instanceId, program] as const;
    })),
  );
  const answers = (instanceId: string) =>
    bridgeCall(router, `observatory.${instanceId}`, ["get_agent_class"]);
  await using terminal = await Terminal.open(tmux, {
    command: Deno.execPath(),
    args: ["run", "-A", MAIN, "repl"],
    env: { OCS_CONFIG_DIR: site.folder },
    columns,
    rows: 40,
  });
  await terminal.until(/3 up> ?$/, { timeoutMs: TIMEOUT_MS });
  await playTour(terminal, readTour(GUIDE, "trouble"), {
    events: {
      "the router is killed": () => router.down("SIGKILL"),
      "the router is started again": () => router.up(),
      "all agents are heard again": async () => {
        const heard = () => Promise.all(all.map(({ instanceId }) => answers(instanceId)));
        await untilTrue(heard, { timeoutMs: TIMEOUT_MS, what: "an answer of all agents" });
      },
      "faker2 is killed": async () => {
        await programs.get("faker2")?.kill();
      },
      "faker2 is started again": async () => {
        stack.use(await startOurAgent(site, { agentClass: "FakeDataAgent", instanceId: "faker2" }));
      },
    },
    timeoutMs: TIMEOUT_MS,
  });
  assert.equal(await terminal.ended(TIMEOUT_MS), 0);
});
