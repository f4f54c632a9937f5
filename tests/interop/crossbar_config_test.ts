/** A real crossbar, started from the configuration that `ocs crossbar-config` writes. @module */
import assert from "node:assert/strict";
import { planRecording, withShortFrames } from "../../cli/demo/recording.ts";
import { DEMO_AGENTS } from "../../cli/demo_site.ts";
import { Crossbar } from "../helpers/crossbar.ts";
import { freePort } from "../helpers/free_port.ts";
import { freeUdpPort } from "../helpers/free_udp_port.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { routerAt } from "../helpers/router_fixture.ts";
import { writeSite } from "../helpers/site_file.ts";
import { within } from "../helpers/until.ts";
import { ocs } from "../system/cli/ocs.ts";
import { siteArgs, startOcs } from "../system/cli/ocs_program.ts";

const test = await testsWith("Python peers", pythonPeers);

test("ocs crossbar-config: a crossbar started from it carries the demo's agents, for Python's client too", async (peers) => {
  const data = await Deno.makeTempDir({ prefix: "crossbar_demo_" });
  await using _data = { [Symbol.asyncDispose]: () => Deno.remove(data, { recursive: true }) };
  const recording = planRecording(data);
  const udpPort = String(freeUdpPort());
  const pysmurf = [
    {
      instanceId: "pysmurf-monitor",
      agentClass: "PysmurfMonitor",
      args: ["--udp-port", udpPort, "--db-path", `${data}/suprsync.db`],
    },
    {
      instanceId: "pysmurf-controller",
      agentClass: "PysmurfController",
      args: ["--monitor-id", "pysmurf-monitor", "--slot", "2", "--simulate"],
    },
  ];
  const agents = [...withShortFrames(DEMO_AGENTS), ...pysmurf, ...recording.agents];
  const port = freePort();
  await using site = await writeSite(
    routerAt(port),
    agents.map(({ args, ...agent }) => ({ ...agent, arguments: args })),
  );

  const made = await ocs(["crossbar-config", ...siteArgs(site)]);
  assert.equal(made.code, 0, made.stderr);
  await using crossbar = await Crossbar.start(peers, { port, config: made.stdout });
  await using up = startOcs(["up", "--no-router", "--together", ...siteArgs(site)], {
    SMURFPUB_BACKEND: "udp",
    SMURFPUB_UDP_HOST: "127.0.0.1",
    SMURFPUB_UDP_PORT: udpPort,
  });
  await up.untilLog(/All 9 agents are up/, 60_000).catch((cause) => {
    throw new Error(`Cannot start the agents:\n${up.tail()}\n--- crossbar\n${crossbar.tail()}`, { cause });
  });

  const result = await pythonJson({
    peers,
    name: "OCSClient on crossbar",
    args: [site.file],
    script: `
import json, sys, time
from ocs.ocs_client import OCSClient
def client(name):
    return OCSClient(name, args=["--site-file", sys.argv[1], "--site-host", "localhost"])
faker = client("faker1")
faker.delay_task.start(delay=0.2)
status, message, session = faker.delay_task.wait(timeout=10)
acq = faker.acq.status()
registry = client("registry")
until = time.time() + 20
while len(registry.main.status().session["data"]) < 8 and time.time() < until:
    time.sleep(0.1)
record = client("aggregator").record.status()
print(json.dumps([status, message, session["data"]["requested_delay"], acq.session["status"],
                  sorted(registry.main.status().session["data"]), record.session["status"]]))
`,
  });
  assert.deepEqual(result, [
    0,
    'Operation "delay_task" is currently not running (SUCCEEDED).',
    0.2,
    "running",
    agents.map(({ instanceId }) => `observatory.${instanceId}`)
      .filter((address) => address !== "observatory.registry").sort(),
    "running",
  ]);
  const listed = await ocs(["agents", "--json", ...siteArgs(site)]);
  assert.equal(listed.code, 0, listed.stdout + listed.stderr);

  up.signal("SIGTERM");
  assert.equal((await within(up.ended, 20_000, "the end of ocs up")).code, 0, up.tail());
});
