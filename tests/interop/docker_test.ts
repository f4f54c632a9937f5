// deno-lint-ignore-file no-console -- whoever runs the tests must see why some were skipped
/** The container image and the compose example, as far as they run without a docker engine. @module */
import assert from "node:assert/strict";
import { AGENT_TABLE } from "../../agents/table.ts";
import { lastOf, readEnvironment, type Stage } from "../../scripts/dockerfile.ts";
import { makeImageTree, projectStages } from "../../scripts/image_tree.ts";
import { loadSite } from "../../site/mod.ts";
import { composeReader, type ComposeService, readCompose } from "../helpers/compose.ts";
import { debianProgram } from "../helpers/debian_package.ts";
import { influxProgram, influxSettings } from "../helpers/influxdb.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { type Mount, Pod, podRefusal, signalContained } from "../helpers/pod.ts";
import { Program } from "../helpers/process.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { untilTrue, within } from "../helpers/until.ts";

const EXAMPLE = new URL("../../docker/", import.meta.url).pathname;
const FILE = `${EXAMPLE}docker-compose.yaml`;
const SITE = `${EXAMPLE}config/default.yaml`;

const test = await testsWith("crossbar, InfluxDB, tini and the reader of compose files", async () => ({
  peers: await pythonPeers(),
  influxd: await influxProgram(),
  tini: await debianProgram({ name: "tini", program: "tini", variable: "OCS_TINI" }),
  reader: await composeReader(),
}));

const refusal = await podRefusal();
if (refusal !== undefined) console.log(`skipped: containers without docker: ${refusal}`);
const testInPod: typeof test = refusal === undefined
  ? test
  : (name) => Deno.test({ name, ignore: true, fn: () => {} });

/** The services that are agents of this toolkit. */
function agentsOf(services: Readonly<Record<string, ComposeService>>): [string, ComposeService][] {
  return Object.entries(services).filter(([name]) => name.startsWith("ocs-") && name !== "ocs-web");
}

