/** Our publisher beside the one that stands for pysmurf's, byte for byte. @module */
import assert from "node:assert/strict";
import { Float, PysmurfPublisher } from "../../mod.ts";
import { ManualClock } from "../../internal/manual_clock.ts";
import { pyJson } from "../../ocs/python_json.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { Random, randomValue } from "../helpers/random_values.ts";
import { UdpReceiver } from "../helpers/udp_receiver.ts";

const test = await testsWith("Python peers", pythonPeers);
const TOOLS = new URL("../tools", import.meta.url).pathname;
const NOW = 1_700_000_123.25;

// Each line of Python has its counterpart in `sayEverything`.
const SCRIPT = `
import base64, io, json, sys
sys.path.insert(0, sys.argv[1])
from pysmurf_publisher import Publisher
log = io.StringIO()
options = {"ID": "crate1slot4", "BACKEND": "udp", "UDP_PORT": int(sys.argv[2])}
pub = Publisher("tune.py", options, clock=lambda: ${NOW}, log=log)
pub.publish({"note": "default type"})
pub.publish(None)
pub.log("Reading \\u00b5K, emoji \\U0001f4a1, lone \\ud800, quote \\" \\\\ / del \\x7f nul \\0 \\n\\r\\t\\b\\f")
pub.session_data(datafile="/data/x.dat", channels=[0, 1, 2], nested={"a": [{"b": []}, {}], "c": None}, ok=True)
pub.session_data(nan=float("nan"), inf=float("inf"), minus=-float("inf"), text="NaN Infinity")
pub.session_data(big=2**63, bigger=-10**40, f=3.0, small=1e-7, large=1e22, zero=-0.0, tenth=0.1, edge=1e16)
pub.session_log("tuning band 2")
with pub.acting("take_iv"):
    with pub.acting("inner"):
        pub.register_file("/data/smurf_data/1_iv_raw", "iv_raw", "npy", timestamp=1700000000)
    pub.register_file("/data/smurf_data/1_iv.png", "iv", plot=True)
pub.register_file("/tmp/config.yml", "config", "yml", timestamp=1.5)
def sized(size):
    room = size - len(pub.encode({**pub.envelope("", "session_log")}))
    pub.seq_no -= 1
    pub.publish("x" * room, "session_log")
sized(64000)
sized(64001)
try:
    pub.session_data(bad={1, 2})
except TypeError as error:
    bad = str(error)
pub.session_log("after")
pub.close()
print(json.dumps([bad, [base64.b64decode(json.loads(line)["b64"]).decode() for line in log.getvalue().splitlines()]]))
`;

async function sayEverything(publisher: PysmurfPublisher): Promise<string> {
  await publisher.publish({ note: "default type" });
  await publisher.publish(null);
  await publisher.log('Reading µK, emoji 💡, lone \ud800, quote " \\ / del \x7f nul \0 \n\r\t\b\f');
  await publisher.sessionData({
    datafile: "/data/x.dat",
    channels: [0, 1, 2],
    nested: { a: [{ b: [] }, {}], c: null },
    ok: true,
  });
  await publisher.sessionData({ nan: NaN, inf: Infinity, minus: -Infinity, text: "NaN Infinity" });
  await publisher.sessionData({
    big: 2n ** 63n,
    bigger: -(10n ** 40n),
    f: new Float(3),
    small: 1e-7,
    large: 1e22,
    zero: -0,
    tenth: 0.1,
    edge: 1e16,
  });
  await publisher.sessionLog("tuning band 2");
  await publisher.acting("take_iv", async () => {
    await publisher.acting(
      "inner",
      () =>
        publisher.registerFile({
          path: "/data/smurf_data/1_iv_raw",
          type: "iv_raw",
          format: "npy",
          timestamp: 1_700_000_000,
        }),
    );
    await publisher.registerFile({ path: "/data/smurf_data/1_iv.png", type: "iv", plot: true });
  });
  await publisher.registerFile({ path: "/tmp/config.yml", type: "config", format: "yml", timestamp: 1.5 });
  const sized = async (size: number) => {
    const empty = pyJson({
      host: Deno.hostname(),
      id: publisher.id,
      script: publisher.script,
      time: NOW,
      seq_no: publisher.nextSequenceNumber,
      type: "session_log",
      payload: "",
    });
    await publisher.publish("x".repeat(size - empty.length), "session_log");
  };
  await sized(64_000);
  await sized(64_001);
  const failure: unknown = await publisher.sessionData({ bad: new Set([1, 2]) }).catch((error) => error);
  await publisher.sessionLog("after");
  return failure instanceof Error ? failure.message : "";
}

function python(peers: PythonPeers, port: number): Promise<unknown> {
  return pythonJson({ peers, name: "pysmurf_publisher.py", script: SCRIPT, args: [TOOLS, String(port)] });
}

test("PysmurfPublisher sends the bytes of Python's publisher", async (peers) => {
  await using receiver = new UdpReceiver();
  const publisher = await PysmurfPublisher.open({
    script: "tune.py",
    id: "crate1slot4",
    backend: "udp",
    udpPort: receiver.port,
    version: "7.4.0",
    clock: new ManualClock(NOW),
    getVariable: () => undefined,
    complain: () => {},
  });
  const failure = await sayEverything(publisher);
  await publisher[Symbol.asyncDispose]();
  const [pythonFailure, pythonTexts] = Object(await python(peers, receiver.port));
  await receiver.until(2 * pythonTexts.length);
  const ours = receiver.texts.slice(0, pythonTexts.length);
  assert.deepEqual(ours, pythonTexts);
  // And what Python's log says it has sent is what it has sent.
  assert.deepEqual(receiver.texts.slice(pythonTexts.length), pythonTexts);
  assert.equal(pythonTexts.length, 15);
  assert.deepEqual(ours.map((text) => text.length).filter((length) => length > 1000), [64_000]);
  assert.equal(failure, pythonFailure);
});

test("pyJson() writes random values as Python's json.dumps does", async (peers) => {
  const random = new Random(4);
  const texts = Array.from({ length: 2000 }, () => pyJson(randomValue(random, { bignums: true })));
  const script = "import json, sys\ntexts = json.loads(open(sys.argv[1]).read())\n" +
    "print(json.dumps([[text, again] for text in texts if (again := json.dumps(json.loads(text))) != text]))";
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, JSON.stringify(texts));
    assert.deepEqual(await pythonJson({ peers, script, args: [file] }), []);
  } finally {
    await Deno.remove(file);
  }
});
