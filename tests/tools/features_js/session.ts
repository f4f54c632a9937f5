/** One WAMP session of a JavaScript library, as the feature script sees it. @module */

/** Positional and keyword values. */
export interface Values {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** An event as the library hands it over. */
export interface SeenEvent extends Values {
  readonly topic: unknown;
  readonly retained: boolean;
}

/** A call as the library hands it over. */
export interface SeenCall extends Values {
  readonly procedure: unknown;
  readonly progress: ((value: unknown) => void) | undefined;
}

/** How a request failed. */
export class RequestFailed extends Error {
  readonly uri: string;
  readonly values: Values;

  /** A failure as the library reported it; `uri` is empty for one of its own. */
  constructor(uri: string, values: Values, message: string) {
    super(message);
    this.name = "RequestFailed";
    this.uri = uri;
    this.values = values;
  }
}

/** Raised by a procedure to answer with an ERROR. */
export class AnswerError extends Error {
  readonly uri: string;
  readonly values: Values;

  /** An error answer. */
  constructor(uri: string, values: Values) {
    super(uri);
    this.uri = uri;
    this.values = values;
  }
}

/** The wire options of a request, exactly as they are sent. */
export type WireOptions = Readonly<Record<string, unknown>>;

/** A call under way. */
export interface PendingCall {
  readonly result: Promise<Values>;
  cancel(): void;
}

/** What every adapter offers; failures are `RequestFailed`. */
export interface FeatureSession {
  readonly id: number;
  readonly authid: string;
  readonly authrole: string;
  readonly subprotocol: string;
  readonly alive: boolean;
  /** Gives the subscription id and a function that ends the subscription. */
  subscribe(
    topic: string,
    handler: (event: SeenEvent) => void,
    options?: WireOptions,
  ): Promise<{ readonly id: number; readonly unsubscribe: () => Promise<void> }>;
  /** Gives the publication id if acknowledged. */
  publish(topic: string, values: Values, options?: WireOptions): Promise<number | undefined>;
  register(
    procedure: string,
    handler: (call: SeenCall) => Promise<Values> | Values,
    options?: WireOptions,
  ): Promise<{ readonly id: number; readonly unregister: () => Promise<void> }>;
  call(
    procedure: string,
    values: Values,
    options?: WireOptions & { readonly onProgress?: (result: Values) => void },
  ): PendingCall;
  leave(): Promise<void>;
}

/** Joins a realm with one serializer (`json`, `msgpack` or `cbor`). */
export type Join = (url: string, realm: string, serializer: string) => Promise<FeatureSession>;
