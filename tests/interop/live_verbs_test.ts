/** Watch, plot and top with a Python agent on crossbar. */
import assert from "node:assert/strict";
import { Crossbar } from "../helpers/crossbar.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { writeSite } from "../helpers/site_file.ts";
import { ocs } from "../system/cli/ocs.ts";

const test = await testsWith("Python peers", pythonPeers);

test("ocs watch, plot and top show a Python agent on crossbar", async (peers) => {
  await using router = await Crossbar.start(peers);
  await using site = await writeSite(router, [{
    agentClass: "FakeDataAgent",
    instanceId: "faker1",
    arguments: ["--mode", "acq", "--num-channels", 2, "--sample-rate", 4],
  }]);
  await using _agent = await startPythonAgent({ peers, site, instanceId: "faker1" });
  const args = ["--site-file", site.file, "--site-host", "localhost", "--json"];
  const watched = await ocs(["watch", "faker1.false_temperatures", "channel_*", "-n", "2", ...args]);
  assert.equal(watched.code, 0, watched.stderr);
  const readings = watched.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(readings.map(({ fields }) => Object.keys(fields)), [
    ["channel_00", "channel_01"],
    ["channel_00", "channel_01"],
  ]);
  const plotted = await ocs(["plot", "faker1.false_temperatures", "channel_01", "-n", "1", ...args]);
  assert.equal(typeof JSON.parse(plotted.stdout).value, "number", plotted.stderr);
  const { operations } = JSON.parse((await ocs(["top", "-n", "1", ...args])).stdout);
  const acq = operations.find(({ operation }: { readonly operation: string }) => operation === "acq");
  assert.deepEqual([acq.agent, acq.agentClass, acq.code], ["faker1", "FakeDataAgent", "RUNNING"]);
});
