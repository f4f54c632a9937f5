// deno-lint-ignore-file no-console -- a failed run has to be repeatable
/** Housekeeping as this library and as so3g's archive reader read it. @module */
import assert from "node:assert/strict";
import type { G3Frame } from "../../g3/frame.ts";
import { type HkReading, readHkFields } from "../../hk/io/mod.ts";
import { goldenPath } from "../helpers/g3_golden.ts";
import { dataFrame, randomFields, sessionFrame, statusFrame } from "../helpers/hk_random.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { Random } from "../helpers/random_values.ts";

const test = await testsWith("so3g", pythonPeers);
const HK_READ = new URL("../tools/hk_read.py", import.meta.url).pathname;

/** Fields by name, as the tool prints them. */
type Columns = Readonly<
  Record<string, { readonly dtype: string; readonly t: readonly string[]; readonly y: readonly string[] }>
>;

async function asSo3g({ python }: PythonPeers, args: readonly string[]): Promise<Columns> {
  const { success, stdout, stderr } = await new Deno.Command(python, { args: [HK_READ, ...args] }).output();
  assert(success, new TextDecoder().decode(stderr));
  // The shape is that of the tool.
  return JSON.parse(new TextDecoder().decode(stdout)) as Columns;
}

const LETTERS = { double: "f", int: "i", bool: "b", string: "U" };
const BITS = new DataView(new ArrayBuffer(8));

/** A number by its bits. */
function bits(value: number): string {
  if (Number.isNaN(value)) return "nan";
  BITS.setFloat64(0, value);
  return BITS.getBigUint64(0).toString(16).padStart(16, "0");
}

function ours({ series }: HkReading): Columns {
  return Object.fromEntries(
    [...series].map(([name, { kind, times, values }]) => [name, {
      dtype: LETTERS[kind],
      t: Array.from(times, bits),
      y: kind === "double"
        ? Array.from(values, bits)
        : kind === "bool"
        ? Array.from(values, (value) => value === 0 ? "False" : "True")
        : Array.from<string | bigint, string>(values, String),
    }]),
  );
}

/** Fields without samples in the range are absent here. */
function theirs(columns: Columns): Columns {
  return Object.fromEntries(Object.entries(columns).filter(([, { t }]) => t.length > 0));
}

test("readHkFields() reads housekeeping of every schema as so3g's HKArchiveScanner does", async (python) => {
  const archive = ["1700000000", "1700000064", "1700000129"].map((name) => `hk/17000/${name}.g3`);
  for (const names of [["hk_v0.g3"], ["hk_v1.g3"], ["hk_v2.g3"], archive]) {
    const paths = names.map(goldenPath);
    const reading = await readHkFields(paths);
    assert.deepEqual(reading.notes, []);
    const expected = theirs(await asSo3g(python, ["scan", ...paths]));
    assert(Object.keys(expected).length >= 3);
    assert.deepEqual(ours(reading), expected);
  }
});

/** Two days of made-up data in folders as the aggregator makes them: restarts, gaps, frames that cross the hour. */
async function writeArchive(folder: string, random: Random): Promise<void> {
  let time = 1_699_950_000 + random.below(3600);
  for (let file = 0; file < 30; file++) {
    const providers = ["o.a.feeds.f", "o.b.feeds.g", "o.c.feeds.h"];
    const frames: G3Frame[] = [sessionFrame(1 + Math.floor(file / 10)), statusFrame(providers)];
    const path = `${folder}/${String(time).slice(0, 5)}/${time}.g3`;
    for (let block = 0; block < 6; block++) {
      for (const provId of providers.keys()) {
        if (random.next() < 0.2) continue;
        const count = 1 + random.below(20);
        const start = BigInt(time + block * 600 + random.below(100)) * 100_000_000n;
        const ticks = Array.from({ length: count }, (_, at) => start + BigInt(at) * 2_500_000_013n);
        frames.push(dataFrame(ticks, randomFields(random, count), { provId, name: "temps" }));
      }
    }
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(
      path,
      new Uint8Array(await new Blob(frames.map((one) => one.encode().slice())).bytes()),
    );
    time += 3600 + random.below(600);
  }
}

test("readHkFields() reads a time range of folders as so3g's load_range does", async (python) => {
  const seed = Number(Deno.env.get("OCS_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  const folder = await Deno.makeTempDir({ prefix: "hk_" });
  try {
    const random = new Random(seed);
    await writeArchive(folder, random);
    for (let round = 0; round < 4; round++) {
      const sinceSeconds = 1_699_950_000 + random.below(100_000) + random.next();
      const untilSeconds = sinceSeconds + random.pick([60, 3600, 20_000]);
      const reading = await readHkFields(folder, { sinceSeconds, untilSeconds });
      assert.deepEqual(reading.notes, []);
      const found = await asSo3g(python, ["range", folder, String(sinceSeconds), String(untilSeconds)]);
      assert.deepEqual(ours(reading), theirs(found));
    }
  } catch (error) {
    console.error(`seed ${seed}: OCS_SEED=${seed} repeats it`);
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
