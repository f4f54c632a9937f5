/** Round times along an axis. @module */
import type { Ticks } from "./round_ticks.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Steps at which people count time, in seconds. */
const STEPS: readonly number[] = [
  ...[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 30, 91, 365, 3650].map((days) => days * DAY),
];

/**
 * Chooses ticks at round times of the day.
 *
 * @param low Unix seconds, less than `high`.
 * @param utcOffsetMinutes Minutes that the clock on the wall is ahead of UTC.
 * @param columns Room for all labels.
 */
export function timeTicks({ low, high, columns, utcOffsetMinutes }: {
  readonly low: number;
  readonly high: number;
  readonly columns: number;
  readonly utcOffsetMinutes: number;
}): Ticks {
  const step = STEPS.find((each) => (high - low) / each * (labelWidth(each) + 2) <= columns) ??
    high - low;
  const shift = utcOffsetMinutes * MINUTE;
  const first = Math.ceil((low + shift) / step - 1e-9);
  const last = Math.floor((high + shift) / step + 1e-9);
  const values = Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, at) => (first + at) * step - shift,
  );
  return { values, labels: values.map((each) => timeLabel(each + shift, step)), offset: "" };
}

/** What the ticks' times are, such as `UTC` or `UTC+1:30`. */
export function zoneName(utcOffsetMinutes: number): string {
  if (utcOffsetMinutes === 0) return "UTC";
  const size = Math.abs(utcOffsetMinutes);
  const minutes = size % 60 === 0 ? "" : `:${String(size % 60).padStart(2, "0")}`;
  return `UTC${utcOffsetMinutes < 0 ? "-" : "+"}${Math.floor(size / 60)}${minutes}`;
}

function labelWidth(step: number): number {
  if (step < 1) return 11;
  return step < MINUTE ? 8 : 5;
}

/** @param wallSeconds Seconds of the clock on the wall, as if it showed UTC. */
function timeLabel(wallSeconds: number, step: number): string {
  const date = new Date(Math.round(wallSeconds * 1000));
  if (Number.isNaN(date.getTime())) return "?";
  const text = date.toISOString();
  const time = text.indexOf("T") + 1;
  if (step < 1) return text.slice(time, time + 11);
  if (step < MINUTE) return text.slice(time, time + 8);
  // Midnight is where the next day begins.
  if (step < DAY && !text.startsWith("00:00", time)) return text.slice(time, time + 5);
  return text.slice(time - 6, time - 1);
}
