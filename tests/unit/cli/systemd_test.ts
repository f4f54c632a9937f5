import assert from "node:assert/strict";
import { planSystemd, type SystemdChoice } from "../../../cli/deploy/plan_systemd.ts";
import { launcherText, type SystemdService, unitText } from "../../../cli/deploy/systemd_service.ts";
import { SiteError, type SiteOptions } from "../../../site/mod.ts";
import { memoryEnvironment } from "../site/memory_environment.ts";

const SITE = `
hub: {wamp_server: "ws://127.0.0.1:8001/ws", wamp_realm: test_realm, address_root: observatory}
hosts:
  daq-1:
    agent-instances:
      - {agent-class: HostManager, instance-id: hm-daq-1}
      - {agent-class: FakeDataAgent, instance-id: faker1}
      - {agent-class: AggregatorAgent, instance-id: agg}
      - {agent-class: LakeshoreAgent, instance-id: ls1}
      - {agent-class: FakeDataAgent, instance-id: "a b"}
  daq-2: {agent-instances: []}
`;

async function plan(choice: Partial<SystemdChoice> = {}, options: SiteOptions = {}, hostname = "daq-1") {
  const environment = memoryEnvironment({
    files: { "/srv/default.yaml": SITE },
    variables: { USER: "ocs" },
    hostname,
  });
  return await planSystemd({ siteFile: "/srv/default.yaml", ...options }, {
    router: false,
    dockerCompose: [],
    ...choice,
  }, environment);
}

const PYTHON = { pythonBin: "/usr/bin/python3" };

Deno.test("OCS 7.5: planSystemd() takes the host manager of this host's entry, under the names of ocs-install-systemd", async () => {
  const service = await plan({ ...PYTHON, dockerCompose: ["a.yml", "/b.yml"] });
  assert.deepEqual(service, {
    description: "OCS HostManager for daq-1",
    launcher: "/srv/launcher-hm-daq-1.sh",
    unit: "/etc/systemd/system/ocs-hostmanager.service",
    user: "ocs",
    shell: "/bin/sh",
    siteFile: "/srv/default.yaml",
    program: { kind: "python", bin: "/usr/bin/python3" },
    args: ["--instance-id=hm-daq-1", "--site-host=daq-1", "--docker-compose=/cwd/a.yml,/b.yml"],
  });
  const named = await plan({ ...PYTHON, serviceHost: "x", launcherDir: "/l", serviceDir: "/u" });
  assert.deepEqual([named.launcher, named.unit], ["/l/launcher-hm-daq-1.sh", "/u/ocs-hostmanager-x.service"]);
  const chosen = await plan({ ...PYTHON, serviceName: "x.service", launcherScript: "l.sh", folder: "out" });
  assert.deepEqual([chosen.launcher, chosen.unit], ["/cwd/l.sh", "/cwd/out/x.service"]);
});

Deno.test("planSystemd() leaves its agents to our host manager, which systemd must not end for it", async () => {
  const service = await plan();
  assert(service.program.kind === "ours");
  assert.match(service.program.words.join(" "), /\/agents\/host_manager\.ts$/);
  assert.match(unitText(service), /^KillMode=process$/m);
  assert.match(unitText(await plan({ instanceId: "faker1" })), /^KillMode=mixed$/m);
  assert.doesNotMatch(unitText(await plan(PYTHON)), /KillMode/);
});

