import assert from "node:assert/strict";
import { G3Frame } from "../../../../g3/frame.ts";
import {
  g3Int,
  g3String,
  g3Time,
  g3TimesampleMap,
  g3VectorDouble,
  g3VectorString,
} from "../../../../g3/make.ts";
import type { G3Object } from "../../../../g3/objects.ts";
import { ticksOf } from "../../../../g3/time.ts";
import { checkFiles } from "../../../../verbs/g3/check.ts";
import { goldenFiles, goldenJson, goldenPath } from "../../../helpers/g3_golden.ts";
import { KeptTerminal } from "../../../helpers/kept_terminal.ts";

interface How {
  readonly json?: boolean;
  readonly values?: boolean;
  readonly gaps?: boolean;
  readonly shortestGapSeconds?: number;
}

async function checked(
  words: readonly string[],
  { json = false, values = true, gaps = true, shortestGapSeconds = 5 }: How = {},
) {
  const terminal = new KeptTerminal();
  const result = await checkFiles(words, { terminal, json, values, gaps, shortestGapSeconds });
  return { result, terminal, lines: terminal.lines };
}

/** Checks frames that are made here, in files of these names. */
async function checkedFrames(files: Readonly<Record<string, readonly G3Frame[]>>, how: How = {}) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, frames] of Object.entries(files)) {
      await Deno.writeFile(
        `${folder}/${name}`,
        new Uint8Array(frames.flatMap((frame) => [...frame.encode()])),
      );
    }
    const { result, lines } = await checked([folder], how);
    return { result, lines: lines.map((line) => line.replace(`${folder}/`, "")) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function session(): G3Frame {
  return new G3Frame("H").set("hkagg_type", g3Int(0)).set("hkagg_version", g3Int(2)).set(
    "session_id",
    g3Int(7),
  );
}

function status(provId: number, description: string): G3Frame {
  const provider = new Map<string, G3Object>([["description", g3String(description)], [
    "prov_id",
    g3Int(provId),
  ]]);
  return new G3Frame("H").set("hkagg_type", g3Int(1)).set("hkagg_version", g3Int(2)).set(
    "session_id",
    g3Int(7),
  )
    .set("providers", {
      class: "G3VectorFrameObject",
      value: [{ class: "G3MapFrameObject", value: provider }],
    });
}

function data(provId: number, times: readonly number[], names: readonly string[] = ["temps"]): G3Frame {
  const blocks = names.map(() =>
    g3TimesampleMap(times.map((time) => ticksOf(1700000000 + time)), [["T", g3VectorDouble(times)]])
  );
  return new G3Frame("H").set("hkagg_type", g3Int(2)).set("hkagg_version", g3Int(2)).set(
    "session_id",
    g3Int(7),
  )
    .set("prov_id", g3Int(provId)).set("block_names", g3VectorString([...names]))
    .set("blocks", { class: "G3VectorFrameObject", value: blocks });
}

function scan(number: number, time: number, session = 1700000000): G3Frame {
  return new G3Frame("S").set("frame_num", g3Int(number)).set("session_id", g3Int(session))
    .set("sostream_id", g3String("crate1slot2")).set("time", g3Time(ticksOf(1700000000 + time)));
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

for (const name of goldenFiles().filter((name) => name.startsWith("damaged/"))) {
  Deno.test(`checkFiles() finds what is wrong with ${name}, and its whole frames`, async () => {
    const { result, terminal } = await checked([goldenPath(name)], { json: true });
    const summary = terminal.json.at(-1)!;
    const golden = goldenJson(name);
    // What is under no checksum cannot be told, and zeros are no frames here.
    const isZeros = name.includes("zero");
    const isWhole = golden.end.state === "end of file" && !isZeros;
    assert.equal(result, isWhole ? "ok" : "failed");
    assert.equal(summary.ok, isWhole);
    if (isWhole) return assert.equal(terminal.json.length, 1);
    const [fault] = terminal.json;
    const first = isZeros ? golden.also_accept?.[0]?.offset ?? 328 : golden.end.offset;
    assert.equal(fault?.offset, first);
    const kind = name.includes("cut") ? "truncated" : name.includes("flip") ? "crc" : "structure";
    assert.equal(fault?.kind, kind);
    assert.equal(terminal.json.length, 2);
  });
}

Deno.test("checkFiles() writes a line for each fault, with file and byte, and one for each file", async () => {
  const path = goldenPath("damaged/flip_crc.g3");
  const { result, lines } = await checked([path, goldenPath("damaged/intact.g3"), "no/such.g3"]);
  assert.equal(result, "failed");
  assert.deepEqual(lines, [
    `${path}:81: crc: its checksum is not that of its 178 bytes; 178 bytes are no whole frame, up to byte 259`,
    `${path}: 1 fault; 2 frames (1 Observation, 1 Housekeeping), 150 B`,
    `${goldenPath("damaged/intact.g3")}: ok; 3 frames (1 Observation, 1 Scan, 1 Housekeeping), 328 B`,
  ]);
});

Deno.test("checkFiles() tells values that cannot be decoded, and classes that are not known", async () => {
  const path = goldenPath("odd_frames.g3");
  const { result, lines } = await checked([path]);
  assert.equal(result, "failed");
  assert(
    lines.some((line) =>
      line.startsWith(`${path}:475: value: "newer_version": Cannot decode value at byte 26`)
    ),
  );
  assert.equal(lines.filter((line) => line.includes(": value: ")).length, 4);
  assert.match(lines.at(-1)!, /: 4 faults; 15 frames .*, 1 of class NoSuchClass not known here$/);
  assert.equal((await checked([path], { values: false })).result, "ok");
});

Deno.test("checkFiles() finds nothing wrong with what spt3g and the aggregator write", async () => {
  const names = [
    "types.g3",
    "super.g3",
    "nested.g3",
    "hk_v0.g3",
    "hk_v1.g3",
    "hk_v2.g3",
    "smurf_stream.g3",
    "smurf_v1.g3",
  ];
  for (const name of [...names, "hk/17000/1700000000.g3", "compressed/smurf.g3.bz2"]) {
    const { result, terminal } = await checked([goldenPath(name)]);
    assert.equal(result, "ok", terminal.out);
  }
});

Deno.test("checkFiles() finds gaps of housekeeping in frames, between them and between files", async () => {
  const { result, lines } = await checkedFrames({
    "1700000000.g3": [
      session(),
      status(0, "obs.a"),
      data(0, range(0, 10)),
      data(0, [...range(10, 15), ...range(75, 80)]),
    ],
    "1700000200.g3": [session(), status(0, "obs.a"), data(0, range(200, 210))],
  });
  assert.equal(result, "failed");
  const gaps = lines.filter((line) => line.includes(": gap: "));
  assert.deepEqual(gaps.map((line) => line.replace(/:\d+: gap: /, " ")), [
    '1700000000.g3 obs.a, block "temps": nothing for 61.0 s, from 2023-11-14T22:13:34.000000000Z to 2023-11-14T22:14:35.000000000Z',
    '1700000200.g3 obs.a, block "temps": nothing for 2.0 mins, from 2023-11-14T22:14:39.000000000Z to 2023-11-14T22:16:40.000000000Z',
  ]);
  const none = await checkedFrames({ "a.g3": [session(), status(0, "a"), data(0, [...range(0, 9), 99])] }, {
    gaps: false,
  });
  assert.equal(none.result, "ok");
});

Deno.test("checkFiles() tells in one line what all blocks of a provider lack, also as JSON", async () => {
  const names = ["a", "b", "c"];
  const frames = [session(), status(0, "obs.a"), data(0, range(0, 10), names), data(0, range(70, 75), names)];
  const { lines } = await checkedFrames({ "a.g3": frames });
  assert.match(
    lines[0]!,
    /: gap: obs\.a, 3 blocks: nothing for 61\.0 s and more, the longest from .*22:13:29\.000000000Z to .*22:14:30\.000000000Z$/,
  );
  assert.equal(lines.length, 2, lines.join("\n"));
  const two = [data(0, range(0, 10), ["a", "b"]), data(0, range(70, 75), ["a", "b"])];
  const { lines: asJson } = await checkedFrames({ "a.g3": [session(), status(0, "obs.a"), ...two] }, {
    json: true,
  });
  const [first, second] = asJson.map((line) => JSON.parse(line));
  assert.deepEqual([first.kind, second.kind], ["gap", "gap"], asJson.join("\n"));
  assert.match(first.text, /^obs\.a, block "a": nothing for 61\.0 s/);
});

Deno.test("checkFiles() takes what is usual for a series for no gap", async () => {
  const slow = range(0, 20).map((i) => i * 60);
  const bursts = range(0, 40).map((i) => i % 2 === 0 ? i * 10 : (i - 1) * 10 + 0.1);
  for (const times of [slow, bursts, range(0, 30).map((i) => i * 0.05)]) {
    const { lines } = await checkedFrames({ "a.g3": [session(), status(0, "a"), data(0, times)] });
    assert.equal(lines.length, 1, lines.join("\n"));
  }
  // Ten minutes among minutes are one.
  const { lines } = await checkedFrames({ "a.g3": [session(), status(0, "a"), data(0, [...slow, 1740])] });
  assert.match(lines[0]!, /: gap: a, block "temps": nothing for 10\.0 mins/);
});

Deno.test("checkFiles() tells what so3g refuses in housekeeping, and times that go back", async () => {
  const { lines } = await checkedFrames({
    "a.g3": [session(), status(0, "a"), data(0, [0, 1, 0.5, 2]), data(3, [0]), data(0, [])],
  });
  assert.equal(lines.length, 4, lines.join("\n"));
  assert.match(
    lines[0]!,
    /: order: a, block "temps": times go back by 0\.5 s, from .*21\.000000000Z to .*20\.500000000Z$/,
  );
  assert.match(lines[1]!, /: housekeeping: data of provider 3, which the status frame before does not name/);
  assert.match(lines[2]!, /: housekeeping: block 0 has no samples: so3g refuses the file$/);
});

Deno.test("checkFiles() finds frames and files that a detector stream lacks", async () => {
  const { lines } = await checkedFrames({
    "1700000000_000.g3": [scan(0, 0), scan(1, 1), scan(4, 4)],
    "1700000000_001.g3": [scan(5, 5), scan(6, 6), scan(7, 60)],
    "1700000000_004.g3": [scan(7, 61), scan(9, 62)],
    "1700009000_000.g3": [scan(0, 9000, 1700009000), scan(1, 9001, 1700009000)],
  });
  const found = lines.filter((line) => /: (gap|order): /.test(line)).map((line) =>
    line.replace(/:\d+: /, " ")
  );
  assert.deepEqual(found, [
    "1700000000_000.g3 gap: crate1slot2: 2 frames are missing between frame_num 1 and 4",
    "1700000000_001.g3 gap: crate1slot2, Scan frames: nothing for 54.0 s, " +
    "from 2023-11-14T22:13:26.000000000Z to 2023-11-14T22:14:20.000000000Z",
    "1700000000_004.g3 gap: 1700000000_002 to 1700000000_003 are missing before this file",
    "1700000000_004.g3 gap: crate1slot2: 1 frame is missing between frame_num 7 and 9",
  ]);
});

Deno.test("checkFiles() writes nothing that a terminal obeys", async () => {
  const evil = new G3Frame("H").setBlob("\x1b[2J\n", new Uint8Array(3));
  const { lines } = await checkedFrames({
    "a.g3": [evil, scan(0, 0).set("sostream_id", g3String("\x1b]0;x\x07"))],
  });
  // deno-lint-ignore no-control-regex -- what must not be there
  assert.doesNotMatch(lines.join(""), /[\x00-\x1f\x7f-\x9f]/);
  assert.equal(lines.length, 2);
});