testInPod(
  "docker-compose.yaml: its agents run as written on crossbar, without network and as user 9000",
  async (has) => {
    const folder = await Deno.makeTempDir({ prefix: "docker_" });
    await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
    // The containers' user comes through here.
    await Deno.chmod(folder, 0o755);
    const [image, data] = [`${folder}/image`, `${folder}/data`];
    await makeImageTree(image);
    const { services } = await readCompose(has.reader, { file: FILE, env: { OCS_DATA_DIR: data } });
    const stages = await projectStages();
    await using pod = await Pod.make({ hostname: "ocs-docker", names: Object.keys(services) });
    await using _crossbar = await startCrossbar(pod, has.peers.program("crossbar"), folder);
    await using _influx = await startInflux(pod, has.influxd, folder);

    const own: Mount[] = [
      { source: has.tini, target: "/image/bin/tini", readOnly: true },
      { source: Deno.execPath(), target: "/image/bin/deno", readOnly: true },
      { source: `${image}/opt/ocs/docker/ocs`, target: "/image/bin/ocs", readOnly: true },
      { source: `${image}/opt/ocs`, target: "/opt/ocs", readOnly: true },
      { source: `${image}/opt/deno-cache`, target: "/opt/deno-cache", readOnly: false },
      { source: `${image}/opt/ocs/deno.json`, target: "/deno.json", readOnly: true },
      { source: `${image}/opt/ocs/deno.lock`, target: "/deno.lock", readOnly: true },
    ];
    await Program.run({ name: "chown", command: "chown", args: ["-R", "9000", `${image}/opt/deno-cache`] });
    const start = async (name: string, service: ComposeService, command: readonly string[]) => {
      const stage = stages.find((stage) => stage.name === service.build?.target);
      assert.ok(stage, name);
      const mounts: Mount[] = [];
      for (const { type, source, target, read_only } of service.volumes ?? []) {
        const path = type === "volume" ? `${folder}/volumes/${source}` : source;
        if (!path.startsWith(EXAMPLE.replace(/\/$/, ""))) {
          await Deno.mkdir(path, { recursive: true });
          await Deno.chown(path, 9000, 9000);
        }
        mounts.push({ source: path, target, readOnly: read_only ?? false });
      }
      return pod.contained({
        name,
        command,
        env: { ...readEnvironment(stage), ...service.environment },
        mounts: [...own, ...mounts],
        user: service.user ?? "",
      });
    };
    await using running = new AsyncDisposableStack();
    const programs = new Map<string, Program>();
    for (const [name, service] of agentsOf(services)) {
      const stage = stages.find((stage) => stage.name === service.build?.target);
      assert.ok(stage, name);
      const command = [...entrypointOf(stage), ...service.command ?? []];
      programs.set(name, running.use(Program.start(await start(name, service, command))));
    }
    assert.ok(programs.size >= 8);

    // Each is healthy, by the command that docker would run.
    for (const [name, service] of agentsOf(services)) {
      const [kind, line = ""] = service.healthcheck?.test ?? [];
      assert.equal(kind, "CMD-SHELL", name);
      const program = programs.get(name);
      assert.ok(program);
      await program.until(
        async () =>
          await Program.run(await start(name, service, ["sh", "-c", line])).then(() => true, () => false),
        "a healthy agent",
        60_000,
      );
    }

    // An operator in a container, and a script that the controller's container has.
    const registry = services["ocs-registry"];
    assert.ok(registry);
    const script = "script=/config/scripts/pysmurf/check_setup.py";
    const command = ["ocs", "start", "pysmurf-controller.run", script, "--wait"];
    await Program.run(await start("ocs start", registry, command));
    assert.match(programs.get("ocs-pysmurf-controller")?.log ?? "", /SMURFPUB_ID=crate1slot2/);

    // A script of the site's own that imports the toolkit: its packages are there.
    const text =
      'import { OCSClient } from "/opt/ocs/mod.ts"; await using a = await OCSClient.connect("faker1");';
    const ownScript = `echo '${text} console.log(a.agent);' > /tmp/own.ts; deno run -A /tmp/own.ts`;
    await Program.run(await start("a script", registry, ["sh", "-ec", ownScript]));

    // What the agents have done meanwhile, seen from the host by Python's client, with the site file of the example.
    const seen = await untilTrue(async () => {
      const { stdout } = await Program.run({
        name: "Python's client",
        ...pod.inside(has.peers.python, ["-c", LOOK, SITE]),
        env: { PATH: `${has.peers.folder}/bin:${Deno.env.get("PATH")}` },
      });
      const { agents, series } = JSON.parse(stdout);
      return agents.length === programs.size - 1 && series.length > 0 ? { agents, series } : undefined;
    }, { timeoutMs: 30_000, what: "all agents at the registry and series in InfluxDB" });
    const ids = agentsOf(services).map(([, { environment }]) => environment?.["INSTANCE_ID"]);
    assert.deepEqual(
      seen.agents,
      ids.filter((id) => id !== "registry").map((id) => `observatory.${id}`).sort(),
    );
    const first =
      "FakeDataAgent,address_root=observatory,channel=0,feed=false_temperatures,instance_id=faker1";
    assert.ok(seen.series.includes(first), seen.series.join("\n"));
    for (const kind of ["hk", "timestreams"]) {
      await untilTrue(() => findFile(`${data}/${kind}`, /\.g3$/), {
        timeoutMs: 30_000,
        what: `a file in ${kind}`,
      });
    }

    // docker stop
    await Promise.all(
      agentsOf(services).map(async ([name, service]) => {
        const program = programs.get(name);
        assert.ok(program);
        await signalContained(program, "SIGTERM");
        const graceMs = Number.parseFloat(service.stop_grace_period ?? "") * 1000;
        const { code } = await within(program.ended, graceMs, `the end of ${name}`);
        assert.equal(code, 0, `${name}\n${program.tail()}`);
      }),
    );
  },
);

/** Prints the agents that the registry has heard, and the series of the publisher's database. */
const LOOK = `
import json, sys, urllib.parse, urllib.request
from ocs.ocs_client import OCSClient
registry = OCSClient("registry", args=["--site-file", sys.argv[1], "--site-host", "the-host"])
agents = registry.main.status().session["data"]
query = urllib.parse.urlencode({"db": "ocs_feeds", "q": "SHOW SERIES"})
[result] = json.load(urllib.request.urlopen("http://127.0.0.1:8086/query?" + query))["results"]
rows = [row[0] for series in result.get("series", []) for row in series["values"]]
print(json.dumps({"agents": sorted(name for name in agents if not agents[name]["expired"]), "series": rows}))
`;

