/** Requests over a WAMP connection. @module */
import type { Carrier, CarrierCall } from "./_carrier.ts";
import type { WampConnection } from "./wamp_connection.ts";
import { MultiResult, type WampSession } from "./wamp_session.ts";

/** Carries requests over a connection, and closes it at the end if it is the client's own. */
export class WampCarrier implements Carrier {
  readonly kind = "wamp";
  readonly #connection: WampConnection;
  readonly #owned: boolean;

  /** `owned`: the connection ends with the carrier. */
  constructor(connection: WampConnection, owned: boolean) {
    this.#connection = connection;
    this.#owned = owned;
  }

  get url(): string {
    return this.#connection.url;
  }

  get session(): WampSession {
    return this.#connection;
  }

  async call(procedure: string, args: readonly unknown[], options: CarrierCall): Promise<unknown> {
    const result = await this.#connection.call(procedure, args, { ...options, floats: "plain" });
    // Python's client takes the first value too.
    return result instanceof MultiResult ? result.args[0] : result;
  }

  async recovered(timeoutMs: number): Promise<boolean> {
    try {
      await this.#connection.joined(timeoutMs);
      return true;
    } catch {
      return false; // the caller tells how long it waited
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#owned) await this.#connection.close();
  }
}
