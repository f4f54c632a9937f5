/** Lengths of time for the eye. @module */
import { pyFixed } from "./python_float.ts";

/**
 * Writes a length of time as Python's printed replies do: `0.007544 s`, `3.5 s`, `76.4 mins`, `2.0 hrs`, `3.1 days`.
 *
 * @param seconds May be negative (clocks that disagree); the unit goes by the size.
 */
export function humanizedTime(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 1) return `${pyFixed(seconds, 6)} s`;
  if (size < 120) return `${pyFixed(seconds, 1)} s`;
  if (size < 120 * 60) return `${pyFixed(seconds / 60, 1)} mins`;
  if (size < 48 * 3600) return `${pyFixed(seconds / 3600, 1)} hrs`;
  return `${pyFixed(seconds / 86400, 1)} days`;
}
