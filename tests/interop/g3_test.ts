// deno-lint-ignore-file no-console -- a failed run has to be repeatable
/** G3 files between this library and so3g, both ways. @module */
import assert from "node:assert/strict";
import { decodeBlob } from "../../g3/blob.ts";
import { G3Frame } from "../../g3/frame.ts";
import { FrameSplitter, type RawFrame } from "../../g3/frame_splitter.ts";
import { G3FileWriter } from "../../g3/io/file_writer.ts";
import { splitG3File } from "../../g3/io/read_file.ts";
import { receiveFrames } from "../../g3/io/receive.ts";
import { G3Sender } from "../../g3/io/sender.ts";
import { g3Int } from "../../g3/make.ts";
import type { G3Object, G3Opaque } from "../../g3/objects.ts";
import { freePort } from "../helpers/free_port.ts";
import { cat } from "../../verbs/g3/cat.ts";
import { describeFrame } from "../../verbs/g3/describe_frame.ts";
import { repair } from "../../verbs/g3/repair.ts";
import { type Golden, GOLDEN_WHOLE, goldenFile } from "../helpers/g3_golden.ts";
import { objectOfClass, RANDOM_CLASSES, randomFrame } from "../helpers/g3_random.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { KeptTerminal } from "../helpers/kept_terminal.ts";
import { Program } from "../helpers/process.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { Random } from "../helpers/random_values.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("so3g", pythonPeers);
const DESCRIBE = new URL("../data/g3/describe.py", import.meta.url).pathname;
const REWRITE = new URL("../tools/g3_rewrite.py", import.meta.url).pathname;

async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "g3_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** What so3g reads of a file. */
async function asSo3g({ python }: PythonPeers, path: string): Promise<Golden> {
  await Program.run({
    name: "describe.py",
    command: "sh",
    args: ["-c", 'exec "$0" "$1" "$2" > "$2.json"', python, DESCRIBE, path],
    timeoutMs: 300_000,
  });
  // The shape is that of the golden files' JSON.
  return JSON.parse(await Deno.readTextFile(`${path}.json`)) as Golden;
}

async function framesOf(path: string): Promise<RawFrame[]> {
  const frames: RawFrame[] = [];
  for await (const raw of splitG3File(path)) frames.push(raw);
  return frames;
}

/** Whether so3g compresses a value, or leaves garbage in it, so that its bytes are not ours. */
function varies(object: G3Object | G3Opaque | null): boolean {
  switch (object?.class) {
    case "G3SuperTimestream":
      return true;
    case "G3Timestream":
      return object.flacLevel > 0;
    case "G3TimestreamMap":
      return [...object.value.values()].some(varies);
    case "G3MapFrameObject":
      return [...object.value.values()].some(varies);
    case "G3VectorFrameObject":
      return object.value.some(varies);
    default:
      return false;
  }
}

/** Compares a file of ours with what so3g reads of it, and with what so3g writes of that. */
async function compareWithSo3g(python: PythonPeers, path: string): Promise<void> {
  const theirs = await asSo3g(python, path);
  assert.deepEqual(theirs.end, { state: "end of file" });
  const ours = await framesOf(path);
  assert.equal(theirs.n_frames, ours.length);
  for (const [i, raw] of ours.entries()) {
    assert.deepEqual(JSON.parse(JSON.stringify(describeFrame(raw))), theirs.frames[i], `frame ${i}`);
  }
  await Program.run({
    name: "g3_rewrite.py",
    command: python.python,
    args: [REWRITE, path, `${path}.again`],
    timeoutMs: 300_000,
  });
  let same = 0;
  for (const [i, raw] of (await framesOf(`${path}.again`)).entries()) {
    const again = G3Frame.parse(raw);
    const frame = G3Frame.parse(ours[i]!);
    assert.deepEqual(again.keys().sort(), frame.keys().sort());
    for (const key of frame.keys()) {
      const blob = frame.blob(key)!;
      if (varies(decodeBlob(blob))) continue;
      assert.equal(blob.toHex(), again.blob(key)?.toHex(), `"${key}" of frame ${i}`);
      same++;
    }
  }
  assert(same > 0);
}

async function writeFrames(path: string, frames: readonly G3Frame[]): Promise<void> {
  await using file = await G3FileWriter.open(path);
  for (const frame of frames) await file.write(frame);
}

test("so3g reads every class that G3Frame.encode() writes, and writes it to the same bytes", async (python) => {
  await using folder = await temporary();
  const random = new Random(1);
  const frames = Array.from({ length: RANDOM_CLASSES }, (_, number) => {
    const frame = new G3Frame("S");
    for (let i = 0; i < 5; i++) frame.set(`v${i}`, objectOfClass(random, number));
    return frame;
  });
  await writeFrames(`${folder.path}/classes.g3`, frames);
  await compareWithSo3g(python, `${folder.path}/classes.g3`);
});

