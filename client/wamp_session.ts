/** The WAMP session as the rest of the toolkit sees it. @module */

/** Positional and keyword arguments. */
export interface Arguments {
  /** Positional values. */
  readonly args: readonly unknown[];
  /** Keyword values. */
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
  /** Session id of the caller, where the router tells it. */
  readonly caller: number | undefined;
  /** Who the caller proved to be, where the router tells it. */
  readonly callerAuthId: string | undefined;
  /** The caller's role in the realm, where the router tells it. */
  readonly callerAuthRole: string | undefined;
  /** Aborted when the caller cancels or the connection is lost. */
  readonly signal: AbortSignal;
  /** Sends an intermediate result; undefined unless the caller asked for them. */
  readonly progress: ((...args: readonly unknown[]) => void) | undefined;
}

/** How a call is made. */
export interface CallOptions {
  /** Keyword values, beside the positional ones. */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Deadline in milliseconds; default 30,000. `Infinity` must be asked for. */
  readonly timeoutMs?: number | undefined;
  /** Cancels the call (CANCEL `killnowait`). */
  readonly signal?: AbortSignal | undefined;
  /** Asks for progressive results. */
  readonly onProgress?: ((result: Arguments) => void) | undefined;
  /** Kinds of numbers in the result. */
  readonly floats?: Floats | undefined;
}

/** How an event is published. */
export interface PublishOptions {
  /** Keyword values, beside the positional ones. */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Waits for the router's acknowledgement; default false. */
  readonly acknowledge?: boolean | undefined;
  /** Whether the publisher's own subscriptions get nothing of it. Default true. */
  readonly excludeMe?: boolean | undefined;
  /** Whether the router keeps the event for later subscribers. Default false. */
  readonly retain?: boolean | undefined;
}

/** How a topic or procedure is matched; default `exact`. */
export type Match = "exact" | "prefix" | "wildcard";

/**
 * How integral floats of incoming values are handed over: `keep` gives a `Float` for `1.0`, `plain` a 1.
 *
 * Agents (parameter checks) and recorders need `keep`. Default: as the connection says, which is `plain`.
 */
export type Floats = "keep" | "plain";

/** How a topic is subscribed to. */
export interface SubscribeOptions {
  /** Default `exact`. */
  readonly match?: Match | undefined;
  /** Kinds of numbers in the events. */
  readonly floats?: Floats | undefined;
}

/** How a procedure is registered. */
export interface RegisterOptions {
  /** Default `exact`. */
  readonly match?: Match | undefined;
  /** Policy for several callees: `single` (default), `roundrobin`, `random`, `first`, `last`. */
  readonly invoke?: string | undefined;
  /** Takes the procedure from whoever holds it, where the router allows that. */
  readonly forceReregister?: boolean | undefined;
  /** Kinds of numbers in the arguments. */
  readonly floats?: Floats | undefined;
}

/** A live subscription. Survives reconnects of a `WampConnection`. */
export interface Subscription extends AsyncDisposable {
  /** The topic or pattern asked for. */
  readonly topic: string;
  /** How it is matched. */
  readonly match: Match;
  /** Ends it; quiet when the connection is gone already. */
  unsubscribe(): Promise<void>;
}

/** A live registration. Survives reconnects of a `WampConnection`. */
export interface Registration extends AsyncDisposable {
  /** The procedure or pattern offered. */
  readonly procedure: string;
  /** Ends it; quiet when the connection is gone already. */
  unregister(): Promise<void>;
}

/** Returned by a procedure that answers with more than one positional value. */
export class MultiResult implements Arguments {
  /** Positional values. */
  readonly args: readonly unknown[];
  /** Keyword values. */
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
  /** The English sentence that came with it, or what happened to the connection. */
  readonly message: string;
}

/**
 * One session with a router, or a row of them over reconnects (`WampConnection`).
 *
 * Everything that waits has a bound. While not joined, `call`, `publish`, `subscribe` and `register` fail at
 * once with `NotConnectedError`; nothing is queued. While the router reads too slowly, `call` and `publish` fail with
 * `BackpressureError`.
 */
export interface WampSession {
  /** Where it stands. */
  readonly state: ConnectionState;
  /** The realm it joins. */
  readonly realm: string;
  /** Session id; undefined while not joined. */
  readonly id: number | undefined;
  /** The one positional value of the result (or a `MultiResult` for anything else). */
  call(procedure: string, args?: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Resolves when sent, or when acknowledged; rejects when not connected or refused. */
  publish(topic: string, args?: readonly unknown[], options?: PublishOptions): Promise<void>;
  /**
   * Has the handler called for every event of a topic or pattern. One subscription on the wire serves all
   * handlers of the same topic; it is renewed after a reconnect, in the order of first use.
   */
  subscribe(
    topic: string,
    handler: (event: WampEvent) => void,
    options?: SubscribeOptions,
  ): Promise<Subscription>;
  /**
   * Offers a procedure. Rejects with the router's `WampError` when it is refused; once accepted it is renewed
   * after a reconnect, and tried again until it is accepted there.
   */
  register(
    procedure: string,
    handler: (invocation: WampInvocation) => unknown,
    options?: RegisterOptions,
  ): Promise<Registration>;
}
