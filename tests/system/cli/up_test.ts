import assert from "node:assert/strict";
import { pause } from "../../../internal/pause.ts";
import { SAME_SIGNAL_MS, stopSignals } from "../../../internal/stop_signals.ts";
import { connectWamp } from "../../../client/mod.ts";
import { Router } from "../../../router/mod.ts";
import { freePort } from "../../helpers/free_port.ts";
import type { Program } from "../../helpers/process.ts";
import { ADDRESS_ROOT, answersInfo, REALM, routerAt } from "../../helpers/router_fixture.ts";
import { type SiteAgent, type SiteFolder, writeSite } from "../../helpers/site_file.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { childrenOf, isAlive, jsonLines, siteArgs, startOcs } from "./ocs_program.ts";

/** A press so soon after the first counts as its echo. */
const ANOTHER_PRESS_MS = SAME_SIGNAL_MS + 50;

const REGISTRY: SiteAgent = { agentClass: "RegistryAgent", instanceId: "registry" };
const FAKER: SiteAgent = {
  agentClass: "FakeDataAgent",
  instanceId: "faker1",
  arguments: ["--mode", "acq", "--num-channels", "2"],
};
const BAREBONES: SiteAgent = { agentClass: "BarebonesAgent", instanceId: "bare1" };
const THREE = [REGISTRY, FAKER, BAREBONES];

const ALL_UP = /(All \d+ agents are|The agent is) up/;

function newSite(agents: readonly SiteAgent[] = THREE, port = freePort()): Promise<SiteFolder> {
  return writeSite(routerAt(port), agents);
}

/** Asks each agent for its api through the router and gives the ids that answer. */
async function answering(url: string, instanceIds: readonly string[]): Promise<string[]> {
  await using client = await connectWamp({ url, realm: REALM, timeoutMs: 5_000 });
  const answers = await Promise.all(instanceIds.map(async (id) => {
    const { args: [api] } = await client.call(`${ADDRESS_ROOT}.${id}`, ["get_api"], { timeoutMs: 5_000 })
      .then((result) => ({ args: Array.isArray(result) ? result : [result] }), () => ({ args: [undefined] }));
    return api === undefined ? [] : [id];
  }));
  return answers.flat();
}

async function endOf(up: Program, timeoutMs = 12_000) {
  return await within(up.ended, timeoutMs, `the end of ocs up\n${up.tail(40)}`);
}

for (const together of [false, true]) {
  const how = together ? "in its own process" : "as processes";
  const flags = together ? ["--together"] : [];
  for (const signal of stopSignals()) {
    Deno.test(`ocs up runs a site's agents ${how}; ${signal} stops them, then the router, exit 0`, async () => {
      await using site = await newSite();
      await using up = startOcs(["up", ...flags, ...siteArgs(site)]);
      await up.untilLog(ALL_UP);
      assert.deepEqual(await answering(site.router.url, ["registry", "faker1", "bare1", "nobody"]), [
        "registry",
        "faker1",
        "bare1",
      ]);
      assert.equal((await childrenOf(up)).size, together ? 0 : 3);
      up.signal(signal);
      const { code, stdout, stderr } = await endOf(up);
      assert.equal(code, 0, stdout + stderr);
      // Each said goodbye to a router that was still there.
      for (const name of ["registry", "faker1", "bare1"]) {
        assert.match(
          stdout,
          new RegExp(`^${name} +\\| .*session left: reason=wamp.close.goodbye_and_out`, "m"),
        );
      }
      assert.doesNotMatch(stdout, /^\w+ ended:/m);
      assert.match(stdout, /\nAll has stopped\n$/);
      assert.equal(await answersInfo(site.router.port), false);
    });
  }

  Deno.test(`ocs up --json prints nothing but JSON lines, agents ${how}`, async () => {
    await using site = await newSite();
    await using up = startOcs(["up", "--json", ...flags, ...siteArgs(site)]);
    await up.untilLog('"event":"up"');
    up.signal("SIGINT");
    const { stdout } = await endOf(up);
    const events = jsonLines(stdout);
    assert.deepEqual(events[0], {
      event: "start",
      url: site.router.url,
      agents: ["registry", "faker1", "bare1"],
    });
    assert.deepEqual(
      new Set(events.map((event) => event["event"])),
      new Set(["start", "line", "up", "stop", "stopped"]),
    );
    assert.ok(events.every((event) => event["event"] !== "line" || typeof event["line"] === "string"));
  });

  Deno.test(`ocs up --port moves router and agents, agents ${how}`, async () => {
    await using site = await newSite();
    const port = freePort();
    await using up = startOcs(["up", "--port", String(port), ...flags, ...siteArgs(site)]);
    await up.untilLog(ALL_UP);
    assert.deepEqual(await answering(routerAt(port).url, ["faker1"]), ["faker1"]);
    assert.equal(await answersInfo(site.router.port), false);
    assert.match(up.log, /warning: wamp_server is .* but the router listens on port/);
  });

  Deno.test(`ocs up --no-router joins the router that is there and leaves it alone, agents ${how}`, async () => {
    await using router = await Router.start({ realm: REALM, addressRoot: ADDRESS_ROOT });
    await using site = await newSite(THREE, router.port);
    await using up = startOcs(["up", "--no-router", ...flags, ...siteArgs(site)]);
    await up.untilLog(ALL_UP);
    assert.deepEqual(await answering(router.url, ["registry", "bare1"]), ["registry", "bare1"]);
    up.signal("SIGINT");
    assert.equal((await endOf(up)).code, 0);
    assert.equal(await answersInfo(router.port), true);
  });

  Deno.test(`ocs up without a site file runs the demo site, agents ${how}`, async () => {
    const port = freePort();
    await using up = startOcs(["up", "--port", String(port), ...flags]);
    await up.untilLog("All 4 agents are up");
    const names = ["registry", "faker1", "faker2", "barebones1"];
    assert.deepEqual(await answering(routerAt(port).url, names), names);
    up.signal("SIGINT");
    assert.equal((await endOf(up)).code, 0);
  });
}

