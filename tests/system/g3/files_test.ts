/** Files: read with any compression, written so that nothing is lost (g3 6). @module */
import assert from "node:assert/strict";
import { bzip2Crc } from "../../../g3/codecs/bzip2_decoder.ts";
import { encodeBzip2 } from "../../../g3/codecs/bzip2_encoder.ts";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { G3Error, G3StreamError } from "../../../g3/errors.ts";
import { G3Frame } from "../../../g3/frame.ts";
import { G3FileWriter } from "../../../g3/io/file_writer.ts";
import { readG3File, readPieces, splitG3File } from "../../../g3/io/read_file.ts";
import { g3Int, g3String } from "../../../g3/make.ts";
import { Program } from "../../helpers/process.ts";
import { goldenFile, goldenJson, goldenPath } from "../../helpers/g3_golden.ts";

async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "g3_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** All frames of a file, and the error that ended them. */
async function readAll(path: string): Promise<{ frames: string[]; error?: unknown }> {
  const frames: string[] = [];
  try {
    for await (const raw of splitG3File(path)) frames.push(raw.bytes.toHex());
    return { frames };
  } catch (error) {
    return { frames, error };
  }
}

for (
  const name of ["small.g3.gz", "small.g3.bz2", "smurf.g3.bz2", "two_members.g3.gz", "two_streams.g3.bz2"]
) {
  Deno.test(`G3-64: splitG3File() reads ${name} with all its members`, async () => {
    const { frames, error } = await readAll(goldenPath(`compressed/${name}`));
    assert.equal(error, undefined);
    assert.equal(frames.length, goldenJson(`compressed/${name}`).n_frames);
  });
}

for (const name of ["cut.g3.gz", "cut.g3.bz2"]) {
  Deno.test(`splitG3File() tells that ${name} is cut`, async () => {
    const { error } = await readAll(goldenPath(`compressed/${name}`));
    assert(error instanceof G3StreamError);
    assert.equal(error.fault, "compression");
    assert.match(
      error.message,
      /^Cannot read frame at byte \d+ of ".*cut\.g3\.\w+": Cannot de(compress|code) /,
    );
  });
}

const PLAIN = goldenFile("smurf_stream.g3");

const COMPRESSED: readonly [string, (bytes: Uint8Array) => Uint8Array][] = [
  [".gz", (bytes) => gzipSync(bytes)],
  [".bz2", (bytes) => encodeBzip2(bytes, 1)],
  [".zst", (bytes) => zstdCompressSync(bytes)],
];

for (const [suffix, compress] of COMPRESSED) {
  Deno.test(`splitG3File() reads one and two members of ${suffix}, and tells every cut and rubbish behind them`, async () => {
    await using folder = await temporary();
    const path = `${folder.path}/a.g3${suffix}`;
    const { frames: expected } = await readAll(goldenPath("smurf_stream.g3"));
    const one = compress(PLAIN);
    await Deno.writeFile(path, one);
    assert.deepEqual((await readAll(path)).frames, expected);
    await Deno.writeFile(path, new Uint8Array([...one, ...one]));
    assert.deepEqual((await readAll(path)).frames, [...expected, ...expected]);
    for (const size of [1, 3, 10, one.length >> 1, one.length - 3, one.length - 1]) {
      await Deno.writeFile(path, one.subarray(0, size));
      const { error } = await readAll(path);
      assert(error instanceof G3StreamError, `cut at ${size} of ${one.length}: ${error}`);
      assert.equal(error.fault, "compression");
    }
    await Deno.writeFile(path, new Uint8Array([...one, ..."rubbish".split("").map((c) => c.charCodeAt(0))]));
    assert((await readAll(path)).error instanceof G3StreamError);
    await Deno.writeFile(path, new Uint8Array(0));
    assert.deepEqual(await readAll(path), { frames: [] });
  });
}

Deno.test("splitG3File() reads a bzip2 file of many blocks, and lets go of it when the reader stops", async () => {
  await using folder = await temporary();
  const path = `${folder.path}/a.g3.bz2`;
  const frame = new G3Frame("H").set("text", g3String("0123456789abcdef".repeat(4000))).encode();
  const many = new Uint8Array(frame.length * 40);
  for (let i = 0; i < 40; i++) many.set(frame, i * frame.length);
  await Deno.writeFile(path, encodeBzip2(many, 1));
  assert.equal((await readAll(path)).frames.length, 40);
  for await (const raw of splitG3File(path)) {
    assert.equal(raw.offset, 0);
    break;
  }
  assert.equal(bzip2Crc(new TextEncoder().encode("123456789")) >>> 0, 0xfc891918);
});

