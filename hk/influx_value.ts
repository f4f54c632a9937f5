/** Values of fields in InfluxDB's line protocol. @module */
import { Float } from "../internal/float.ts";
import { pyFloatRepr } from "../ocs/python_float.ts";
import { quoteText } from "./influx_text.ts";

/** The kinds of fields, by InfluxDB's names for them. A field of a measurement has one of them and keeps it. */
export type InfluxKind = "float" | "integer" | "string" | "boolean";

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/**
 * Writes a sample, decoded with its kind kept, as Python's publisher writes it (OCS 10.7): `0.1`, `1i`, `True`, `"text"`.
 *
 * Unlike there, quotes and backslashes in a text are escaped (so OCS 10.7 wants it).
 *
 * @returns An empty text for what is no value: NaN, an infinity, null. Undefined for what InfluxDB cannot keep: a list, an
 * object, an integer beyond 64 bits.
 */
export function influxValue(sample: unknown): string | undefined {
  switch (typeof sample) {
    case "number":
      // A decoder that keeps kinds gives integral floats as `Float`.
      if (Number.isInteger(sample)) return integer(sample);
      return Number.isFinite(sample) ? pyFloatRepr(sample) : "";
    case "string":
      return quoteText(sample);
    case "boolean":
      return sample ? "True" : "False";
    case "bigint":
      return sample < LEAST || sample > MOST ? undefined : `${sample}i`;
    default:
      if (sample instanceof Float) return Number.isFinite(sample.value) ? pyFloatRepr(sample.value) : "";
      return sample === null ? "" : undefined;
  }
}

/** The kind of a value as it stands in a line. */
export function kindOfValue(text: string): InfluxKind {
  const first = text.charCodeAt(0);
  if (first === 34) return "string";
  if (text.charCodeAt(text.length - 1) === 105) return "integer";
  return /^[tf]/i.test(text) ? "boolean" : "float";
}

function integer(value: number): string | undefined {
  return Number.isSafeInteger(value) ? `${value}i` : influxValue(BigInt(value));
}
