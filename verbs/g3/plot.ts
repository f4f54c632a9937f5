/** Fields of G3 files over time: in the terminal, or as a picture. @module */
import { isoTimeOf, unixSecondsOf } from "../../g3/time.ts";
import { HkChoice } from "../../hk/mod.ts";
import { jsonText } from "../../internal/json_text.ts";
import { braillePlot } from "../braille_plot.ts";
import { FieldNotFoundError } from "../errors.ts";
import { fitText } from "../fit_text.ts";
import type { Look } from "../look.ts";
import type { VerbResult } from "../outcome.ts";
import { type PlotRange, timeRange } from "../plot_range.ts";
import { Envelope } from "./envelope.ts";
import { FieldInput, type FieldInputOptions } from "./field_input.ts";
import { NewFile } from "./new_file.ts";
import { MAX_LINES, plotPicture } from "./picture.ts";
import { shownText } from "./shown_text.ts";

/** What is drawn, and where. */
export interface PlotFilesOptions extends FieldInputOptions {
  /** Names of fields, see `HkChoice`, besides those among the words. */
  readonly fields?: readonly string[];
  /** A new SVG file. */
  readonly svg?: string | undefined;
  /** A new PNG file. */
  readonly png?: string | undefined;
  /** Size of the picture in pixels; default 1200 × 600. */
  readonly width?: number;
  /** See `width`. */
  readonly height?: number;
  /** Lowest value of the axis; default that of the data. */
  readonly min?: number | undefined;
  /** Highest value of the axis. */
  readonly max?: number | undefined;
  /** Written at the axis of values. */
  readonly unit?: string | undefined;
}

/** Lines of a plot in the terminal: one field, and each of several. */
const ROWS = { one: 20, each: 11 };
const PIPE_COLUMNS = 100;

/**
 * Draws fields over time, with times in UTC; where samples are missing the line is interrupted.
 *
 * @param words Files and folders, then names of fields: a word that names no file is a field.
 * @returns `failed` if a file is damaged or cannot be read; what could be read is drawn all the same.
 * @throws {SyntaxError} If there is no file or no field among the words.
 * @throws {FieldNotFoundError} If a field is not there, has no numbers, or there are too many.
 */
export async function plotFiles(words: readonly string[], options: PlotFilesOptions): Promise<VerbResult> {
  const { files, names } = await sorted(words, options.fields ?? []);
  const input = await FieldInput.open(files, options);
  const pictures = await openPictures(options);
  try {
    const drawn = await read(input, names);
    const time = timeOf(drawn, input);
    const result = input.tell();
    await draw(drawn, time, { pictures, options });
    return result;
  } finally {
    for (const { file } of pictures) await file[Symbol.asyncDispose]();
  }
}

async function sorted(
  words: readonly string[],
  fields: readonly string[],
): Promise<{ readonly files: readonly string[]; readonly names: readonly string[] }> {
  const files: string[] = [];
  const names = [...fields];
  for (const word of words) {
    const isFile = await Deno.stat(word).then(() => true, () => false);
    // With its ending or a slash it is meant for a file, whose absence is then told.
    if (isFile || /\/|\.g3(\.\w+)?$/.test(word)) files.push(word);
    else names.push(word);
  }
  if (files.length === 0) {
    throw new SyntaxError(
      `Cannot plot ${
        names.map((name) => `"${name}"`).join(", ")
      }: there is no such file, expected FILE… FIELD`,
    );
  }
  if (names.length === 0) {
    throw new SyntaxError(`Cannot plot "${files.join(" ")}": expected a field; ocs g3 fields lists them`);
  }
  return { files, names };
}

interface OpenPicture {
  readonly kind: "svg" | "png";
  readonly file: NewFile;
}

/** Before anything is read: a name that is taken shows at once. */
async function openPictures({ svg, png }: PlotFilesOptions): Promise<readonly OpenPicture[]> {
  const opened: OpenPicture[] = [];
  try {
    if (svg !== undefined) opened.push({ kind: "svg", file: await NewFile.open(svg) });
    if (png !== undefined) opened.push({ kind: "png", file: await NewFile.open(png) });
    return opened;
  } catch (error) {
    for (const { file } of opened) await file[Symbol.asyncDispose]();
    throw error;
  }
}

type Drawn = ReadonlyMap<string, Envelope>;

