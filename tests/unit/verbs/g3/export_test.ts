import assert from "node:assert/strict";
import { g3VectorBool, g3VectorDouble, g3VectorInt, g3VectorString } from "../../../../g3/make.ts";
import { exportFields, type ExportOptions } from "../../../../verbs/g3/export.ts";
import { NewFile } from "../../../../verbs/g3/new_file.ts";
import { timeTexts } from "../../../../verbs/g3/text_tables.ts";
import { goldenPath } from "../../../helpers/g3_golden.ts";
import { dataFrame, statusFrame } from "../../../helpers/hk_random.ts";
import { KeptTerminal } from "../../../helpers/kept_terminal.ts";
import { parquetMetadata, parquetReadObjects } from "../../../helpers/oracles.ts";

async function exported(words: readonly string[], options: Partial<ExportOptions> = {}) {
  const terminal = new KeptTerminal();
  const result = await exportFields(words, { terminal, json: false, fields: [], form: "long", ...options });
  return { result, terminal, out: terminal.out, lines: terminal.lines };
}

/** A folder with `odd.g3`: values at the edges of every kind. */
async function withOdd(use: (folder: string, odd: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const ticks = [170000000025000000n, 170000000100000001n];
    const frames = [
      statusFrame(["o.a", "o.b"]),
      dataFrame(ticks, [
        ["b", g3VectorBool([true, false])],
        ["d", g3VectorDouble([NaN, -0])],
        ["i", g3VectorInt([9007199254740993n, -(2n ** 63n)])],
        ["s", g3VectorString(['a "b",\n', ""])],
      ]),
      dataFrame([ticks[0]!, ticks[0]!, ticks[1]! + 1n], [["d", g3VectorDouble([Infinity, 3, 1e21])]], {
        provId: 1,
      }),
    ];
    await Deno.writeFile(
      `${folder}/odd.g3`,
      new Uint8Array(await new Blob(frames.map((one) => one.encode().slice())).bytes()),
    );
    await use(folder, `${folder}/odd.g3`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const TIMES = [
  "1700000000.25,2023-11-14T22:13:20.250000000Z",
  "1700000001.00000001,2023-11-14T22:13:21.000000010Z",
];

Deno.test("exportFields() writes CSV with exact times and values, a row a sample", async () => {
  await withOdd(async (_folder, odd) => {
    const { out, result } = await exported([odd]);
    assert.equal(result, "ok");
    assert.equal(
      out,
      [
        "unix_seconds,utc,field,kind,value",
        `${TIMES[0]},o.a.b,bool,true`,
        `${TIMES[1]},o.a.b,bool,false`,
        `${TIMES[0]},o.a.d,double,NaN`,
        `${TIMES[1]},o.a.d,double,-0.0`,
        `${TIMES[0]},o.a.i,int,9007199254740993`,
        `${TIMES[1]},o.a.i,int,-9223372036854775808`,
        `${TIMES[0]},o.a.s,string,"a ""b"",\n"`,
        `${TIMES[1]},o.a.s,string,""`,
        `${TIMES[0]},o.b.d,double,Infinity`,
        `${TIMES[0]},o.b.d,double,3.0`,
        "1700000001.00000002,2023-11-14T22:13:21.000000020Z,o.b.d,double,1e+21",
        "",
      ].join("\n"),
    );
  });
});

Deno.test("exportFields() in wide form has a row a time, and loses no sample", async () => {
  await withOdd(async (_folder, odd) => {
    const { lines } = await exported([odd], { form: "wide", fields: ["o.a.i", "d"] });
    assert.deepEqual(lines, [
      "unix_seconds,utc,o.a.d,o.a.i,o.b.d",
      `${TIMES[0]},NaN,9007199254740993,Infinity`,
      `${TIMES[0]},,,3.0`,
      `${TIMES[1]},-0.0,-9223372036854775808,`,
      "1700000001.00000002,2023-11-14T22:13:21.000000020Z,,,1e+21",
    ]);
    const { lines: objects } = await exported([odd], {
      form: "wide",
      fields: ["o.a.i", "d"],
      format: "ndjson",
    });
    assert.deepEqual(objects.slice(0, 2), [
      `{"unix_seconds":1700000000.25,"utc":"2023-11-14T22:13:20.250000000Z","o.a.d":"NaN","o.a.i":9007199254740993,"o.b.d":"Infinity"}`,
      `{"unix_seconds":1700000000.25,"utc":"2023-11-14T22:13:20.250000000Z","o.b.d":3.0}`,
    ]);
  });
});

Deno.test("exportFields() writes NDJSON that JSON.parse() reads", async () => {
  await withOdd(async (_folder, odd) => {
    const { terminal } = await exported([odd], { format: "ndjson" });
    const rows = terminal.json;
    assert.deepEqual(rows[6], {
      unix_seconds: 1700000000.25,
      utc: "2023-11-14T22:13:20.250000000Z",
      field: "o.a.s",
      kind: "string",
      value: 'a "b",\n',
    });
    assert.deepEqual(rows.map(({ value }) => value).slice(8, 10), ["Infinity", 3]);
    assert.equal((await exported([odd], { json: true })).out, terminal.out);
  });
});

async function parquetRows(path: string) {
  const { buffer } = await Deno.readFile(path);
  return { rows: await parquetReadObjects({ file: buffer }), meta: parquetMetadata(buffer) };
}

Deno.test("exportFields() writes Parquet that another reader reads, in both forms", async () => {
  await withOdd(async (folder, odd) => {
    const long = `${folder}/long.parquet`;
    const { lines } = await exported([odd], { output: long });
    assert.match(lines[0]!, /^Wrote 11 samples of 5 fields to .*long\.parquet \(parquet, long, [\d.]+ kB\)$/);
    const { rows } = await parquetRows(long);
    assert.equal(rows.length, 11);
    assert.deepEqual({ ...rows[5] }, {
      unix_seconds: 1700000001.0000000,
      utc: new Date("2023-11-14T22:13:21Z"),
      field: "o.a.i",
      kind: "int",
      value: -(2 ** 63),
      value_int: -(2n ** 63n),
      value_text: null,
    });
    assert.deepEqual(rows.map(({ value }) => value).slice(0, 4), [1, 0, NaN, -0]);
    assert.equal(rows[6]?.value_text, 'a "b",\n');

    const wide = `${folder}/wide.parquet`;
    await exported([odd], { output: wide, form: "wide" });
    const { rows: times, meta } = await parquetRows(wide);
    assert.deepEqual(
      times.map((row) => [row["o.a.b"], row["o.a.d"], row["o.a.i"], row["o.a.s"], row["o.b.d"]]),
      [
        [true, NaN, 9007199254740993n, 'a "b",\n', Infinity],
        [null, null, null, null, 3],
        [false, -0, -(2n ** 63n), "", null],
        [null, null, null, null, 1e21],
      ],
    );
    const [, seconds, utc, bool] = meta.schema;
    assert.deepEqual([seconds?.type, utc?.logical_type, bool?.type], [
      "DOUBLE",
      { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" },
      "BOOLEAN",
    ]);
  });
});

Deno.test("exportFields() keeps signs of zeros in Parquet, however often they come", async () => {
  await withOdd(async (folder) => {
    const zeros = Array.from({ length: 1000 }, (_, at) => at % 2 === 0 ? 0 : -0);
    const ticks = zeros.map((_, at) => BigInt(at));
    const frames = [statusFrame(["p"]), dataFrame(ticks, [["x", g3VectorDouble(zeros)]])];
    const bytes = await new Blob(frames.map((one) => one.encode().slice())).bytes();
    await Deno.writeFile(`${folder}/zeros.g3`, bytes);
    await exported([`${folder}/zeros.g3`], { output: `${folder}/zeros.parquet` });
    const { rows } = await parquetRows(`${folder}/zeros.parquet`);
    assert.deepEqual(rows.map(({ value }) => value), zeros);
  });
});

Deno.test("exportFields() shows on a terminal nothing that it would obey, and leaves texts alone in a pipe", async () => {
  await withOdd(async (folder) => {
    const frames = [statusFrame(["p"]), dataFrame([0n], [["x", g3VectorString(["\x1b[2Jé"])]])];
    const bytes = await new Blob(frames.map((one) => one.encode().slice())).bytes();
    await Deno.writeFile(`${folder}/escape.g3`, bytes);
    const terminal = new KeptTerminal({ columns: 80 });
    await exported([`${folder}/escape.g3`], { terminal });
    assert.match(terminal.lines[1]!, /,p\.x,string,\\x1b\[2Jé$/);
    const { lines } = await exported([`${folder}/escape.g3`]);
    assert(lines[1]!.endsWith(",p.x,string,\x1b[2Jé"));
  });
});

Deno.test("exportFields() leaves nothing behind when a field is not there, and never overwrites", async () => {
  await withOdd(async (folder, odd) => {
    const output = `${folder}/out.csv`;
    await assert.rejects(
      exported([odd], { output, fields: ["o.a.d", "o.a.x"] }),
      /^FieldNotFoundError: .*"o\.a\.x"/,
    );
    await assert.rejects(exported([odd], { output: `${folder}/out.txt` }), /Cannot tell the format of/);
    await assert.rejects(exported([odd], { format: "parquet" }), /Cannot write parquet to the output/);
    await assert.rejects(
      exported([odd], { output: `${folder}/no/out.csv` }),
      /there is no folder ".*\/no\/"$/,
    );
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["odd.g3"]);
    await Deno.writeTextFile(output, "precious");
    await assert.rejects(exported([odd], { output }), /out\.csv": it exists already$/);
    assert.equal(await Deno.readTextFile(output), "precious");
  });
});

Deno.test("exportFields() writes what is whole of a damaged file, and fails", async () => {
  await withOdd(async (folder, odd) => {
    const bytes = await Deno.readFile(odd);
    await Deno.writeFile(`${folder}/cut.g3`, bytes.subarray(0, bytes.length - 1));
    const { result, terminal } = await exported([`${folder}/cut.g3`], { output: `${folder}/cut.ndjson` });
    assert.equal(result, "failed");
    assert.match(terminal.said[0]!, /^Cannot read frame at byte \d+ of ".*cut\.g3"/);
    assert.equal((await Deno.readTextFile(`${folder}/cut.ndjson`)).split("\n").length, 9);
  });
});

Deno.test("NewFile keeps what came meanwhile under its name, and takes itself away", async () => {
  const folder = await Deno.makeTempDir();
  try {
    {
      await using file = await NewFile.open(`${folder}/a`);
      await file.write(Uint8Array.of(1));
      await Deno.writeTextFile(`${folder}/a`, "other");
      await assert.rejects(file.keep(), /a": it exists already$/);
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a"]);
    assert.equal(await Deno.readTextFile(`${folder}/a`), "other");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("timeTexts() is exact, also before 1970 and beyond the calendar", () => {
  const texts = timeTexts(BigInt64Array.of(0n, 1n, -25000000n, -100000000n, 2n ** 63n - 1n));
  assert.deepEqual(texts.map(({ unix }) => unix), ["0", "0.00000001", "-0.25", "-1", "92233720368.54775807"]);
  assert.deepEqual(texts.map(({ utc }) => utc).slice(0, 4), [
    "1970-01-01T00:00:00.000000000Z",
    "1970-01-01T00:00:00.000000010Z",
    "1969-12-31T23:59:59.750000000Z",
    "1969-12-31T23:59:59.000000000Z",
  ]);
});

Deno.test("exportFields() exports detectors' channels", async () => {
  const { lines } = await exported([goldenPath("smurf_stream.g3")], { fields: ["crate1slot2.data.r0001"] });
  assert.match(lines[1]!, /^1[\d.]+,2\d{3}-.*Z,crate1slot2\.data\.r0001,int,-?\d+$/);
});
