/** Follows a stream of housekeeping frames. @module */
import { G3Error } from "../g3/errors.ts";
import type { G3Frame } from "../g3/frame.ts";
import type { HkProviderBlock, HkVector } from "./read_block.ts";
import { HkChoice } from "./read_choice.ts";
import { readHkFrame } from "./read_frame.ts";

/** How a stream is followed. */
export interface HkStreamOptions {
  /** The fields that are wanted; default all. */
  readonly choice?: HkChoice | undefined;
  /** Told what is odd about the stream, and what was passed over. Default: nobody is. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/**
 * Gives the blocks of housekeeping frames with the names of their providers.
 *
 * Reads all that so3g's scanner reads, in the same way, and more: a block without a name and a provider that no status frame
 * has named are read and told (g3 5.6).
 *
 * @example The fields of a stream
 * ```ts
 * import assert from "node:assert/strict";
 * import { G3Frame, g3Int, g3String, g3TimesampleMap, g3VectorDouble, ticksOf } from "../g3/mod.ts";
 *
 * const data = new G3Frame("H").set("hkagg_type", g3Int(2)).set("hkagg_version", g3Int(2)).set("prov_id", g3Int(0))
 *   .set("address", g3String("observatory.thermo.feeds.temperatures"))
 *   .set("block_names", { class: "G3VectorString", value: ["temps"] })
 *   .set("blocks", {
 *     class: "G3VectorFrameObject",
 *     value: [g3TimesampleMap([ticksOf(1700000000)], [["T", g3VectorDouble([4.2])]])],
 *   });
 * const [block] = new HkStream().read(data);
 * assert.equal(block?.provider, "observatory.thermo.feeds.temperatures");
 * assert.deepEqual(block?.fields.get("T")?.values, Float64Array.of(4.2));
 * ```
 */
export class HkStream {
  readonly #choice: HkChoice;
  readonly #onNote: (text: string) => void;
  #sessionId: bigint | undefined;
  #providers = new Map<bigint, string>();
  /** Those that no status frame names any more. */
  #closed = new Map<bigint, string>();

  /** Starts at the beginning of a file. */
  constructor({ choice = new HkChoice(), onNote = () => {} }: HkStreamOptions = {}) {
    this.#choice = choice;
    this.#onNote = onNote;
  }

  /** Providers that are active, by number. */
  get providers(): ReadonlyMap<bigint, string> {
    return this.#providers;
  }

  /**
   * Takes the next frame; other frames than those of housekeeping are passed over.
   *
   * What cannot be read is told and passed over, never thrown.
   *
   * @returns Blocks with the fields that are wanted; none for a frame without.
   */
  read(frame: G3Frame): HkProviderBlock[] {
    try {
      return this.#read(frame);
    } catch (error) {
      if (!(error instanceof G3Error)) throw error;
      this.#onNote(`${error.message}; the frame was passed over`);
      return [];
    }
  }

  #read(frame: G3Frame): HkProviderBlock[] {
    const read = readHkFrame(frame);
    // Peer so3g (HKArchiveScanner): a newer version ends the scan.
    if (read !== undefined && !(read.version >= 0 && read.version <= 2)) {
      this.#onNote(`frames of schema ${read.version}, read as schema 2, the newest known`);
    }
    switch (read?.type) {
      case "session":
        if (this.#sessionId !== read.sessionId) {
          this.#providers.clear();
          this.#closed.clear();
        }
        this.#sessionId = read.sessionId;
        return [];
      case "status":
        this.#readStatus(read.providers);
        return [];
      case "data": {
        const provider = this.#providerOf(read.provId, read.address);
        if (!this.#choice.mayHave(provider)) return [];
        return read.blocks(this.#onNote).flatMap((block) => {
          const fields = new Map<string, HkVector>();
          for (const [name, vector] of block.fields) {
            if (this.#choice.has(provider, name)) fields.set(name, vector);
          }
          return fields.size === 0 ? [] : [{ ...block, fields, provider, provId: read.provId }];
        });
      }
      default:
        return [];
    }
  }

  #readStatus(named: ReadonlyMap<bigint, string>): void {
    for (const [id, description] of this.#providers) if (!named.has(id)) this.#closed.set(id, description);
    // As so3g: a number that is named again keeps its first description.
    this.#providers = new Map([...named].map(([id, name]) => [id, this.#providers.get(id) ?? name]));
  }

  #providerOf(id: bigint, address: string | undefined): string {
    const named = this.#providers.get(id);
    if (named !== undefined) return named;
    // Peer so3g (HKArchiveScanner): the scan ends with a KeyError.
    const known = this.#closed.get(id) ?? address ?? `unknown_provider_${id}`;
    this.#onNote(`data of provider ${id}, which the status frame before does not name; taken for "${known}"`);
    return known;
  }
}
