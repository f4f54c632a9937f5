/** The option `--fsync`. @module */
import type { SyncPolicy } from "../../g3/io/file_writer.ts";

/**
 * Reads when data are to be forced to the disk.
 *
 * @throws {RangeError} If the text says nothing of the kind.
 */
export function parseSyncPolicy(text: string): SyncPolicy {
  if (text === "never" || text === "close" || text === "frame") return text;
  const everySeconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (everySeconds > 0) return { everySeconds };
  throw new RangeError(
    `Cannot read --fsync "${text}": expected never, close, frame or a number of seconds above 0`,
  );
}
