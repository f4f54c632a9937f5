import assert from "node:assert/strict";
import { freePort } from "../../helpers/free_port.ts";
import { startOpenRouter } from "../../helpers/open_router.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import { Program } from "../../helpers/process.ts";
import { writeSite } from "../../helpers/site_file.ts";

const MOD = new URL("../../../mod.ts", import.meta.url).href;

/** What the guide's pysmurf script does, for a crate without Python. */
const TUNE = `
import { PysmurfPublisher } from "${MOD}";

await using publisher = await PysmurfPublisher.open({ script: "tune.ts" });
console.log("tuning", ...Deno.args);
const datafile = "/data/smurf_data/20200316/1584401673/outputs/1584402020.dat";
await publisher.publish({ datafile }, "session_data");
await publisher.sessionLog("band 2 tuned");
await publisher.sessionData({ fraction: NaN, slot: Deno.env.get("SLOT") });
`;

/** The guide's client code, line for line. */
const CLIENT = `
import { MatchedClient } from "${MOD}";

const controller = await MatchedClient.connect("pysmurf-controller");

const scriptPath = Deno.args[0];
await controller.run.start({ script: scriptPath, args: ["--band", 2] });

const [ok, msg, sess] = await controller.run.wait();
console.log(JSON.stringify([ok, msg, sess.data, sess.messages.map(([, text]) => text), sess.success]));
await controller.close();
`;

Deno.test("the guide's client code works line for line, without any Python", async () => {
  await using router = await startOpenRouter();
  const udpPort = freePort();
  await using site = await writeSite(router, [
    {
      agentClass: "PysmurfMonitor",
      instanceId: "pysmurf-monitor",
      arguments: ["--udp-port", udpPort, "--db-path", "files.db"],
    },
    {
      agentClass: "PysmurfController",
      instanceId: "pysmurf-controller",
      arguments: [["--monitor-id", "pysmurf-monitor"], ["--python", "/no/python/here"], ["--slot", 4]],
    },
  ]);
  const env = {
    SMURFPUB_BACKEND: "udp",
    SMURFPUB_ID: "pysmurf-s4",
    SMURFPUB_UDP_HOST: "127.0.0.1",
    SMURFPUB_UDP_PORT: String(udpPort),
  };
  await using _monitor = await startOurAgent(site, {
    agentClass: "PysmurfMonitor",
    instanceId: "pysmurf-monitor",
  });
  await using controller = await startOurAgent(site, {
    agentClass: "PysmurfController",
    instanceId: "pysmurf-controller",
    env,
  });
  const [tune, client] = [`${site.folder}/tune.ts`, `${site.folder}/client.ts`];
  await Deno.writeTextFile(tune, TUNE);
  await Deno.writeTextFile(client, CLIENT);
  const { stdout } = await Program.run({
    name: "the guide's client",
    command: Deno.execPath(),
    args: ["run", "--allow-all", client, tune],
    env: { OCS_CONFIG_DIR: site.folder },
  });
  const [ok, message, data, messages, success] = JSON.parse(stdout);
  assert.deepEqual([ok, message, success], [
    0,
    'Operation "run" is currently not running (SUCCEEDED).',
    true,
  ]);
  assert.deepEqual(data, {
    datafile: "/data/smurf_data/20200316/1584401673/outputs/1584402020.dat",
    fraction: null,
    slot: "4",
  });
  assert.deepEqual(messages.slice(2), [
    "band 2 tuned",
    "Script has finished with exit code 0",
    'Status is now "done".',
  ]);
  assert.match(controller.log, /tune\.ts: tuning --band 2/);
});