Deno.test("ocs up --instance-id runs that agent alone; a near miss is told, exit 2", async () => {
  await using site = await newSite();
  await using wrong = startOcs(["up", ...siteArgs(site), "--instance-id", "faker11"]);
  const { code, stderr } = await endOf(wrong);
  assert.equal(code, 2);
  assert.match(stderr, /Cannot start "faker11": host "localhost" of .* did you mean "faker1"\?/);
  await using up = startOcs(["up", ...siteArgs(site), "--instance-id", "faker1"]);
  await up.untilLog(ALL_UP);
  assert.deepEqual(await answering(site.router.url, ["registry", "faker1"]), ["faker1"]);
});

Deno.test("ocs up starts an agent with the flags of V8 that its class names", async () => {
  const arguments_ = ["--initial-state", "record", "--data-dir", await Deno.makeTempDir()];
  await using site = await newSite([{
    agentClass: "AggregatorAgent",
    instanceId: "agg",
    arguments: arguments_,
  }]);
  await using up = startOcs(["up", ...siteArgs(site)]);
  await up.untilLog(ALL_UP);
  const [pid] = (await childrenOf(up)).values();
  assert.match(await Deno.readTextFile(`/proc/${pid}/cmdline`), /\0--v8-flags=--max-semi-space-size=2,/);
  up.signal("SIGINT");
  await endOf(up);
  await Deno.remove(arguments_.at(-1) ?? "", { recursive: true });
});

