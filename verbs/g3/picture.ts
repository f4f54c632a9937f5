/** A plot as shapes, whatever they are drawn with. @module */
import { type PlotLimits, type PlotPoint, type PlotRange, valueRange } from "../plot_range.ts";
import { roundTicks } from "../round_ticks.ts";
import { timeTicks } from "../time_ticks.ts";
import { LINE_PIXELS, textPixels } from "./plot_font.ts";

/** A part of a picture, in pixels from the top left. */
export type Shape =
  | {
    readonly kind: "rect";
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly color: string;
  }
  /** Lines from point to point; where there is one point alone, a dot. */
  | {
    readonly kind: "curve";
    readonly runs: readonly (readonly Spot[])[];
    readonly color: string;
    readonly width: number;
    readonly clip: Box;
  }
  | {
    readonly kind: "dots";
    readonly spots: readonly Spot[];
    readonly color: string;
    readonly radius: number;
    readonly clip: Box;
  }
  /** `y` is the line that letters stand on. */
  | {
    readonly kind: "text";
    readonly x: number;
    readonly y: number;
    readonly text: string;
    readonly anchor: "start" | "middle" | "end";
    readonly color: string;
  };

/** A place. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** A rectangle. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** All shapes, in the order in which they are drawn, on white. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly shapes: readonly Shape[];
}

/** One line of a plot. */
export interface PlotLine {
  /** Full name of the field. */
  readonly name: string;
  /** In order of time; a value that is no finite number interrupts the line. */
  readonly points: readonly PlotPoint[];
}

/** What a picture shows. */
export interface PictureOptions extends PlotLimits {
  /** Unix seconds of the edges. */
  readonly time: PlotRange;
  readonly width: number;
  readonly height: number;
  /** Written above the axis of values, such as `K`. */
  readonly unit?: string | undefined;
}

/** Colours that the colour-blind can tell apart (Okabe and Ito), and four more. */
const COLORS = [
  ...["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c564b"],
  ...["#7f3fbf", "#808000", "#b22222", "#5f6f7f"],
];
/** How many lines can be told apart. */
export const MAX_LINES = COLORS.length;
const INK = "#222222";
const FAINT = "#666666";
const AXIS = "#888888";
const GRID = "#e4e4e4";
const MARGIN = 16;
/** With so much room for each sample, each is marked. */
const MARK_PIXELS = 8;

/** Lays a plot out: title or legend above, round ticks, times in UTC. */
export function plotPicture(lines: readonly PlotLine[], options: PictureOptions): Picture {
  const { width, height, time, unit = "" } = options;
  const { title, names } = namesOf(lines.map(({ name }) => name));
  const legend = lines.length > 1 ? legendOf(names, width) : { shapes: [], bottom: MARGIN + LINE_PIXELS };
  const top = legend.bottom + LINE_PIXELS + 12;
  const bottom = height - MARGIN - 2 * LINE_PIXELS - 8;
  const seen = lines.flatMap(({ points }) =>
    points.filter(({ timeSeconds, value }) =>
      Number.isFinite(value) && timeSeconds >= time.low && timeSeconds <= time.high
    )
  );
  const most = Math.max(2, Math.floor((bottom - top) / 45) + 1);
  const { value, step } = valueRange(seen, most, options);
  const ticks = roundTicks(value, step);
  const left = Math.ceil(MARGIN + Math.max(...ticks.labels.map(textPixels), 20) + 8);
  const box: Box = { left, top, right: width - MARGIN - 4, bottom };
  const xOf = (seconds: number) =>
    box.left + (seconds - time.low) / (time.high - time.low) * (box.right - box.left);
  const yOf = (number: number) => box.top + (value.high - number) / (value.high - value.low) * (bottom - top);
  const shapes: Shape[] = [
    text(fitted(title, width - 2 * MARGIN), { x: MARGIN, y: MARGIN + 13, color: INK }),
    ...legend.shapes,
  ];
  const above = [ticks.offset === "" ? "" : `from ${ticks.offset}`, unit].filter((part) => part !== "");
  if (above.length > 0) shapes.push(text(above.join(" "), { x: MARGIN, y: top - 10, color: FAINT }));
  ticks.values.forEach((tick, at) => {
    const y = Math.round(yOf(tick));
    shapes.push({ kind: "rect", x: box.left, y, width: box.right - box.left, height: 1, color: GRID });
    shapes.push(text(ticks.labels[at] ?? "", { x: box.left - 8, y: y + 5, anchor: "end", color: INK }));
  });
  shapes.push(...timeAxis(time, box, xOf));
  lines.forEach(({ points }, at) => {
    const runs = runsOf(points, time, xOf, yOf);
    const color = colorOf(at);
    shapes.push({ kind: "curve", runs, color, width: 1.6, clip: box });
    const spots = runs.flat();
    if (spots.length * MARK_PIXELS <= box.right - box.left) {
      shapes.push({ kind: "dots", spots, color, radius: 2.6, clip: grown(box, 3) });
    }
  });
  if (seen.length === 0) {
    shapes.push(
      text("no data", { x: (left + box.right) / 2, y: (top + bottom) / 2, anchor: "middle", color: FAINT }),
    );
  }
  return { width, height, title, shapes };
}

