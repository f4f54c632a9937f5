/** `ocs up` on a host whose block of the site file has `crossbar`; a router of ours stands in for it. @module */
import assert from "node:assert/strict";
import { freePort } from "../../helpers/free_port.ts";
import { answersInfo, routerAt } from "../../helpers/router_fixture.ts";
import { type SiteFolder, writeSite } from "../../helpers/site_file.ts";
import { within } from "../../helpers/until.ts";
import { ocs } from "./ocs.ts";
import { isAlive, jsonLines, siteArgs, startOcs } from "./ocs_program.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;
const AGENTS = [
  { agentClass: "RegistryAgent", instanceId: "registry" },
  { agentClass: "FakeDataAgent", instanceId: "faker1", arguments: ["--mode", "acq"] },
];

/** A site with a program in place of crossbar; `script` is what it does, with crossbar's arguments in `$@`. */
async function siteWith(script: string | undefined, { withConfiguration = true } = {}): Promise<SiteFolder> {
  const site = await writeSite(routerAt(freePort()), AGENTS);
  const bin = `${site.folder}/crossbar`;
  const configDir = `${site.folder}/dot_crossbar`;
  if (script !== undefined) await Deno.writeTextFile(bin, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  if (withConfiguration) {
    await Deno.mkdir(configDir);
    await Deno.writeTextFile(`${configDir}/config.json`, "{}");
  }
  const text = await Deno.readTextFile(site.file);
  const entry = `"crossbar": {"bin": "${bin}", "config-dir": "${configDir}"},\n      "agent-instances"`;
  await Deno.writeTextFile(site.file, text.replace('"agent-instances"', entry));
  return site;
}

/** A router of ours on the site's port, which first says how it was called and which process it is. */
function standIn({ router }: { readonly router: { readonly port: number } }): string {
  return `echo "called with $*"; echo "process $$"\n` +
    `exec "${Deno.execPath()}" run -A "${MAIN}" router --port ${router.port} --site none`;
}

async function siteWithStandIn(): Promise<SiteFolder> {
  const site = await siteWith("");
  await Deno.writeTextFile(`${site.folder}/crossbar`, `#!/bin/sh\n${standIn(site)}\n`);
  return site;
}

Deno.test("ocs up starts the crossbar of the host before the agents, and stops it after them", async () => {
  await using site = await siteWithStandIn();
  await using up = startOcs(["up", ...siteArgs(site)]);
  await up.untilLog("All 2 agents are up", 30_000);
  const { folder, router } = site;
  assert.match(
    up.stdout,
    new RegExp(`^Crossbar, ${router.url}, realm "test_realm"; 2 agents of host "localhost"`),
  );
  assert.ok(
    up.stdout.includes(`crossbar | called with start --cbdir ${folder}/dot_crossbar --loglevel warn\n`),
  );
  assert.match(up.stdout, /^crossbar \| Router ready[^]*^(faker1|registry) /m);
  assert.doesNotMatch(up.stdout, /^(faker1|registry) [^]*^crossbar \| Router ready/m);
  const [, pid] = /crossbar \| process (\d+)/.exec(up.stdout) ?? assert.fail(up.tail());
  up.signal("SIGINT");
  const { code, stdout } = await within(up.ended, 15_000, "the end of ocs up");
  assert.equal(code, 0, stdout);
  for (const { instanceId } of AGENTS) {
    assert.match(
      stdout,
      new RegExp(`^${instanceId} +\\| .*session left: reason=wamp.close.goodbye_and_out`, "m"),
    );
  }
  assert.doesNotMatch(stdout, /^\w+ ended:/m);
  assert.equal(await isAlive(Number(pid)), false);
});

Deno.test("ocs up tells the end of crossbar, and leaves the agents to themselves", async () => {
  await using site = await siteWithStandIn();
  await using up = startOcs(["up", "--json", "--verbose", ...siteArgs(site)]);
  await up.untilLog('"event":"up"', 30_000);
  const lines = jsonLines(up.stdout).filter(({ instance }) => instance === "crossbar").map(({ line }) =>
    String(line)
  );
  assert.equal(lines[0], `called with start --cbdir ${site.folder}/dot_crossbar`);
  Deno.kill(Number(/\d+/.exec(lines[1] ?? "")?.[0]), "SIGKILL");
  await up.untilLog('"event":"ended","instance":"crossbar","how":"signal SIGKILL"');
  await up.untilLog("waiting for reconnection");
  up.signal("SIGINT");
  assert.equal((await within(up.ended, 15_000, "the end of ocs up")).code, 0);
});

Deno.test("ocs up starts no agent without the site's crossbar, and says what is missing", async () => {
  for (
    const [site, why] of [
      [await siteWith("echo bad; exit 3"), /Cannot start crossbar: it ended with exit code 3/],
      [
        await siteWith(undefined),
        /Cannot start "crossbar": \S+ does not run: there is no such program; .*--no-router/,
      ],
      [
        await siteWith("", { withConfiguration: false }),
        /Cannot start crossbar: there is no "\S+dot_crossbar\/config.json"; .*ocs crossbar-config -o \S+/,
      ],
    ] as const
  ) {
    await using _site = site;
    const { code, stdout, stderr } = await ocs(["up", ...siteArgs(site)]);
    assert.equal(code, 1, stdout + stderr);
    assert.match(stderr, why);
    assert.doesNotMatch(stdout, /^faker1/m);
  }
});

Deno.test("ocs up does not promise for crossbar what only the router of this toolkit has", async () => {
  await using site = await siteWith("exit 3");
  const { code, stderr } = await ocs(["up", "--metrics", ...siteArgs(site)]);
  assert.equal(code, 1);
  assert.match(stderr, /Cannot serve metrics: the router runs as crossbar, at ws:/);
});

Deno.test("ocs up ends at once on Ctrl-C while it waits for a crossbar that never answers", async () => {
  await using site = await siteWith("echo here; exec sleep 60");
  await using up = startOcs(["up", ...siteArgs(site)]);
  await up.untilLog("crossbar | here");
  up.signal("SIGINT");
  const { code, stdout } = await within(up.ended, 12_000, "the end of ocs up");
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /^(faker1|crossbar ended)/m);
});

Deno.test("ocs up --port starts the router of this toolkit all the same, and says that the site has crossbar", async () => {
  await using site = await siteWith("exit 3");
  const port = freePort();
  await using up = startOcs(["up", "--port", String(port), ...siteArgs(site)]);
  await up.untilLog("All 2 agents are up", 30_000);
  assert.equal(await answersInfo(port), true);
  assert.match(up.log, /warning: host "localhost" of the site file has crossbar, which ocs up starts/);
});
