/** What the SMuRF file emulator writes, without agent (smurf 5.2, g3 7.3). @module */
import assert from "node:assert/strict";
import { ActionFiles } from "../../../agents/smurf_file_emulator/action_files.ts";
import { EmulatedFrames } from "../../../agents/smurf_file_emulator/emulated_frames.ts";
import { emulatedStatus } from "../../../agents/smurf_file_emulator/emulated_status.ts";
import { npyOfObject } from "../../../agents/smurf_file_emulator/pickle.ts";
import { SessionWriter } from "../../../agents/smurf_file_emulator/session_writer.ts";
import { Tune } from "../../../agents/smurf_file_emulator/tune.ts";
import { parseYaml } from "../../../deps/yaml.ts";
import { G3Frame, readFramesSync } from "../../../g3/mod.ts";
import { readG3File } from "../../../g3/io/mod.ts";
import { goldenFile } from "../../helpers/g3_golden.ts";

const START = 1_700_001_000;

function frames(changes: Partial<ConstructorParameters<typeof EmulatedFrames>[0]> = {}): EmulatedFrames {
  return new EmulatedFrames({
    streamId: "crate1slot2",
    sessionId: START,
    channels: 8,
    sampleRate: 200,
    dropChance: 0,
    now: () => START + 0.5,
    ...changes,
  });
}

async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "emulator_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Keys and classes of a frame. */
function shapeOf(frame: G3Frame): unknown {
  return [frame.letters, ...frame.keys().sort().map((key) => [key, frame.get(key)?.class])];
}

Deno.test("g3 7.3, 7.6: the frames of the emulator have the keys and classes of so3g's", () => {
  const make = frames();
  const ours = [
    make.observation("start"),
    make.wiring("a: 1\n"),
    make.scan(START + 0.5, START + 1.5)!,
    make.observation("end"),
  ].map((frame) => G3Frame.parse(frame.encode()));
  const golden = [...readFramesSync(goldenFile("smurf/17000/emulator/1700001000_000.g3"))];
  assert.deepEqual(ours.map(shapeOf), golden.map(shapeOf));
  for (const [i, frame] of ours.entries()) {
    for (
      const key of ["frame_num", "session_id", "sostream_id", "sostream_version", "stream_placement", "dump"]
    ) {
      assert.equal(frame.blob(key)?.toHex(), golden[i]!.blob(key)?.toHex(), `"${key}" of frame ${i}`);
    }
  }
  const [mine, theirs] = [ours[2]!, golden[2]!];
  for (const key of ["data", "primary", "tes_biases"]) {
    const [a, b] = [mine.get(key, "G3SuperTimestream"), theirs.get(key, "G3SuperTimestream")];
    assert.deepEqual([a.names, a.times, a.value.constructor], [b.names, b.times, b.value.constructor]);
    const { flacLevel, bz2WorkFactor, timesAlgo, dataAlgo } = b.encoding;
    assert.deepEqual(
      [a.encoding.flacLevel, a.encoding.bz2WorkFactor, a.encoding.timesAlgo, a.encoding.dataAlgo],
      [flacLevel, bz2WorkFactor, timesAlgo, dataAlgo],
    );
  }
  assert.equal(mine.blob("timing_paradigm")?.toHex(), theirs.blob("timing_paradigm")?.toHex());
  const primary = mine.get("primary", "G3SuperTimestream");
  assert.equal(primary.value[0], BigInt(START) * 1_000_000_000n + 500_000_000n);
  assert.deepEqual(primary.value.slice(7 * 200, 7 * 200 + 3), new BigInt64Array([0n, 1n, 2n]));
});

Deno.test("EmulatedFrames.scan() puts every sample of the grid into one frame, at any rate", () => {
  for (const sampleRate of [200, 30.3, 1 / 3]) {
    const make = frames({ sampleRate, channels: 1 });
    const times: bigint[] = [];
    const counters: bigint[] = [];
    for (let from = START + 0.123; from < START + 20; from += 0.777) {
      const scan = make.scan(from, from + 0.777);
      if (scan === undefined) continue;
      const { times: own, value } = scan.get("primary", "G3SuperTimestream");
      times.push(...own);
      counters.push(...[...value.subarray(7 * own.length, 8 * own.length)].map(BigInt));
    }
    assert(times.length > 5);
    const step = 1e8 / sampleRate;
    const first = Math.ceil(0.123 * sampleRate);
    assert.deepEqual(
      times,
      times.map((_, i) => BigInt(START) * 10n ** 8n + BigInt(Math.round((first + i) * step))),
    );
    assert.deepEqual(counters, counters.map((_, i) => BigInt(i)));
  }
});

Deno.test("smurf 5.2: EmulatedFrames leaves samples out at the drop chance, and counts them all the same", () => {
  const scan = frames({ dropChance: 0.25 }).scan(START, START + 10)!;
  const count = Number(scan.get("num_samples", "G3Int").value);
  assert(count > 1350 && count < 1650, `${count} of 2000`);
  const { times, value } = scan.get("primary", "G3SuperTimestream");
  assert.equal(times.length, count);
  const counters = value.subarray(7 * count, 8 * count);
  times.forEach((time, i) => {
    assert.equal(time, BigInt(START) * 10n ** 8n + BigInt(counters[i]!) * 500_000n);
  });
  assert.equal(frames({ dropChance: 1 }).scan(START, START + 1), undefined);
});

