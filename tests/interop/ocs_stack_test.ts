/**
 * Unmodified Python OCS on our router: agents, recorder, host manager, client and command line tools, through a restart
 * of the router.
 *
 * @module
 */
import assert from "node:assert/strict";
import { testsWith } from "../helpers/interop_test.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import type { RouterFixture } from "../helpers/router_fixture.ts";
import { type SiteFolder, writeSite } from "../helpers/site_file.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("Python peers", pythonPeers);

const CLIENT = `
import json, sys, time
from ocs.ocs_client import OCSClient
def client(instance):
    return OCSClient(instance, args=['--site-file', sys.argv[1], '--site-host', 'localhost'])
`;

/** Runs lines of Python that set `result`, with `client(instance)` at hand. */
function ask(peers: PythonPeers, site: SiteFolder, lines: string): Promise<unknown> {
  return pythonJson({ peers, script: `${CLIENT}${lines}\nprint(json.dumps(result))\n`, args: [site.file] });
}

/** A site of Python agents; `data` is where the recorder writes. */
function pythonSite(router: RouterFixture, data: string): Promise<SiteFolder> {
  return writeSite(
    router,
    [
      { agentClass: "RegistryAgent", instanceId: "registry", arguments: [] },
      {
        agentClass: "FakeDataAgent",
        instanceId: "faker1",
        arguments: [["--mode", "acq"], ["--num-channels", "3"], ["--sample-rate", "5"], [
          "--frame-length",
          "2",
        ]],
      },
      {
        agentClass: "AggregatorAgent",
        instanceId: "aggregator",
        arguments: [["--initial-state", "record"], ["--time-per-file", "60"], ["--data-dir", data]],
      },
      { agentClass: "HostManager", instanceId: "hm1", arguments: [["--initial-state", "up"]] },
      {
        agentClass: "FakeDataAgent",
        instanceId: "faker2",
        arguments: [["--mode", "idle"]],
        manage: "host/up",
      },
    ].map((agent) => ({ manage: "ignore", ...agent })),
  );
}

/** What the recorder's files hold: provider address and field to the set of value types. */
const RECORDED = `
import glob, json, os, sys
import so3g
from spt3g import core
kinds, samples = {}, 0
for path in sorted(glob.glob(os.path.join(sys.argv[1], '**', '*.g3'), recursive=True)):
    for frame in core.G3File(path):
        if frame.type != core.G3FrameType.Housekeeping or frame['hkagg_type'] != 2:
            continue
        for block in frame['blocks']:
            samples += len(block.times)
            for key in block.keys():
                kinds.setdefault(frame['address'] + ' ' + key, set()).add(type(block[key]).__name__)
print(json.dumps({'samples': samples, 'kinds': {k: sorted(v) for k, v in kinds.items()}}))
`;