Deno.test("planSystemd() runs an agent or the router with this Deno, and hands site options on", async () => {
  const faker = await plan({ instanceId: "faker1", serviceUser: "9000" }, { siteHub: "ws://h:1/ws" });
  assert.deepEqual(faker.args, ["--instance-id=faker1", "--site-host=daq-1", "--site-hub=ws://h:1/ws"]);
  assert.equal(faker.description, "OCS FakeDataAgent faker1 for daq-1");
  assert.match(faker.unit, /\/ocs-faker1\.service$/);
  assert(faker.program.kind === "ours" && faker.program.bin === Deno.execPath());
  assert.match(faker.program.words.join(" "), /^run .*\/agents\/fake_data\.ts$/);
  const aggregator = await plan({ instanceId: "agg" });
  // As where ocs up starts it.
  assert(aggregator.program.kind === "ours");
  assert.match(
    aggregator.program.words.join(" "),
    /--v8-flags=--max-semi-space-size=2,.* .*\/aggregator\.ts$/,
  );
  // A router needs no entry for its host.
  const router = await plan({ router: true }, {}, "elsewhere");
  assert.deepEqual([router.unit, router.args], ["/etc/systemd/system/ocs-router.service", []]);
  assert(router.program.kind === "ours");
  assert.match(router.program.words.join(" "), /\/cli\/main\.ts router$/);
});

Deno.test("planSystemd() names what does not fit", async () => {
  const cases: readonly (readonly [Partial<SystemdChoice>, string | undefined, RegExp])[] = [
    [{}, "daq-2", /host "daq-2" of "\/srv\/default\.yaml" has no HostManager; expected --instance-id ID/],
    [{}, "daq-9", /Site config has no entry in "hosts" for \['daq-9', 'localhost'\]/],
    [{ instanceId: "fakr1" }, undefined, /"fakr1": host "daq-1" .* did you mean "faker1"\?/],
    [
      { instanceId: "ls1" },
      undefined,
      /its class LakeshoreAgent is none of this toolkit and of no list of the site file, expected --python-bin/,
    ],
    [{ instanceId: "a b" }, undefined, /the instance id is "ocs-a b\.service", expected letters/],
    [
      { instanceId: "faker1", dockerCompose: ["x"] },
      undefined,
      /it is a FakeDataAgent, expected a HostManager/,
    ],
    [{ router: true, instanceId: "faker1" }, undefined, /are for agents, expected --router without them/],
    [{ ...PYTHON, serviceUser: "a\nb" }, undefined, /--service-user is "a\nb", expected the name of a user/],
    [
      { ...PYTHON, launcherDir: '/a"b' },
      undefined,
      /the launcher is "\/a"b\/launcher-hm-daq-1\.sh", expected a path/,
    ],
    [{ ...PYTHON, serviceName: "a/b" }, undefined, /--service-name is "a\/b\.service", expected letters/],
  ];
  for (const [choice, hostname, message] of cases) {
    await assert.rejects(plan(choice, {}, hostname), (error: Error) => {
      assert(error instanceof SiteError);
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(
    plan({ router: true }, {
      siteFile: undefined,
      site: "none",
      siteHub: "ws://h/ws",
      siteRealm: "r",
      addressRoot: "o",
    }),
    /Cannot write a service without a site file/,
  );
});

Deno.test("unitText() and launcherText() keep odd names whole, for systemd and for the shell", () => {
  const service: SystemdService = {
    description: "OCS 100%",
    launcher: "/srv/a b 5%/l.sh",
    unit: "/u/x.service",
    user: "ocs",
    shell: "/bin/sh",
    siteFile: "/srv/it's here/s.yaml",
    program: { kind: "ours", bin: "/opt/my deno", words: ["run", "a b.ts"], killMode: "mixed" },
    args: ["--instance-id=x", "--site-host=$(reboot)"],
  };
  const unit = unitText(service);
  assert.match(unit, /^Description=OCS 100%%$/m);
  assert(unit.includes('\nExecStart="/srv/a b 5%%/l.sh"\n'), unit);
  const launcher = launcherText(service);
  assert(launcher.includes(`\nSITE_FILE='/srv/it'\\''s here/s.yaml'\nOCS='/opt/my deno'\n`), launcher);
  assert(launcher.includes(`\nexec "\${OCS}" run 'a b.ts' \\\n  --site-file="\${SITE_FILE}" \\\n`), launcher);
  assert(launcher.endsWith(`  --instance-id=x  \\\n  '--site-host=$(reboot)'\n`), launcher);
});