Deno.test("readG3File() reads from an offset of a plain file, and refuses one of a compressed", async () => {
  const offsets: number[] = [];
  for await (const raw of splitG3File(goldenPath("hk_v2.g3"))) offsets.push(raw.offset);
  const last = offsets.at(-1)!;
  const found: G3Frame[] = [];
  for await (const frame of readG3File(goldenPath("hk_v2.g3"), { offset: last })) found.push(frame);
  assert.equal(found.length, 1);
  assert.equal(found[0]?.get("hkagg_type", "G3Int").value, 1n);
  assert.throws(() => readPieces("x.g3.gz", { offset: 5 }), G3Error);
  assert.throws(() => readPieces("x.g3.xz"), /xz is not supported/);
});

Deno.test("readG3File() ends when its signal says so, and names a file that is not there", async () => {
  const abort = new AbortController();
  abort.abort(new Error("enough"));
  await assert.rejects(async () => {
    for await (const _ of readG3File(goldenPath("hk_v2.g3"), { signal: abort.signal }));
  }, /enough/);
  await assert.rejects(async () => {
    for await (const _ of readG3File("/no/such/file.g3"));
  }, Deno.errors.NotFound);
});

Deno.test("G3FileWriter appends whole frames, and never touches what is there", async () => {
  await using folder = await temporary();
  const path = `${folder.path}/1.g3`;
  const frame = (i: number) => new G3Frame("H").set("i", g3Int(i));
  {
    await using file = await G3FileWriter.open(path);
    for (let i = 0; i < 3; i++) await file.write(frame(i));
    assert.equal(file.bytes, (await Deno.stat(path)).size);
  }
  await assert.rejects(G3FileWriter.open(path), Deno.errors.AlreadyExists);
  {
    await using file = await G3FileWriter.open(path, { mode: "append", sync: "frame" });
    await file.write(frame(3).encode());
  }
  const found: bigint[] = [];
  for await (const read of readG3File(path)) found.push(read.get("i", "G3Int").value);
  assert.deepEqual(found, [0n, 1n, 2n, 3n]);
});

Deno.test("G3FileWriter does not append to a file that ends inside a frame, or that holds something else", async () => {
  await using folder = await temporary();
  const path = `${folder.path}/1.g3`;
  for (const name of ["damaged/cut_in_blob.g3", "damaged/tail_text.g3"]) {
    await Deno.writeFile(path, goldenFile(name));
    await assert.rejects(
      G3FileWriter.open(path, { mode: "append" }),
      /^G3Error: Cannot append to ".*": what follows byte /,
    );
    assert.deepEqual(await Deno.readFile(path), goldenFile(name));
  }
  await assert.rejects(G3FileWriter.open(`${folder.path}/x.g3.gz`), /plain files/);
});

Deno.test("G3FileWriter refuses overlapping and late writes, and is closed once", async () => {
  await using folder = await temporary();
  const file = await G3FileWriter.open(`${folder.path}/1.g3`, { sync: { everySeconds: 60 } });
  const first = file.write(new G3Frame("H"));
  await assert.rejects(file.write(new G3Frame("H")), /each has to be awaited/);
  await first;
  await file.close();
  await file.close();
  await assert.rejects(file.write(new G3Frame("H")), /it is closed/);
});

Deno.test("G3FileWriter forces frames to the disk as often as it was told, by the clock it was given", async () => {
  await using folder = await temporary();
  let now = 0;
  const file = await G3FileWriter.open(`${folder.path}/1.g3`, { sync: { everySeconds: 5 }, now: () => now });
  let syncs = 0;
  const sync = file.sync.bind(file);
  file.sync = () => {
    syncs++;
    return sync();
  };
  for (now = 0; now < 12_000; now += 1000) await file.write(new G3Frame("H"));
  assert.equal(syncs, 2);
  // What came after that waits no longer than it has to, also when no frame follows.
  for (const [at, expected] of [[14_000, 2], [15_000, 3], [30_000, 3]] as const) {
    now = at;
    await file.syncIfDue();
    assert.equal(syncs, expected);
  }
  await file.close();
});

