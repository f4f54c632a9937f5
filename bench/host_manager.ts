// deno-lint-ignore-file no-console -- a program that prints
/**
 * How long a host manager takes to bring up many fake-data agents as programs, and to stop them.
 *
 *     deno run -A bench/host_manager.ts [--agents 50] [--rounds 1] [--python]
 *
 * Up: from the request to the last agent that answers `get_agent_class`; stopped: from the request to the last program
 * gone. One JSON line for each round; with `--python` also of Python's manager and agents on crossbar, in turns.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { bridgeCall } from "../tests/helpers/bridge.ts";
import { Crossbar } from "../tests/helpers/crossbar.ts";
import { OurRouter } from "../tests/helpers/our_router.ts";
import { startPythonAgent } from "../tests/helpers/python_agent.ts";
import { pythonPeers } from "../tests/helpers/python_peers.ts";
import type { RouterFixture } from "../tests/helpers/router_fixture.ts";
import { writeSite } from "../tests/helpers/site_file.ts";
import { untilTrue } from "../tests/helpers/until.ts";
import { HostBed } from "../tests/system/agents/host_manager_bed.ts";
import { childrenOf } from "../tests/system/cli/ocs_program.ts";

const { values } = parseArgs({
  options: {
    agents: { type: "string", default: "50" },
    rounds: { type: "string", default: "1" },
    python: { type: "boolean", default: false },
  },
});
const ids = Array.from({ length: Number(values.agents) }, (_, i) => `faker${i}`);
const AGENT = { class: "FakeDataAgent", manage: "host/down", arguments: ["--mode", "acq"] };

/** Asks the manager `hm1` for all up, then for all down, and tells how long each took. */
async function measure(
  stack: string,
  router: RouterFixture,
  countRunning: () => number | Promise<number>,
): Promise<void> {
  const update = async (state: string) => {
    await bridgeCall(router, "observatory.hm1.ops", ["start", "update", { requests: [["all", state]] }]);
    await bridgeCall(router, "observatory.hm1.ops", ["wait", "update", 30]);
  };
  const waiting = new Set(ids);
  const begin = performance.now();
  await update("up");
  await untilTrue(async () => {
    for (const id of waiting) {
      try {
        await bridgeCall(router, `observatory.${id}`, ["get_agent_class"]);
        waiting.delete(id);
      } catch {
        break; // not there yet: the ones behind it hardly are
      }
    }
    return waiting.size === 0;
  }, { timeoutMs: 300_000, what: "all agents" });
  const upSeconds = (performance.now() - begin) / 1000;

  const stop = performance.now();
  await update("down");
  await untilTrue(async () => await countRunning() === 0, { timeoutMs: 120_000, what: "no agent" });
  const stoppedSeconds = (performance.now() - stop) / 1000;
  console.log(
    JSON.stringify({ stack, agents: ids.length, upSeconds, stoppedSeconds, load: Deno.loadavg()[0] }),
  );
}

async function ours(): Promise<void> {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, ids.map((id) => ({ id, ...AGENT })));
  await bed.start();
  await bed.untilState(ids, "down");
  await measure("ours", router, () => bed.children().length);
}

async function pythons(): Promise<void> {
  const peers = await pythonPeers();
  await using router = await Crossbar.start(peers);
  await using site = await writeSite(router, [
    { agentClass: "HostManager", instanceId: "hm1" },
    ...ids.map((id) => ({ instanceId: id, agentClass: AGENT.class, ...AGENT })),
  ]);
  await using manager = await startPythonAgent({ peers, site, instanceId: "hm1" });
  await manager.untilLog(/Status is now "running"/);
  await measure("reference", router, async () => (await childrenOf(manager)).size);
}

for (let round = 0; round < Number(values.rounds); round++) {
  await ours();
  if (values.python) await pythons();
}
