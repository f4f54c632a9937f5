/** The way to an agent's procedures: a WAMP session, or the router's HTTP bridge. @module */
import type { WampSession } from "./wamp_session.ts";

/** How one request travels. */
export interface CarrierCall {
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Carries requests; knows nothing of agents. */
export interface Carrier extends AsyncDisposable {
  readonly kind: "wamp" | "http";
  /** Where it leads, for messages. */
  readonly url: string;
  /** Calls a procedure; gives its one value. Throws `CallTimeoutError`, `WampError`, `NotConnectedError`, `BackpressureError`. */
  call(procedure: string, args: readonly unknown[], options: CarrierCall): Promise<unknown>;
  /** Waits until it works again after a loss, for at most this time; true when it does. */
  recovered(timeoutMs: number): Promise<boolean>;
  /** What feeds need; only WAMP has it. */
  readonly session: WampSession | undefined;
}
