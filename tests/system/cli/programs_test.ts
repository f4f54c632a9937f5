import assert from "node:assert/strict";
import { Router } from "../../../router/mod.ts";
import { freePort } from "../../helpers/free_port.ts";
import { answersInfo } from "../../helpers/router_fixture.ts";
import { untilTrue } from "../../helpers/until.ts";
import { ocs, startOcs } from "./ocs.ts";

/** A temporary folder, gone at the end. */
async function temporaryFolder() {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("ocs router says where it is, in words or JSON, and ends in order at SIGTERM", async () => {
  await using program = startOcs(["router", "--port", "0", "--json"]);
  await program.untilLog('"event":"ready"');
  const ready = JSON.parse(program.stdout.split("\n")[0] ?? "");
  assert.equal(ready.realm, "test_realm");
  assert(await answersInfo(ready.port));
  assert.equal((await program.stop()).code, 0);
});

Deno.test("ocs router takes realm and root from the site file, and refuses a taken port and one it may not open", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/default.yaml`;
  const port = freePort();
  await Deno.writeTextFile(
    file,
    `hub: {wamp_server: 'ws://127.0.0.1:${port}/ws', wamp_realm: r1, address_root: obs1}\nhosts: {}\n`,
  );
  await using program = startOcs(["router", "--site-file", file]);
  await program.untilLog(`Router ready: ws://127.0.0.1:${port}/ws`);
  assert.match(program.stdout, /realm "r1", address root "obs1"/);
  const second = await ocs(["router", "--site-file", file]);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`Cannot listen on "127.0.0.1:${port}": the port is taken`));
  const nowhere = await ocs(["router", "--bind", "203.0.113.7", "--port", "0"]);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /Cannot listen on "203\.0\.113\.7:0": \w+/);
});