async function read(input: FieldInput, names: readonly string[]): Promise<Drawn> {
  const choice = new HkChoice(names);
  const drawn = new Map<string, Envelope>();
  const texts = new Set<string>();
  const missing = new Set(names);
  for await (const { provider, ticks, fields } of input.blocks(names)) {
    for (const [field, vector] of fields) {
      const name = `${provider}.${field}`;
      let envelope = drawn.get(name);
      if (envelope === undefined) {
        for (const text of choice.matching(name)) missing.delete(text);
        if (vector.kind === "string") {
          texts.add(name);
          continue;
        }
        drawn.set(name, envelope = new Envelope());
        if (drawn.size > MAX_LINES) throw tooMany(names, [...drawn.keys()]);
      }
      // A text among numbers has no height.
      const { values } = vector;
      for (let at = 0; at < ticks.length; at++) {
        envelope.add(unixSecondsOf(ticks[at] ?? 0n), vector.kind === "string" ? NaN : Number(values[at]));
      }
    }
  }
  if (missing.size > 0) throw await input.notFound("plot", [...missing]);
  if (drawn.size === 0) {
    throw new FieldNotFoundError(
      `Cannot plot "${[...texts].join(", ")}": texts cannot be drawn, expected numbers`,
    );
  }
  return new Map([...drawn].sort(([a], [b]) => a < b ? -1 : 1));
}

function tooMany(names: readonly string[], found: readonly string[]): Error {
  const last = found.slice(-3).map((name) => `"${shownText(name)}"`).join(", ");
  return new FieldNotFoundError(
    `Cannot plot "${
      names.join(" ")
    }": more than ${MAX_LINES} fields are called so, among them ${last}; expected fewer`,
  );
}

function timeOf(drawn: Drawn, { sinceSeconds: from, untilSeconds: to }: FieldInput): PlotRange {
  const points = [...drawn.values()].flatMap((envelope) => envelope.points())
    .sort((a, b) => a.timeSeconds - b.timeSeconds);
  return timeRange(points, { from, to });
}

async function draw(
  drawn: Drawn,
  time: PlotRange,
  { pictures, options }: { readonly pictures: readonly OpenPicture[]; readonly options: PlotFilesOptions },
): Promise<void> {
  const { terminal, json, unit, min, max, width = 1200, height = 600 } = options;
  if (pictures.length > 0) {
    const lines = [...drawn].map(([name, envelope]) => ({
      name: shownText(name),
      points: envelope.points(),
    }));
    const picture = plotPicture(lines, { time, width, height, unit, min, max });
    for (const { kind, file } of pictures) {
      if (kind === "svg") {
        const { svgOf } = await import("./svg_picture.ts");
        await file.write(new TextEncoder().encode(svgOf(picture)));
      } else {
        const { pngOf } = await import("./png_picture.ts");
        await file.write(pngOf(picture));
      }
      await file.keep();
    }
  }
  if (json) {
    await terminal.print(jsonText({
      from: time.low,
      to: time.high,
      fields: [...drawn].map(([name, { count, min, max }]) => ({ name, count, min, max })),
      files: pictures.map(({ file }) => file.path),
    }));
  } else if (pictures.length > 0) {
    const what = drawn.size === 1 ? "1 field" : `${drawn.size} fields`;
    await terminal.print(`Drew ${what} to ${pictures.map(({ file }) => file.path).join(" and ")}`);
  } else {
    await terminal.print(terminalPlot(drawn, time, options));
  }
}

function terminalPlot(drawn: Drawn, time: PlotRange, { terminal, unit, min, max }: PlotFilesOptions): string {
  const { look } = terminal;
  const columns = Number.isFinite(look.columns) ? look.columns : PIPE_COLUMNS;
  const rows = drawn.size === 1 ? ROWS.one : ROWS.each;
  const range = `${second(time.low)} to ${second(time.high)} UTC`;
  const plots = [...drawn].map(([name, envelope]) => {
    const lines = braillePlot(envelope.points(), {
      columns,
      rows,
      from: time.low,
      to: time.high,
      unit,
      min,
      max,
    });
    // The line of the unit stands empty where there is none.
    const [first = ""] = lines;
    return [...headOf(name, envelope, look, columns), ...lines.slice(first.trim() === "" ? 1 : 0)].join("\n");
  });
  return [...plots, look.style("dim", range)].join("\n");
}

function headOf(name: string, envelope: Envelope, look: Look, columns: number): string[] {
  const { count, min, max, last } = envelope;
  const shown = shownText(name);
  const facts = [
    `${count} ${count === 1 ? "sample" : "samples"}`,
    ...Number.isFinite(min) ? [`${shortNumber(min)} to ${shortNumber(max)}`] : [],
    ...last === undefined ? [] : [`last ${shortNumber(last.value)}`],
  ].join(", ");
  const head = look.style("bold", fitText(shown, columns));
  const fits = shown.length + facts.length + 2 <= columns;
  return fits ? [`${head}  ${look.style("dim", facts)}`] : [head, look.style("dim", facts)];
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function second(seconds: number): string {
  return isoTimeOf(BigInt(Math.floor(seconds)) * 100_000_000n).slice(0, 19).replace("T", " ");
}
