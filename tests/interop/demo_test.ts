import assert from "node:assert/strict";
import { testsWith } from "../helpers/interop_test.ts";
import { freePort } from "../helpers/free_port.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { within } from "../helpers/until.ts";
import { startOcs } from "../system/cli/ocs_program.ts";

const test = await testsWith("Python peers", pythonPeers);

test("ocs demo: Python's OCSClient runs a task and reads a process over the HTTP bridge", async (peers) => {
  const data = await Deno.makeTempDir({ prefix: "demo_data_" });
  await using _data = { [Symbol.asyncDispose]: () => Deno.remove(data, { recursive: true }) };
  await using demo = startOcs(["demo", "--data-dir", data, "--port", String(freePort())]);
  await demo.untilLog(/It stays up/, 60_000);
  const [, folder = ""] = /OCS_CONFIG_DIR=(\S+)/.exec(demo.stdout) ?? assert.fail(demo.tail());
  const result = await pythonJson({
    peers,
    name: "OCSClient against the demo",
    env: { OCS_CONFIG_DIR: folder },
    script: `
import json
from ocs.ocs_client import OCSClient
faker = OCSClient("faker1")
faker.delay_task.start(delay=0.2)
status, message, session = faker.delay_task.wait(timeout=10)
acq = faker.acq.status()
registry = OCSClient("registry").main.status()
print(json.dumps([status, message, session["data"]["requested_delay"], acq.session["status"],
                  sorted(registry.session["data"])]))
`,
  });
  assert.deepEqual(result, [
    0,
    'Operation "delay_task" is currently not running (SUCCEEDED).',
    0.2,
    "running",
    [
      "observatory.aggregator",
      "observatory.barebones1",
      "observatory.faker1",
      "observatory.faker2",
      "observatory.pysmurf-controller",
      "observatory.pysmurf-monitor",
      "observatory.smurf-stream",
      "observatory.timestream-agg",
    ],
  ]);
  demo.signal("SIGINT");
  assert.equal((await within(demo.ended, 12_000, "the end of the demo")).code, 0);
});
