import assert from "node:assert/strict";
import { Crossbar } from "../helpers/crossbar.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { writeSite } from "../helpers/site_file.ts";

const test = await testsWith("Python peers", pythonPeers);

test("The Python peers work among themselves, so a failure elsewhere is ours", async (peers) => {
  await using router = await Crossbar.start(peers);
  await using site = await writeSite(router, [
    { agentClass: "BarebonesAgent", instanceId: "barebones1", arguments: [["--mode", "idle"]] },
  ]);
  await using _agent = await startPythonAgent({ peers, site, instanceId: "barebones1" });
  const status = await pythonJson({
    peers,
    script: [
      "import json, sys",
      "from ocs.ocs_client import OCSClient",
      "client = OCSClient('barebones1', args=['--site-file', sys.argv[1], '--site-host', 'localhost'])",
      "print(json.dumps(client.count.status()[0]))",
    ].join("\n"),
    args: [site.file],
  });
  assert.equal(status, 0);
});
