/** What is used of `npm:autobahn` 26.3.1, `lib/session.js`; the published types describe an older, wider API. */

/** What a session sends through and hears from. Messages are arrays; handlers are set by the session. */
export interface SessionTransport {
  onmessage: (message: unknown[]) => void;
  send(message: unknown[]): void;
  close(code?: number, reason?: string): void;
}

/** A promise and its ends, made by the factory that is handed to `Session`. */
export interface Deferred {
  readonly promise: Promise<unknown>;
  resolve(value?: unknown): void;
  reject(reason?: unknown): void;
  notify(value: unknown): void;
}

/** `promise` of the deferred that the factory made, with a way to cancel on it. */
export interface CallPromise extends Promise<unknown> {
  cancel(options: { readonly mode: "skip" | "kill" | "killnowait" }): void;
}

/** Details of an event. */
export interface EventInfo {
  readonly publication: number;
  readonly topic: string;
  readonly retained: boolean;
}

/** Details of an invocation. */
export interface InvocationInfo {
  readonly procedure: string;
  readonly progress: ((args?: readonly unknown[], kwargs?: object) => void) | null;
  readonly caller?: unknown;
  readonly caller_authid?: unknown;
  readonly caller_authrole?: unknown;
}

/** One subscribed handler. */
export class Subscription {
  readonly topic: string;
  readonly id: number;
  readonly active: boolean;
  /** Resolves with a reason when the router takes the subscription away, with nothing otherwise. */
  readonly on_unsubscribe: Promise<unknown>;
}

/** One registered procedure. */
export class Registration {
  readonly procedure: string;
  readonly id: number;
  readonly active: boolean;
  /** Resolves with a reason when the router takes the registration away. */
  readonly on_unregister: Promise<unknown>;
}

/** A result that is not exactly one positional value. */
export class Result {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  constructor(args?: readonly unknown[], kwargs?: Readonly<Record<string, unknown>>);
}

/** A WAMP error; not a JavaScript `Error`. */
declare class AutobahnError {
  readonly error: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  constructor(error: string, args?: readonly unknown[], kwargs?: Readonly<Record<string, unknown>>);
}
export { AutobahnError as Error };

/** The WAMP session. Methods throw a string when it is not open. */
export class Session {
  readonly id: number | null;
  readonly isOpen: boolean;
  onjoin?: (details: Readonly<Record<string, unknown>>) => void;
  onleave?: (reason: string, details: Readonly<Record<string, unknown>>) => void;
  constructor(
    transport: SessionTransport,
    defer: () => Deferred,
    onChallenge: (session: Session, method: string, extra: Readonly<Record<string, unknown>>) => unknown,
    onUserError: (error: unknown, text?: string) => void,
    onInternalError: (error: unknown, text?: string) => void,
  );
  join(realm: string, authmethods?: readonly string[], authid?: string, authextra?: object): void;
  leave(reason?: string, message?: string): void;
  call(
    procedure: string,
    args: readonly unknown[],
    kwargs: object | undefined,
    options: object,
  ): CallPromise;
  publish(
    topic: string,
    args: readonly unknown[],
    kwargs: object | undefined,
    options: object,
  ): Promise<unknown> | undefined;
  subscribe(
    topic: string,
    handler: (args: unknown[], kwargs: Record<string, unknown>, event: EventInfo) => void,
    options: object,
  ): Promise<unknown>;
  register(
    procedure: string,
    endpoint: (args: unknown[], kwargs: Record<string, unknown>, invocation: InvocationInfo) => unknown,
    options: object,
  ): Promise<unknown>;
  unsubscribe(subscription: Subscription): Promise<unknown>;
  unregister(registration: Registration): Promise<unknown>;
}
