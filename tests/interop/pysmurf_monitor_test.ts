/**
 * Our monitor between unmodified Python programs: the publisher on one side, subscribers, OCSClient and SupRsync on the
 * other. @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { OpCode } from "../../mod.ts";
import { freeUdpPort } from "../helpers/free_udp_port.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { type SiteAgent, type SiteFolder, writeSite } from "../helpers/site_file.ts";
import { untilTrue } from "../helpers/until.ts";

const TOOLS = new URL("../tools", import.meta.url).pathname;
const MONITOR = { agentClass: "PysmurfMonitor", instanceId: "pysmurf-monitor" };

/** Router, site, monitor and a folder, gone together. */
interface Stage extends AsyncDisposable {
  readonly site: SiteFolder;
  readonly port: number;
  readonly data: string;
  readonly database: string;
}

async function setStage(
  { monitorArgs = [], agents = () => [] }: {
    readonly monitorArgs?: readonly unknown[];
    readonly agents?: (place: { readonly data: string; readonly database: string }) => readonly SiteAgent[];
  } = {},
): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const router = stack.use(await OurRouter.start());
  const data = await Deno.makeTempDir({ prefix: "smurf_" });
  stack.defer(() => Deno.remove(data, { recursive: true }));
  const database = `${data}/db/suprsync.db`;
  const port = freeUdpPort();
  const site = stack.use(
    await writeSite(router, [
      { ...MONITOR, arguments: ["--udp-port", port, "--db-path", database, ...monitorArgs] },
      ...agents({ data, database }),
    ]),
  );
  stack.use(await startOurAgent(site, MONITOR));
  const owned = stack.move();
  return { site, port, data, database, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const test = await testsWith("Python peers", pythonPeers);

const SUBSCRIBER = `
import base64, io, json, sys
from twisted.internet import reactor, threads
from autobahn.twisted.wamp import ApplicationRunner, ApplicationSession
sys.path.insert(0, sys.argv[1])
import pysmurf_publisher as p
port, url, realm = int(sys.argv[2]), sys.argv[3], sys.argv[4]

def strict(text):
    # Half a character has no place in UTF-8, nor have NaN and infinities in strict JSON.
    return json.loads(text.replace("\\\\ud800", "\\\\ufffd"), parse_constant=lambda name: None)

class Subscriber(ApplicationSession):
    async def onJoin(self, details):
        seen = []
        def take(*args, **kwargs):
            seen.append([args, kwargs])
            if args[0][0].get("payload") == "the last one":
                self.finish(seen, log)
        await self.subscribe(take, "observatory.pysmurf-monitor.feeds.pysmurf_session_data")
        log = io.StringIO()
        def publish():
            pub = p.Publisher("tune.py", {"ID": "crate1slot2", "BACKEND": "udp", "UDP_PORT": port}, log=log)
            p.all_types(pub)
            p.nonfinite(pub)
            p.errors(pub)
            p.sized(pub, 64000)
            p.sized(pub, 64001)
            p.malformed(pub, 1)
            pub.session_data(big=2**63, f=3.0, i=3, deep=[[{"a": [1.0, 2]}]])
            pub.session_log("the last one")
            pub.close()
        await threads.deferToThread(publish)

    def finish(self, seen, log):
        sent = [base64.b64decode(json.loads(line)["b64"]) for line in log.getvalue().splitlines()]
        expected = []
        for raw in sent:
            try:
                message = strict(raw.decode("utf-8"))
                if message["type"] in ("session_data", "session_log") and isinstance(message["id"], str):
                    if "payload" in message:
                        expected.append(message)
            except Exception:
                pass
        got = [args[0][0] for args, kwargs in seen]
        # repr tells ints from floats.
        wrong = [[repr(a)[:500], repr(b)[:500]] for a, b in zip(got, expected) if repr(a) != repr(b)]
        Subscriber.result = json.dumps({
            "counts": [len(got), len(expected)], "wrong": wrong,
            "args": [[len(args), len(args[0]), list(kwargs)] for args, kwargs in seen][0],
            "info": seen[0][0][0][1],
        })
        reactor.stop()

reactor.callLater(30, reactor.stop)
ApplicationRunner(url, realm).run(Subscriber)
# The runner has turned print into a log.
sys.__stdout__.write(Subscriber.result + "\\n")
`;

test("MON-5: what Python's publisher sends arrives at a Python subscriber as it was sent", async (peers) => {
  await using stage = await setStage();
  const { router } = stage.site;
  const result = Object(
    await pythonJson({
      peers,
      script: SUBSCRIBER,
      args: [TOOLS, String(stage.port), router.url, router.realm],
    }),
  );
  assert.deepEqual(result.wrong, []);
  const [got, expected] = result.counts;
  assert.equal(got, expected);
  assert.ok(got > 10, `${got} events`);
  // One positional argument, the pair; no keywords.
  assert.deepEqual(result.args, [1, 2, []]);
  const { session_id, ...info } = result.info;
  assert.match(session_id, /^\d+\.\d+$/);
  assert.deepEqual(info, {
    agent_address: "observatory.pysmurf-monitor",
    agg_params: {},
    feed_name: "pysmurf_session_data",
    address: "observatory.pysmurf-monitor.feeds.pysmurf_session_data",
    record: false,
    agent_class: "PysmurfMonitor",
  });
});

// The reference's own integration test, in its own words (smurf 3.11).
const CLIENT = `
import json, sys, time
sys.path.insert(0, sys.argv[2])
from ocs.ocs_client import OCSClient
from pysmurf_publisher import Publisher, ServerPublisher
client = OCSClient('pysmurf-monitor', args=['--site-file', sys.argv[1], '--site-host', 'localhost'])
options = {"ID": "STREAMER:crate1slot4", "BACKEND": "udp", "UDP_PORT": int(sys.argv[3])}
results = []
def send(act):
    pub = ServerPublisher(options=options)
    act(pub)
    client.run.start(test_mode=True)
    client.run.wait()
    resp = client.run.status()
    results.append([resp.status, resp.session['op_code'], resp.session['success'], resp.session['data']['udp']['malformed']])
before = client.run.status()
send(lambda pub: pub.register_file(sys.argv[4], 'testing', 'dat'))
send(lambda pub: pub.session_log('This is a test'))
send(lambda pub: pub.metadata('AMCc.X[3].Y z', 3))
print(json.dumps([before.session == {}, results]))
`;

test("smurf 3.11: Python's OCSClient runs the monitor's passes, and each succeeds", async (peers) => {
  await using stage = await setStage({ monitorArgs: ["--test-mode"] });
  const file = `${stage.data}/x.dat`;
  await Deno.writeTextFile(file, "content");
  const args = [stage.site.file, TOOLS, String(stage.port), file];
  const [before, results] = Object(await pythonJson({ peers, script: CLIENT, args }));
  assert.equal(before, true);
  const good = [0, OpCode.SUCCEEDED, true, 0];
  assert.deepEqual(results, [good, good, good]);
  assert.deepEqual(rowsOf(stage.database).map((row) => row["local_path"]), [file]);
});

function rowsOf(database: string): Record<string, unknown>[] {
  using connection = new DatabaseSync(database, { readOnly: true });
  return connection.prepare("SELECT * FROM supersync_v0 ORDER BY id").all();
}

const rsyncTest = await testsWith("Python peers and rsync", async (): Promise<PythonPeers> => {
  await Program.run({ name: "rsync", command: "rsync", args: ["--version"] });
  return await pythonPeers();
});

rsyncTest(
  "MON-14: Python's SupRsync selects, copies, verifies and deletes what the monitor registers",
  async (peers) => {
    const sync = (
      archive: string,
      place: { readonly data: string; readonly database: string },
    ): SiteAgent => ({
      agentClass: "SupRsync",
      instanceId: `sync-${archive}`,
      arguments: [
        ...["--archive-name", archive, "--db-path", place.database],
        ...[
          "--remote-basedir",
          `${place.data}/remote/${archive}`,
          "--suprsync-file-root",
          `${place.data}/sync`,
        ],
        ...["--delete-local-after", "0.1", "--sleep-time", "0.3"],
      ],
    });
    await using stage = await setStage({
      agents: (place) => [sync("smurf", place), sync("timestreams", place)],
    });
    const { site, data, database, port } = stage;
    for (const archive of ["smurf", "timestreams"]) {
      await Deno.mkdir(`${data}/remote/${archive}`, { recursive: true });
    }
    const write = async (name: string, content: string): Promise<string> => {
      const path = `${data}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, content);
      return path;
    };
    const tune = await write("tune/1700000120_tune.npy", "a tune");
    const frames = await write("timestreams/17000/crate1slot4/1700000200_003.g3", "frames ".repeat(100_000));
    await using _smurf = await startPythonAgent({ peers, site, instanceId: "sync-smurf" });
    await using _streams = await startPythonAgent({ peers, site, instanceId: "sync-timestreams" });
    await pythonJson({
      peers,
      script: `
import sys
sys.path.insert(0, sys.argv[1])
from pysmurf_publisher import Publisher
pub = Publisher(options={"ID": "crate1slot4", "BACKEND": "udp", "UDP_PORT": int(sys.argv[2])})
with pub.acting("tune"):
    pub.register_file(sys.argv[3][:-4], "tune", "npy", timestamp=1700000120.5)
pub.publish({"path": sys.argv[4], "archive_name": "timestreams"}, "g3_file")
print("1")
`,
      args: [TOOLS, String(port), tune, frames],
    });
    const rows = await untilTrue(() => {
      const all = rowsOf(database);
      // The g3 file is deleted when it has been copied and verified; the tune stays.
      const areCopied = all.length === 2 && all.every((row) => row["remote_md5sum"] === row["local_md5sum"]);
      return areCopied && all.some((row) => row["removed"] !== null) ? all : undefined;
    }, { timeoutMs: 60_000, what: "both files copied and verified, one of them deleted", pollMs: 200 });
    assert.deepEqual(
      rows.map((row) => [
        row["local_path"],
        row["archive_name"],
        row["deletable"],
        row["failed_copy_attempts"],
        row["ignore"],
        typeof row["copied"],
        typeof row["removed"],
      ]),
      [
        [tune, "smurf", 0, 0, 0, "number", "object"],
        [frames, "timestreams", 1, 0, 0, "number", "number"],
      ],
    );
    const [tuneRow, framesRow] = rows;
    assert.equal(await Deno.readTextFile(`${data}/remote/smurf/${tuneRow?.["remote_path"]}`), "a tune");
    assert.equal(
      await Deno.readTextFile(`${data}/remote/timestreams/${framesRow?.["remote_path"]}`),
      "frames ".repeat(100_000),
    );
    assert.equal(await Deno.readTextFile(tune), "a tune");
    await assert.rejects(Deno.stat(frames), Deno.errors.NotFound);
  },
);
