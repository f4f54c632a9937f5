// deno-lint-ignore-file no-console -- a program that prints
/**
 * Speed of reading and writing G3, one core, as the JSON lines of `g3_speed.py`, whose data it makes too.
 *
 *     deno run -A bench/g3.ts [--seconds 2] [--rounds 1] [--files DIR] [only NAME]
 *
 * `--files` reads what `g3_speed.py --keep DIR` left, so that both read the very same bytes; without it the files are our
 * own. Figures count side by side with the reference's, in one run on one machine.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { crc32c } from "../g3/crc32c.ts";
import { G3Frame } from "../g3/frame.ts";
import type { SplitOptions } from "../g3/frame_splitter.ts";
import { G3FileWriter } from "../g3/io/file_writer.ts";
import { splitG3File } from "../g3/io/read_file.ts";
import {
  g3Double,
  g3Int,
  g3String,
  g3Time,
  g3TimesampleMap,
  g3VectorDouble,
  g3VectorString,
} from "../g3/make.ts";
import type { G3SuperTimestream } from "../g3/objects.ts";
import { ticksOf } from "../g3/time.ts";

const HK_CHANNELS = 16;
const HK_RATE = 10;
const SMURF_CHANNELS = 1720;
const SMURF_SAMPLES = 200;

/** A fixed 32-bit mixing function: the noise of all recipes. */
function mixed(value: number): number {
  let n = value >>> 0;
  n = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d);
  n = Math.imul(n ^ (n >>> 12), 0x297a2d39);
  return (n ^ (n >>> 15)) >>> 0;
}

/** Recipe "hk": floats, one row per channel. */
function hkValues(frame: number, samples: number): number[][] {
  return Array.from({ length: HK_CHANNELS }, (_, c) =>
    Array.from({ length: samples }, (_, k) => {
      const i = k + frame * samples;
      return 0.1 + 0.01 * Math.sin(i * (c + 1) / 97) + mixed(i * 31 + c) / 2 ** 32 * 0.002;
    }));
}

/** Recipe "smurf": int32 counts, offset + drift + noise of about 8 bits. */
function smurfValues(frame: number): Int32Array {
  const out = new Int32Array(SMURF_CHANNELS * SMURF_SAMPLES);
  for (let c = 0; c < SMURF_CHANNELS; c++) {
    for (let k = 0; k < SMURF_SAMPLES; k++) {
      const i = k + frame * SMURF_SAMPLES;
      const noise = mixed(i * 4099 + c);
      const drift = Math.floor(2000 * Math.sin(i / 50 + c));
      out[c * SMURF_SAMPLES + k] = (c * 7919) % 2 ** 22 - 2 ** 21 + drift + (noise & 255) +
        ((noise >>> 8) & 255) - 255;
    }
  }
  return out;
}

function hkFrame(frame: number, rows: readonly (readonly number[])[], samples: number): G3Frame {
  const start = 1.79e9 + frame * samples / HK_RATE;
  const times = Array.from({ length: samples }, (_, i) => ticksOf(start + i / HK_RATE));
  const block = g3TimesampleMap(
    times,
    rows.map((row, c) => [`channel_${String(c).padStart(2, "0")}`, g3VectorDouble(row)] as const),
  );
  return new G3Frame("H")
    .set("hkagg_type", g3Int(2))
    .set("hkagg_version", g3Int(2))
    .set("session_id", g3Int(1234567890123))
    .set("prov_id", g3Int(0))
    .set("timestamp", g3Double(start))
    .set("address", g3String("observatory.faker1.feeds.false_temperatures"))
    .set("provider_session_id", g3String("1790000000.1234567"))
    .set("block_names", g3VectorString(["temps"]))
    .set("blocks", { class: "G3VectorFrameObject", value: [block] });
}

function superTimestream(
  names: readonly string[],
  times: BigInt64Array,
  value: Int32Array | BigInt64Array,
  dataAlgo: number,
): G3SuperTimestream {
  const encoding = { flacLevel: 3, bz2WorkFactor: 1, timesAlgo: dataAlgo === 0 ? 0 : 2, dataAlgo };
  return { class: "G3SuperTimestream", names, times, value, quanta: new Float64Array(0), encoding };
}

