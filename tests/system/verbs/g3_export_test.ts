/** What is left of an export that does not come to its end. @module */
import assert from "node:assert/strict";
import { g3VectorDouble } from "../../../g3/make.ts";
import { exportFields, type ExportOptions } from "../../../verbs/g3/export.ts";
import { plotFiles } from "../../../verbs/g3/plot.ts";
import { goldenPath } from "../../helpers/g3_golden.ts";
import { dataFrame, statusFrame } from "../../helpers/hk_random.ts";
import { KeptTerminal } from "../../helpers/kept_terminal.ts";
import { mountTinyDisk, testsWithTinyDisk } from "../../helpers/tiny_disk.ts";
import { ocs } from "../cli/ocs.ts";

const testWithTinyDisk = await testsWithTinyDisk();

/** A file of a hundred frames, some hundred kilobytes as any format. */
async function withFile(use: (file: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const frames = [statusFrame(["p"]).encode()];
    for (let frame = 0; frame < 100; frame++) {
      const ticks = Array.from({ length: 300 }, (_, at) => BigInt(frame * 300 + at) * 100_000_000n);
      const values = ticks.map((tick) => Math.sin(Number(tick)));
      frames.push(dataFrame(ticks, [["x", g3VectorDouble(values)], ["y", g3VectorDouble(values)]]).encode());
    }
    await Deno.writeFile(`${folder}/a.g3`, await new Blob(frames.map((one) => one.slice())).bytes());
    await use(`${folder}/a.g3`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

function options(output: string): ExportOptions {
  return { terminal: new KeptTerminal(), json: false, fields: [], form: "long", output };
}

testWithTinyDisk("exportFields() and plotFiles() leave nothing on a disk that is full", async () => {
  await using disk = await mountTinyDisk(100_000);
  await withFile(async (file) => {
    for (const name of ["a.csv", "a.ndjson", "a.parquet"]) {
      const output = `${disk.folder}/${name}`;
      await assert.rejects(exportFields([file], options(output)), {
        message: `Cannot write "${output}": no space left on device`,
      });
      assert.deepEqual(names(disk.folder), []);
    }
    await disk.fill(0);
    const png = `${disk.folder}/a.png`;
    const drawing = { terminal: new KeptTerminal(), json: false, png };
    await assert.rejects(
      plotFiles([file, "x"], drawing),
      /Cannot write ".*a\.png": no space left on device$/,
    );
    assert.deepEqual(names(disk.folder), ["filler"]);
  });
});

Deno.test("exportFields() leaves nothing when it is interrupted", async () => {
  await withFile(async (file, folder) => {
    const interrupt = new AbortController();
    let partial: string[] = [];
    class Interrupting extends KeptTerminal {
      override progress(): void {
        partial = names(folder);
        interrupt.abort(new Error("enough"));
      }
    }
    const terminal = new Interrupting({ progress: true });
    const { signal } = interrupt;
    await assert.rejects(
      exportFields([file, goldenPath("hk")], { ...options(`${folder}/a.csv`), terminal, signal }),
      /enough/,
    );
    assert.match(partial.join(), /^\.a\.csv\.\d+\.partial,a\.g3$/);
    assert.deepEqual(names(folder), ["a.g3"]);
  });
});

Deno.test("ocs g3 fields, export and plot end with the codes of the command line", async () => {
  await withFile(async (file, folder) => {
    const out = await ocs(["g3", "export", file, "-f", "x", "-o", "x.csv"], { cwd: folder });
    assert.equal(out.code, 0, out.stderr);
    assert.equal((await Deno.readTextFile(`${folder}/x.csv`)).split("\n").length, 30_002);
    const again = await ocs(["g3", "export", file, "-o", "x.csv"], { cwd: folder });
    assert.deepEqual([again.code, again.stdout], [1, ""]);
    assert.match(again.stderr, /Cannot write "x\.csv": it exists already/);
    const wrong = await ocs(["g3", "fields", file, "--since", "soon"]);
    assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
    const missing = await ocs(["g3", "plot", file, "z", "--json"]);
    assert.equal(missing.code, 1);
    assert.match(missing.stdout, /^\{"error":"Cannot plot \\"z\\": no such field in .*","exitCode":1\}\n$/);
    const bytes = await Deno.readFile(file);
    await Deno.writeFile(`${folder}/cut.g3`, bytes.subarray(0, bytes.length - 9));
    const cut = await ocs(["g3", "fields", `${folder}/cut.g3`]);
    assert.equal(cut.code, 1);
    assert.match(cut.stdout, /29700 +double .* x$/m);
    assert.match(cut.stderr, /Cannot read frame at byte \d+ of ".*cut\.g3": the stream ends/);
  });
});
