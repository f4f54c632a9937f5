import assert from "node:assert/strict";
import { bridgeCall } from "../../helpers/bridge.ts";
import { folderWith, goodList } from "../../helpers/lab_plugins.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { Program } from "../../helpers/process.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { ocs } from "./ocs.ts";

/** Whether systemd can check a unit file here. */
async function hasSystemdAnalyze(): Promise<boolean> {
  try {
    return (await new Deno.Command("systemd-analyze", { args: ["--version"], stdout: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

Deno.test("ocs systemd writes a launcher that runs the agent, and never over another file", async () => {
  await using router = await OurRouter.start();
  await using site = await writeSite(router, [{ agentClass: "BarebonesAgent", instanceId: "bare1" }]);
  const folder = `${site.folder}/a folder`;
  await Deno.mkdir(folder);
  const args = ["systemd", "--site-file", site.file, "--instance-id", "bare1", "--service-user", "root"];
  const shown = await ocs([...args, "--json"]);
  assert.equal(shown.code, 0, shown.stderr);
  assert.deepEqual(
    JSON.parse(shown.stdout).map(({ path, state }: Record<string, unknown>) => [path, state]),
    [[`${site.folder}/launcher-bare1.sh`, "shown"], ["/etc/systemd/system/ocs-bare1.service", "shown"]],
  );
  const written = await ocs([...args, "-o", folder]);
  assert.equal(written.code, 0, written.stderr);
  assert.match(written.stdout, /sudo systemctl enable --now ocs-bare1\.service/);

  await using agent = Program.start({ name: "launcher", command: `${folder}/launcher-bare1.sh`, args: [] });
  await agent.until(
    () => bridgeCall(router, "observatory.bare1", ["get_agent_class"]),
    "an answer",
    30_000,
  );
  // The process of the launcher has become the agent's: what systemd signals is the agent.
  assert.equal((await agent.stop()).code, 0);

  const again = await ocs([...args, "-o", folder, "--json"]);
  assert.deepEqual(JSON.parse(again.stdout).map(({ state }: { state: string }) => state), [
    "unchanged",
    "unchanged",
  ]);
  const unit = `${folder}/ocs-bare1.service`;
  await Deno.writeTextFile(unit, "mine\n");
  await Deno.remove(`${folder}/launcher-bare1.sh`);
  const other = await ocs([...args, "-o", folder]);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /Cannot write ".*ocs-bare1\.service": it exists already, with another text/);
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["ocs-bare1.service"]);
  assert.equal(await Deno.readTextFile(unit), "mine\n");
});

Deno.test({
  name: "ocs systemd writes units that systemd finds nothing wrong with",
  ignore: !await hasSystemdAnalyze(),
  fn: async () => {
    await using router = await OurRouter.start();
    await using site = await writeSite(router, [{ agentClass: "BarebonesAgent", instanceId: "bare1" }]);
    const folder = `${site.folder}/5% off`;
    await Deno.mkdir(folder);
    const args = ["systemd", "--site-file", site.file, "--service-user", "root", "-o", folder];
    for (const choice of [["--router"], ["--instance-id", "bare1"]]) {
      const written = await ocs([...args, ...choice]);
      assert.equal(written.code, 0, written.stderr);
    }
    for (const name of ["ocs-router.service", "ocs-bare1.service"]) {
      const found = await new Deno.Command("systemd-analyze", { args: ["verify", `${folder}/${name}`] })
        .output();
      assert.equal(new TextDecoder().decode(found.stderr), "");
      assert(found.success);
    }
  },
});

Deno.test("ocs systemd writes a launcher for a class of a list that the site file names", async () => {
  await using router = await OurRouter.start();
  await using folder = await folderWith({
    "lab_agents.ts": goodList(),
    "default.yaml":
      `hub: {wamp_server: '${router.url}', wamp_realm: test_realm, address_root: observatory, agent-plugins: [lab_agents.ts, none.ts]}\n` +
      "hosts: {localhost: {agent-instances: [{agent-class: LabAgent, instance-id: lab1}, {agent-class: NobodysAgent, instance-id: x}]}}\n",
  });
  const args = [
    ...["systemd", "--site-file", `${folder.path}/default.yaml`, "--site-host", "localhost"],
    ...["--service-user", "root", "-o", folder.path],
  ];
  const written = await ocs([...args, "--instance-id", "lab1"]);
  assert.equal(written.code, 0, written.stderr);
  await using agent = Program.start({
    name: "launcher",
    command: `${folder.path}/launcher-lab1.sh`,
    args: [],
  });
  await agent.untilLog("mode is idle", 30_000);
  await agent.untilLog("session joined");
  assert.equal((await agent.stop()).code, 0);
  const nobody = await ocs([...args, "--instance-id", "x"]);
  assert.equal(nobody.code, 2);
  assert.match(
    nobody.stderr,
    /class NobodysAgent is none of this toolkit.*\n.*Cannot load ".*none\.ts": there is no such file/,
  );
});
