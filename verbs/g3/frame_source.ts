/** Frames of a file, or of a sender as they come. @module */
import type { RawFrame, SplitOptions } from "../../g3/frame_splitter.ts";
import { splitG3File } from "../../g3/io/read_file.ts";
import { receiveFrames } from "../../g3/io/receive.ts";
import type { EachFile } from "./each_file.ts";
import { isSender, senderAddress } from "./sender_address.ts";

/**
 * Cuts a file or a stream into frames.
 *
 * @throws {SyntaxError} If the address of a sender is none.
 * @throws {G3StreamError} At the first damage, after all whole frames before it.
 */
export function frameSource(
  { path, reading }: Pick<EachFile, "path" | "reading">,
  options: Pick<SplitOptions, "crc" | "reuse">,
): AsyncIterable<RawFrame> {
  if (!isSender(path)) return splitG3File(path, { ...reading, ...options });
  const { hostname, port } = senderAddress(path);
  const { signal } = reading;
  return receiveFrames({
    hostname,
    port,
    ...options,
    ...signal === undefined ? {} : { signal },
  });
}
