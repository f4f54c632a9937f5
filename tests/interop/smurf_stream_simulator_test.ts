/** Our stream simulator beside Python's: both read by spt3g and by us (SIM-1, SIM-2). @module */
import assert from "node:assert/strict";
import { receiveFrames } from "../../g3/io/mod.ts";
import { G3Frame } from "../../g3/mod.ts";
import { bridgeCall } from "../helpers/bridge.ts";
import { freePort } from "../helpers/free_port.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { writeSite } from "../helpers/site_file.ts";
import { within } from "../helpers/until.ts";

const test = await testsWith("so3g", pythonPeers);

// One line a frame: type, flow control, and of data the number of channels and samples.
const READER = `
import sys, so3g
from spt3g import core
reader = core.G3Reader(sys.argv[1], timeout=5)
for _ in range(int(sys.argv[2])):
    frames = reader.Process(None)
    if not frames:
        break
    for f in frames:
        words = [str(f.type)]
        if 'sostream_flowcontrol' in f:
            words.append(str(f['sostream_flowcontrol']))
        if 'data' in f:
            rows = list(f['data'].values())
            words += [str(len(rows)), f['data'].keys()[0], f['data'].keys()[-1], str(sorted({len(r) for r in rows}))]
        print(*words, flush=True)
`;

/** What kind of frames a simulator sends, from the replay to the frames after a stop. */
async function shapeOf(port: number, stop: () => Promise<unknown>): Promise<string[]> {
  const shapes: string[] = [];
  let scans = 0;
  for await (const raw of receiveFrames({ hostname: "127.0.0.1", port, idleTimeoutMs: 5000 })) {
    const frame = G3Frame.parse(raw);
    const entries = frame.keys().sort().map((key) => `${key}:${frame.get(key)?.class}`);
    const flow = frame.has("sostream_flowcontrol") ? frame.get("sostream_flowcontrol", "G3Int").value : "";
    shapes.push(`${frame.letters}${flow} ${entries.join(" ")}`);
    if (frame.letters === "S" && ++scans === 2) await stop();
    if (frame.letters === "W") break;
  }
  return shapes;
}

test("SIM-1, SIM-2: spt3g reads our stream simulator, and its frames are those of Python's", async (python) => {
  await using stack = new AsyncDisposableStack();
  const router = stack.use(await OurRouter.start());
  const agents = ["ours", "python"].map((instanceId) => ({
    agentClass: "SmurfStreamSimulator",
    instanceId,
    arguments: ["--auto-start", true, "--port", freePort()],
  }));
  const site = stack.use(await writeSite(router, agents));
  const [ours, theirs] = agents;
  stack.use(await startOurAgent(site, ours!));
  stack.use(await startPythonAgent({ peers: python, site, instanceId: "python" }));
  const portOf = (agent: typeof ours) => Number(agent?.arguments[3]);
  const stop = (id: string) => () =>
    bridgeCall(router, `observatory.${id}.ops`, ["start", "stop", { force: false }]);

  const read = await Program.run({
    name: "reader",
    command: python.python,
    args: ["-c", READER, `tcp://127.0.0.1:${portOf(ours)}`, "6"],
  });
  const lines = read.stdout.trim().split("\n");
  // What is replayed is START where no ALIVE frame has followed it yet.
  assert.match(lines[0]!, /^none [01]$/);
  assert.equal(lines[1], "Observation");
  assert.deepEqual(lines.slice(2).map((line) => line.replace(/ \[.*/, "")), [
    ...["Scan 528 r0000 r0527", "none 0", "Scan 528 r0000 r0527", "none 0"],
  ]);
  // All channels have the same samples: 10, or one more.
  for (const scan of lines.filter((line) => line.startsWith("Scan"))) assert.match(scan, / \[1[01]\]$/);

  const [mine, python_] = await within(
    Promise.all([shapeOf(portOf(ours), stop("ours")), shapeOf(portOf(theirs), stop("python"))]),
    30_000,
    "both streams",
  );
  assert.deepEqual(mine, python_);
  assert(mine.length >= 9, mine.join("\n"));
});
