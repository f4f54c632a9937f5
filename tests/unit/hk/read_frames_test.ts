/** Frames of housekeeping, of every schema and of none. @module */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { G3StreamError } from "../../../g3/errors.ts";
import { G3Frame } from "../../../g3/frame.ts";
import {
  g3Int,
  g3String,
  g3VectorBool,
  g3VectorDouble,
  g3VectorInt,
  g3VectorString,
} from "../../../g3/make.ts";
import type { G3Object } from "../../../g3/objects.ts";
import { readFramesSync } from "../../../g3/read_frames.ts";
import { HkChoice } from "../../../hk/read_choice.ts";
import { readHkFrame } from "../../../hk/read_frame.ts";
import { type HkSeries, HkSeriesCollector } from "../../../hk/read_series.ts";
import { HkStream } from "../../../hk/read_stream.ts";
import { HkSummary } from "../../../hk/read_summary.ts";
import { goldenFile, goldenPath } from "../../helpers/g3_golden.ts";
import { dataFrame, sessionFrame, statusFrame } from "../../helpers/hk_random.ts";

interface Read {
  readonly series: ReadonlyMap<string, HkSeries>;
  readonly notes: readonly string[];
}

function readFrames(frames: Iterable<G3Frame>, wanted: readonly string[] = []): Read {
  const notes: string[] = [];
  const onNote = (text: string) => notes.push(text);
  const stream = new HkStream({ choice: new HkChoice(wanted), onNote });
  const collector = new HkSeriesCollector(onNote);
  for (const frame of frames) for (const block of stream.read(frame)) collector.add(block);
  return { series: collector.series(), notes };
}

/** How the golden JSON writes a column (tests/data/g3/README.md). */
function goldenColumn(values: HkSeries["values"]): unknown {
  const plain = Array.from<number | bigint | string, unknown>(values, (value) => {
    if (typeof value !== "bigint") return value;
    return Number.isSafeInteger(Number(value)) ? Number(value) : { $int: String(value) };
  });
  if (Array.isArray(values) || plain.length <= 24) return plain;
  const dtype = values instanceof Float64Array ? "f64" : values instanceof BigInt64Array ? "i64" : "bool";
  // Not a list of texts, so one of the typed arrays.
  const { buffer, byteOffset, byteLength } = values as Float64Array;
  const sha256 = createHash("sha256").update(new Uint8Array(buffer, byteOffset, byteLength)).digest("hex");
  const shape = [plain.length];
  const flags = (list: unknown[]) => dtype === "bool" ? list.map(Boolean) : list;
  return { $array: { dtype, shape, sha256, first: flags(plain.slice(0, 3)), last: flags(plain.slice(-3)) } };
}

const LETTERS = { double: "f", int: "i", bool: "b", string: "U" };

Deno.test("HkStream and HkSeriesCollector give of the aggregator's files what so3g's archive reader gives", () => {
  const files = ["1700000000", "1700000064", "1700000129"];
  const collector = new HkSeriesCollector();
  for (const file of files) {
    const stream = new HkStream({ onNote: assert.fail });
    for (const frame of readFramesSync(goldenFile(`hk/17000/${file}.g3`))) {
      for (const block of stream.read(frame)) collector.add(block);
    }
  }
  const ours = [...collector.series()].map(([name, { kind, times, values }]) => {
    const y = kind === "bool" && values.length <= 24 ? [...values].map(Boolean) : goldenColumn(values);
    return [name, { n: times.length, t: goldenColumn(times), dtype: LETTERS[kind], y }];
  });
  // The shape is that of the golden JSON.
  const theirs = JSON.parse(Deno.readTextFileSync(goldenPath("hk/archive.json"))) as [string, unknown][];
  assert.deepEqual(ours, theirs.sort(([a], [b]) => a < b ? -1 : 1));
});

Deno.test("readHkFrame() takes frames without a version for schema 0, and names blocks as so3g's translator", () => {
  const kinds = { "hk_v0.g3": 0, "hk_v1.g3": 1, "hk_v2.g3": 2 };
  for (const [file, version] of Object.entries(kinds)) {
    const blocks: string[] = [];
    for (const frame of readFramesSync(goldenFile(file))) {
      const read = readHkFrame(frame);
      assert.equal(read?.version, version);
      if (read.type === "data") blocks.push(...read.blocks(assert.fail).map(({ name }) => name));
    }
    const first = version < 2 ? /^block_for_\w+$/ : /^(?!block_for_)/;
    for (const name of blocks) assert.match(name, first);
    assert(blocks.length > 0);
  }
  const frame = sessionFrame();
  frame.delete("hkagg_version");
  assert.equal(readHkFrame(frame)?.version, 0);
});

