import assert from "node:assert/strict";
import { planRouter } from "../../../cli/router_plan.ts";
import { planUp, type UpChoice } from "../../../cli/up/up_plan.ts";
import { SiteError, type SiteOptions } from "../../../site/mod.ts";
import { memoryEnvironment } from "../site/memory_environment.ts";

const SITE = `
hub: {wamp_server: "ws://127.0.0.1:8001/ws", wamp_realm: test_realm, address_root: observatory}
hosts:
  daq-1:
    agent-instances:
      - {agent-class: HostManager, instance-id: hm}
      - {agent-class: RegistryAgent, instance-id: registry}
      - {agent-class: FakeDataAgent, instance-id: faker1, manage: host/up}
      - {agent-class: FakeDataAgent, instance-id: faker2, manage: host/down}
      - {agent-class: FakeDataAgent, instance-id: faker3, manage: docker/up}
      - {agent-class: FakeDataAgent, instance-id: faker4, manage: ignore}
      - {agent-class: LakeshoreAgent, instance-id: ls1}
  daq-2:
    agent-instances: []
`;

async function plan(
  options: SiteOptions,
  choice: Partial<UpChoice> = {},
  { text = SITE, hostname = "daq-1" } = {},
) {
  const environment = memoryEnvironment({ files: { "/site.yaml": text }, hostname });
  const router = await planRouter(options, {}, environment);
  return await planUp(options, { instanceIds: [], router, ...choice }, environment);
}

Deno.test("planUp() leaves out what others run, with the reason, and keeps the order of the file", async () => {
  const { agents, skipped, source } = await plan({ siteFile: "/site.yaml" });
  assert.equal(source, 'host "daq-1" of /site.yaml');
  assert.deepEqual(agents.map(({ instanceId, ours }) => [instanceId, ours]), [
    ["registry", true],
    ["faker1", true],
    ["ls1", false],
  ]);
  assert.deepEqual(skipped.map(({ instanceId }) => instanceId), ["hm", "faker2", "faker3", "faker4"]);
  assert.match(skipped.find(({ instanceId }) => instanceId === "faker3")?.why ?? "", /docker/);
});

Deno.test("planUp() leaves an agent with agent-exe to its program, also one of a class of ours", async () => {
  const text = SITE.replace("manage: host/up}", "agent-exe: [/opt/faker, -v]}");
  const { agents } = await plan({ siteFile: "/site.yaml" }, { instanceIds: ["faker1"] }, { text });
  assert.deepEqual(agents.map(({ ours, agentExe }) => [ours, agentExe]), [
    [false, { command: "/opt/faker", args: ["-v"] }],
  ]);
});

Deno.test("planUp() runs what is named, whoever else is to run it", async () => {
  const { agents, skipped } = await plan({ siteFile: "/site.yaml" }, { instanceIds: ["faker4", "hm"] });
  assert.deepEqual(agents.map(({ instanceId }) => instanceId), ["hm", "faker4"]);
  assert.deepEqual(skipped, []);
});

Deno.test("planUp() hands on the site options and the router that was moved", async () => {
  const { agents: [agent] } = await plan(
    { siteFile: "/site.yaml", siteRealm: "other", siteHost: "daq-1" },
    { instanceIds: ["faker1"], hubUrl: "ws://127.0.0.1:9001/ws" },
  );
  const args = agent?.args.join(" ") ?? "";
  assert.equal(
    args,
    "--site-file /site.yaml --site-host daq-1 --site-realm other --site-hub ws://127.0.0.1:9001/ws --instance-id faker1",
  );
});

Deno.test("planUp() names a near miss, or what there is", async () => {
  await assert.rejects(plan({ siteFile: "/site.yaml" }, { instanceIds: ["faker"] }), {
    name: "SiteError",
    message:
      /Cannot start "faker": host "daq-1" of \/site.yaml has no such instance-id; did you mean "faker\d"\?/,
  });
  await assert.rejects(
    plan({ siteFile: "/site.yaml" }, { instanceIds: ["something-else"] }),
    /no such instance-id, only hm, registry, faker1/,
  );
});

Deno.test("planUp() has nothing to run on a host without agents, and no plan for a host that is not there", async () => {
  const { agents, skipped } = await plan({ siteFile: "/site.yaml", siteHost: "daq-2" });
  assert.deepEqual([agents, skipped], [[], []]);
  await assert.rejects(plan({ siteFile: "/site.yaml", siteHost: "daq-9" }), SiteError);
});

Deno.test("planUp() without a site file is the demo site, on the port and realm that were asked for", async () => {
  const { agents, source } = await plan({ siteRealm: "demo_realm" });
  assert.equal(source, "the built-in demo site");
  assert.deepEqual(agents.map(({ instanceId }) => instanceId), [
    "registry",
    "faker1",
    "faker2",
    "barebones1",
  ]);
  const args = agents[0]?.args.join(" ") ?? "";
  assert.match(args, /--site none --site-hub ws:\/\/127\.0\.0\.1:8001\/ws --site-realm demo_realm/);
});

Deno.test("planUp() runs the crossbar of the host's block, with Python's defaults for what it does not say", async () => {
  const withBlock = (block: string) => SITE.replace("  daq-1:\n", `  daq-1:\n    crossbar: ${block}\n`);
  const crossbarOf = async (text: string, hostname = "daq-1") =>
    (await plan({ siteFile: "/site.yaml" }, { instanceIds: [] }, { text, hostname })).crossbar;
  assert.equal(await crossbarOf(SITE), undefined);
  assert.equal(await crossbarOf(withBlock("null")), undefined);
  assert.equal(await crossbarOf(withBlock("{}"), "daq-2"), undefined);
  assert.deepEqual(await crossbarOf(withBlock("{}")), {
    command: "crossbar",
    args: ["start"],
    configDir: undefined,
  });
  assert.deepEqual(await crossbarOf(withBlock("{bin: /opt/bin/crossbar, config-dir: /srv/cb}")), {
    command: "/opt/bin/crossbar",
    args: ["start", "--cbdir", "/srv/cb"],
    configDir: "/srv/cb",
  });
});