/** The first file below a folder whose name matches. */
async function findFile(folder: string, name: RegExp): Promise<string | undefined> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isFile && name.test(entry.name)) return path;
    const found = entry.isDirectory ? await findFile(path, name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

test("docker-compose.yaml: each agent has what the guides show, and its entry in the site file that Python reads", async (has) => {
  const { services, stderr } = await readCompose(has.reader, { file: FILE });
  assert.equal(stderr, "", "a variable without a value, or another warning");
  const known: unknown = await pythonJson({
    peers: has.peers,
    name: "ocs.site_config",
    args: [SITE],
    script: `
import json, sys
from ocs.site_config import InstanceConfig, SiteConfig
host = SiteConfig.from_yaml(sys.argv[1]).hosts["ocs-docker"]
instances = [InstanceConfig.from_dict(i, parent=host) for i in host.instances]
print(json.dumps({i.data["instance-id"]: [i.data["agent-class"], i.manage, i.arguments] for i in instances}))
`,
  });
  const { hosts } = await loadSite({ siteFile: SITE });
  const instances = hosts.get("ocs-docker")?.instances ?? [];
  assert.deepEqual(
    known,
    Object.fromEntries(
      instances.map((
        one,
      ) => [one.instanceId, [one.agentClass, one.manage, one.arguments.map(({ text }) => text)]]),
    ),
  );
  for (const [name, service] of agentsOf(services)) {
    const id = service.environment?.["INSTANCE_ID"];
    assert.equal(name, `ocs-${id}`);
    const entry = instances.find(({ instanceId }) => instanceId === id);
    assert.equal(service.command, null, "the site file has the class");
    assert.equal(entry?.manage, "docker/up", name);
    assert.equal(service.hostname, "ocs-docker");
    assert.equal(service.user, "9000");
    assert.equal(service.environment?.["LOGLEVEL"], "info");
    assert.deepEqual(service.logging, {
      driver: "json-file",
      options: { "max-size": "20m", "max-file": "10" },
    });
    const config = service.volumes?.find(({ target }) => target === "/config");
    assert.deepEqual([config?.source, config?.read_only], [`${EXAMPLE}config`, true], name);
    assert.match(service.image, /:\d/);
    const flags = AGENT_TABLE[entry?.agentClass ?? ""]?.v8Flags?.join(",");
    assert.equal(service.environment?.["DENO_V8_FLAGS"], flags, name);
    for (const { source, target, type } of service.volumes ?? []) {
      if (type === "bind" && target !== "/data") await Deno.stat(source);
    }
  }
});

/** The command that an image of this stage runs, before that of the service. */
function entrypointOf(stage: Stage): readonly string[] {
  const text = lastOf(stage, "ENTRYPOINT")?.text ?? "";
  const words: unknown = JSON.parse(text);
  assert.ok(Array.isArray(words));
  return words.map(String);
}

async function startCrossbar(pod: Pod, crossbar: string, folder: string): Promise<Program> {
  const cbdir = `${folder}/crossbar`;
  await Deno.mkdir(cbdir);
  await Deno.copyFile(`${EXAMPLE}crossbar/config.json`, `${cbdir}/config.json`);
  return Program.start({
    name: "crossbar",
    ...pod.inside(crossbar, ["start", "--cbdir", cbdir]),
    // It writes a pair of keys into its home.
    env: { HOME: cbdir, PYTHONUNBUFFERED: "1" },
  });
}

async function startInflux(pod: Pod, influxd: string, folder: string): Promise<Program> {
  const home = `${folder}/influxdb`;
  await Deno.mkdir(home);
  const settings = `${home}/influxdb.conf`;
  await Deno.writeTextFile(settings, influxSettings(home, { port: 8086, bindPort: 8088 }));
  return Program.start({ name: "influxd", ...pod.inside(influxd, ["run", "-config", settings]) });
}
