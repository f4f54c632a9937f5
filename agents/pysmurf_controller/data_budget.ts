/** How much relayed data a session holds. @module */
import { jsonText } from "../../wamp/json_encode.ts";

/** Bytes of relayed session data, as JSON: with messages and the rest it must fit into the 1 MiB that peers take. */
export const MAX_DATA_BYTES = 600_000;

/** Counts the session data of one run, key by key, for a later value replaces an earlier one. */
export class DataBudget {
  readonly #bytes = new Map<string, number>();
  #total = 0;

  /**
   * Counts new keys in, if there is room for them.
   *
   * @returns False when there is none; then nothing has been counted.
   */
  take(data: Readonly<Record<string, unknown>>): boolean {
    const encoder = new TextEncoder();
    const sizes = Object.entries(data).map(([key, value]) =>
      [key, encoder.encode(jsonText([key, value], { nonFiniteAsNull: true })).length] as const
    );
    let total = this.#total;
    for (const [key, size] of sizes) total += size - (this.#bytes.get(key) ?? 0);
    if (total > MAX_DATA_BYTES) return false;
    for (const [key, size] of sizes) this.#bytes.set(key, size);
    this.#total = total;
    return true;
  }
}
