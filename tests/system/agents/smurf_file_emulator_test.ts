/** The SMuRF file emulator as an agent (smurf 5.2, EMU-1). @module */
import assert from "node:assert/strict";
import { SmurfFileEmulator } from "../../../agents/smurf_file_emulator.ts";
import { SMURF_FILE_EMULATOR } from "../../../agents/smurf_file_emulator/options.ts";
import { parseYaml } from "../../../deps/yaml.ts";
import { type G3Frame, unixSecondsOf } from "../../../g3/mod.ts";
import { readG3File } from "../../../g3/io/mod.ts";
import { startTestAgent, type TestAgent } from "../../../testing/mod.ts";
import { untilTrue } from "../../helpers/until.ts";

const START = 1_800_000_000;
const PLACE = "/18000/crate1slot2";

interface Bed extends AsyncDisposable {
  readonly agent: TestAgent<SmurfFileEmulator>;
  readonly folder: string;
  /** Paths below the base folder, sorted. */
  files(): string[];
}

async function setUp(options: Record<string, unknown> = {}): Promise<Bed> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "emulator_" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const agent = stack.use(
    await startTestAgent(SmurfFileEmulator, SMURF_FILE_EMULATOR, {
      options: { streamId: "crate1slot2", baseDir: folder, nchans: 16, sampleRate: 20, ...options },
    }),
  );
  const owned = stack.move();
  const walk = (at: string): string[] =>
    [...Deno.readDirSync(folder + at)].flatMap(({ name, isDirectory }) =>
      isDirectory ? walk(`${at}/${name}`) : [`${at}/${name}`]
    );
  return { agent, folder, files: () => walk("").sort(), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Runs an operation to its end while the agent's time goes on. */
async function run(agent: TestAgent, opName: string, params: Record<string, unknown> = {}) {
  const started = await agent.start(opName, params);
  assert.equal(started.ok, true, started.message);
  let over = false;
  const waiting = agent.wait(opName).finally(() => over = true);
  await untilTrue(async () => {
    await agent.advance(0.5);
    return over;
  }, { what: `the end of ${opName}`, pollMs: 1 });
  const { session } = await waiting;
  return { session, message: session.messages?.at(-2)?.[1] };
}

async function framesOf(path: unknown): Promise<G3Frame[]> {
  const frames: G3Frame[] = [];
  for await (const frame of readG3File(String(path))) frames.push(frame);
  return frames;
}

function statusOf(frame: G3Frame | undefined): Record<string, unknown> {
  // A mapping by smurf 5.2.
  return parseYaml(String(frame?.get("status", "G3String").value)) as Record<string, unknown>;
}

const REGISTER = "AMCc.SmurfProcessor.SOStream.";

Deno.test("EMU-1: SmurfFileEmulator describes itself as Python's does", async () => {
  await using bed = await setUp();
  const api = await bed.agent.api();
  assert.equal(api.agent_class, "SmurfFileEmulator");
  assert.deepEqual(api.tasks.map(([name]) => name).sort(), [
    ...["bias_dets", "take_bgmap", "take_bias_steps", "take_iv", "take_noise", "uxm_relock", "uxm_setup"],
  ]);
  assert.deepEqual(api.processes.map(([name]) => name), ["stream"]);
  for (const [, , { docstring }] of [...api.tasks, ...api.processes]) {
    assert.match(docstring ?? "", /^\w+\(.*\)\n\n\*\*(Task|Process)\*\*/);
  }
});

Deno.test("EMU-1: before a setup everything that streams fails cleanly, and writes nothing", async () => {
  await using bed = await setUp();
  for (const name of ["stream", "take_noise", "take_iv", "take_bias_steps", "take_bgmap"]) {
    const { session, message } = await run(bed.agent, name);
    assert.deepEqual([session.success, message], [false, "No tune loaded!"], name);
  }
  const { session, message } = await run(bed.agent, "bias_dets");
  assert.deepEqual([session.success, message], [true, "Wrote det biasing files"]);
  assert.deepEqual(bed.files(), []);
});

Deno.test("EMU-1: uxm_setup writes sweep, assignments, tune, tracking data and a noise stream", async () => {
  await using bed = await setUp();
  const { session, message } = await run(bed.agent, "uxm_setup", { sleep: false });
  assert.deepEqual([session.success, message], [true, "Wrote tune files"]);
  const place = `/smurf${PLACE}/${START}_uxm_setup/outputs/`;
  // The agent's time goes on while it writes, so names hold one second or another.
  const names = bed.files().map((path) => path.replace(/\d{10}(?=[^/]*$)/, "T")).sort();
  assert.deepEqual(
    names,
    [
      `${place}T.dat`,
      ...["freq", "resonance", "resp"].map((name) => `${place}T_amp_sweep_${name}.txt`),
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((band) => `${place}T_channel_assignment_b${band}.txt`),
      `${place}T_tune.npy`,
      `/timestreams${PLACE}/T_000.g3`,
    ].sort(),
  );
  const tracking = bed.files().find((path) => path.endsWith(".dat"));
  assert.match(await Deno.readTextFile(bed.folder + tracking), /^start: 18000000\d\d(\.\d+)?\n$/);
  assert.deepEqual(session.data, { noise_file: bed.folder + bed.files().at(-1) });
  const frames = await framesOf(session.data?.["noise_file"]);
  assert.equal(frames.map(({ letters }) => letters).join(""), `OW${"S".repeat(15)}O`);
  assert.equal(statusOf(frames[1])[`${REGISTER}stream_tag`], "oper,noise");
  assert.equal(statusOf(frames[1])[`${REGISTER}pysmurf_action`], "uxm_setup");
  const samples = frames.slice(2, -1).map((frame) => frame.get("num_samples", "G3Int").value);
  assert.deepEqual(samples, samples.map(() => 40n));
  const relock = await run(bed.agent, "uxm_relock", { anything: 1 });
  assert.equal(relock.message, "Wrote tune files");
  assert.equal(bed.files().length, 28);
});

Deno.test("EMU-1: take_iv and its like write a stream and the files of their analysis, with the user's tag", async () => {
  await using bed = await setUp();
  await run(bed.agent, "uxm_setup", { sleep: false });
  const cases = [
    ["take_noise", "oper,noise", "Took noise data", []],
    ["take_iv", "oper,iv", "Wrote IV files", ["iv_analyze.npy", "iv_bias_all.npy", "iv_info.npy"]],
    ["take_bias_steps", "oper,bias_steps", "Wrote Bias Step Files", ["bias_step_analysis.npy"]],
    ["take_bgmap", "oper,bgmap", "Finished taking bgmap", ["bg_map.npy", "bias_step_analysis.npy"]],
  ] as const;
  for (const [name, tag, text, files] of cases) {
    const before = new Set(bed.files());
    const params = name === "take_noise" ? { tag: "mine" } : { wait: false, tag: "mine", kwargs: {} };
    const { session, message } = await run(bed.agent, name, params);
    assert.deepEqual([session.success, message], [true, text]);
    const made = bed.files().filter((path) => !before.has(path));
    const strip = (path: string) => path.replace(/^.*\/\d+_/, "");
    assert.deepEqual(made.filter((path) => path.startsWith("/smurf")).map(strip), files);
    const [stream, ...more] = made.filter((path) => path.endsWith(".g3"));
    assert.deepEqual(more, []);
    const frames = await framesOf(bed.folder + stream);
    assert.equal(statusOf(frames[1])[`${REGISTER}stream_tag`], `${tag},mine`);
    assert.equal(statusOf(frames[1])[`${REGISTER}pysmurf_action`], name);
    // 30 s of noise in frames of 2 s, or 5 s.
    assert.equal(frames.length, name === "take_noise" ? 18 : 6);
  }
});

Deno.test("smurf 5.2: take_iv takes its time unless told otherwise", async () => {
  await using bed = await setUp();
  await run(bed.agent, "uxm_setup", { sleep: false });
  const { session } = await run(bed.agent, "take_iv");
  assert(Number(session.end_time) - Number(session.start_time) >= 5);
  assert.equal(session.success, true);
  await run(bed.agent, "take_iv", { wait: false });
});

Deno.test("smurf 5.2: stream writes frames as time passes, rotates, and ends in good order when it is stopped", async () => {
  await using bed = await setUp({ frameLen: 1, fileDuration: 3 });
  await run(bed.agent, "uxm_setup", { sleep: false });
  await bed.agent.advance(10);
  const refused = await bed.agent.stop("stream");
  assert.equal(refused.ok, false);
  await bed.agent.start("stream", { tag: "moon", subtype: "cal" });
  await untilTrue(async () => {
    await bed.agent.advance(0.25);
    const { data } = (await bed.agent.status("stream")).session;
    return Object(data?.["g3_files"]).length === 3;
  }, { what: "the third file", pollMs: 1 });
  await bed.agent.stop("stream");
  const waiting = bed.agent.wait("stream");
  await bed.agent.advance(2);
  const { session } = await waiting;
  assert.equal(session.success, true);
  assert.equal(session.messages?.at(-2)?.[1], "Finished Stream");
  const id = session.data?.["session_id"];
  const paths = session.data?.["g3_files"] as string[]; // as documented
  const place = `${bed.folder}/timestreams${PLACE}`;
  assert.deepEqual(paths, ["000", "001", "002"].map((number) => `${place}/${id}_${number}.g3`));
  const files = await Promise.all(paths.map(framesOf));
  assert.match(
    files.map((frames) => frames.map(({ letters }) => letters).join("")).join(" "),
    /^OWS+O S+O S+O$/,
  );
  const all = files.flat();
  assert.deepEqual(all.map((frame) => Number(frame.get("frame_num", "G3Int").value)), all.map((_, i) => i));
  assert.equal(statusOf(all[1])[`${REGISTER}stream_tag`], "obs,cal,moon");
  assert.equal(statusOf(all[1])[`${REGISTER}pysmurf_action`], "stream_g3_on");
  // No sample is missing between the frames.
  const times = all.filter(({ letters }) => letters === "S").flatMap((frame) => [
    ...frame.get("data", "G3SuperTimestream").times,
  ]);
  times.forEach((time, i) => assert.equal(time, times[0]! + BigInt(i) * 5_000_000n));
});

Deno.test("smurf 5.2, B16: a timed stream is its own action; at once it needs a duration", async () => {
  await using bed = await setUp();
  await run(bed.agent, "uxm_setup", { sleep: false });
  const timed = await run(bed.agent, "stream", { duration: 4 });
  const [first] = timed.session.data?.["g3_files"] as string[]; // as documented
  assert.equal(statusOf((await framesOf(first))[1])[`${REGISTER}pysmurf_action`], "take_g3_data");
  assert.equal(statusOf((await framesOf(first))[1])[`${REGISTER}stream_tag`], "obs,cmb");
  const offset = 1000.5;
  const at = await run(bed.agent, "stream", { duration: 60, use_stream_between: true, start_offset: offset });
  assert.equal(at.message, "Finished Stream");
  const [path] = at.session.data?.["g3_files"] as string[]; // as documented
  const frames = await framesOf(path);
  assert.equal(frames.length, 33);
  const began = unixSecondsOf(frames[2]!.get("data", "G3SuperTimestream").times[0]!);
  const late = began - Number(at.session.start_time) - offset;
  assert(late >= 0 && late < 2, `${late}`);
  const without = await run(bed.agent, "stream", { use_stream_between: true });
  assert.deepEqual(
    [without.session.success, without.message],
    [false, "Cannot write a stream at once without a duration"],
  );
});

Deno.test("SmurfFileEmulator refuses what it cannot work with, and says when it cannot write", async () => {
  await using bed = await setUp();
  const start = (options: Record<string, unknown>) =>
    startTestAgent(SmurfFileEmulator, SMURF_FILE_EMULATOR, {
      options: { streamId: "s", baseDir: bed.folder, ...options },
    });
  await assert.rejects(
    start({ baseDir: `${bed.folder}/none` }),
    /Cannot use base folder ".*none": expected a folder/,
  );
  for (const streamId of ["", ".", "..", "../x", "a/b"]) {
    await assert.rejects(
      start({ streamId }),
      /Cannot use stream id ".*": expected a name that a folder can have/,
    );
  }
  await assert.rejects(
    start({ frameLen: 3600, sampleRate: 1e5 }),
    /expected at most 16777216 values a frame/,
  );
  await Deno.writeTextFile(`${bed.folder}/smurf`, "in the way");
  const { session, message } = await run(bed.agent, "uxm_setup");
  assert.equal(session.success, false);
  assert.match(String(message), /^Cannot write files: /);
});
