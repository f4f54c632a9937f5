import assert from "node:assert/strict";
import { DockerStandin } from "../../helpers/docker_standin.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { HostBed, IDLE, stateOf, textsOf } from "./host_manager_bed.ts";

const SITE = [
  { id: "faker1", class: "FakeDataAgent", manage: "docker" },
  { id: "faker2", class: "FakeDataAgent", manage: "docker/down" },
  { id: "lost", class: "FakeDataAgent", manage: "docker/up" },
  { id: "idle", exe: IDLE },
];
const SERVICES = {
  "ocs-faker1": { image: "lab/faker:1" },
  "ocs-faker2": { image: "lab/faker:1" },
  "grafana": { image: "grafana:9" },
};

Deno.test("OCS 10.6.4: HostManager runs docker services as Python does, and watches those that are no agents", async () => {
  await using docker = await DockerStandin.make(SERVICES);
  await docker.docker("compose", "-f", docker.composeFile, "up", "-d", "grafana");
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, SITE, {
    args: ["--docker-compose", docker.composeFile],
    env: docker.env,
  });
  await bed.start();
  const shown = await bed.untilState(["faker1"], "up", 30_000);
  const seen = shown.data.child_states.map((one) => [
    one.instance_id,
    one.agent_class,
    one.next_action,
    one.target_state,
    one.operable,
  ]);
  assert.deepEqual(seen, [
    ["faker1", "FakeDataAgent[d]", "up", "up", true],
    ["faker2", "FakeDataAgent[d]", "down", "down", true],
    ["lost", "FakeDataAgent[d?]", "?", "up", false],
    ["idle", "Thing", "up", "up", true],
    ["grafana", "[docker]", "up", "passive", true],
  ]);
  const [ok, , text] = shown.data.config_parse_status[docker.composeFile] ?? [];
  assert.deepEqual([ok, text], [true, `Successfully parsed ${docker.composeFile} and its service states.`]);
  assert.ok((await docker.calls()).includes(
    `compose -f ${docker.composeFile} up --remove-orphans -d ocs-faker1`,
  ));
  assert.match(textsOf(shown), /Adding non-agent service "grafana"/);

  // A container that ends is started again; one that is no agent is started and stopped on request only.
  Deno.kill((await docker.pids())["ocs-faker1"] ?? 0, "SIGKILL");
  await bed.until("the end of faker1", (one) => /Detected exit of FakeDataAgent:faker1/.test(textsOf(one)));
  await bed.task("update", { requests: [["grafana", "down"], ["faker2", "up"]] });
  const later = await bed.until("grafana down, others up", ({ data }) => {
    const state = (id: string) => stateOf(data.child_states, id);
    return state("grafana") === "down" && state("faker1") === "up" && state("faker2") === "up";
  }, 30_000);
  assert.equal(later.data.child_states.find((one) => one.instance_id === "grafana")?.target_state, "passive");
  assert.ok((await docker.calls()).includes(`compose -f ${docker.composeFile} rm --stop --force grafana`));

  // Another image under the tag, a tag that is not here, a service that has gone, and what is left of it.
  await docker.images({ "lab/faker:1": "sha256:newer" });
  await docker.write({ "ocs-faker1": { image: "lab/faker:1" }, "grafana": { image: "grafana:9" } });
  const changed = await bed.until(
    "the changes",
    ({ data }) => Object.keys(data.orphans).length === 1 && data.new_tags["grafana"] === "grafana:9",
  );
  assert.equal(changed.data.child_states.find((one) => one.instance_id === "faker1")?.restart_required, true);
  assert.equal(stateOf(changed.data.child_states, "faker2"), "?");
  assert.match(textsOf(changed), /Marking missing service for faker2/);
  const [orphan] = Object.values(changed.data.orphans);
  assert.deepEqual([orphan?.["service"], orphan?.["running"], orphan?.["compose_file"]], [
    "ocs-faker2",
    true,
    docker.composeFile,
  ]);
  const [, , removed] = await bed.task("remove_orphans");
  assert.match(textsOf(removed), /Attempting stop and remove of 1 containers\.\n[^]*Done\./);
  await bed.until("no orphan", ({ data }) => Object.keys(data.orphans).length === 0);
  const [, , pulled] = await bed.task("docker_pull");
  assert.match(textsOf(pulled), new RegExp(`Running pull for ${docker.composeFile} \\.\\.\\.\n[^]*Done\\.`));

  await bed.call("stop", "manager");
  await bed.call("wait", "manager");
  assert.deepEqual(Object.keys(await docker.pids()), []);
});

