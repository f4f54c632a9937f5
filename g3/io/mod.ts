/**
 * G3 files and streams: the edge of `g3/`, where bytes come from and go to.
 *
 * @example Count the frames of a file, and write one
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame } from "../mod.ts";
 * import { G3FileWriter, readG3File } from "./mod.ts";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   await using file = await G3FileWriter.open(`${folder}/a.g3`);
 *   await file.write(new G3Frame("H"));
 * }
 * let frames = 0;
 * for await (const frame of readG3File(`${folder}/a.g3`)) frames += frame.letters === "H" ? 1 : 0;
 * assert.equal(frames, 1);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export {
  type AcceptSenderOptions,
  type ConnectSenderOptions,
  type FinishOptions,
  SenderConnection,
} from "./connection.ts";
export { G3FileWriter, type WriteFileOptions } from "./file_writer.ts";
export { type ReadFileOptions, readG3File, readPieces, salvageG3File, splitG3File } from "./read_file.ts";
export { receiveFrames, type ReceiveOptions } from "./receive.ts";
export { G3Sender, type SenderOptions } from "./sender.ts";
export { parseSyncPolicy, type SyncPolicy } from "./sync_policy.ts";