Deno.test("readHkFrame() cuts the times of schema 0 to ticks as so3g does, and takes its values as they are", () => {
  const frame = dataFrame([], []).set("blocks", {
    class: "G3VectorFrameObject",
    value: [{
      class: "IrregBlockDouble",
      prefix: "ignored_",
      t: Float64Array.of(1.999999999, NaN, 2),
      value: new Map([["b", Float64Array.of(1, 2, -0)], ["a", Float64Array.of(4, 5, 6)], [
        "odd",
        Float64Array.of(1),
      ]]),
    }],
  });
  frame.delete("hkagg_version");
  const read = readHkFrame(frame);
  assert(read?.type === "data");
  const notes: string[] = [];
  const [block, ...more] = read.blocks((text) => notes.push(text));
  assert.deepEqual(more, []);
  assert.equal(block?.name, "block_for_a");
  assert.deepEqual(block?.ticks, BigInt64Array.of(199999999n, 0n, 200000000n));
  assert.deepEqual([...block.fields.keys()], ["b", "a"]);
  assert.deepEqual(block.fields.get("b")?.values, Float64Array.of(1, 2, -0));
  assert.deepEqual(notes, ['field "odd" has 1 values for 3 times; passed over']);
});

Deno.test("HkStream reads a provider that no status frame has named, by its address, and tells it", () => {
  const block: [string, G3Object][] = [["T", g3VectorDouble([1])]];
  const { series, notes } = readFrames([
    dataFrame([1n], block, { provId: 7, address: "o.a.feeds.f" }),
    dataFrame([2n], block, { provId: 8 }),
  ]);
  assert.deepEqual([...series.keys()], ["o.a.feeds.f.T", "unknown_provider_8.T"]);
  assert.match(
    notes[0] ?? "",
    /^data of provider 7, which the status frame before does not name; taken for "o\.a/,
  );
});

Deno.test("HkStream forgets providers with a new session, keeps first descriptions, and knows closed ones", () => {
  const one = (at: bigint) => dataFrame([at], [["T", g3VectorDouble([1])]]);
  const { series, notes } = readFrames([
    sessionFrame(1),
    statusFrame(["first"]),
    statusFrame(["renamed"]),
    one(1n),
    statusFrame([]),
    one(2n),
    sessionFrame(1),
    one(3n),
    sessionFrame(2),
    one(4n),
  ]);
  assert.equal(series.get("first.T")?.ticks.length, 3);
  assert.equal(series.get("unknown_provider_0.T")?.ticks.length, 1);
  assert.equal(notes.length, 3);
});

Deno.test("HkStream reads blocks without names, passes over what is no vector, and tells both", () => {
  const frame = dataFrame([1n, 2n], [["T", g3VectorDouble([1, 2])]]);
  frame.set("blocks", {
    class: "G3VectorFrameObject",
    value: [
      {
        class: "G3TimesampleMap",
        times: BigInt64Array.of(1n, 2n),
        value: new Map<string, G3Object>([["T", g3VectorDouble([1, 2])], ["odd", g3Int(1)]]),
      },
      { class: "G3TimesampleMap", times: BigInt64Array.of(), value: new Map([["e", g3VectorDouble([])]]) },
      g3String("no block"),
    ],
  });
  for (const names of [g3VectorString(["a"]), undefined]) {
    if (names === undefined) frame.delete("block_names");
    else frame.set("block_names", names);
    const { series, notes } = readFrames([statusFrame(["p"]), frame]);
    assert.deepEqual([...series.keys()], ["p.T"]);
    const text = notes.join("\n");
    assert.match(text, names === undefined ? /has no block_names/ : /has 1 block_names for 3 blocks/);
    assert.match(text, /field "odd" is a G3Int, which is no vector of housekeeping; passed over/);
    assert.match(text, /block 2 is a G3String/);
  }
});

Deno.test("HkStream tells frames that it cannot read, and goes on", () => {
  const lost = sessionFrame().set("hkagg_type", g3Int(9));
  const noId = dataFrame([1n], []);
  noId.delete("prov_id");
  const damaged = dataFrame([1n], []).setBlob("blocks", Uint8Array.of(1, 2, 3));
  const newer = statusFrame(["p"]).set("hkagg_version", g3Int(3));
  const good = dataFrame([1n], [["T", g3VectorDouble([1])]]);
  const { series, notes } = readFrames([lost, noId, newer, damaged, good, new G3Frame("S")]);
  assert.deepEqual([...series.keys()], ["p.T"]);
  assert.match(notes[0] ?? "", /its hkagg_type is 9, expected 0, 1 or 2/);
  assert.match(notes[1] ?? "", /it has no prov_id/);
  assert.match(notes[2] ?? "", /schema 3, read as schema 2/);
  assert.match(notes[3] ?? "", /Cannot decode value .*; the frame was passed over/);
});

Deno.test("HkSeriesCollector gives a field of several kinds the kind that holds all, and tells it", () => {
  const frames = (...vectors: G3Object[]) => [
    statusFrame(["p"]),
    ...vectors.map((vector, at) => dataFrame([BigInt(at)], [["x", vector]])),
  ];
  const ofFrames = (...vectors: G3Object[]) => {
    const { series, notes } = readFrames(frames(...vectors));
    assert.equal(notes.length, 1);
    const { kind, values } = series.get("p.x")!;
    return { kind, values: [...values] };
  };
  const int = g3VectorInt([2n ** 60n]);
  assert.deepEqual(ofFrames(g3VectorInt([3]), g3VectorDouble([1.5])), { kind: "double", values: [3, 1.5] });
  assert.deepEqual(ofFrames(g3VectorBool([true]), int), { kind: "int", values: [1n, 2n ** 60n] });
  assert.deepEqual(ofFrames(int, g3VectorBool([true]), g3VectorString(["a"])), {
    kind: "string",
    values: ["1152921504606846976", "true", "a"],
  });
});