test(
  "OCS S1, S6, S7: agents, recorder, host manager, client and tools of Python OCS work on our router",
  async (peers, t) => {
    const data = await Deno.makeTempDir({ prefix: "recorded_" });
    try {
      await using router = await OurRouter.start();
      await using site = await pythonSite(router, data);
      const start = (instanceId: string) => startPythonAgent({ peers, site, instanceId });
      await using _registry = await start("registry");
      await using aggregator = await start("aggregator");
      await using _faker = await start("faker1");
      await using manager = await start("hm1");

      await t.step(
        "OCSClient runs a task, and refuses a wrong parameter as it does on crossbar",
        async () => {
          assert.deepEqual(
            await ask(
              peers,
              site,
              `
c = client('faker1')
started = c.delay_task.start(delay=0.5)
done = c.delay_task.wait(timeout=20)
wrong = c.delay_task.start(delay='soon')
result = [started.status, done.status, done.session['success'], done.session['data']['requested_delay'], wrong.status]
`,
            ),
            [0, 0, true, 0.5, -1],
          );
        },
      );

      await t.step("the registry knows every agent by its heartbeat", async () => {
        await untilTrue(async () => {
          const known = await ask(
            peers,
            site,
            "result = sorted(client('registry').main.status().session['data'])",
          );
          return ["aggregator", "faker1", "hm1"].every((name) =>
            Array.isArray(known) && known.includes(`observatory.${name}`)
          );
        }, { what: "all agents in the registry", timeoutMs: 20_000 });
      });

      await t.step("ocs-client-cli scan lists the agents", async () => {
        const { stdout } = await Program.run({
          name: "ocs-client-cli scan",
          command: peers.program("ocs-client-cli"),
          args: ["--site-file", site.file, "--site-host", "localhost", "scan", "--details"],
        });
        assert.match(stdout, /List of Detected Agents: \(\d+\)/);
        assert.match(stdout, /faker1\n(.*\n)*? {4}acq +: RUNNING/);
      });

      await t.step("ocs-client-cli listen prints topics and messages", async () => {
        await using listener = Program.start({
          name: "ocs-client-cli listen",
          command: peers.program("ocs-client-cli"),
          args: [
            "--site-file",
            site.file,
            "--site-host",
            "localhost",
            "listen",
            "--json",
            "observatory..feeds.heartbeat",
          ],
          env: { PYTHONUNBUFFERED: "1" },
        });
        await listener.untilLog(
          /^\{"topic": "observatory\.faker1\.feeds\.heartbeat", "message": \[/m,
          20_000,
        );
      });

      await t.step("ocsbow status shows what the host manager has started", async () => {
        await untilTrue(async () => {
          const { stdout } = await Program.run({
            name: "ocsbow status",
            command: peers.program("ocsbow"),
            args: ["--site-file", site.file, "--site-host", "localhost", "status"],
          });
          return /faker2 +FakeDataAgent +up +up/.test(stdout) && /hm1 +HostManager +up/.test(stdout);
        }, { what: "faker2 up in ocsbow status", timeoutMs: 45_000, pollMs: 500 });
        assert.equal(await ask(peers, site, "result = client('faker2').acq.status().status"), 0);
        await Program.run({
          name: "ocsbow down",
          command: peers.program("ocsbow"),
          args: ["--site-file", site.file, "--site-host", "localhost", "down", "faker2"],
        });
        await untilTrue(async () => {
          const { stdout } = await Program.run({
            name: "ocsbow status",
            command: peers.program("ocsbow"),
            args: ["--site-file", site.file, "--site-host", "localhost", "status"],
          });
          return /faker2 +FakeDataAgent +down +down/.test(stdout);
        }, { what: "faker2 down in ocsbow status", timeoutMs: 45_000, pollMs: 500 });
        assert(manager.running);
      });

      await t.step("the recorded files hold the feed, and floats are floats", async () => {
        const feed = "observatory.faker1.feeds.false_temperatures";
        const providers = "client('aggregator').record.status().session['data'].get('providers', {})";
        await untilTrue(() => ask(peers, site, `result = '${feed}' in ${providers}`), {
          what: "the feed at the recorder",
          timeoutMs: 30_000,
          pollMs: 500,
        });
        await aggregator.stop();
        const recorded = await pythonJson({ peers, script: RECORDED, args: [data] });
        assert(typeof recorded === "object" && recorded !== null && "kinds" in recorded);
        for (const channel of ["channel_00", "channel_01", "channel_02"]) {
          const kinds: unknown = Reflect.get(Object(recorded.kinds), `${feed} ${channel}`);
          assert.deepEqual(kinds, ["G3VectorDouble"], JSON.stringify(recorded));
        }
      });
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  },
);

for (const [how, pauseMs] of [["SIGKILL", 1_000], ["SIGTERM", 5_000]] as const) {
  test(`OCS S2, S3: agents of Python OCS come back after ${how} of our router and ${pauseMs / 1000} s without it`, async (peers) => {
    await using router = await OurRouter.start();
    await using site = await pythonSite(router, "/nonexistent");
    await using faker = await startPythonAgent({ peers, site, instanceId: "faker1" });
    await using registry = await startPythonAgent({ peers, site, instanceId: "registry" });
    const before = await ask(peers, site, "result = client('faker1').acq.status().session['session_id']");

    // A wait that is pending when the router goes: its invocation stays in the agent's memory.
    await using waiting = Program.start({
      name: "pending wait",
      command: peers.python,
      args: [
        "-c",
        `${CLIENT}print('waiting', flush=True)\nclient('faker1').acq.wait(timeout=120)\n`,
        site.file,
      ],
    });
    await waiting.untilLog("waiting");
    await untilTrue(() => ask(peers, site, "result = client('faker1').acq.status().status == 0"));

    await router.down(how);
    // The length of the outage is what is tested.
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    await router.up();

    await untilTrue(() => ask(peers, site, "result = client('faker1').acq.status().status == 0"), {
      what: "faker1 back on the router",
      timeoutMs: 40_000,
      pollMs: 250,
    });
    assert.deepEqual(
      await ask(
        peers,
        site,
        `
c = client('faker1')
session = c.acq.status().session
waits = [c.acq.wait(timeout=0.2).status for _ in range(5)]
result = [session['session_id'], session['status'], waits, c.delay_task(delay=0.1).session['success']]
`,
      ),
      [before, "running", [1, 1, 1, 1, 1], true],
    );
    await untilTrue(
      () =>
        ask(peers, site, "result = 'observatory.faker1' in client('registry').main.status().session['data']"),
      { what: "faker1 in the registry", timeoutMs: 30_000, pollMs: 250 },
    );
    for (const agent of [faker, registry]) {
      assert(agent.running);
      const joins = agent.log.split("session joined").length - 1;
      assert.equal(joins, 2, `joined once before and once after, no loop:\n${agent.tail(40)}`);
    }
  });
}

test("OCS S4: a Python agent that is killed and started again at once gets its procedures back", async (peers) => {
  await using router = await OurRouter.start();
  await using site = await pythonSite(router, "/nonexistent");
  const killed = await startPythonAgent({ peers, site, instanceId: "faker1" });
  await killed.kill();
  await using again = await startPythonAgent({ peers, site, instanceId: "faker1" });
  assert.equal(
    await ask(peers, site, "result = client('faker1').delay_task(delay=0.1).session['success']"),
    true,
  );
  assert(!again.log.includes("procedure_already_exists"), again.tail());
});

test("OCS S10: a publication above 1 MiB harms neither its Python publisher nor its Python subscriber", async (peers) => {
  await using router = await OurRouter.start();
  const script = `
import json, sys
from twisted.internet import reactor
from twisted.internet.defer import ensureDeferred, Deferred
from autobahn.twisted.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.types import PublishOptions
sessions, seen, done = [], [], Deferred()
class Session(ApplicationSession):
    async def onJoin(self, details):
        sessions.append(self)
        if len(sessions) == 2:
            ensureDeferred(run(*sessions)).addBoth(finish)
async def run(a, b):
    came = Deferred()
    def handler(size_or_text):
        seen.append(len(size_or_text))
        if len(size_or_text) == 3:
            came.callback(None)
    await b.subscribe(handler, 'observatory.big.feeds.x')
    outcome = 'sent'
    try:
        await a.publish('observatory.big.feeds.x', 'x' * 2 * 2**20, options=PublishOptions(acknowledge=True))
    except Exception as error:
        outcome = type(error).__name__
    if a.is_attached():
        a.publish('observatory.big.feeds.x', 'end')
        await came.addTimeout(10, reactor)
    return [outcome, seen, a.is_attached(), b.is_attached()]
def finish(result):
    print(json.dumps(result if isinstance(result, list) else str(result)), flush=True)
    reactor.stop()
for _ in range(2):
    ApplicationRunner(sys.argv[1], sys.argv[2]).run(Session, start_reactor=False, auto_reconnect=False)
reactor.run()
`;
  const result = await pythonJson({ peers, script, args: [router.url, router.realm] });
  assert(Array.isArray(result), String(result));
  const [, seen, publisher, subscriber] = result;
  assert.deepEqual([seen, publisher, subscriber], [[3], true, true]);
});
