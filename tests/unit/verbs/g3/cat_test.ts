import assert from "node:assert/strict";
import { G3Frame } from "../../../../g3/frame.ts";
import { g3Double, g3Int, g3String, g3VectorDouble } from "../../../../g3/make.ts";
import { cat } from "../../../../verbs/g3/cat.ts";
import { FrameChoice } from "../../../../verbs/g3/frame_choice.ts";
import { type Golden, goldenFiles, goldenJson, goldenPath } from "../../../helpers/g3_golden.ts";
import { KeptTerminal } from "../../../helpers/kept_terminal.ts";

interface Shown {
  readonly columns?: number;
  readonly json?: boolean;
  readonly frames?: readonly string[];
  readonly keys?: readonly string[];
  readonly all?: boolean;
}

async function shown(
  words: readonly string[],
  { columns, json = false, frames = [], keys = [], all = false }: Shown = {},
) {
  const terminal = new KeptTerminal(columns === undefined ? {} : { columns });
  const result = await cat(words, { terminal, json, frames, keys, all });
  return { result, terminal, lines: terminal.lines };
}

async function withFrame(frame: G3Frame, use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/a.g3`, frame.encode());
    await use(`${folder}/a.g3`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What is told of a frame in another way: texts of errors, and width 24 (G3-37), which so3g takes for empty. */
function comparable(frame: Record<string, unknown>): unknown {
  // The shape is that of the golden JSON.
  const entries = frame.entries as readonly Record<string, unknown>[];
  return {
    ...frame,
    entries: entries.map((entry) => {
      if (entry.key === "width_24") return { key: entry.key };
      return "error" in entry ? { ...entry, error: true } : entry;
    }),
  };
}

const COMPRESSED = [
  "cut.g3.bz2",
  "cut.g3.gz",
  "small.g3.bz2",
  "small.g3.gz",
  "smurf.g3.bz2",
  "two_members.g3.gz",
];

for (const name of [...goldenFiles(), ...COMPRESSED.map((name) => `compressed/${name}`)]) {
  Deno.test(`cat() with json gives ${name} as its JSON says`, async () => {
    // Its shape is described beside the files.
    const golden = goldenJson(name) as Golden & Record<string, unknown>;
    const { result, terminal } = await shown([goldenPath(name)], { json: true });
    assert.equal(terminal.lines.length, 1);
    // The same shape.
    const got = terminal.json[0] as unknown as typeof golden;
    for (const key of ["file", "bytes", "sha256"]) assert.deepEqual(got[key], golden[key], key);
    const ends = [{ n_frames: golden.n_frames, ...golden.end }, ...golden.also_accept ?? []];
    const end = ends.find(({ n_frames, state, offset }) =>
      n_frames === got.n_frames && state === got.end.state && (offset ?? got.end.offset) === got.end.offset
    );
    assert(end, JSON.stringify({ got: got.end, n_frames: got.n_frames, ends }));
    assert.equal(got.frames.length, got.n_frames);
    for (const [at, frame] of got.frames.entries()) {
      const expected = golden.frames[at]!;
      // Of what so3g could not decompress, the JSON has no more than types.
      if (!("entries" in expected)) assert.equal(frame.type, expected.type);
      else assert.deepEqual(comparable(frame), JSON.parse(JSON.stringify(comparable(expected))));
    }
    if (!name.includes("cut.")) {
      for (const key of ["uncompressed_bytes", "uncompressed_sha256"]) {
        assert.deepEqual(got[key], golden[key], key);
      }
    }
    assert.equal(result, end.state === "error" ? "failed" : "ok");
  });
}

Deno.test("cat() with json writes floats as floats, and one document a file", async () => {
  const { terminal } = await shown([goldenPath("hk_v2.g3"), goldenPath("damaged/empty.g3")], { json: true });
  assert.match(terminal.lines[0]!, /"key":"timestamp"[^}]*"value":1600000001\.0}/);
  assert.match(terminal.lines[0]!, /"key":"hkagg_type"[^}]*"value":1}/);
  assert.deepEqual([terminal.json[1]?.file, terminal.json[1]?.n_frames, terminal.json[1]?.frames], [
    "empty.g3",
    0,
    [],
  ]);
});

Deno.test("cat() with json and a choice gives those frames and keys, and the facts of the whole file", async () => {
  const path = goldenPath("hk_v2.g3");
  const { terminal } = await shown([path], { json: true, frames: ["2-"], keys: ["*_id"] });
  // The same shape.
  const [got] = terminal.json as unknown as Golden[];
  assert.equal(got?.n_frames, 6);
  assert.deepEqual(
    got?.frames.map((
      { offset, entries },
    ) => [offset, (entries as readonly { key: string }[]).map(({ key }) => key).sort()]),
    [
      [1053, ["prov_id", "session_id"]],
      [2186, ["prov_id", "session_id"]],
      [3319, ["prov_id", "session_id"]],
      [4452, [
        "session_id",
      ]],
    ],
  );
});

Deno.test("cat() shows keys and values of frames", async () => {
  const { result, terminal } = await shown([goldenPath("hk_v2.g3")], { frames: ["1,2"] });
  assert.equal(result, "ok");
  for (
    const line of [
      "frame 1  Housekeeping  699 bytes at byte 354",
      '      description  G3String  "observatory.thermo"',
      "  session_id     G3Int                429496729620225462",
      "  timestamp      G3Double             1600000001.0  (2020-09-13T12:26:41.000Z)",
      "    [0]  G3TimesampleMap  4 samples",
      "      temp_1  G3VectorDouble  4: 10.0 10.25 10.5 10.75",
      '      state  G3VectorString  4: "on" "off" "" "é"',
    ]
  ) assert(terminal.lines.includes(line), `${line}\n${terminal.out}`);
  assert.doesNotMatch(terminal.out, /frame [03]/);
});

Deno.test("cat() shows a value of every class that there is, at any width", async () => {
  for (const columns of [80, 200, Infinity]) {
    const { terminal } = await shown(
      ["types", "super", "nested", "legacy", "smurf_stream", "big_endian"]
        .map((name) => goldenPath(`${name}.g3`)),
      { columns },
    );
    for (const line of terminal.lines) assert(line.length <= columns || line.startsWith("/"), line);
    assert.doesNotMatch(terminal.out, /undefined|\[object/);
  }
});

Deno.test("cat() cuts long values on a terminal only, and says how", async () => {
  const values = g3VectorDouble(Float64Array.from({ length: 1000 }, (_, i) => i));
  const frame = new G3Frame("S").set("v", values).set("t", g3String("line\n".repeat(40)));
  await withFrame(frame, async (path) => {
    const cut = await shown([path], { columns: 80 });
    assert(
      cut.lines.includes("  v  G3VectorDouble  1000: 0.0 1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0 9.0 10.0 … 999.0"),
      cut.terminal.out,
    );
    assert(cut.lines.includes("    … 24 more; --all shows them"));
    for (const options of [{ columns: 80, all: true }, {}]) {
      const { terminal } = await shown([path], options);
      assert.match(terminal.out, / 500\.0 501\.0 /);
      assert.equal(terminal.out.split("| line\n").length, 41);
    }
  });
});

Deno.test("cat() writes nothing that a terminal obeys or that ends a line", async () => {
  const frame = new G3Frame("H").set("\x1b[2Jkey\n", g3String("\x1b]0;title\x07\u202e\0\udcff")).set(
    "",
    g3Int(1),
  )
    .set("start_time", g3Double(1e300));
  await withFrame(frame, async (path) => {
    const { terminal, lines } = await shown([path]);
    // deno-lint-ignore no-control-regex -- what must not be there
    assert.doesNotMatch(terminal.out.replaceAll("\n", ""), /[\x00-\x1f\x7f-\x9f\u202e]/);
    assert(lines.includes('  \\x1b[2Jkey\\n  G3String  "\\x1b]0;title\\x07\\u202e\\x00\\xff"'), terminal.out);
    assert(lines.includes('  ""            G3Int     1'), terminal.out);
    assert(lines.includes("  start_time    G3Double  1e+300"), terminal.out);
  });
});

Deno.test("cat() says that a file is damaged, or has nothing of what was asked for", async () => {
  const damaged = await shown([goldenPath("damaged/cut_in_blob.g3")]);
  assert.equal(damaged.result, "failed");
  assert.match(damaged.lines.at(-1)!, /^damaged at byte 81: the stream ends in/);
  const none = await shown([goldenPath("hk_v2.g3")], { keys: ["nosuch"] });
  assert.equal(none.result, "failed");
  assert.equal(none.lines.at(-1), "nothing of what was asked for is in its 6 frames");
});

Deno.test("FrameChoice takes numbers, ranges and patterns, and refuses the rest", () => {
  const choice = new FrameChoice(["3", "5-6,9-"], ["a*", "[x]"]);
  const numbers = Array.from({ length: 12 }, (_, i) => i).filter((i) => choice.hasFrame(i));
  assert.deepEqual(numbers, [3, 5, 6, 9, 10, 11]);
  assert.equal(choice.last, Infinity);
  assert.equal(new FrameChoice(["3", "1"], []).last, 3);
  assert.deepEqual(["abc", "b", "[x]"].map((key) => choice.hasKey(key)), [true, false, true]);
  for (const wrong of ["x", "-1", "5-3", "", "1,", "1.5"]) {
    assert.throws(() => new FrameChoice([wrong], []), /^SyntaxError: Cannot read frames /);
  }
});
