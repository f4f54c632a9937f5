/** Our pysmurf controller for Python's clients, scripts and monitor, and beside Python's own. @module */
import assert from "node:assert/strict";
import { Crossbar } from "../helpers/crossbar.ts";
import { freePort } from "../helpers/free_port.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOpenRouter } from "../helpers/open_router.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import type { RouterFixture } from "../helpers/router_fixture.ts";
import { writeSite } from "../helpers/site_file.ts";

const test = await testsWith("Python peers", pythonPeers);

const TOOLS = new URL("../tools", import.meta.url).pathname;
const SCRIPTS = `${TOOLS}/fake_pysmurf_scripts`;

function publisherEnv(udpPort: number, id: string): Record<string, string> {
  return {
    SMURFPUB_BACKEND: "udp",
    SMURFPUB_ID: id,
    SMURFPUB_UDP_HOST: "127.0.0.1",
    SMURFPUB_UDP_PORT: String(udpPort),
  };
}

/** The guide's code, as it is but for the parenthesis that it has too many and the name that OCS 0.12 has dropped. */
const GUIDE = `
import json, sys
from ocs.ocs_client import OCSClient as MatchedClient

controller = MatchedClient('pysmurf-controller', args=[])

script_path = sys.argv[1]
controller.run.start(script=script_path, args=['--step-seconds', 0.01, '--out-dir', sys.argv[2]])

ok, msg, sess = controller.run.wait()
print(json.dumps([ok, msg, sess['data'], [text for _, text in sess['messages']]]))
`;

async function runGuide(
  peers: PythonPeers,
  router: RouterFixture,
  monitor: "ours" | "theirs",
): Promise<void> {
  const udpPort = freePort();
  await using site = await writeSite(router, [
    {
      agentClass: "PysmurfMonitor",
      instanceId: "pysmurf-monitor",
      arguments: [["--udp-port", udpPort], ["--db-path", "files.db"]],
    },
    {
      agentClass: "PysmurfController",
      instanceId: "pysmurf-controller",
      arguments: [["--monitor-id", "pysmurf-monitor"], ["--python", peers.python], ["--slot", 2]],
    },
  ]);
  await using _monitor = monitor === "ours"
    ? await startOurAgent(site, { agentClass: "PysmurfMonitor", instanceId: "pysmurf-monitor" })
    : await startPythonAgent({ peers, site, instanceId: "pysmurf-monitor" });
  await using controller = await startOurAgent(site, {
    agentClass: "PysmurfController",
    instanceId: "pysmurf-controller",
    env: publisherEnv(udpPort, "pysmurf-s2"),
  });
  const said = await pythonJson({
    peers,
    name: "the guide's client",
    script: GUIDE,
    args: [`${SCRIPTS}/tune_squids.py`, `${site.folder}/out`],
    env: { OCS_CONFIG_DIR: site.folder },
  });
  assert.ok(Array.isArray(said));
  const [ok, message, data, messages] = said;
  assert.deepEqual([ok, message], [0, 'Operation "run" is currently not running (SUCCEEDED).']);
  assert.deepEqual(data.bands, {
    0: { resonators: 200, median_white_noise: 71.5 },
    1: { resonators: 201, median_white_noise: 72.5 },
  });
  assert.equal(data.finished, true);
  assert.match(data.tunefile, /_tune\.npy$/);
  assert.ok(messages.includes("band 0 tuned") && messages.includes("Script has finished with exit code 0"));
  assert.match(controller.log, /tune_squids\.py: Tuning slot 2, bands \[0, 1\]/);
}

test("the guide's client code works from Python on our router, with our monitor and with Python's", async (peers) => {
  await using router = await startOpenRouter();
  await runGuide(peers, router, "ours");
  await runGuide(peers, router, "theirs");
});

test("the guide's client code works from Python on crossbar", async (peers) => {
  await using router = await Crossbar.start(peers);
  await runGuide(peers, router, "ours");
});

