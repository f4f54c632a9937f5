/** Rows of CSV and NDJSON. @module */
import { isoTimeOf, TICKS_PER_SECOND } from "../../g3/time.ts";
import type { HkKind, HkVector } from "../../hk/mod.ts";

/** A time in both forms. */
export interface TimeTexts {
  /** Unix seconds, exact: `1700000000.25`. */
  readonly unix: string;
  /** `2023-11-14T22:13:20.250000000Z`. */
  readonly utc: string;
}

/** How rows are written. */
export interface TextTable {
  /** Values as they stand in a row. */
  values(vector: HkVector): string[];
  /** What comes before the rows of one sample each; with the line's end, or empty. */
  readonly longHead: string;
  /** The row of one sample. */
  longRow(time: TimeTexts, name: string, kind: HkKind, value: string): string;
  /** What comes before rows of one time each. */
  wideHead(names: readonly string[]): string;
  /** The row of one time; a field without a sample then is undefined. */
  wideRow(time: TimeTexts, names: readonly string[], values: readonly (string | undefined)[]): string;
}

/** Writes times out; times of the same second share the work. */
export function timeTexts(ticks: BigInt64Array): TimeTexts[] {
  let lastSecond: bigint | undefined;
  let date = "";
  return Array.from(ticks, (tick) => {
    const rest = ((tick % TICKS_PER_SECOND) + TICKS_PER_SECOND) % TICKS_PER_SECOND;
    const second = (tick - rest) / TICKS_PER_SECOND;
    if (second !== lastSecond) {
      lastSecond = second;
      date = isoTimeOf(tick - rest);
    }
    const fraction = String(rest).padStart(8, "0");
    // Before 1970 the fraction counts the other way.
    const unix = tick < 0n
      ? negative(tick)
      : rest === 0n
      ? `${second}`
      : `${second}.${fraction.replace(/0+$/, "")}`;
    return { unix, utc: date.endsWith("Z") ? `${date.slice(0, 19)}.${fraction}0Z` : isoTimeOf(tick) };
  });
}

function negative(tick: bigint): string {
  const [{ unix } = { unix: "" }] = timeTexts(BigInt64Array.of(-tick));
  return `-${unix}`;
}

/** A double always has a point or an exponent, so that readers take it for one. */
function doubleText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** RFC 4180 with line feeds; a quoted empty text is one, and nothing at all is no sample. */
export const CSV: TextTable = {
  values(vector) {
    switch (vector.kind) {
      case "double":
        return Array.from(vector.values, doubleText);
      case "int":
        return Array.from(vector.values, String);
      case "bool":
        return Array.from(vector.values, (value) => value === 0 ? "false" : "true");
      default:
        return vector.values.map(csvText);
    }
  },
  longHead: "unix_seconds,utc,field,kind,value\n",
  longRow: ({ unix, utc }, name, kind, value) => `${unix},${utc},${csvText(name)},${kind},${value}\n`,
  wideHead: (names) => `${["unix_seconds", "utc", ...names.map(csvText)].join(",")}\n`,
  wideRow: ({ unix, utc }, _names, values) =>
    `${unix},${utc},${values.map((each) => each ?? "").join(",")}\n`,
};

function csvText(text: string): string {
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One object a line. What JSON has no number for is text, as in Protobuf's JSON: "NaN", "Infinity", "-Infinity". */
export const NDJSON: TextTable = {
  values(vector) {
    switch (vector.kind) {
      case "double":
        return Array.from(
          vector.values,
          (value) => Number.isFinite(value) ? doubleText(value) : `"${value}"`,
        );
      case "int":
        return Array.from(vector.values, String);
      case "bool":
        return Array.from(vector.values, (value) => value === 0 ? "false" : "true");
      default:
        return vector.values.map((text) => JSON.stringify(text));
    }
  },
  longHead: "",
  longRow: ({ unix, utc }, name, kind, value) =>
    `{"unix_seconds":${unix},"utc":"${utc}","field":${
      JSON.stringify(name)
    },"kind":"${kind}","value":${value}}\n`,
  wideHead: () => "",
  wideRow: ({ unix, utc }, names, values) => {
    const fields = values.flatMap((value, at) =>
      value === undefined ? [] : [`,${JSON.stringify(names[at] ?? "")}:${value}`]
    );
    return `{"unix_seconds":${unix},"utc":"${utc}"${fields.join("")}}\n`;
  },
};
