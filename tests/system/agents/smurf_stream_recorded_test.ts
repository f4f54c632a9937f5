/** The stream simulator and the recorder as programs, end to end (SIM-5). @module */
import assert from "node:assert/strict";
import type { G3Frame } from "../../../g3/mod.ts";
import { readG3File } from "../../../g3/io/mod.ts";
import { bridgeCall } from "../../helpers/bridge.ts";
import { freePort } from "../../helpers/free_port.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { untilTrue } from "../../helpers/until.ts";

Deno.test("SIM-5: each START and END of SmurfStreamSimulator makes one base name of TimestreamAggregator", async () => {
  await using stack = new AsyncDisposableStack();
  const router = stack.use(await OurRouter.start());
  const folder = await Deno.makeTempDir({ prefix: "recorded_" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  const simulator = {
    agentClass: "SmurfStreamSimulator",
    instanceId: "smurf-stream",
    arguments: ["--port", port, "--num-chans", 8],
  };
  const recorder = {
    agentClass: "TimestreamAggregator",
    instanceId: "timestream-agg",
    arguments: ["--auto-start", true, "--port", port, "--data-dir", folder, "--time-per-file", 1],
  };
  const site = stack.use(await writeSite(router, [simulator, recorder]));
  const [source] = await Promise.all(
    [simulator, recorder].map(async (agent) => stack.use(await startOurAgent(site, agent))),
  );
  const ask = async (agent: { readonly instanceId: string }, ...args: readonly unknown[]) => {
    const [reply] = await bridgeCall(router, `observatory.${agent.instanceId}.ops`, args);
    // Status, message and session of every reply.
    return (reply as [number, string, { readonly status: string; readonly data: Record<string, unknown> }])[
      2
    ];
  };
  const sent = async () => Number((await ask(simulator, "status", "stream", {})).data["frame_num"]);
  const ended = () =>
    source!.until(async () => {
      const { data } = await ask(recorder, "status", "stream", {});
      return data["current_file"] === null;
    }, "the end of the acquisition");

  await ask(simulator, "start", "stream", { frame_rate: 10 });
  await source!.until(async () => {
    return (await ask(recorder, "status", "stream", {})).data["connected"];
  }, "a connection");
  const connected = await sent();
  await source!.until(async () => await sent() >= connected + 15, "two files");
  await ask(simulator, "start", "stop", {});
  await ended();
  await ask(simulator, "start", "start", {});
  const before = await sent();
  await source!.until(async () => await sent() >= before + 3, "a second acquisition");
  await ask(simulator, "stop", "stream", {});
  await ended();
  await untilTrue(async () => (await ask(simulator, "status", "stream", {})).status === "done", {
    what: "the end of the stream",
  });

  const [{ name: digits }] = [...Deno.readDirSync(folder)] as [Deno.DirEntry]; // one folder, within a day
  const names = [...Deno.readDirSync(`${folder}/${digits}`)].map(({ name }) => name).sort();
  const bases = new Set(names.map((name) => name.slice(0, -"_000.g3".length)));
  assert.equal(bases.size, 2, names.join(" "));
  assert(names.length >= 3, names.join(" "));
  const numbers: number[] = [];
  for (const name of names) {
    const frames: G3Frame[] = [];
    for await (const frame of readG3File(`${folder}/${digits}/${name}`)) frames.push(frame);
    // Each file begins with the acquisition's Observation frame; flow control is in none.
    assert.match(frames.map(({ letters }) => letters).join(""), /^OS+$/, name);
    assert(frames.every((frame) => !frame.has("sostream_flowcontrol")));
    for (const frame of frames.slice(1)) numbers.push(Number(frame.get("frame_num", "G3Int").value));
  }
  // None is missing after the first that came, none is there twice.
  const [first] = numbers;
  assert.deepEqual(numbers, numbers.map((_, i) => first! + i));
  assert.equal(numbers.at(-1), (await sent()) - 1);
});
