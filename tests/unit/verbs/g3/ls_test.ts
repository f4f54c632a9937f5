import assert from "node:assert/strict";
import { G3Frame } from "../../../../g3/frame.ts";
import { frameCode } from "../../../../g3/frame_type.ts";
import { g3Double, g3Int, g3String, g3VectorDouble } from "../../../../g3/make.ts";
import { fileError } from "../../../../verbs/g3/input_files.ts";
import { ls } from "../../../../verbs/g3/ls.ts";
import { goldenPath } from "../../../helpers/g3_golden.ts";
import { KeptTerminal } from "../../../helpers/kept_terminal.ts";

async function listed(words: readonly string[], { columns, json = false, summary = false }: {
  readonly columns?: number;
  readonly json?: boolean;
  readonly summary?: boolean;
} = {}) {
  const terminal = new KeptTerminal(columns === undefined ? {} : { columns });
  const result = await ls(words, { terminal, json, summary });
  return { result, terminal, lines: terminal.lines };
}

Deno.test("ls() lists frames with size, type and time, and sums a file up", async () => {
  const path = goldenPath("hk_v2.g3");
  const { result, lines } = await listed([path]);
  assert.equal(result, "ok");
  assert.equal(lines[0], path);
  assert.match(lines[1]!, /^ FRAME +OFFSET +SIZE +TYPE +TIME \(UTC\) +CONTENT$/);
  assert.match(
    lines[4]!,
    /^ {5}2 +1053 +1133 +Housekeeping +2020-09-13 12:26:50\.000 +data of provider 0: temps, state$/,
  );
  assert.equal(
    lines.at(-1),
    `${path}: 6 frames (6 Housekeeping); 4.99 kB; 2020-09-13T12:26:40Z to 2020-09-13T12:27:10Z`,
  );
});

Deno.test("ls() says what the frames of a detector stream are", async () => {
  const { lines } = await listed([goldenPath("smurf_stream.g3")]);
  const found = [
    "flow control START",
    "frame 0, start of stream, crate1slot2 session 1700000000",
    "frame 1, all registers, crate1slot2 session 1700000000",
    "frame 2, 200 samples, crate1slot2 session 1700000000",
  ];
  for (const text of found) assert(lines.some((line) => line.endsWith(text)), text);
});

Deno.test("ls() fits its rows into a terminal", async () => {
  for (const columns of [80, 200]) {
    const { lines } = await listed([goldenPath("frames.g3"), goldenPath("types.g3")], { columns });
    for (const line of lines.filter((line) => /^ *\d+ /.test(line))) assert(line.length <= columns, line);
  }
});

Deno.test("ls() with json writes an object for each frame and one for each file", async () => {
  const { terminal } = await listed([goldenPath("damaged/flip_crc.g3"), "no/such.g3"], { json: true });
  const [first, second, , file, missing] = terminal.json;
  assert.deepEqual([first?.frame, first?.offset, first?.size, first?.type, first?.keys], [0, 0, 81, "O", [
    "session_id",
  ]]);
  assert.equal(second?.crc, "wrong");
  assert.deepEqual([file?.frames, file?.bytes, file?.wrongChecksums, file?.types], [3, 328, 1, {
    O: 1,
    S: 1,
    H: 1,
  }]);
  assert.match(String(missing?.error), /^Cannot read "no\/such.g3": there is no such file$/);
});

Deno.test("ls() tells damage and files that are missing, and goes on", async () => {
  const words = ["no/such.g3", goldenPath("damaged/cut_in_blob.g3"), goldenPath("damaged/intact.g3")];
  const { result, terminal, lines } = await listed(words, { summary: true });
  assert.equal(result, "failed");
  assert.deepEqual(terminal.said, ['Cannot read "no/such.g3": there is no such file']);
  assert.match(
    lines[0]!,
    /1 frame \(1 Observation\); 81 B of frames in 141 B; damaged at byte 81: the stream ends in/,
  );
  assert.match(lines[1]!, /intact\.g3: 3 frames \(1 Observation, 1 Scan, 1 Housekeeping\); 328 B$/);
});

Deno.test("ls() reads the files of a folder in the order of their numbers, and says when there are none", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/b`);
    await Deno.mkdir(`${folder}/none`);
    const bytes = new G3Frame("H").encode();
    for (const name of ["b/x_10.g3", "b/x_9.g3", "a.g3", "notes.txt"]) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    const { result, lines } = await listed([folder], { summary: true });
    assert.equal(result, "ok");
    assert.deepEqual(
      lines.map((line) => line.slice(folder.length).replace(/:.*/, "")),
      ["/a.g3", "/b/x_9.g3", "/b/x_10.g3"],
    );
    const pattern = await listed([`${folder}/b/x_*.g3`], { summary: true });
    assert.deepEqual(pattern.lines.map((line) => /x_\d+/.exec(line)?.[0]), ["x_9", "x_10"]);
    const none = await listed([`${folder}/none`]);
    assert.equal(none.result, "failed");
    assert.match(none.terminal.said[0]!, /there is no \.g3 file in this folder$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ls() writes nothing that a terminal obeys or that ends a line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/evil.g3`;
    const frame = new G3Frame(frameCode("\x1b]0;")).set("a\n\x1b[2J\u202e", g3Int(1)).set(
      "time",
      g3Double(NaN),
    );
    const hk = new G3Frame("H").set("hkagg_type", g3Int(2)).set("address", g3String("x\r\x9b31m"));
    await Deno.writeFile(path, new Uint8Array([...frame.encode(), ...hk.encode()]));
    const { terminal, lines } = await listed([path]);
    assert.equal(lines.length, 5);
    // deno-lint-ignore no-control-regex -- what must not be there
    assert.doesNotMatch(terminal.out.replaceAll("\n", ""), /[\x00-\x1f\x7f-\x9f\u202e]/);
    assert.match(lines[2]!, /\\x1b\]0; +- +a\\n\\x1b\[2J\\u202e, time$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ls() says why a file cannot be read, in words", async () => {
  const denied = new Deno.errors.PermissionDenied("Permission denied (os error 13): open 'a.g3'");
  assert.equal(fileError("read", "a.g3", denied).message, 'Cannot read "a.g3": permission denied');
  const loop = new Error("Too many levels of symbolic links (os error 40): stat 'a.g3'");
  assert.equal(
    fileError("read", "a.g3", loop).message,
    'Cannot read "a.g3": too many levels of symbolic links',
  );
  const { result, terminal } = await listed(["no/such*.g3", "/dev/null/x.g3"]);
  assert.equal(result, "failed");
  assert.deepEqual(terminal.said, [
    'Cannot read "no/such*.g3": there is no such file',
    'Cannot read "/dev/null/x.g3": not a directory',
  ]);
});

Deno.test("ls() shows how far a long file is read, where somebody sees it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const frame = new G3Frame("S").set("v", g3VectorDouble(new Float64Array(2000))).encode();
    const path = `${folder}/1700000000.g3`;
    await Deno.writeFile(path, new Uint8Array(1000 * frame.length).map((_, i) => frame[i % frame.length]!));
    const terminal = new KeptTerminal({ progress: true });
    await ls([path], { terminal, json: false, summary: true });
    assert.match(terminal.shown[0]!, /^━*─+ +\d+ % of 16\.1 MB {2}1700000000\.g3$/);
    const pipe = new KeptTerminal();
    await ls([path], { terminal: pipe, json: false, summary: true });
    assert.deepEqual(pipe.shown, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
