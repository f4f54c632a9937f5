/** When files are forced to the disk. @module */

/**
 * When what was written is forced to the disk. Every frame goes to the system as soon as it is written, and so survives
 * the end of this program at any moment; this is about the end of the machine's power.
 *
 * - `never`: when the system sees fit;
 * - `close`: when the file is closed;
 * - `frame`: after every frame, before `write` resolves;
 * - a number: with the first frame, or `syncIfDue` of the writer, after so many seconds, and when the file is closed.
 */
export type SyncPolicy = "never" | "close" | "frame" | { readonly everySeconds: number };

/**
 * Reads a policy from an option: `never`, `close`, `frame`, or a number of seconds.
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
