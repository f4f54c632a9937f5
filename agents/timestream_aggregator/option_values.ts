/** What the texts of options mean. @module */
import type { SyncPolicy } from "../../g3/io/mod.ts";

/**
 * Whether a switch that takes a value is on, such as `--auto-start True`.
 *
 * Peer socs: any value but an empty one is true there, even `False` (smurf 4.1); what says no means no here.
 */
export function isSwitchedOn(text: string): boolean {
  return !/^\s*(|false|no|off|none|0)\s*$/i.test(text);
}

/**
 * Reads `--fsync`: `never`, `close`, `frame`, or a number of seconds.
 *
 * @throws {RangeError} If it is anything else.
 */
export function toSyncPolicy(text: string): SyncPolicy {
  if (text === "never" || text === "close" || text === "frame") return text;
  const everySeconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (everySeconds > 0) return { everySeconds };
  throw new RangeError(`Cannot use --fsync "${text}": expected never, close, frame or a number of seconds`);
}
