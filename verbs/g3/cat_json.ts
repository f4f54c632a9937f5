/** A G3 file as one JSON document, in the form of the golden files' (`tests/data/g3/README.md`). @module */
import { createHash, type Hash } from "node:crypto";
import { G3Error, G3StreamError } from "../../g3/errors.ts";
import { G3Frame } from "../../g3/frame.ts";
import { FrameSplitter, type RawFrame } from "../../g3/frame_splitter.ts";
import { readPieces } from "../../g3/io/read_file.ts";
import type { VerbResult } from "../outcome.ts";
import { describeFrame } from "./describe_frame.ts";
import type { EachFile } from "./each_file.ts";
import { FileDigest } from "./file_digest.ts";
import type { FrameChoice } from "./frame_choice.ts";

/**
 * Writes the document on one line, frame by frame: what is known only at the end of the file stands at the end.
 *
 * `n_frames`, `end` and the checksums are those of the file, whichever frames were asked for.
 *
 * @returns `failed` if the file is damaged.
 */
export async function catJson(file: EachFile, choice: FrameChoice): Promise<VerbResult> {
  const { path, reading, out } = file;
  const stored = new FileDigest();
  const onRead = (piece: Uint8Array): void => {
    reading.onRead(piece);
    stored.add(piece);
  };
  const stream = new DescribedStream(path, { ...reading, onRead });
  let head = `{"file":${JSON.stringify(path.slice(path.lastIndexOf("/") + 1))},"frames":[`;
  for await (const raw of stream.frames()) {
    const isWanted = choice.hasFrame(stream.count - 1) &&
      (!choice.namesKeys || G3Frame.parse(raw).keys().some((key) => choice.hasKey(key)));
    if (!isWanted) continue;
    await out.part(head + JSON.stringify(describeFrame(raw, (key) => choice.hasKey(key))));
    head = ",";
  }
  const { bytes, sha256 } = await stored.finish(path, reading.signal);
  const facts = { n_frames: stream.count, end: stream.end, bytes, sha256, ...stream.uncompressed };
  await out.line(`${head === "," ? "" : head}],${JSON.stringify(facts).slice(1)}`);
  return stream.damage === undefined ? "ok" : "failed";
}

/** The frames of a file up to the first damage, and what is to be said of the whole of it. */
class DescribedStream {
  readonly #path: string;
  readonly #reading: EachFile["reading"];
  readonly #splitter: FrameSplitter;
  /** Of what is compressed, uncompressed. */
  readonly #hash: Hash | undefined;
  #bytes = 0;
  #isCutShort = false;
  /** Frames so far. */
  count = 0;
  damage: G3StreamError | undefined;

  constructor(path: string, reading: EachFile["reading"]) {
    this.#path = path;
    this.#reading = reading;
    this.#splitter = new FrameSplitter({ source: path });
    this.#hash = /\.(?:gz|bz2|zst)$/.test(path) ? createHash("sha256") : undefined;
  }

  async *frames(): AsyncGenerator<RawFrame, void, void> {
    try {
      for await (const piece of readPieces(this.#path, this.#reading)) {
        this.#hash?.update(piece);
        this.#bytes += piece.length;
        // Behind damage there is nothing to tell but the checksum of the file.
        if (this.damage === undefined) yield* this.#cut(() => this.#splitter.push(piece));
      }
    } catch (error) {
      if (!(error instanceof G3Error)) throw error;
      this.#isCutShort = true;
      this.damage ??= new G3StreamError(this.#splitter.offset, "compression", error.message, {
        cause: error,
      });
    }
    if (this.damage === undefined) {
      yield* this.#cut(() => {
        this.#splitter.end();
        return [];
      });
    }
  }

  get end(): object {
    if (this.damage === undefined) return { state: "end of file" };
    return { state: "error", offset: this.damage.offset, error: this.damage.reason };
  }

  get uncompressed(): object {
    if (this.#hash === undefined || this.#isCutShort) return {};
    return { uncompressed_bytes: this.#bytes, uncompressed_sha256: this.#hash.digest("hex") };
  }

  *#cut(step: () => Iterable<RawFrame>): Generator<RawFrame, void, void> {
    try {
      for (const raw of step()) {
        this.count++;
        yield raw;
      }
    } catch (error) {
      if (!(error instanceof G3StreamError)) throw error;
      this.damage = error;
    }
  }
}