Deno.test("OCS 78: ocs agent CLASS runs an agent with options, variables and a site file", async () => {
  await using router = await Router.start();
  const variables = { INSTANCE_ID: "faker9", SITE_HUB: router.url };
  await using program = startOcs(
    [
      "agent",
      "FakeDataAgent",
      "--site",
      "none",
      "--site-realm",
      "test_realm",
      "--address-root",
      "observatory",
    ],
    { env: variables },
  );
  await program.untilLog("starting FakeDataAgent @ observatory.faker9");
  await program.untilLog("session joined");
  assert.equal((await program.stop()).code, 0);
  const help = await ocs(["agent", "FakeDataAgent", "--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--num-channels/);
  const near = await ocs(["agent", "FakDataAgent", "--mode", "acq"]);
  assert.equal(near.code, 2);
  assert.match(near.stderr, /did you mean "FakeDataAgent"\?/);
});

Deno.test("ocs config check tells all problems, and exit codes tell errors from none", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/f.yaml`;
  await Deno.writeTextFile(
    file,
    "hub: {wamp_server: 'ws://h:1/ws', wamp_http: 'http://h:1/call', wamp_realm: r, address_root: a}\n" +
      "hosts:\n  localhost:\n    crossbar-timeout: 3\n    agent-instances:\n" +
      "    - {agent-class: FakeDataAgent, instance-id: f, arguments: [--mode, aqc]}\n",
  );
  const text = await ocs(["config", "check", file]);
  assert.equal(text.code, 1);
  assert.match(
    text.stdout,
    /f\.yaml:4:5: warning: "crossbar-timeout".*\n.*\n {4}did you mean crossbar_timeout\?/,
  );
  assert.match(text.stdout, /f\.yaml:6:72: error: .*--mode is "aqc"/);
  const json = JSON.parse((await ocs(["config", "check", file, "--json"])).stdout);
  assert.deepEqual([json.ok, json.errors, json.warnings, json.problems.length], [false, 1, 1, 2]);
  assert.equal((await ocs(["config", "check", `${folder.path}/none.yaml`])).code, 2);
  assert.equal((await ocs(["config", "check"])).code, 2);
});

Deno.test("ocs config show tells each setting and who said so", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(
    `${folder.path}/default.yaml`,
    "hub: {wamp_server: 'ws://h:1/ws', wamp_realm: r, address_root: a}\n" +
      "hosts: {localhost: {wamp_realm: own, agent-instances: [{agent-class: X, instance-id: x, arguments: [--a, 2.0]}]}}\n",
  );
  const env = { OCS_CONFIG_DIR: folder.path };
  const { code, stdout } = await ocs(["config", "show", "--site-hub", "ws://i:2/ws"], { env });
  assert.equal(code, 0);
  assert.match(stdout, /wamp_server +ws:\/\/i:2\/ws {2}\(command line\)/);
  assert.match(stdout, /wamp_realm +own {2}\(host localhost\)/);
  assert.match(stdout, /address_root +a {2}\(hub\)/);
  assert.match(stdout, /x +X +host\/up +--a 2\.0/);
  const json = JSON.parse((await ocs(["config", "show", "--json"], { env })).stdout);
  assert.deepEqual([json.wamp_realm, json.instances[0].arguments], ["own", ["--a", "2.0"]]);
});

Deno.test("ocs init writes a site file without faults and an agent that runs, and never overwrites", async () => {
  await using folder = await temporaryFolder();
  const first = await ocs(["init", folder.path]);
  assert.equal(first.code, 0);
  const site = `${folder.path}/default.yaml`;
  assert.match((await ocs(["config", "check", site])).stdout, /no problems/);
  await using router = await Router.start();
  const { Program } = await import("../../helpers/process.ts");
  await using agent = Program.start({
    name: "example agent",
    command: Deno.execPath(),
    args: [
      "run",
      "-A",
      "--check",
      `${folder.path}/example_agent.ts`,
      "--site-file",
      site,
      "--site-hub",
      router.url,
    ],
  });
  await agent.untilLog("session joined", 60_000);
  const moved = ["--site-hub", router.url];
  await untilTrue(async () => (await ocs(["status", "example1.acq", ...moved])).stdout.includes("level"));
  assert.equal((await ocs(["start", "example1.set_level", "level=50", "--wait", ...moved])).code, 0);
  await Deno.writeTextFile(site, "mine");
  const second = await ocs(["init", folder.path]);
  assert.match(second.stdout, /kept +.*default\.yaml/);
  assert.equal(await Deno.readTextFile(site), "mine");
});

Deno.test("ocs version and ocs without words", async () => {
  assert.match((await ocs(["version"])).stdout, /^ocs \d+\.\d+\.\d+ \(deno /);
  assert.equal(JSON.parse((await ocs(["version", "--json"])).stdout).deno, Deno.version.deno);
  const nothing = await ocs([]);
  assert.equal(nothing.code, 2);
  assert.match(nothing.stdout, /Operate an observatory/);
});

for (const together of [false, true]) {
  Deno.test(`ocs up${together ? " --together" : ""} runs router and agents of the host, and stops them at SIGINT`, async () => {
    await using folder = await temporaryFolder();
    const port = freePort();
    const file = `${folder.path}/default.yaml`;
    await Deno.writeTextFile(
      file,
      `hub: {wamp_server: 'ws://127.0.0.1:${port}/ws', wamp_http: 'http://127.0.0.1:${port}/call', wamp_realm: test_realm, address_root: observatory}\n` +
        "hosts: {localhost: {agent-instances: [{agent-class: RegistryAgent, instance-id: registry}, " +
        "{agent-class: FakeDataAgent, instance-id: faker1}, {agent-class: FakeDataAgent, instance-id: spare, manage: down}]}}\n",
    );
    await using program = startOcs(["up", "--site-file", file, ...(together ? ["--together"] : [])]);
    await program.untilLog(/All 2 agents are up/, 30_000);
    const listed = await ocs(["agents", "--site-file", file]);
    assert.equal(listed.code, 0, listed.stdout);
    assert.match(listed.stdout, /faker1 .* up /);
    program.signal("SIGINT");
    const end = await program.ended;
    assert.equal(end.code, 0, end.stderr);
    assert.equal(await answersInfo(port), false);
  });
}

Deno.test("ocs up names an agent that dies, with exit code and last lines", async () => {
  await using folder = await temporaryFolder();
  const port = freePort();
  const file = `${folder.path}/default.yaml`;
  await Deno.writeTextFile(
    file,
    `hub: {wamp_server: 'ws://127.0.0.1:${port}/ws', wamp_realm: test_realm, address_root: observatory}\n` +
      "hosts: {localhost: {agent-instances: [{agent-class: RegistryAgent, instance-id: registry}, " +
      "{agent-class: FakeDataAgent, instance-id: bad, arguments: [--mode, aqc]}]}}\n",
  );
  await using program = startOcs(["up", "--site-file", file]);
  await program.untilLog(/bad ended: exit code 2/, 30_000);
  await program.untilLog(/did you mean "acq"/);
  program.signal("SIGINT");
  assert.equal((await program.ended).code, 0);
  const unknown = await ocs(["up", "--site-file", file, "--instance-id", "regsitry"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /did you mean "registry"\?/);
});
