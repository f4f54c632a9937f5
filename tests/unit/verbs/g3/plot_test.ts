import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { g3VectorDouble, g3VectorString } from "../../../../g3/make.ts";
import { Envelope } from "../../../../verbs/g3/envelope.ts";
import { type Picture, plotPicture } from "../../../../verbs/g3/picture.ts";
import { plotFiles, type PlotFilesOptions } from "../../../../verbs/g3/plot.ts";
import { textPixels } from "../../../../verbs/g3/plot_font.ts";
import { pngOf } from "../../../../verbs/g3/png_picture.ts";
import { svgOf } from "../../../../verbs/g3/svg_picture.ts";
import { goldenPath } from "../../../helpers/g3_golden.ts";
import { dataFrame, statusFrame } from "../../../helpers/hk_random.ts";
import { KeptTerminal } from "../../../helpers/kept_terminal.ts";

type Shown = Partial<PlotFilesOptions> & { readonly columns?: number };

async function plotted(words: readonly string[], { columns = 80, ...options }: Shown = {}) {
  const terminal = new KeptTerminal({ columns });
  const result = await plotFiles(words, { terminal, json: false, ...options });
  return { result, terminal, lines: terminal.lines };
}

const HK = goldenPath("hk");

Deno.test("plotFiles() draws a field within the terminal, with times in UTC", async () => {
  for (const columns of [80, 200]) {
    const { result, lines } = await plotted([HK, "pump.rpm"], { columns, unit: "1/min" });
    assert.equal(result, "ok");
    assert.equal(lines[0], "observatory.pump.feeds.readings.rpm  30 samples, 1000 to 1069, last 1069");
    assert.equal(lines[1]?.trim(), "1/min");
    assert.match(lines.at(-2)!, /22:13:30.*22:14:00.*UTC$/);
    assert.equal(lines.at(-1), "2023-11-14 22:13:20 to 2023-11-14 22:14:29 UTC");
    for (const line of lines) assert(line.length <= columns, line);
    // Two runs of half a minute with as much between them, through which no line goes.
    const inked = new Set(
      lines.flatMap((line) => Array.from(line, (letter, at) => letter > "⠀" && letter <= "⣿" ? at : -1)),
    );
    const middle = Array.from({ length: columns / 5 }, (_, at) => Math.floor(columns * 0.45) + at);
    assert(inked.size > columns / 4);
    assert(middle.every((at) => !inked.has(at)), lines.join("\n"));
  }
});

Deno.test("plotFiles() draws several fields below each other, bools and detectors' channels too", async () => {
  const { lines } = await plotted([HK, "thermo.auto", "thermo.Channel_0?"]);
  assert.equal(lines.filter((line) => line.includes("observatory.thermo.feeds.temperatures.")).length, 3);
  const { lines: detector } = await plotted([goldenPath("smurf_stream.g3"), "data.r0001"]);
  assert.match(detector[0]!, /^crate1slot2\.data\.r0001 {2}\d+ samples/);
});

