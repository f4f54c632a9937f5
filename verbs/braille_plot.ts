/** A line plot for a terminal. @module */
import { BrailleCanvas } from "./braille_canvas.ts";
import { type PlotLimits, type PlotPoint, type PlotRange, timeRange, valueRange } from "./plot_range.ts";
import { roundTicks, type Ticks } from "./round_ticks.ts";
import { timeTicks, zoneName } from "./time_ticks.ts";

/** What a plot is to show, and where. */
export interface PlotOptions extends PlotLimits {
  /** Width of the whole plot, labels included. */
  readonly columns: number;
  /** Height of the whole plot, labels included. */
  readonly rows: number;
  /** Written above the axis of values, such as `K`. */
  readonly unit?: string | undefined;
  /** Minutes that the times of the axis are ahead of UTC; default 0. */
  readonly utcOffsetMinutes?: number | undefined;
}

/** Smallest size with axes; below, there is the line alone. */
const MIN_ROWS = 4;
const MIN_CANVAS_COLUMNS = 8;

/**
 * Draws values over time: braille dots, round ticks, one axis of values and one of times.
 *
 * Each column of dots shows all values of its time, from the lowest to the highest, so that no spike is lost however many
 * points there are. Consecutive points are joined by lines.
 *
 * @param points In order of time.
 * @returns At most `rows` lines of at most `columns` letters, without escapes; none for a size of zero.
 */
export function braillePlot(points: readonly PlotPoint[], options: PlotOptions): string[] {
  const { columns, rows, unit = "", utcOffsetMinutes = 0 } = options;
  if (!(columns >= 1 && rows >= 1)) return [];
  const time = timeRange(points, options);
  const seen = points.filter(({ timeSeconds, value }) =>
    Number.isFinite(value) && timeSeconds >= time.low && timeSeconds <= time.high
  );
  const plain = rows < MIN_ROWS;
  const canvasRows = plain ? rows : rows - 3;
  const most = Math.max(2, Math.floor(canvasRows / 3) + 1);
  const { value, step } = valueRange(seen, most, options);
  const ticks = roundTicks(value, step);
  const labelWidth = Math.max(0, ...ticks.labels.map((text) => text.length));
  const canvasColumns = columns - labelWidth - 2;
  if (plain || canvasColumns < MIN_CANVAS_COLUMNS) {
    return canvasLines(points, { columns, rows, time, value, isEmpty: seen.length === 0 });
  }
  const canvas = canvasLines(points, {
    columns: canvasColumns,
    rows: canvasRows,
    time,
    value,
    isEmpty: seen.length === 0,
  });
  const head = [ticks.offset === "" ? "" : `from ${ticks.offset}`, unit].filter((text) => text !== "").join(
    " ",
  );
  return [
    head.padStart(Math.min(labelWidth, columns)).slice(0, columns),
    ...withValueAxis(canvas, { ticks, value, labelWidth }),
    ...timeAxis({ time, canvasColumns, indent: labelWidth + 1, utcOffsetMinutes }),
  ];
}

function canvasLines(
  points: readonly PlotPoint[],
  { columns, rows, time, value, isEmpty }: {
    readonly columns: number;
    readonly rows: number;
    readonly time: PlotRange;
    readonly value: PlotRange;
    readonly isEmpty: boolean;
  },
): string[] {
  const canvas = new BrailleCanvas({ columns, rows });
  const xOf = (seconds: number) => (seconds - time.low) / (time.high - time.low) * (canvas.width - 1);
  const yOf = (number: number) => (value.high - number) / (value.high - value.low) * (canvas.height - 1);
  let last: { readonly x: number; readonly y: number } | undefined;
  for (const point of points) {
    if (!Number.isFinite(point.value)) {
      last = undefined;
      continue;
    }
    const here = { x: xOf(point.timeSeconds), y: yOf(point.value) };
    drawSegment(canvas, last ?? here, here);
    last = here;
  }
  const lines = canvas.lines();
  const note = "no data".slice(0, columns);
  if (isEmpty) {
    const middle = Math.floor((rows - 1) / 2);
    lines[middle] = note.padStart(Math.floor((columns + note.length) / 2)).padEnd(columns);
  }
  return lines;
}

interface Dot {
  readonly x: number;
  readonly y: number;
}

/** Joins two points: each column of dots from where the line enters it to where it leaves. */
function drawSegment(canvas: BrailleCanvas, from: Dot, to: Dot): void {
  const firstX = Math.round(from.x);
  const lastX = Math.round(to.x);
  if (firstX >= lastX) {
    canvas.column(lastX, Math.round(from.y), Math.round(to.y));
    return;
  }
  const slope = (to.y - from.y) / (to.x - from.x);
  const yAt = (x: number) => from.y + (Math.max(from.x, Math.min(to.x, x)) - from.x) * slope;
  for (let x = Math.max(0, firstX); x <= Math.min(canvas.width - 1, lastX); x++) {
    const [enters, leaves] = [yAt(x - 0.5), yAt(x + 0.5)];
    canvas.column(x, Math.round(enters), Math.round(leaves));
  }
}

function withValueAxis(
  canvas: readonly string[],
  { ticks, value, labelWidth }: {
    readonly ticks: Ticks;
    readonly value: PlotRange;
    readonly labelWidth: number;
  },
): string[] {
  const labels = new Map<number, string>();
  ticks.values.forEach((tick, at) => {
    const dot = Math.round((value.high - tick) / (value.high - value.low) * (canvas.length * 4 - 1));
    labels.set(Math.floor(dot / 4), ticks.labels[at] ?? "");
  });
  return canvas.map((line, row) => {
    const label = labels.get(row);
    return `${(label ?? "").padStart(labelWidth)}${label === undefined ? "│" : "┤"}${line}`.trimEnd();
  });
}

/** The axis of times and its labels; the zone stands at the right, in place of a label if need be. */
function timeAxis({ time, canvasColumns, indent, utcOffsetMinutes }: {
  readonly time: PlotRange;
  readonly canvasColumns: number;
  readonly indent: number;
  readonly utcOffsetMinutes: number;
}): string[] {
  const zone = zoneName(utcOffsetMinutes);
  const { values, labels } = timeTicks({ ...time, columns: canvasColumns, utcOffsetMinutes });
  const axis = Array.from({ length: canvasColumns }, () => "─");
  const end = indent + canvasColumns;
  const limit = canvasColumns < 3 * zone.length + 10 ? end : end - zone.length - 1;
  let text = "";
  values.forEach((seconds, at) => {
    const column = Math.floor((seconds - time.low) / (time.high - time.low) * (canvasColumns * 2 - 1) / 2);
    axis[column] = "┬";
    const label = labels[at] ?? "";
    const start = Math.max(0, indent + column - Math.floor(label.length / 2));
    const fits = start >= text.length + (text === "" ? 0 : 1) &&
      start + label.length <= limit;
    if (fits) text = text.padEnd(start) + label;
  });
  if (end - text.length > zone.length) text = text.padEnd(end - zone.length) + zone;
  return [`${" ".repeat(indent - 1)}└${axis.join("")}`, text];
}