function numbered(prefix: string, count: number, digits: number): string[] {
  return Array.from({ length: count }, (_, i) => prefix + String(i).padStart(digits, "0"));
}

function smurfFrame(frame: number, data: Int32Array, algo: number): G3Frame {
  const n = SMURF_SAMPLES;
  const times = BigInt64Array.from(
    { length: n },
    (_, i) => 179000000000000000n + BigInt(frame) * 100000000n + BigInt(i) * 500000n,
  );
  const small = algo === 0 ? 0 : 2;
  const primary = BigInt64Array.from(
    { length: 9 * n },
    (_, i) => times[i % n]! * 10n + BigInt(Math.floor(i / n)),
  );
  const biases = Int32Array.from({ length: 16 * n }, (_, i) => Math.floor(i / n));
  return new G3Frame("S")
    .set("data", superTimestream(numbered("r", SMURF_CHANNELS, 4), times, data, algo))
    .set("primary", superTimestream(numbered("p", 9, 0), times, primary, small))
    .set("tes_biases", superTimestream(numbered("bias", 16, 2), times, biases, small))
    .set("num_samples", g3Int(n))
    .set("timing_paradigm", g3String("High Precision"))
    .set("slow_primary", {
      class: "G3MapInt",
      value: new Map([["Version", 2n], ["CrateID", 1n], ["SlotNumber", 2n]]),
    })
    .set("sostream_version", g3Int(2))
    .set("sostream_id", g3String("crate1slot2"))
    .set("session_id", g3Int(1790000000))
    .set("frame_num", g3Int(frame))
    .set("time", g3Time(times[0]!));
}

/** One measurement: how many frames, file bytes and seconds. */
interface Work {
  frames: number;
  bytes: number;
}

const { values: args, positionals } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "1" },
    files: { type: "string" },
  },
  allowPositionals: true,
});
const folder = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "g3_bench_" }).catch(() =>
  Deno.makeTempDir()
);
const seconds = Number(args.seconds);

function digits(value: number, count: number): number {
  return Number(value.toPrecision(count));
}

/** Runs over and over for the wanted time and prints one line. */
async function measure(
  name: string,
  round: number,
  sizes: { readonly rawBytes: number; readonly values: number },
  run: () => Promise<Work>,
): Promise<void> {
  if (positionals.length > 0 && !positionals.includes(name)) return;
  const total = { frames: 0, bytes: 0 };
  let spent = 0;
  while (spent < seconds) {
    const begin = performance.now();
    const { frames, bytes } = await run();
    spent += (performance.now() - begin) / 1000;
    total.frames += frames;
    total.bytes += bytes;
  }
  console.log(JSON.stringify({
    name: `g3/${name}`,
    stack: "project",
    round,
    frames: total.frames,
    seconds: digits(spent, 4),
    frames_per_s: digits(total.frames / spent, 5),
    file_mb_per_s: digits(total.bytes / spent / 1e6, 4),
    mb_per_s: digits(sizes.rawBytes * total.frames / spent / 1e6, 4),
    values_per_s: digits(sizes.values * total.frames / spent, 5),
    file_bytes_per_frame: Math.floor(total.bytes / Math.max(1, total.frames)),
  }));
}

/** Where a file is read: the reference's, or our own. */
function source(name: string): string {
  return `${args.files ?? folder}/${name}.g3`;
}

async function write(name: string, count: number, make: (i: number) => G3Frame): Promise<Work> {
  const path = `${folder}/${name}.g3`;
  await Deno.remove(path).catch(() => {});
  await using file = await G3FileWriter.open(path, { sync: "never" });
  for (let i = 0; i < count; i++) await file.write(make(i));
  return { frames: count, bytes: file.bytes };
}

async function read(path: string, touch: (frame: G3Frame) => void): Promise<Work> {
  const work = { frames: 0, bytes: 0 };
  for await (const raw of splitG3File(path, { reuse: true })) {
    touch(G3Frame.parse(raw));
    work.frames++;
    work.bytes += raw.bytes.length;
  }
  return work;
}