Deno.test("plotFiles() says what it cannot draw", async () => {
  const fails = async (words: readonly string[], text: RegExp, options: Shown = {}) => {
    await assert.rejects(plotted(words, options), (error: Error) => {
      assert.match(error.message, text);
      return true;
    });
  };
  await fails([HK], /expected a field; ocs g3 fields lists them$/);
  await fails(["thermo.auto"], /^Cannot plot "thermo\.auto": there is no such file, expected FILE… FIELD$/);
  await fails([HK, "thermo.mode"], /temperatures\.mode": texts cannot be drawn, expected numbers$/);
  await fails([HK, "thermo.moode"], /did you mean "observatory\.thermo\.feeds\.temperatures\.mode"\?$/);
  await fails([goldenPath("smurf_stream.g3"), "data"], /more than 12 fields are called so/);
  await fails([HK, "auto"], /there is no folder "\/no\/"$/, { png: "/no/a.png" });
});

Deno.test("plotFiles() draws SVG and PNG to new files, and leaves none behind when it fails", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [svg, png] = [`${folder}/a.svg`, `${folder}/a.png`];
    await assert.rejects(plotted([HK, "nothing"], { svg, png }), /no such field/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    const { lines } = await plotted([HK, "thermo.Channel_0?"], { svg, png, width: 640, height: 320 });
    assert.deepEqual(lines, [`Drew 2 fields to ${svg} and ${png}`]);
    assert.match(
      await Deno.readTextFile(svg),
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="640" height="320"/,
    );
    assert.deepEqual([...(await Deno.readFile(png)).subarray(1, 4)], [...new TextEncoder().encode("PNG")]);
    await assert.rejects(plotted([HK, "auto"], { svg }), /it exists already/);
    const { terminal } = await plotted([HK, "pump.rpm"], { json: true });
    assert.deepEqual(terminal.json, [{
      from: 1700000000.25,
      to: 1700000069.25,
      fields: [{ name: "observatory.pump.feeds.readings.rpm", count: 30, min: 1000, max: 1069 }],
      files: [],
    }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("plotFiles() draws what is there of a field that is text in between", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const frames = [
      statusFrame(["p"]),
      dataFrame([0n, 100000000n], [["x", g3VectorDouble([1, 2])]]),
      dataFrame([200000000n], [["x", g3VectorString(["off"])]]),
    ];
    const bytes = await new Blob(frames.map((one) => one.encode().slice())).bytes();
    await Deno.writeFile(`${folder}/a.g3`, bytes);
    const { lines } = await plotted([`${folder}/a.g3`, "x"]);
    assert.match(lines[0]!, /^p\.x {2}3 samples, 1 to 2, last NaN$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Envelope keeps every extreme in bounded memory", () => {
  const envelope = new Envelope();
  const count = 200_000;
  for (let at = 0; at < count; at++) {
    envelope.add(1.7e9 + at * 0.1, at === 77_777 ? 99 : at === 123_456 ? -99 : Math.sin(at));
  }
  const points = envelope.points();
  assert.equal(envelope.count, count);
  assert(points.length > 2000 && points.length <= 5 * 4096, `${points.length} points`);
  assert.deepEqual([envelope.min, envelope.max], [-99, 99]);
  assert(points.some(({ value }) => value === 99) && points.some(({ value }) => value === -99));
  assert(points.every(({ value }) => Number.isFinite(value)));
  for (const [at, { timeSeconds }] of points.entries()) {
    assert(timeSeconds >= (points[at - 1]?.timeSeconds ?? 0));
  }
});

Deno.test("Envelope interrupts the line where samples are missing, not where they become rarer", () => {
  const gaps = (times: readonly number[]) => {
    const envelope = new Envelope();
    for (const time of times) envelope.add(time, 1);
    return envelope.points().filter(({ value }) => Number.isNaN(value)).map(({ timeSeconds }) => timeSeconds);
  };
  const range = (from: number, to: number, step: number) =>
    Array.from({ length: Math.round((to - from) / step) }, (_, at) => from + at * step);
  assert.deepEqual(gaps([...range(0, 10, 1), ...range(30, 40, 1)]), [19.5]);
  assert.deepEqual(gaps(range(0, 100, 10)), []);
  assert.deepEqual(gaps([0, 100]), []);
  // The first long steps could be gaps; soon they are what is usual.
  assert(gaps([...range(0, 30, 1), ...range(40, 1000, 10)]).length <= 8);
  const holed = new Envelope();
  for (const value of [1, NaN, Infinity, 2]) holed.add(holed.count, value);
  assert.deepEqual(holed.points().map(({ value }) => value), [1, NaN, Infinity, 2]);
  assert.deepEqual([holed.min, holed.max], [1, 2]);
});

function picture(values: readonly number[], name = "a.b.c"): Picture {
  const points = values.map((value, at) => ({ timeSeconds: 1.7e9 + at, value }));
  const time = { low: 1.7e9, high: 1.7e9 + Math.max(1, values.length - 1) };
  return plotPicture([{ name, points }, { name: "a.b.d", points: [] }], { time, width: 400, height: 200 });
}

Deno.test("plotPicture() keeps everything within the picture, whatever the values and names", () => {
  const cases = [[1, 2, 3], [], [NaN], [1e308, -1e308], [5], [0, 5e-324], [1e15, 1e15 + 1], [Infinity, 1]];
  for (const values of cases) {
    for (const name of ["a.b.c", `a.${"long_".repeat(60)}`, "a.öΩ\u{1f52d}\u0007"]) {
      const { shapes, width, height } = picture(values, name);
      for (const shape of shapes) {
        if (shape.kind !== "text") continue;
        const half = textPixels(shape.text) * { start: 0, middle: 0.5, end: 1 }[shape.anchor];
        assert(shape.x - half >= 0 && shape.x - half + textPixels(shape.text) <= width, shape.text);
        assert(shape.y > 0 && shape.y < height, shape.text);
      }
    }
  }
});

Deno.test("pngOf() paints lines and letters into a whole PNG", () => {
  const drawn = picture([1, 5, 2, NaN, 4]);
  const png = pngOf(drawn);
  const view = new DataView(png.buffer);
  assert.deepEqual([view.getUint32(16), view.getUint32(20)], [400, 200]);
  const size = view.getUint32(33);
  const rows = inflateSync(png.subarray(41, 41 + size));
  assert.equal(rows.length, (400 * 3 + 1) * 200);
  const isBlue = (at: number) => rows[at] === 0 && rows[at + 1] === 0x72 && rows[at + 2] === 0xb2;
  let blue = 0;
  let dark = 0;
  for (let row = 0; row < 200; row++) {
    for (let at = row * 1201 + 1; at < (row + 1) * 1201; at += 3) {
      if (isBlue(at)) blue++;
      if ((rows[at] ?? 255) < 80 && rows[at] === rows[at + 1] && rows[at] === rows[at + 2]) dark++;
    }
  }
  assert(blue > 100, `${blue} blue pixels`);
  assert(dark > 100, `${dark} dark pixels`);
});

Deno.test("svgOf() is harmless whatever a field is called", () => {
  const svg = svgOf(picture([1, 2], '<script>&"\u0000\ud800'));
  assert(svg.includes("&lt;script&gt;&amp;&quot;\ufffd\ufffd"));
  assert(!svg.includes("<script>"));
});
