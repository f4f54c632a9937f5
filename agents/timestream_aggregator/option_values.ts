/** What the texts of options mean. @module */
import type { SyncPolicy } from "../../g3/io/mod.ts";

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
