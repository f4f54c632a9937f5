/** Lengths of time for an operator's eye. @module */
import { humanizedTime } from "../ocs/mod.ts";

/** Writes seconds as printed replies do, but for what is shorter than a second: `0.3 s` says enough. */
export function duration(seconds: number): string {
  const positive = Math.max(0, seconds);
  return positive < 1 ? `${positive.toFixed(1)} s` : humanizedTime(positive);
}