Deno.test("HkSeriesCollector sorts samples, and lets fields of the same blocks share their times", () => {
  const vectors = (...values: number[]): [string, G3Object][] => [
    ["T", g3VectorDouble(values)],
    ["n", g3VectorInt(values)],
    ["s", g3VectorString(values.map(String))],
    ["b", g3VectorBool(values.map((value) => value % 2 === 1))],
  ];
  const { series } = readFrames([
    statusFrame(["p"]),
    dataFrame([500n, 700n], vectors(5, 7)),
    dataFrame([100n, 600n, 300n], vectors(1, 6, 3)),
  ]);
  const { ticks, values } = series.get("p.T")!;
  assert.deepEqual([...ticks], [100n, 300n, 500n, 600n, 700n]);
  assert.deepEqual([...values], [1, 3, 5, 6, 7]);
  assert.deepEqual(series.get("p.n")?.values, BigInt64Array.of(1n, 3n, 5n, 6n, 7n));
  assert.deepEqual(series.get("p.s")?.values, ["1", "3", "5", "6", "7"]);
  assert.deepEqual(series.get("p.b")?.values, Uint8Array.of(1, 1, 1, 0, 1));
  assert.equal(series.get("p.n")?.ticks, ticks);
  assert.deepEqual(series.get("p.T")?.times[1], 3e-6);
});

Deno.test("HkChoice takes full names, shortened ones and wildcards within a piece", () => {
  const provider = "observatory.thermo.feeds.temps";
  const yes = [
    "observatory.thermo.feeds.temps.T_1",
    "thermo.T_1",
    "T_1",
    "thermo",
    "t*o.T_?",
    "*.T_1",
    "observatory.*",
    "*",
  ];
  const no = ["thermo.T_2", "T", "T_1.thermo", "hermo.T_1", "observatory.thermo.feeds.temps.T_1.x", "Thermo"];
  for (const text of yes) {
    const choice = new HkChoice([text]);
    assert(choice.mayHave(provider) && choice.has(provider, "T_1"), text);
    assert.deepEqual(choice.matching(`${provider}.T_1`), [text]);
  }
  for (const text of no) assert(!new HkChoice([text]).has(provider, "T_1"), text);
  assert(!new HkChoice(["pump.rpm.x"]).mayHave(provider));
  // A dot in a field's name is against the rules; its full name finds it all the same.
  const dotted = new HkChoice([`${provider}.a.b`]);
  assert(dotted.mayHave(provider) && dotted.has(provider, "a.b"));
});

Deno.test("HkSummary counts samples and their times, whatever their order", () => {
  const summary = new HkSummary();
  const stream = new HkStream();
  const frames = [
    statusFrame(["p", "q"]),
    dataFrame([5n, 3n, 9n], [["x", g3VectorInt([1, 2, 3])]]),
    dataFrame([1n], [["x", g3VectorDouble([1])]], { name: "other" }),
    dataFrame([2n], [["y", g3VectorString([""])]], { provId: 1 }),
  ];
  for (const frame of frames) for (const block of stream.read(frame)) summary.add(block);
  const [p, q] = summary.providers();
  assert.deepEqual(p, {
    provider: "p",
    firstTicks: 1n,
    lastTicks: 9n,
    fields: [{
      provider: "p",
      field: "x",
      blocks: ["block", "other"],
      kinds: ["int", "double"],
      count: 4,
      firstTicks: 1n,
      lastTicks: 9n,
      stepSeconds: 3e-8,
    }],
  });
  assert.equal(q?.fields[0]?.kinds[0], "string");
});

Deno.test("HkStream and HkSeriesCollector get over changed bytes everywhere, also where the checksum is not looked at", () => {
  let notes = 0;
  for (const file of ["hk_v0.g3", "hk_v1.g3", "hk_v2.g3"]) {
    const bytes = goldenFile(file);
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = bytes.with(at, (bytes[at] ?? 0) ^ (1 << at % 8));
      const collector = new HkSeriesCollector(() => notes++);
      const summary = new HkSummary();
      const stream = new HkStream({ onNote: () => notes++ });
      try {
        for (const frame of readFramesSync(damaged, { crc: "skip" })) {
          for (const block of stream.read(frame)) {
            collector.add(block);
            summary.add(block);
          }
        }
      } catch (error) {
        // What is no frame any more; the reader of files tells that.
        assert(error instanceof G3StreamError, String(error));
      }
      for (const { times, values } of collector.series().values()) assert.equal(times.length, values.length);
      summary.providers();
    }
  }
  assert(notes > 300);
});
