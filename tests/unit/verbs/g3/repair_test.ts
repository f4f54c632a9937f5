import assert from "node:assert/strict";
import { FrameSplitter } from "../../../../g3/frame_splitter.ts";
import { repair } from "../../../../verbs/g3/repair.ts";
import { goldenFile, goldenPath } from "../../../helpers/g3_golden.ts";
import { KeptTerminal } from "../../../helpers/kept_terminal.ts";

interface Repaired {
  readonly result: string;
  readonly terminal: KeptTerminal;
  readonly folder: string;
  /** Names of what is in the folder afterwards. */
  readonly names: readonly string[];
  readonly read: (name: string) => Uint8Array;
}

/** Repairs files with these contents in a folder of their own. */
async function repaired(
  files: Readonly<Record<string, Uint8Array>>,
  use: (found: Repaired) => void | Promise<void>,
  { json = false, output, words = [] }: {
    readonly json?: boolean;
    readonly output?: string;
    readonly words?: readonly string[];
  } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(`${folder}/${name}`, bytes);
    const terminal = new KeptTerminal();
    const options = output === undefined
      ? { terminal, json }
      : { terminal, json, output: `${folder}/${output}` };
    const result = await repair(
      words.length === 0 ? [folder] : words.map((word) => `${folder}/${word}`),
      options,
    );
    for (const [name, bytes] of Object.entries(files)) {
      assert.deepEqual(Deno.readFileSync(`${folder}/${name}`), bytes, `${name} was changed`);
    }
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    await use({ result, terminal, folder, names, read: (name) => Deno.readFileSync(`${folder}/${name}`) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The frames of some bytes, which must be whole. */
function framesOf(bytes: Uint8Array): string[] {
  const splitter = new FrameSplitter();
  const frames = [...splitter.push(bytes)].map(({ bytes }) => bytes.toHex());
  splitter.end();
  return frames;
}

const INTACT = goldenFile("damaged/intact.g3");
const [FIRST, SECOND, THIRD] = framesOf(INTACT) as [string, string, string];

for (
  const [name, expected] of Object.entries({
    cut_in_blob: [FIRST],
    cut_last_byte: [FIRST, SECOND],
    flip_crc: [FIRST, THIRD],
    flip_payload: [FIRST, THIRD],
    hole_zero: [FIRST, THIRD],
    tail_text: [FIRST, SECOND, THIRD],
    tail_zero: [FIRST, SECOND, THIRD],
  })
) {
  Deno.test(`repair() copies the whole frames of ${name}.g3, byte for byte, and leaves the file as it is`, async () => {
    await repaired({ "a.g3": goldenFile(`damaged/${name}.g3`) }, ({ result, terminal, names, read }) => {
      assert.equal(result, "ok");
      assert.deepEqual(names, ["a.g3", "a.repaired.g3"]);
      assert.deepEqual(framesOf(read("a.repaired.g3")), expected);
      assert.match(
        terminal.lines[0]!,
        /a\.g3:\d+: (truncated|crc|structure): \d+ bytes up to byte \d+ are left out: /,
      );
      assert.match(
        terminal.lines[1]!,
        new RegExp(`: repaired, ${expected.length} whole frames?, .* are in .*a\\.repaired\\.g3$`),
      );
    });
  });
}

Deno.test("repair() writes nothing for a file that is whole, nor for one without a whole frame", async () => {
  const files = {
    "whole.g3": INTACT,
    "empty.g3": new Uint8Array(0),
    "none.g3": goldenFile("damaged/no_g3.g3"),
  };
  await repaired(files, ({ result, terminal, names }) => {
    assert.equal(result, "failed");
    assert.deepEqual(names, Object.keys(files).sort());
    assert.match(terminal.out, /whole\.g3: whole, nothing to repair/);
    assert.match(terminal.out, /empty\.g3: whole, nothing to repair/);
    assert.match(terminal.out, /none\.g3: not repaired, there is no whole frame in it/);
  });
});

Deno.test("repair() never overwrites, and goes on with the other files", async () => {
  const damaged = goldenFile("damaged/flip_crc.g3");
  const files = { "a.g3": damaged, "a.repaired.g3": INTACT, "b.g3": damaged };
  await repaired(files, ({ result, terminal, names }) => {
    assert.equal(result, "failed");
    assert.match(terminal.said[0]!, /^Cannot write ".*a\.repaired\.g3": it exists already$/);
    assert.deepEqual(names, ["a.g3", "a.repaired.g3", "b.g3", "b.repaired.g3"]);
  });
});

Deno.test("repair() writes one file where it is told to, and refuses that for several", async () => {
  const damaged = goldenFile("damaged/flip_crc.g3");
  await repaired({ "a.g3": damaged }, ({ names, read }) => {
    assert.deepEqual(names, ["a.g3", "new.g3"]);
    assert.deepEqual(framesOf(read("new.g3")), [FIRST, THIRD]);
  }, { output: "new.g3", words: ["a.g3"] });
  await assert.rejects(
    repaired({ "a.g3": damaged, "b.g3": damaged }, () => {}, { output: "new.g3", words: ["a.g3", "b.g3"] }),
    /^SyntaxError: Cannot write ".*": --output is for one file$/,
  );
  await assert.rejects(repaired({ "a.g3": damaged }, () => {}, { output: "new.g3" }), SyntaxError);
});

Deno.test("repair() takes what a cut gzip file still gives", async () => {
  await repaired({ "a.g3.gz": goldenFile("compressed/cut.g3.gz") }, ({ result, terminal, names, read }) => {
    assert.equal(result, "ok", terminal.out);
    assert.deepEqual(names, ["a.g3.gz", "a.repaired.g3"]);
    assert.deepEqual(framesOf(read("a.repaired.g3")), [FIRST]);
  });
});

Deno.test("repair() with json writes one object a file, with the ranges that are left out", async () => {
  await repaired({ "a.g3": goldenFile("damaged/flip_crc.g3"), "b.g3": INTACT }, ({ terminal, folder }) => {
    const [a, b] = terminal.json;
    assert.deepEqual(a, {
      file: `${folder}/a.g3`,
      ok: false,
      output: `${folder}/a.repaired.g3`,
      frames: 2,
      bytes: 150,
      fileBytes: 328,
      skipped: [{ offset: 81, end: 259, fault: "crc", text: "its checksum is not that of its 178 bytes" }],
    });
    assert.deepEqual(b, { file: `${folder}/b.g3`, ok: true });
  }, { json: true });
});

Deno.test("repair() leaves nothing behind when it is interrupted", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/a.g3`, goldenFile("damaged/flip_crc.g3"));
    const controller = new AbortController();
    const terminal = new KeptTerminal();
    // The first line comes in the middle of the copy.
    terminal.write = () => {
      controller.abort();
      return Promise.resolve();
    };
    const options = { terminal, json: false, signal: controller.signal };
    await repair([`${folder}/a.g3`, goldenPath("super.g3")], options).catch(() => {});
    assert.deepEqual([...Deno.readDirSync(folder)].filter(({ name }) => name.includes("partial")), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
