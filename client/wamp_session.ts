/** The WAMP session as the rest of the toolkit sees it. @module */

/** Positional and keyword arguments. */
export interface Arguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** An event as it arrived. */
export interface WampEvent extends Arguments {
  /** The topic published to, also for pattern subscriptions. */
  readonly topic: string;
  /** Publication id. */
  readonly publication: number;
  /** True when it is the topic's kept event from before the subscription. */
  readonly retained: boolean;
}

/** A call that reached a procedure of ours. */
export interface WampInvocation extends Arguments {
  /** The procedure that was called, also for pattern registrations. */
  readonly procedure: string;
  /** Aborted when the caller cancels or the connection is lost. */
  readonly signal: AbortSignal;
  /** Sends an intermediate result; undefined unless the caller asked for them. */
  readonly progress: ((...args: readonly unknown[]) => void) | undefined;
}

/** How a call is made. */
export interface CallOptions {
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Deadline in milliseconds; default 30,000. `Infinity` must be asked for. */
  readonly timeoutMs?: number | undefined;
  /** Cancels the call (CANCEL `killnowait`). */
  readonly signal?: AbortSignal | undefined;
  /** Asks for progressive results. */
  readonly onProgress?: ((result: Arguments) => void) | undefined;
}

/** How an event is published. */
export interface PublishOptions {
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Waits for the router's acknowledgement; default false. */
  readonly acknowledge?: boolean | undefined;
  /** Default true. */
  readonly excludeMe?: boolean | undefined;
  readonly retain?: boolean | undefined;
}

/** How a topic or procedure is matched; default `exact`. */
export type Match = "exact" | "prefix" | "wildcard";

/**
 * How integral floats of incoming arguments are handed over: `keep` gives a `Float` for `1.0`, `plain` (default) a 1.
 *
 * Agents (parameter checks) and recorders need `keep`.
 */
export type Floats = "keep" | "plain";

/** A live subscription. Survives reconnects of a `WampConnection`. */
export interface Subscription extends AsyncDisposable {
  readonly topic: string;
  readonly match: Match;
  /** Ends it; quiet when the connection is gone already. */
  unsubscribe(): Promise<void>;
}

/** A live registration. Survives reconnects of a `WampConnection`. */
export interface Registration extends AsyncDisposable {
  readonly procedure: string;
  /** Ends it; quiet when the connection is gone already. */
  unregister(): Promise<void>;
}

/** Returned by a procedure that answers with more than one positional value. */
export class MultiResult implements Arguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;

  /** A result of any number of positional and keyword values. */
  constructor(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>> = {}) {
    this.args = args;
    this.kwargs = kwargs;
  }
}

/** Where a connection stands. */
export type ConnectionState = "connecting" | "joined" | "waiting" | "closed";

/** What a connection lost or refused tells. */
export interface LeaveDetails {
  /** A WAMP reason such as `wamp.close.normal`, `wamp.close.transport_lost`, `wamp.error.no_such_realm`. */
  readonly reason: string;
  readonly message: string;
}

/**
 * One session with a router, or a row of them over reconnects (`WampConnection`).
 *
 * Everything that waits has a bound. While not joined, `call`, `publish`, `subscribe` and `register` fail at
 * once with `NotConnectedError`; nothing is queued.
 */
export interface WampSession {
  readonly state: ConnectionState;
  readonly realm: string;
  /** Session id; undefined while not joined. */
  readonly id: number | undefined;
  /** The one positional value of the result (or a `MultiResult` for anything else). */
  call(procedure: string, args?: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Resolves when sent, or when acknowledged; rejects when not connected or refused. */
  publish(topic: string, args?: readonly unknown[], options?: PublishOptions): Promise<void>;
  subscribe(
    topic: string,
    handler: (event: WampEvent) => void,
    options?: { readonly match?: Match | undefined; readonly floats?: Floats | undefined },
  ): Promise<Subscription>;
  register(
    procedure: string,
    handler: (invocation: WampInvocation) => unknown,
    options?: {
      readonly match?: Match | undefined;
      readonly invoke?: string | undefined;
      readonly floats?: Floats | undefined;
    },
  ): Promise<Registration>;
}