async function scan(path: string, crc: SplitOptions["crc"] & string): Promise<Work> {
  const work = { frames: 0, bytes: 0 };
  for await (const raw of splitG3File(path, { crc, reuse: true })) {
    work.frames++;
    work.bytes += raw.bytes.length;
  }
  return work;
}

async function copy(path: string): Promise<Work> {
  await Deno.remove(`${folder}/copy.g3`).catch(() => {});
  await using file = await G3FileWriter.open(`${folder}/copy.g3`, { sync: "never" });
  const work = { frames: 0, bytes: 0 };
  for await (const raw of splitG3File(path, { reuse: true })) {
    await file.write(raw.bytes);
    work.frames++;
    work.bytes += raw.bytes.length;
  }
  return work;
}

function touchHk(frame: G3Frame): void {
  if (!frame.has("blocks")) return;
  for (const block of frame.get("blocks", "G3VectorFrameObject").value) {
    if (block?.class !== "G3TimesampleMap") throw new Error("Cannot read: no block");
  }
}

function touchSmurf(frame: G3Frame): void {
  for (const key of ["data", "primary", "tes_biases"]) frame.get(key, "G3SuperTimestream");
}

async function hk(round: number): Promise<void> {
  for (const [samples, count, tag] of [[100, 400, "10s"], [3000, 20, "300s"]] as const) {
    const rows = [0, 1, 2, 3].map((frame) => hkValues(frame, samples));
    const sizes = { rawBytes: samples * (HK_CHANNELS + 1) * 8, values: samples * HK_CHANNELS };
    const name = `hk-build-write-${tag}`;
    await measure(name, round, sizes, () => write(name, count, (i) => hkFrame(i, rows[i % 4]!, samples)));
    if (args.files === undefined) await write(name, count, (i) => hkFrame(i, rows[i % 4]!, samples));
    const fresh = Array.from({ length: count }, (_, i) => hkFrame(i, rows[i % 4]!, samples));
    await measure(`hk-write-${tag}`, round, sizes, () => write(`hk-write-${tag}`, count, (i) => fresh[i]!));
    await measure(`hk-read-${tag}`, round, sizes, () => read(source(name), touchHk));
    await measure(`hk-scan-${tag}`, round, sizes, () => scan(source(name), "check"));
  }
}

async function smurf(round: number): Promise<void> {
  const data = [0, 1, 2].map(smurfValues);
  const n = SMURF_SAMPLES;
  const sizes = {
    rawBytes: SMURF_CHANNELS * n * 4 + 9 * n * 8 + 16 * n * 4 + n * 8,
    values: SMURF_CHANNELS * n,
  };
  for (const [tag, algo, count] of [["flac", 3, 5], ["plain", 0, 10]] as const) {
    const name = `smurf-write-${tag}`;
    await measure(name, round, sizes, () => write(name, count, (i) => smurfFrame(i, data[i % 3]!, algo)));
    if (args.files === undefined) await write(name, count, (i) => smurfFrame(i, data[i % 3]!, algo));
    await measure(`smurf-read-${tag}`, round, sizes, () => read(source(name), touchSmurf));
  }
  await measure("smurf-scan-flac", round, sizes, () => scan(source("smurf-write-flac"), "check"));
  await measure("smurf-scan-plain", round, sizes, () => scan(source("smurf-write-plain"), "check"));
  await measure("smurf-scan-plain-no-crc", round, sizes, () => scan(source("smurf-write-plain"), "skip"));
  await measure("smurf-copy-flac", round, sizes, () => copy(source("smurf-write-flac")));
}

async function limits(round: number): Promise<void> {
  const block = new Uint8Array(16 << 20).map((_, i) => i * 7);
  const sizes = { rawBytes: block.length, values: 0 };
  const once = (work: () => void) => () => {
    work();
    return Promise.resolve({ frames: 1, bytes: block.length });
  };
  await measure("limit-memcpy", round, sizes, once(() => block.slice()));
  await measure("limit-crc32c", round, sizes, once(() => crc32c(block)));
}

try {
  for (let round = 1; round <= Number(args.rounds); round++) {
    await hk(round);
    await smurf(round);
    await limits(round);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