Deno.test("G3FileWriter cuts off what a write that failed has left, so that the file is whole", async () => {
  await using folder = await temporary();
  const path = `${folder.path}/full.g3`;
  const tool = new URL("../../tools/g3_fill.ts", import.meta.url).pathname;
  const { stdout } = await Program.run({
    name: "a writer whose disk is full",
    command: Deno.execPath(),
    args: ["run", "-A", "--no-check", tool, path],
  });
  // What our own tool prints.
  const { bytes, first, second } = JSON.parse(stdout) as Record<string, unknown>;
  assert.match(String(first), /too large/i);
  // The limit is there still.
  assert.match(String(second), /too large/i);
  const { frames, error } = await readAll(path);
  assert.equal(error, undefined);
  assert.equal((await Deno.stat(path)).size, bytes);
  assert(frames.length > 10);
});

Deno.test("G3FileWriter leaves a file that reads to its last whole frame when its program is killed", async () => {
  await using folder = await temporary();
  const tool = new URL("../../tools/g3_write.ts", import.meta.url).pathname;
  for (let round = 0; round < 3; round++) {
    const path = `${folder.path}/${round}.g3`;
    await using program = Program.start({
      name: "a writer",
      command: Deno.execPath(),
      args: ["run", "-A", "--no-check", tool, path],
    });
    await program.until(async () => (await Deno.stat(path)).size > 10_000_000, "some frames", 60_000);
    Deno.kill(program.pid, "SIGKILL");
    await program.ended;
    const { size } = await Deno.stat(path);
    let next = 0n;
    let whole = 0;
    try {
      for await (const raw of splitG3File(path)) {
        assert.equal(G3Frame.parse(raw).get("i", "G3Int").value, next++);
        whole = raw.offset + raw.bytes.length;
      }
    } catch (error) {
      assert(error instanceof G3StreamError && error.fault === "truncated", String(error));
    }
    assert(next >= 2n);
    assert(size - whole < 4_000_100, "no more than the frame in flight is missing");
  }
});

Deno.test("splitG3File() with reuse gives the same frames, each until the next is asked for", async () => {
  await using folder = await temporary();
  const path = `${folder.path}/1.g3`;
  const frames = Array.from(
    { length: 60 },
    (_, i) =>
      new G3Frame("H").set("i", g3Int(i)).set("x", {
        class: "G3VectorDouble",
        value: new Float64Array(i * 700).fill(i),
      }),
  );
  {
    await using file = await G3FileWriter.open(path);
    for (const frame of frames) await file.write(frame);
  }
  let n = 0;
  for await (const raw of splitG3File(path, { reuse: true })) {
    assert.deepEqual(raw.bytes, frames[n++]?.encode());
    // Whoever is slow finds the frame as it was all the same.
    if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(raw.bytes, frames[n - 1]?.encode());
  }
  assert.equal(n, 60);
});

Deno.test("readG3File() takes no more memory for a large file than for a small one", async () => {
  await using folder = await temporary();
  const path = `${folder.path}/large.g3`;
  const frame = new G3Frame("S").set("data", { class: "G3VectorDouble", value: new Float64Array(100_000) });
  {
    await using file = await G3FileWriter.open(path, { sync: "never" });
    for (let i = 0; i < 500; i++) await file.write(frame);
  }
  const code = `
    import { readG3File } from ${JSON.stringify(new URL("../../../g3/io/mod.ts", import.meta.url).href)};
    let frames = 0, most = 0;
    for await (const frame of readG3File(${JSON.stringify(path)})) {
      frame.get("data");
      if (++frames % 10 === 0) most = Math.max(most, Deno.memoryUsage().rss);
    }
    console.log(JSON.stringify({ frames, most }));`;
  await Deno.writeTextFile(`${folder.path}/read.ts`, code);
  const { stdout } = await Program.run({
    name: "a reader",
    command: Deno.execPath(),
    args: ["run", "-A", "--no-check", `${folder.path}/read.ts`],
  });
  // What the program above prints.
  const { frames, most } = JSON.parse(stdout) as { frames: number; most: number };
  assert.equal(frames, 500);
  // The file has 400 MB.
  assert(most < 250e6, `${most} bytes`);
});