Deno.test("smurf 5.2: a Tune spreads its resonators over 4 to 8 GHz, and a band has 512 channels", () => {
  const tune = new Tune(16);
  assert.deepEqual(tune.bands, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(tune.mask.slice(0, 4), [0, 1, 512, 513]);
  assert.equal(tune.assignment(1), "4500.0000,0,0,-1\n4750.0000,256,1,-1\n");
  const crowded = new Tune(8 * 600);
  assert.equal(crowded.mask.length, 8 * 512);
  assert.equal(crowded.resonators[599]?.channel, -1);
  assert.match(crowded.assignment(0), /,-1,-1\n$/);
});

Deno.test("emulatedStatus() is a YAML mapping with one line a register", () => {
  const tune = new Tune(1024);
  const text = emulatedStatus({
    loaded: { tune, path: "/data/1700000000_tune.npy" },
    tag: "oper,noise",
    action: "take_noise",
    actionTime: START,
  });
  const status = parseYaml(text) as Record<string, unknown>; // a mapping is what is tested
  assert.equal(text.trim().split("\n").length, Object.keys(status).length);
  assert.equal(status["AMCc.SmurfProcessor.SOStream.stream_tag"], "oper,noise");
  assert.equal(status["AMCc.SmurfProcessor.SOStream.pysmurf_action"], "take_noise");
  assert.equal(status["AMCc.SmurfProcessor.SOStream.pysmurf_action_timestamp"], START);
  assert.equal(status["AMCc.SmurfProcessor.ChannelMapper.NumChannels"], 1024);
  assert.deepEqual(JSON.parse(String(status["AMCc.SmurfProcessor.ChannelMapper.Mask"])), tune.mask);
  assert.equal(
    status["AMCc.FpgaTopLevel.AppTop.AppCore.SysgenCryo.tuneFilePath"],
    "/data/1700000000_tune.npy",
  );
});

Deno.test("npyOfObject() writes NumPy's head, and refuses ints that it cannot say", () => {
  const file = npyOfObject(new Map([["a", 1]]));
  const text = String.fromCharCode(...file);
  assert.deepEqual(file.subarray(0, 8), new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
  assert.match(text, /\{'descr': '\|O', 'fortran_order': False, 'shape': \(\), \} *\n..cnumpy\.core/);
  assert.equal((text.indexOf("\n") + 1) % 64, 0);
  assert.throws(() => npyOfObject(2 ** 31), /Cannot pickle 2147483648: expected an int of 32 bits/);
});

Deno.test("ActionFiles never writes over a file", async () => {
  await using folder = await temporary();
  const made: string[] = [];
  const action = () =>
    new ActionFiles({
      folder: folder.path,
      streamId: "crate1slot2",
      action: "take_iv",
      actionTimeSeconds: START + 0.7,
      now: () => START + 2.5,
      onFile: (path) => made.push(path.slice(folder.path.length)),
    });
  await action().stamp("iv_info.npy");
  await action().stamp("iv_info.npy");
  const place = `/17000/crate1slot2/${START}_take_iv/outputs`;
  assert.deepEqual(made, [`${place}/${START + 2}_iv_info.npy`, `${place}/${START + 3}_iv_info.npy`]);
  assert.equal(await Deno.readTextFile(folder.path + made[0]), `start: ${START + 2.5}\n`);
});

Deno.test("smurf 5.2: SessionWriter rotates, ends every file with an end frame and counts frames through", async () => {
  await using folder = await temporary();
  let now = START + 0.25;
  const loaded = { tune: new Tune(4), path: "/x" };
  const options = {
    folder: folder.path,
    streamId: "s",
    sampleRate: 10,
    dropChance: 0,
    frameSeconds: 1,
    fileDurationSeconds: 2,
    status: { loaded, tag: "obs,cmb", action: "stream_g3_on", actionTime: START },
    now: () => now,
  };
  // Neither its first file nor a later one may take the place of what is there.
  await Deno.mkdir(`${folder.path}/17000/s`, { recursive: true });
  for (const name of [`${START}_000`, `${START + 1}_001`]) {
    await Deno.writeTextFile(`${folder.path}/17000/s/${name}.g3`, "precious");
  }
  await using writer = await SessionWriter.open(options);
  assert.equal(writer.sessionId, START + 1);
  for (let i = 0; i < 5; i++, now++) await writer.scan(now, now + 1);
  await writer.end();
  const names = writer.files.map((path) => path.slice(folder.path.length));
  assert.deepEqual(names, [`/17000/s/${START + 1}_000.g3`, `/17000/s/${START + 1}_002.g3`]);
  const seen: string[] = [];
  for (const path of writer.files) {
    for await (const frame of readG3File(path)) {
      assert.equal(frame.get("session_id", "G3Int").value, BigInt(START + 1));
      seen.push(`${frame.letters}${frame.get("frame_num", "G3Int").value}`);
    }
    seen.push("|");
  }
  assert.deepEqual(seen, ["O0", "W1", "S2", "S3", "S4", "O5", "|", "S6", "S7", "O8", "|"]);
  assert.equal(await Deno.readTextFile(`${folder.path}/17000/s/${START}_000.g3`), "precious");
});
