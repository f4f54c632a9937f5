import assert from "node:assert/strict";
import { FieldNotFoundError } from "../../../../verbs/errors.ts";
import { fields, type FieldsOptions } from "../../../../verbs/g3/fields.ts";
import { parseMoment } from "../../../../verbs/g3/parse_moment.ts";
import { goldenPath } from "../../../helpers/g3_golden.ts";
import { KeptTerminal } from "../../../helpers/kept_terminal.ts";

type Shown = Partial<FieldsOptions> & { readonly columns?: number };

async function listed(words: readonly string[], { columns, ...options }: Shown = {}) {
  const terminal = new KeptTerminal(columns === undefined ? {} : { columns });
  const result = await fields(words, { terminal, json: false, ...options });
  return { result, terminal, lines: terminal.lines };
}

Deno.test("fields() lists providers and fields with kind, samples, times and their step", async () => {
  const { result, lines } = await listed([goldenPath("hk")]);
  assert.equal(result, "ok");
  assert.equal(lines[0], "observatory.brief.feeds.burst  2023-11-14 22:13:50 to 22:13:53 UTC");
  assert.match(lines[1]!, /^ SAMPLES +KIND +FIRST +LAST +EVERY +FIELD$/);
  assert.match(lines[2]!, /^ +3 +int +2023-11-14 22:13:50 +2023-11-14 22:13:53 +1\.5 s +n$/);
  assert(lines.some((line) => /^ +180 +double .* 0\.479 s +Channel_01$/.test(line)), lines.join("\n"));
  assert.equal(lines.at(-1), "19 fields of 5 providers, 796 samples in 3 files");
});

Deno.test("fields() fits names of some length into 80 columns", async () => {
  const { lines } = await listed([goldenPath("hk")], { columns: 80 });
  for (const line of lines) assert(line.length <= 80, line);
  assert(lines.some((line) => /^ +45 +bool +11-14 22:13:20 +11-14 22:14:48 +2 s +auto$/.test(line)));
});

Deno.test("fields() lists detectors' channels of every stream, alike ones in one row", async () => {
  const paths = ["smurf", "smurf_v1.g3", "smurf_simulator.g3"].map(goldenPath);
  const { lines } = await listed(paths);
  for (const name of ["crate1slot2.tes_biases", "crate1slot2.primary", "stream_sim.data"]) {
    assert(lines.some((line) => line.startsWith(`${name}  `)), name);
  }
  assert(lines.some((line) => line.endsWith("bias00 … bias15 (16 alike)")));
  const all = await listed(paths, { all: true, fields: ["tes_biases"] });
  assert.equal(all.lines.filter((line) => / bias\d\d$/.test(line)).length, 16);
});

Deno.test("fields() with json is one object with exact times", async () => {
  const { terminal } = await listed([goldenPath("hk")], { json: true, fields: ["thermo.counter"] });
  const moments = {
    first: { unix_seconds: 1700000000.25, utc: "2023-11-14T22:13:20.250000000Z" },
    last: { unix_seconds: 1700000088.25, utc: "2023-11-14T22:14:48.250000000Z" },
  };
  assert.deepEqual(terminal.json, [{
    files: ["1700000000", "1700000064", "1700000129"].map((name) => goldenPath(`hk/17000/${name}.g3`)),
    providers: [{
      provider: "observatory.thermo.feeds.temperatures",
      ...moments,
      fields: [{
        field: "counter",
        kinds: ["int"],
        blocks: ["heater"],
        count: 45,
        ...moments,
        step_seconds: 2,
      }],
    }],
    notes: [],
  }]);
});

Deno.test("fields() says what is not there, and which field was meant", async () => {
  const rejects = async (words: readonly string[], options: Shown, text: RegExp) => {
    await assert.rejects(listed(words, options), (error: Error) => {
      assert.match(error.message, text);
      return true;
    });
  };
  const hk = goldenPath("hk");
  await rejects(["no/such.g3"], {}, /^Cannot read "no\/such\.g3": there is no such file$/);
  await rejects([goldenPath("types.g3")], {}, /neither housekeeping nor detector data in ".*types\.g3"$/);
  await rejects([hk], { fields: ["thermo.Chanel_01"] }, /did you mean "observatory\.thermo.*Channel_01"\?$/);
  await rejects(
    [hk],
    { fields: ["nothing_like_it"] },
    /no such field in 3 files; ocs g3 fields lists the 19/,
  );
  await rejects([goldenPath("hk_v2.g3")], { since: "2024-01-01" }, /only from 2020-09-13T12:26:50Z to/);
  await rejects(
    [hk],
    { since: "2024-01-01" },
    /no file in the folder is of this range of time, by its name$/,
  );
  await rejects([hk], { since: "yesterday" }, /^Cannot read --since "yesterday": expected Unix seconds/);
  await rejects([hk], { since: "2024-01-01", until: "2023-01-01" }, /expected --since before --until$/);
  await assert.rejects(listed([hk], { fields: ["x.y"] }), FieldNotFoundError);
});

Deno.test("fields() reads what it can of a damaged file and of several, and fails", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bytes = await Deno.readFile(goldenPath("hk/17000/1700000000.g3"));
    await Deno.writeFile(`${folder}/cut.g3`, bytes.subarray(0, bytes.length - 5));
    const { result, lines, terminal } = await listed([`${folder}/cut.g3`, "no/such.g3"]);
    assert.equal(result, "failed");
    assert(lines.length > 10);
    assert.match(
      terminal.said.join("\n"),
      /^Cannot read "no\/such.*\nCannot read frame at byte \d+ of ".*cut\.g3"/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("parseMoment() takes Unix seconds, UTC, offsets and times ago", () => {
  const now = 1_800_000_000;
  const moment = (text: string) => parseMoment(text, "--since", now);
  assert.equal(moment("1700000000.5"), 1700000000.5);
  assert.equal(moment("2023-11-14"), 1699920000);
  assert.equal(moment("2023-11-14T22:13:20"), 1700000000);
  assert.equal(moment("2023-11-14 22:13"), 1699999980);
  assert.equal(moment("2023-11-14T22:13:20.25Z"), 1700000000.25);
  assert.equal(moment("2023-11-14T19:13:20-03:00"), 1700000000);
  assert.equal(moment("2h"), now - 7200);
  for (const text of ["", "2023-13-01", "5", "2h ago", "noon"]) {
    assert.throws(() => moment(text), SyntaxError);
  }
});