/** Everything that can be done with \`run\` and \`abort\`, told as JSON. */
const TOUR = `
import json, os, sys, time
from ocs.ocs_client import OCSClient

name, scripts, folder = sys.argv[1:]
controller = OCSClient(name, args=[])
out = []

def told(label, reply):
    ok, msg, sess = reply
    out.append([label, ok, msg, sess.get('status'), sess.get('op_code'), sess.get('success'),
                sess.get('data'), [text for _, text in sess.get('messages', [])]])

def run(label, script, **params):
    started = controller.run.start(script=f'{scripts}/{script}', **params)
    out.append([label + ' start', started.status, started.msg, started.session.get('status')])
    told(label, controller.run.wait())

told('idle', controller.run.status())
run('success', 'chatty.py')
run('arguments', 'chatty.py', args=['--report', 'a b', 3, 0.5, 2.0, True, None, [1, 'x'], '\\u00e9'])
run('raises', 'failing.py', args=['--after', 0])
run('code 3', 'failing.py', args=['--after', 0, '--exit', 3])
run('code 255', 'failing.py', args=['--after', 0, '--exit', -1])
run('signal 9', 'failing.py', args=['--after', 0, '--signal', 9])
run('signal 15', 'failing.py', args=['--after', 0, '--signal', 15])
run('no script', 'nothing_here.py')
run('tune', 'tune_squids.py', args=['--step-seconds', 0.01])
run('strays', 'chatty.py', whatever=3)
log = f'{folder}/{name}.log'
run('log file', 'chatty.py', log=log)
run('no log file', 'chatty.py', log=f'{folder}/missing/x.log')
# Python's cuts its input where a read ends, so it logs empty lines that no script wrote, more or fewer by chance.
lines = [line[26:] for line in open(log).read().splitlines() if 'stderr' not in line]
out.append(['lines'] + sorted(line for line in lines if line.strip() not in ('', 'chatty.py:')))
controller.run.start(script=f'{scripts}/stubborn.py', args=['--beat', f'{folder}/{name}.beat'])
while not os.path.exists(f'{folder}/{name}.beat'):
    time.sleep(0.02)
second = controller.run.start(script='other.py')
out.append(['second', second.status, second.msg, second.session.get('status')])
controller.abort.start()
told('abort', controller.abort.wait())
told('aborted', controller.run.wait())
print(json.dumps(out))
`;

/** Leaves out what must differ: names, times, folders, texts of crashes. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map((
        [key, entry],
      ) => [key, ["timestamps", "pid", "executable"].includes(key) ? "varies" : comparable(entry)]),
    );
  }
  if (typeof value !== "string") return value;
  // Theirs crashes with a stack in place of words.
  if (/^(?:CRASH: |Cannot open log file )/.test(value)) return "no log file";
  return value.replaceAll(/\b(?:ours|theirs)-/g, "");
}

test("run and abort of our controller answer as those of Python's, told by Python's client", async (peers) => {
  await using router = await startOpenRouter();
  const udpPort = freePort();
  const controllers = ["ours-controller", "theirs-controller"];
  await using site = await writeSite(router, [
    {
      agentClass: "PysmurfMonitor",
      instanceId: "pysmurf-monitor",
      arguments: [["--udp-port", udpPort], ["--db-path", "files.db"]],
    },
    ...controllers.map((instanceId) => ({
      agentClass: "PysmurfController",
      instanceId,
      arguments: [["--monitor-id", "pysmurf-monitor"], ["--slot", 2]],
    })),
  ]);
  // Python's controller hands its own environment to scripts, slot and all; ours is to have the same.
  const env = (id: string) => ({
    ...publisherEnv(udpPort, id),
    SLOT: "2",
    PYTHONPATH: `${TOOLS}/sodetlib_standin:${TOOLS}`,
  });
  await using _monitor = await startOurAgent(site, {
    agentClass: "PysmurfMonitor",
    instanceId: "pysmurf-monitor",
  });
  await using _theirs = await startPythonAgent({
    peers,
    site,
    instanceId: "theirs-controller",
    env: env("theirs-s2"),
  });
  await using _ours = await startOurAgent(site, {
    agentClass: "PysmurfController",
    instanceId: "ours-controller",
    args: ["--python", peers.python],
    env: env("ours-s2"),
  });
  const [ours, theirs] = await Promise.all(controllers.map((name) =>
    pythonJson({
      peers,
      name: `the tour of ${name}`,
      script: TOUR,
      args: [name, SCRIPTS, site.folder],
      env: { OCS_CONFIG_DIR: site.folder },
      timeoutMs: 120_000,
    })
  ));
  assert.deepEqual(comparable(ours), comparable(theirs));
});
