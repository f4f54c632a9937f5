/** What may stand between a client and its requests, such as a script that is being ended. @module */
import type { AnyOperation } from "./agent_types.ts";

/** What a client asks for: one of the five actions on an operation, or something else of its agent. */
export type RequestAction =
  | "start"
  | "stop"
  | "abort"
  | "wait"
  | "status"
  | "connect"
  | "management"
  | "special";

/** One request of a client, before it is sent. A wait is one request, however often the agent is asked meanwhile. */
export interface ClientRequest {
  /** Instance id of the agent. */
  readonly agent: string;
  /** What is asked for. */
  readonly action: RequestAction;
  /** The operation, where the request is about one that the agent is known to have. */
  readonly operation?: AnyOperation | undefined;
}

/**
 * Carries out a request: calls `send` once and gives what that gives, or refuses by throwing.
 *
 * The signal given to `send` gives up waiting for the answer, as `signal` of `RequestOptions` does.
 */
export type AroundRequest = <T>(
  request: ClientRequest,
  send: (signal?: AbortSignal) => Promise<T>,
) => Promise<T>;

/** Stands between a client and its requests. */
export interface RequestGuard {
  /** Called for every request of the client. */
  readonly around: AroundRequest;
  /** Once aborted, streams of feeds end with its reason, and so do pauses of helpers such as `until`. */
  readonly interrupted: AbortSignal;
}

/** The earlier of two signals; either may be absent. */
export function eitherSignal(
  a: AbortSignal | undefined,
  b: AbortSignal | undefined,
): AbortSignal | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return AbortSignal.any([a, b]);
}

/** A request by any name as a guard knows it. */
export function actionOf(action: string): RequestAction {
  switch (action) {
    case "start":
    case "stop":
    case "abort":
    case "wait":
    case "status":
      return action;
    default:
      return "special";
  }
}
