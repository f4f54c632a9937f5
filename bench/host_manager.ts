// deno-lint-ignore-file no-console -- a program that prints
/**
 * How long a host manager takes to bring up many fake-data agents as programs, and to stop them.
 *
 *     deno run -A bench/host_manager.ts [--agents 50]
 *
 * Up: from the request to the last agent that answers `get_agent_class`; stopped: from the request to the last program
 * gone. One JSON line.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { HostBed } from "../tests/system/agents/host_manager_bed.ts";
import { bridgeCall } from "../tests/helpers/bridge.ts";
import { OurRouter } from "../tests/helpers/our_router.ts";
import { untilTrue } from "../tests/helpers/until.ts";

const { values } = parseArgs({ options: { agents: { type: "string", default: "50" } } });
const ids = Array.from({ length: Number(values.agents) }, (_, i) => `faker${i}`);

await using router = await OurRouter.start();
await using bed = await HostBed.make(
  router,
  ids.map((id) => ({ id, class: "FakeDataAgent", manage: "host/down", arguments: ["--mode", "acq"] })),
);
await bed.start();
await bed.untilState(ids, "down");

const waiting = new Set(ids);
const begin = performance.now();
await bed.task("update", { requests: [["all", "up"]] });
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
}, { timeoutMs: 120_000, what: "all agents" });
const upSeconds = (performance.now() - begin) / 1000;

const stop = performance.now();
await bed.task("update", { requests: [["all", "down"]] });
await untilTrue(() => bed.children().length === 0, { timeoutMs: 60_000, what: "no agent" });
const stoppedSeconds = (performance.now() - stop) / 1000;
console.log(JSON.stringify({ agents: ids.length, upSeconds, stoppedSeconds, load: Deno.loadavg()[0] }));