function colorOf(at: number): string {
  return COLORS[at % COLORS.length] ?? INK;
}

function text(
  content: string,
  { x, y, anchor = "start", color }: {
    readonly x: number;
    readonly y: number;
    readonly anchor?: "start" | "middle" | "end";
    readonly color: string;
  },
): Shape {
  return { kind: "text", x, y, text: content, anchor, color };
}

function grown({ left, top, right, bottom }: Box, by: number): Box {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

/** What names have in common is said once, as the title. */
function namesOf(names: readonly string[]): { readonly title: string; readonly names: readonly string[] } {
  const [first = "", ...more] = names;
  if (more.length === 0) return { title: first, names };
  const pieces = first.split(".");
  let common = 0;
  while (common < pieces.length - 1 && more.every((name) => name.split(".")[common] === pieces[common])) {
    common++;
  }
  const title = pieces.slice(0, common).join(".");
  return { title, names: names.map((name) => name.slice(common === 0 ? 0 : title.length + 1)) };
}

function fitted(content: string, pixels: number): string {
  if (textPixels(content) <= pixels) return content;
  let letters = Array.from(content);
  while (letters.length > 0 && textPixels(`${letters.join("")}…`) > pixels) letters = letters.slice(0, -1);
  return `${letters.join("")}…`;
}

/** Entries side by side, as many as fit into a row. */
function legendOf(
  names: readonly string[],
  width: number,
): { readonly shapes: readonly Shape[]; readonly bottom: number } {
  const shapes: Shape[] = [];
  let x = MARGIN;
  let y = MARGIN + 2 * LINE_PIXELS;
  names.forEach((name, at) => {
    const shown = fitted(name, width - 2 * MARGIN - 32);
    const entry = 32 + textPixels(shown) + 22;
    if (x > MARGIN && x + entry - 22 > width - MARGIN) {
      x = MARGIN;
      y += LINE_PIXELS + 2;
    }
    shapes.push({ kind: "rect", x, y: y - 6, width: 24, height: 3, color: colorOf(at) });
    shapes.push(text(shown, { x: x + 32, y, color: INK }));
    x += entry;
  });
  return { shapes, bottom: y };
}

function timeAxis(time: PlotRange, box: Box, xOf: (seconds: number) => number): Shape[] {
  const { left, top, right, bottom } = box;
  const shapes: Shape[] = [];
  const { values, labels } = timeTicks({
    ...time,
    columns: Math.floor((right - left) / 12),
    utcOffsetMinutes: 0,
  });
  values.forEach((seconds, at) => {
    const x = Math.round(xOf(seconds));
    const label = labels[at] ?? "";
    shapes.push({ kind: "rect", x, y: top, width: 1, height: bottom - top, color: GRID });
    shapes.push({ kind: "rect", x, y: bottom, width: 1, height: 5, color: AXIS });
    const half = textPixels(label) / 2;
    if (x - half < 2 || x + half > right + MARGIN) return;
    shapes.push(text(label, { x, y: bottom + LINE_PIXELS + 3, anchor: "middle", color: INK }));
  });
  shapes.push({ kind: "rect", x: left, y: top, width: 1, height: bottom - top, color: AXIS });
  shapes.push({ kind: "rect", x: left, y: bottom, width: right - left, height: 1, color: AXIS });
  const range = `${second(time.low)} to ${second(time.high)} UTC`;
  shapes.push(text(range, { x: right, y: bottom + 2 * LINE_PIXELS + 8, anchor: "end", color: FAINT }));
  return shapes;
}

function second(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 19).replace("T", " ");
}

/** Points that follow each other without a gap; one outside the edges on either side, so that lines reach them. */
function runsOf(
  points: readonly PlotPoint[],
  time: PlotRange,
  xOf: (seconds: number) => number,
  yOf: (value: number) => number,
): Spot[][] {
  const runs: Spot[][] = [];
  let run: Spot[] = [];
  for (const { timeSeconds, value } of points) {
    if (Number.isFinite(value) && timeSeconds >= time.low && timeSeconds <= time.high) {
      // Values far beyond the edges would be beyond what pictures can say.
      run.push({ x: xOf(timeSeconds), y: Math.max(-1e5, Math.min(1e5, yOf(value))) });
    } else if (run.length > 0) {
      runs.push(run);
      run = [];
    }
  }
  if (run.length > 0) runs.push(run);
  return runs;
}