Deno.test("HostManager keeps targets and services while docker hangs or answers garbage, and goes on afterwards", async () => {
  await using docker = await DockerStandin.make(SERVICES);
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, SITE, {
    args: ["--docker-compose", docker.composeFile, "--docker-timeout", "1"],
    env: docker.env,
  });
  await docker.behave("hang");
  await bed.start();
  // What docker does not run is not held up.
  await bed.untilState(["idle"], "up");
  await bed.until("the complaint", ({ data }) => data.config_parse_status[docker.composeFile]?.[0] === false);
  await docker.behave("well");
  await bed.untilState(["faker1"], "up", 30_000);
  const before = await docker.pids();
  const faults = [
    ["hang", /no end after 1 s/],
    ["garbage", /docker compose config answered .*, which is no YAML/],
  ] as const;
  for (const [mode, expected] of faults) {
    await docker.behave(mode);
    const shown = await bed.until(
      `the complaint about ${mode}`,
      ({ data }) => expected.test(data.config_parse_status[docker.composeFile]?.[2] ?? ""),
    );
    assert.match(textsOf(shown), expected);
    const states = shown.data.child_states.filter(({ instance_id: id }) => id.startsWith("faker"));
    assert.deepEqual(states.map((one) => [one.next_action, one.target_state, one.agent_class]), [
      ["up", "up", "FakeDataAgent[d]"],
      ["down", "down", "FakeDataAgent[d]"],
    ]);
  }
  await docker.behave("well");
  await bed.until("docker again", ({ data }) => data.config_parse_status[docker.composeFile]?.[0] === true);
  assert.deepEqual(await docker.pids(), before);

  // Only watched from now on, they outlive the manager; the next one does not start them twice.
  await bed.task("die", { disown_dockers: true });
  await bed.program.ended;
  assert.deepEqual(await docker.pids(), before);
  assert.deepEqual(bed.children(), []);
  await bed.start();
  const again = await bed.untilState(["faker1"], "up", 30_000);
  assert.match(textsOf(again), /Docker-based instance faker1 seems to be running\./);
  assert.deepEqual(await docker.pids(), before);
});

Deno.test("HostManager says that there is no docker, and what docker's client says that fails", async () => {
  await using router = await OurRouter.start();
  const empty = await Deno.makeTempDir();
  try {
    const cases: [path: string, expected: RegExp][] = [
      [empty, /Cannot run "docker compose .*": there is no such program/],
    ];
    // The real client, with or without an engine: there is no such file either way.
    if (await hasDocker()) {
      cases.push([
        Deno.env.get("PATH") ?? "",
        /Could not run docker compose .*; exit code \d+, error text: ./,
      ]);
    }
    for (const [path, expected] of cases) {
      const file = "/no/such/compose.yaml";
      await using bed = await HostBed.make(router, SITE, {
        args: ["--docker-compose", file],
        env: { PATH: path },
      });
      await bed.start();
      const shown = await bed.until(
        "the complaint",
        ({ data }) => data.config_parse_status[file]?.[0] === false,
      );
      assert.match(
        textsOf(shown),
        /Failed to interpret \/no\/such\/compose.yaml and\/or its service states: /,
      );
      assert.match(textsOf(shown), expected);
    }
  } finally {
    await Deno.remove(empty);
  }
});

async function hasDocker(): Promise<boolean> {
  try {
    await new Deno.Command("docker", { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch {
    return false;
  }
}