test("so3g reads a thousand random frames as they were written, and writes them to the same bytes", async (python) => {
  await using folder = await temporary();
  const seed = Number(Deno.env.get("OCS_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  const random = new Random(seed);
  try {
    await writeFrames(`${folder.path}/random.g3`, Array.from({ length: 1000 }, () => randomFrame(random)));
    await compareWithSo3g(python, `${folder.path}/random.g3`);
  } catch (error) {
    console.log(`OCS_SEED=${seed} repeats this`);
    throw error;
  }
});

test("so3g reads what was decoded from the golden files and written again", async (python) => {
  await using folder = await temporary();
  const frames: G3Frame[] = [];
  for (const name of GOLDEN_WHOLE.filter((name) => !/^(legacy|big_endian|odd_)/.test(name))) {
    for (const raw of new FrameSplitter().push(goldenFile(name))) {
      const frame = G3Frame.parse(raw);
      const again = new G3Frame(frame.type);
      for (const key of frame.keys()) {
        const object = frame.get(key)!;
        if (object.class === "G3SuperTimestream" && object.value.length === 0) continue;
        if (object.class !== "opaque") again.set(key, object);
      }
      frames.push(again);
    }
  }
  await writeFrames(`${folder.path}/golden.g3`, frames);
  await compareWithSo3g(python, `${folder.path}/golden.g3`);
});

const NETWORK = new URL("../tools/g3_network.py", import.meta.url).pathname;

test("receiveFrames() takes from spt3g's sender exactly the frames that it sends", async ({ python }) => {
  await using folder = await temporary();
  const path = `${folder.path}/stream.g3`;
  await Deno.writeFile(path, goldenFile("smurf_stream.g3"));
  const port = freePort();
  await using sender = Program.start({
    name: "spt3g's sender",
    command: python,
    args: [NETWORK, "send", String(port), path],
  });
  await sender.untilLog("listening");
  const received: RawFrame[] = [];
  for await (const raw of receiveFrames({ hostname: "127.0.0.1", port, idleTimeoutMs: 60_000 })) {
    // An ALIVE frame shows that the sender has seen us; then it sends the file.
    if (received.push(raw) === 1) await Deno.writeTextFile(`${path}.go`, "");
  }
  const sent = [...new FrameSplitter().push(goldenFile("smurf_stream.g3"))].map(({ bytes }) => bytes.toHex());
  // A frame that was only read goes out as it came in; key order may differ, so compare what the frames hold.
  const content = ({ bytes }: RawFrame) => {
    const frame = G3Frame.parse(bytes);
    return [frame.letters, ...frame.keys().sort().map((key) => [key, frame.blob(key)?.toHex()])];
  };
  assert.deepEqual(
    received.slice(-sent.length).map(content),
    sent.map((hex) => content({ ...received[0]!, bytes: Uint8Array.fromHex(hex) })),
  );
});

test("spt3g's reader takes from G3Sender exactly the frames that it sends", async ({ python }) => {
  await using folder = await temporary();
  const path = `${folder.path}/received.g3`;
  const random = new Random(5);
  const frames = Array.from({ length: 50 }, () => randomFrame(random));
  await using sender = await G3Sender.open({ port: 0 });
  await using reader = Program.start({
    name: "spt3g's reader",
    command: python,
    args: [NETWORK, "receive", `tcp://localhost:${sender.port}`, path],
  });
  await untilTrue(() => sender.clients === 1, { what: "spt3g's reader", timeoutMs: 60_000 });
  for (const frame of frames) sender.send(frame);
  await sender.close();
  assert.equal((await reader.ended).code, 0, reader.log);
  const content = (
    frame: G3Frame,
  ) => [frame.type, ...frame.keys().sort().map((key) => [key, frame.blob(key)?.toHex()])];
  assert.deepEqual(
    (await framesOf(path)).map((raw) => content(G3Frame.parse(raw))),
    frames.map((frame) => content(G3Frame.parse(frame.encode()))),
  );
});

test("cat() with json is the document that describe.py makes of the same file with so3g", async (python) => {
  await using folder = await temporary();
  const path = `${folder.path}/1700000000.g3`;
  const random = new Random(7);
  await writeFrames(path, Array.from({ length: 200 }, () => randomFrame(random)));
  const terminal = new KeptTerminal();
  assert.equal(await cat([path], { terminal, json: true, frames: [], keys: [], all: false }), "ok");
  assert.deepEqual(terminal.json[0], await asSo3g(python, path));
});

test("so3g reads what repair() made of damaged files to its end, and finds the frames that were spared", async (python) => {
  await using folder = await temporary();
  const seed = Number(Deno.env.get("OCS_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  const random = new Random(seed);
  try {
    for (const damage of ["flip", "hole", "cut", "garbage"]) {
      const frames = Array.from({ length: 40 }, () => {
        const frame = randomFrame(random);
        return (frame.size > 0 ? frame : frame.set("some", g3Int(1))).encode();
      });
      const spared: string[] = [];
      const parts = frames.map((bytes, number) => {
        if (number % 5 !== 3) {
          spared.push(bytes.toHex());
          return bytes;
        }
        return damaged(bytes, damage, random);
      });
      const path = `${folder.path}/${damage}.g3`;
      await Deno.writeFile(path, new Uint8Array(parts.flatMap((part) => [...part])));
      const terminal = new KeptTerminal();
      assert.equal(await repair([path], { terminal, json: true }), "ok");
      const copy = `${folder.path}/${damage}.repaired.g3`;
      const found = (await framesOf(copy)).map(({ bytes }) => bytes.toHex());
      assert.deepEqual(found.filter((hex) => spared.includes(hex)), spared);
      const theirs = await asSo3g(python, copy);
      assert.deepEqual(theirs.end, { state: "end of file" });
      assert.equal(theirs.n_frames, found.length);
    }
  } catch (error) {
    console.log(`OCS_SEED=${seed} repeats this`);
    throw error;
  }
});

/** What is left of a frame. */
function damaged(bytes: Uint8Array, how: string, random: Random): Uint8Array {
  const changed = bytes.slice();
  const at = 13 + random.below(bytes.length - 13);
  switch (how) {
    case "flip":
      changed[at]! ^= 1 << random.below(8);
      return changed;
    case "hole":
      return changed.fill(0, 1);
    case "cut":
      return changed.subarray(0, at);
    default:
      return Uint8Array.from({ length: 1 + random.below(1000) }, () => random.below(256));
  }
}
