/** Values that an agent tells, on one line. @module */
import { pyRepr, type Sample } from "../ocs/mod.ts";
import { printable } from "./fit_text.ts";

/** Digits that an eye can compare; `--json` has all of them. Numbers take no more than 11 letters so. */
const DIGITS = 6;

/** A number for the eye: integers of up to ten digits as they are, others with six digits. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e10) return String(value);
  const size = Math.abs(value);
  const rounded = Number(value.toPrecision(DIGITS));
  if (size >= 1e-4 && size < 1e10) return String(rounded);
  return value === 0 ? "0" : value.toExponential(DIGITS - 1).replace(/\.?0*e\+?/, "e");
}

/** A sample for the eye; texts without quotes, and without anything that a terminal would obey. */
export function sampleText(sample: Sample): string {
  switch (typeof sample) {
    case "number":
      return numberText(sample);
    case "bigint":
      return numberText(Number(sample));
    case "boolean":
      return sample ? "True" : "False";
    case "string":
      return printable(sample);
    default:
      return numberText(sample.value);
  }
}

/** A message of any form, as Python would print it. */
export function messageText(message: unknown): string {
  return printable(typeof message === "string" ? message : pyRepr(message));
}