Deno.test("ocs up with nothing to run says why for each, exit 1", async () => {
  await using site = await newSite([
    { ...FAKER, manage: "docker" },
    { ...BAREBONES, manage: "ignore" },
    { agentClass: "HostManager", instanceId: "hm1" },
  ]);
  await using up = startOcs(["up", ...siteArgs(site)]);
  const { code, stderr } = await endOf(up);
  assert.equal(code, 1);
  assert.match(stderr, /faker1 \(manage: docker.*bare1 \(manage: ignore\).*hm1 \(a HostManager/);
  assert.match(stderr, /--instance-id/);
});

Deno.test("ocs up names the taken address and what to do about it", async () => {
  await using router = await Router.start({ realm: REALM });
  await using site = await newSite(THREE, router.port);
  await using up = startOcs(["up", ...siteArgs(site)]);
  const { code, stdout, stderr } = await endOf(up);
  assert.equal(code, 1);
  assert.ok(stderr.includes(`127.0.0.1:${router.port}`), stderr);
  assert.match(stderr, /--no-router.*--port/s);
  assert.doesNotMatch(stdout, /session joined/);
});

Deno.test("ocs up names a child that was killed, and the others go on; with the last one it ends, exit 1", async () => {
  await using site = await newSite([FAKER, BAREBONES]);
  await using up = startOcs(["up", ...siteArgs(site)]);
  await up.untilLog(ALL_UP);
  const pids = await childrenOf(up);
  Deno.kill(pids.get("faker1") ?? assert.fail("no pid"), "SIGKILL");
  await up.untilLog(/^faker1 ended: signal SIGKILL; its last lines:\n {4}\S/m);
  assert.deepEqual(await answering(site.router.url, ["faker1", "bare1"]), ["bare1"]);
  Deno.kill(pids.get("bare1") ?? assert.fail("no pid"), "SIGKILL");
  const { code, stderr } = await endOf(up);
  assert.equal(code, 1);
  assert.match(stderr, /no agent is left/);
});

Deno.test("ocs up tells the exit code and the last lines of an agent that does not start, others run", async () => {
  await using site = await newSite([{ ...FAKER, arguments: ["--num-chanels", "3"] }, BAREBONES]);
  await using up = startOcs(["up", ...siteArgs(site)]);
  await up.untilLog(/^faker1 ended: exit code 2; its last lines:\n(?: {4}.*\n)*? {4}.*--num-chanels/m);
  await up.untilLog(/^bare1 +\| .*session joined/m);
  assert.doesNotMatch(up.log, ALL_UP);
  assert.equal(up.running, true);
});

Deno.test("ocs up names an unknown class and what is missing to run it", async () => {
  await using site = await newSite([{ agentClass: "LakeshoreAgent", instanceId: "ls1" }, BAREBONES]);
  await using up = startOcs(["up", ...siteArgs(site)], { PATH: "/nowhere" });
  await up.untilLog(/^ls1 ended: .*LakeshoreAgent.*ocs-agent-cli/m);
  await up.untilLog(/^bare1 +\| .*session joined/m);
  await using together = startOcs(["up", "--together", "--port", String(freePort()), ...siteArgs(site)]);
  await together.untilLog(/^ls1 ended: .*LakeshoreAgent/m);
  await together.untilLog(/^bare1 +\| .*session joined/m);
});

/**
 * A folder with an `ocs-agent-cli` that takes no notice of polite signals. Dispose of it.
 *
 * It ends by itself after half a minute, so that a test that was interrupted leaves nothing behind.
 */
async function stubbornLauncher() {
  const folder = await Deno.makeTempDir({ prefix: "launcher_" });
  await Deno.writeTextFile(
    `${folder}/ocs-agent-cli`,
    "#!/bin/sh\ntrap 'echo not now' INT TERM\necho session joined pid=$$\n" +
      "i=0; while [ $i -lt 600 ]; do sleep 0.05; i=$((i+1)); done\n",
    { mode: 0o755 },
  );
  return {
    path: `${folder}:${Deno.env.get("PATH")}`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("a second Ctrl-C ends ocs up at once, with 130 and no child left behind", async () => {
  await using launcher = await stubbornLauncher();
  await using site = await newSite([{ agentClass: "StubbornAgent", instanceId: "mule1" }, FAKER]);
  await using up = startOcs(["up", ...siteArgs(site)], { PATH: launcher.path });
  // The launcher only plays an agent and answers nothing, so that "all are up" would be a lie.
  for (const name of ["mule1", "faker1"]) {
    await up.untilLog(new RegExp(`^${name} +\\| .*session joined`, "m"));
  }
  assert.doesNotMatch(up.log, ALL_UP);
  const pids = [...(await childrenOf(up)).values()];
  assert.equal(pids.length, 2);
  up.signal("SIGINT");
  await up.untilLog(/^mule1 +\| not now/m);
  assert.equal(up.running, true);
  await pause(ANOTHER_PRESS_MS);
  up.signal("SIGINT");
  assert.equal((await endOf(up, 5_000)).code, 130);
  for (const pid of pids) await untilTrue(async () => !await isAlive(pid), { what: `the end of ${pid}` });
});

Deno.test("an ocs up that is killed takes its agents with it", async () => {
  await using site = await newSite();
  await using up = startOcs(["up", ...siteArgs(site)]);
  await up.untilLog(ALL_UP);
  const pids = [...(await childrenOf(up)).values()];
  assert.equal(pids.length, 3);
  up.signal("SIGKILL");
  for (const pid of pids) await untilTrue(async () => !await isAlive(pid), { what: `the end of ${pid}` });
  // Nothing holds the addresses.
  await using again = startOcs(["up", ...siteArgs(site)]);
  await again.untilLog(ALL_UP);
});

Deno.test("ocs up goes on when nobody reads it any more", async () => {
  await using site = await newSite([FAKER]);
  const main = new URL("../../../cli/main.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, "up", ...siteArgs(site)],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await child.stdout.cancel();
  try {
    await untilTrue(async () => (await answering(site.router.url, ["faker1"])).length === 1, {
      timeoutMs: 15_000,
    });
    child.kill("SIGINT");
    assert.equal((await within(child.status, 12_000)).code, 0);
  } finally {
    try {
      child.kill("SIGTERM");
    } catch {
      // Over already.
    }
    await child.status;
  }
});
