/** Frames of housekeeping, schema version 2 (g3 5.1). @module */
import { G3Frame } from "../g3/frame.ts";
import { g3Double, g3Int, g3String, g3VectorString } from "../g3/make.ts";
import type { G3Int, G3MapFrameObject, G3String, G3TimesampleMap } from "../g3/objects.ts";
import { hkSessionId, type HkSessionIdOptions } from "./hk_session_id.ts";

const VERSION = 2;
const KIND = { session: 0, status: 1, data: 2 } as const;

/** Who publishes. */
export interface ProviderIdentity {
  /** Never used again in the session. */
  readonly id: number;
  /** Address of the feed. */
  readonly address: string;
  /** Which run of the agent. */
  readonly agentSessionId: string;
}

/** Blocks of one provider, by name. */
export type NamedBlocks = readonly (readonly [name: string, block: G3TimesampleMap])[];

/**
 * Makes the frames of one session.
 *
 * @example The beginning of a file
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const session = new HkSession({ startTimeSeconds: 1600000000.7, pid: 1234 });
 * const frame = session.sessionFrame();
 * assert.equal(frame.get("session_id", "G3Int").value, 429496729620225460n);
 * assert.deepEqual(session.statusFrame([], 1600000001).get("providers", "G3VectorFrameObject").value, []);
 * ```
 */
export class HkSession {
  /** What `session_id` holds in every frame. */
  readonly id: bigint;
  readonly #startTimeSeconds: number;
  readonly #description: string;

  /** Begins a session; `description` is `HK data` unless told otherwise. */
  constructor(options: Omit<HkSessionIdOptions, "description"> & { readonly description?: string }) {
    this.#startTimeSeconds = options.startTimeSeconds;
    this.#description = options.description ?? "HK data";
    this.id = hkSessionId({ ...options, description: this.#description });
  }

  /** The first frame of every file. */
  sessionFrame(): G3Frame {
    return this.#frame("session")
      .set("start_time", g3Double(this.#startTimeSeconds))
      .set("description", g3String(this.#description));
  }

  /** Who publishes at this time; before the data of any of them in every file. */
  statusFrame(providers: Iterable<ProviderIdentity>, nowSeconds: number): G3Frame {
    const value = Array.from(providers, ({ id, address }): G3MapFrameObject => ({
      class: "G3MapFrameObject",
      value: new Map<string, G3Int | G3String>([["prov_id", g3Int(id)], ["description", g3String(address)]]),
    }));
    return this.#frame("status")
      .set("timestamp", g3Double(nowSeconds))
      .set("providers", { class: "G3VectorFrameObject", value });
  }

  /** Samples of one provider. None of the blocks may be empty. */
  dataFrame(provider: ProviderIdentity, blocks: NamedBlocks, nowSeconds: number): G3Frame {
    return this.#frame("data")
      .set("timestamp", g3Double(nowSeconds))
      .set("prov_id", g3Int(provider.id))
      .set("address", g3String(provider.address))
      .set("provider_session_id", g3String(provider.agentSessionId))
      .set("block_names", g3VectorString(blocks.map(([name]) => name)))
      .set("blocks", { class: "G3VectorFrameObject", value: blocks.map(([, block]) => block) });
  }

  #frame(kind: keyof typeof KIND): G3Frame {
    return new G3Frame("H")
      .set("hkagg_type", g3Int(KIND[kind]))
      .set("hkagg_version", g3Int(VERSION))
      .set("session_id", g3Int(this.id));
  }
}
