/** Points of InfluxDB's line protocol, read back. @module */
import { escapeKey } from "./influx_text.ts";
import { type InfluxKind, kindOfValue } from "./influx_value.ts";

/** A field of a point. */
export interface InfluxField {
  /** Its key, without escapes. */
  readonly key: string;
  /** Its value as it stands in the line. */
  readonly text: string;
  /** What `text` is to InfluxDB. */
  readonly kind: InfluxKind;
}

/** One point, as one of our lines says it. */
export interface InfluxPoint {
  /** Name of the measurement, without escapes. */
  readonly measurement: string;
  /** Tags without escapes. */
  readonly tags: ReadonlyMap<string, string>;
  /** At least one. */
  readonly fields: readonly InfluxField[];
  /** Measurement and tags as they stand in the line. */
  readonly series: string;
  /** Nanoseconds since 1970; empty where the line has none. */
  readonly time: string;
}

/** Who a point is from. */
export interface InfluxOrigin {
  /** Address of the agent. */
  readonly agent: string;
  /** Name of the feed. */
  readonly feed: string;
}

/** Reads a point from a line that was made here; of others it makes what it can. */
export function readInfluxLine(line: string): InfluxPoint {
  const seriesEnd = endOf(line, 0, " ");
  const fieldsEnd = endOfFields(line, seriesEnd + 1);
  const series = line.slice(0, seriesEnd);
  const measurementEnd = endOf(series, 0, ",");
  const tags = new Map<string, string>();
  for (let at = measurementEnd + 1; at < series.length;) {
    const end = endOf(series, at, ",");
    const middle = Math.min(endOf(series, at, "="), end);
    tags.set(unescaped(series.slice(at, middle)), unescaped(series.slice(middle + 1, end)));
    at = end + 1;
  }
  const fields: InfluxField[] = [];
  for (let at = seriesEnd + 1; at < fieldsEnd;) {
    const middle = endOf(line, at, "=");
    const end = endOfValue(line, middle + 1, fieldsEnd);
    const text = line.slice(middle + 1, end);
    fields.push({ key: unescaped(line.slice(at, middle)), text, kind: kindOfValue(text) });
    at = end + 1;
  }
  return {
    measurement: unescaped(series.slice(0, measurementEnd)),
    tags,
    fields,
    series,
    time: line.slice(fieldsEnd + 1),
  };
}

/** The line of a point with some of its fields; undefined with none. */
export function influxLineOf(point: InfluxPoint, fields: readonly InfluxField[]): string | undefined {
  if (fields.length === 0) return undefined;
  const texts = fields.map(({ key, text }) => `${escapeKey(key)}=${text}`).join(",");
  return point.time === "" ? `${point.series} ${texts}` : `${point.series} ${texts} ${point.time}`;
}

/** Who a point is from: both forms of points say so (OCS 10.7; with `influxdb_tags` as in Python ocs 0.12). */
export function originOf({ measurement, tags }: Pick<InfluxPoint, "measurement" | "tags">): InfluxOrigin {
  const root = tags.get("address_root");
  const instance = tags.get("instance_id");
  const isTagged = root !== undefined && instance !== undefined;
  return { agent: isTagged ? `${root}.${instance}` : measurement, feed: tags.get("feed") ?? "" };
}

/** Measurement of a line, without reading the rest. */
export function measurementOf(line: string): string {
  return unescaped(line.slice(0, Math.min(endOf(line, 0, ","), endOf(line, 0, " "))));
}

/**
 * Cuts a text of several lines into points. A line break within a text that is a value ends none.
 *
 * @param points How many there are.
 */
export function splitLines(text: string, points: number): string[] {
  const lines = text.split("\n");
  if (lines.length === points) return lines;
  const whole: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = endOfLine(text, start);
    whole.push(text.slice(start, end));
    start = end + 1;
  }
  return whole;
}

/** Where the first `stop` is that no backslash stands before; the end of the text where there is none. */
function endOf(text: string, from: number, stop: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === stop) return at;
  }
  return text.length;
}

function endOfValue(text: string, from: number, limit: number): number {
  if (text[from] !== '"') return Math.min(endOf(text, from, ","), limit);
  return Math.min(endOf(text, from + 1, '"') + 1, limit);
}

function endOfFields(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const value = endOf(text, at, "=") + 1;
    at = text[value] === '"' ? endOf(text, value + 1, '"') + 1 : firstOf(text, value);
    if (text[at] !== ",") return at;
    at++;
  }
  return at;
}

function firstOf(text: string, from: number): number {
  return Math.min(endOf(text, from, ","), endOf(text, from, " "));
}

function endOfLine(text: string, from: number): number {
  const fields = endOf(text, from, " ") + 1;
  const end = text.indexOf("\n", endOfFields(text, fields));
  return end < 0 ? text.length : end;
}

function unescaped(text: string): string {
  return text.includes("\\") ? text.replaceAll(/\\([\\ ,=])/g, "$1") : text;
}
