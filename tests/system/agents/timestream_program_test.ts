/** The recorders as programs of their own: signals, kills, a router that is away. @module */
import assert from "node:assert/strict";
import { splitG3File } from "../../../g3/io/mod.ts";
import { G3StreamError } from "../../../g3/mod.ts";
import { bridgeCall } from "../../helpers/bridge.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { Program } from "../../helpers/process.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { frameLabel, observationFrame, scanFrame } from "../../helpers/smurf_frames.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { HostileSender } from "./hostile_sender.ts";
import { filesBelow } from "./recorder_bed.ts";

const AGENT = { agentClass: "TimestreamAggregator", instanceId: "timestream-agg" };
const ADDRESS = "observatory.timestream-agg";

/** A site with a recorder in it, and the sender that it is to connect to. */
async function startSite(args: readonly string[] = []) {
  const router = await OurRouter.start();
  const sender = new HostileSender();
  const site = await writeSite(router, [{
    ...AGENT,
    arguments: [
      // As the guide has it: pairs, one of them with a bool.
      ...[["--auto-start", true], ["--time-per-file", "600"]],
      ...[["--address", "127.0.0.1"], ["--port", String(sender.port)]],
      ...args.map((arg) => [arg]),
    ],
  }]);
  const dataDir = `${site.folder}/data`;
  return {
    router,
    sender,
    dataDir,
    start: () => startOurAgent(site, { ...AGENT, args: ["--data-dir", dataDir, ...args] }),
    /** Short names of the frames of each file; of one that is cut, of the whole ones. */
    async contents(): Promise<string[][]> {
      const files = (await filesBelow(dataDir)).map((file) => `${dataDir}/${file}`);
      return await Promise.all(files.map(wholeFrames));
    },
    async [Symbol.asyncDispose]() {
      sender[Symbol.dispose]();
      await site[Symbol.asyncDispose]();
      await router[Symbol.asyncDispose]();
    },
  };
}

async function wholeFrames(path: string): Promise<string[]> {
  const labels: string[] = [];
  try {
    for await (const raw of splitG3File(path)) labels.push(frameLabel(raw));
  } catch (error) {
    if (!(error instanceof G3StreamError && error.fault === "truncated")) throw error;
  }
  return labels;
}

function labels(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `S${i}`);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`timestream_aggregator.ts writes all that was sent before ${signal}, and ends`, async () => {
    await using site = await startSite();
    await using program = await site.start();
    const conn = await within(site.sender.accept(), 10_000, "the recorder");
    const frames = Array.from({ length: 40 }, (_, i) => scanFrame(i, { bytes: 30_000 }));
    await conn.send(...frames);
    program.signal(signal);
    // It says that it wants no more; what is on its way then is taken all the same.
    await within(conn.ended(), 10_000, "the wish for an end");
    await conn.send(scanFrame(40, { bytes: 30_000 }));
    conn.close();
    const { code } = await within(program.ended, 10_000, "the end");
    assert.equal(code, 0);
    assert.deepEqual(await site.contents(), [labels(41)]);
  });
}

Deno.test("timestream_aggregator.ts ends within 10 s of SIGTERM also while its sender goes on and on", async () => {
  await using site = await startSite();
  await using program = await site.start();
  const conn = await within(site.sender.accept(), 10_000, "the recorder");
  let isOver = false;
  let sent = 0;
  const flood = (async () => {
    while (!isOver) {
      await conn.send(scanFrame(sent++, { bytes: 100_000 }));
      // A turn for timers.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })().catch(() => {}); // cut off
  await untilTrue(async () => (await site.contents())[0]?.length, { what: "frames" });
  program.signal("SIGTERM");
  const { code } = await within(program.ended, 10_000, "the end");
  isOver = true;
  await flood;
  assert.equal(code, 0);
  assert.match(program.log, /Finished aggregation/);
  const [first = [], ...others] = await site.contents();
  assert.deepEqual([first, others], [labels(first.length), []]);
});

Deno.test("timestream_aggregator.ts goes on in a new file after SIGKILL, and leaves the old one as it is", async () => {
  await using site = await startSite();
  await using first = await site.start();
  const conn = await within(site.sender.accept(), 10_000, "the recorder");
  await conn.send(observationFrame(0), scanFrame(1), scanFrame(2).encode().subarray(0, 60));
  await untilTrue(async () => (await site.contents())[0]?.length === 2, { what: "two frames" });
  await first.kill();
  const [file = ""] = await filesBelow(site.dataDir);
  const before = await Deno.readFile(`${site.dataDir}/${file}`);
  await using second = await site.start();
  const again = await within(site.sender.accept(), 10_000, "the recorder");
  await again.send(scanFrame(3));
  await untilTrue(async () => (await site.contents()).length === 2, { what: "another file" });
  assert.deepEqual(await site.contents(), [["O0", "S1"], ["S3"]]);
  assert.deepEqual(await Deno.readFile(`${site.dataDir}/${file}`), before);
  again.close();
  assert.equal((await second.stop()).code, 0);
});

Deno.test("smurf B26: timestream_aggregator.ts goes on recording while the router is away, however long", async () => {
  await using site = await startSite(["--crossbar-timeout", "1"]);
  await using program = await site.start();
  const conn = await within(site.sender.accept(), 10_000, "the recorder");
  await conn.send(scanFrame(0));
  await site.router.down("SIGKILL");
  await conn.send(scanFrame(1));
  await program.untilLog("The router is away; the work goes on without it");
  await conn.send(scanFrame(2));
  await site.router.up();
  const status = await untilTrue(
    async () => {
      const [reply] = await bridgeCall(site.router, `${ADDRESS}.ops`, ["status", "stream", {}]);
      return Array.isArray(reply) ? Object(reply[2]) : undefined;
    },
    { what: "an answer", timeoutMs: 15_000 },
  );
  assert.equal(status.status, "running");
  await conn.send(scanFrame(3));
  await untilTrue(async () => (await site.contents())[0]?.length === 4, { what: "four frames" });
  assert.deepEqual(await site.contents(), [labels(4)]);
  conn.close();
  assert.equal((await program.stop()).code, 0);
});

for (
  const [args, code, text] of [
    [["--fsync", "always"], 1, /Cannot read --fsync "always": expected never, close, frame or a number/],
    [["--stop-free-mb", "-5"], 2, /--stop-free-mb/],
    [["--file-naming", "iso"], 2, /--file-naming/],
    [["--time-per-file", "0"], 2, /--time-per-file/],
    [["--port", "70000"], 2, /--port/],
  ] as const
) {
  Deno.test(`smurf_recorder.ts refuses ${args.join(" ")}`, async () => {
    const file = new URL("../../../agents/smurf_recorder.ts", import.meta.url).pathname;
    const hub = ["--site", "none", "--site-hub", "ws://127.0.0.1:1/ws", "--site-realm", "r"];
    await using program = Program.start({
      name: "smurf recorder",
      command: Deno.execPath(),
      args: ["run", "-A", file, ...hub, "--address-root", "o", "--instance-id", "x", ...args],
    });
    const end = await within(program.ended, 15_000, "the end");
    assert.equal(end.code, code);
    assert.match(end.stdout + end.stderr, text);
  });
}
