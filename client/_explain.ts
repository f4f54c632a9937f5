/** Errors that say what was asked of whom, how long it took, and what to try. @module */
import { WampError } from "../wamp/mod.ts";
import { HTTP_CONNECTION_ERROR, HTTP_REQUEST_ERROR } from "./_http_carrier.ts";
import {
  BackpressureError,
  CallTimeoutError,
  ControlClientError,
  JoinError,
  NotConnectedError,
} from "./errors.ts";

/** What was going on. */
export interface Circumstances {
  /** Such as `start "acq" on "faker1"`. */
  readonly action: string;
  /** Address of the agent. */
  readonly address: string;
  /** Where the router is. */
  readonly url: string;
  readonly realm: string;
  readonly elapsedMs: number;
  /** Last known state of the operation, for a sentence; empty when nothing is known. */
  readonly lastState?: string | undefined;
  /** Addresses of agents that are there, if someone looked. */
  readonly seen?: readonly string[] | undefined;
}

/** Makes the error that a client's caller gets. */
export function explain(error: unknown, about: Circumstances): unknown {
  const found = diagnose(error, about);
  if (found === undefined) return error;
  const state = about.lastState === undefined ? "" : `; last known state: ${about.lastState}`;
  return new ControlClientError(
    `Cannot ${about.action}: ${found.text} (after ${(about.elapsedMs / 1000).toFixed(1)} s${state})`,
    found.uri,
    { cause: error, args: found.args, kwargs: found.kwargs },
  );
}

interface Diagnosis {
  readonly text: string;
  readonly uri: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

function diagnose(error: unknown, about: Circumstances): Diagnosis | undefined {
  if (error instanceof WampError) {
    const { uri, args, kwargs } = error;
    return { text: textFor(error, about), uri, args, kwargs };
  }
  if (error instanceof CallTimeoutError) {
    const text =
      `"${about.address}" is registered but did not answer within ${
        Number((error.timeoutMs / 1000).toFixed(2))
      } s; ` +
      `is the agent hanging, or the router at ${about.url} overloaded?`;
    return plain(text, "wamp.error.timeout");
  }
  if (error instanceof NotConnectedError) {
    return plain(
      `the connection to the router at ${about.url} is lost, it is being renewed`,
      "wamp.close.transport_lost",
    );
  }
  if (error instanceof BackpressureError) {
    return plain(
      `the router at ${about.url} reads too slowly, ${error.bufferedBytes} bytes wait to be sent to it`,
      "wamp.close.transport_lost",
    );
  }
  if (error instanceof JoinError) return plain(joinText(error, about), error.reason);
  return undefined;
}

function plain(text: string, uri: string): Diagnosis {
  return { text, uri, args: [text], kwargs: {} };
}

function joinText(error: JoinError, about: Circumstances): string {
  if (error.reason === "wamp.error.no_such_realm") {
    return `the router at ${about.url} has no realm "${about.realm}"; does wamp_realm fit the router's configuration?`;
  }
  return `there is no session with the router at ${about.url}; is it running? ${error.message}`;
}

function textFor({ uri, args }: WampError, about: Circumstances): string {
  const text = typeof args[0] === "string" ? args[0] : "";
  switch (uri) {
    case "wamp.error.no_such_procedure":
    case "wamp.error.no_such_registration": {
      const { seen } = about;
      const others = seen === undefined
        ? ""
        : ` agents seen: ${seen.length === 0 ? "none" : seen.join(", ")}`;
      return `no agent is registered at "${about.address}" (is it running?${others})`;
    }
    case "wamp.error.not_authorized":
    case "wamp.error.authorization_failed":
      return `the router does not permit "${about.address}" in realm "${about.realm}"; ` +
        `does address_root fit the router's configuration? It says: ${text}`;
    case "wamp.error.canceled":
      return `the agent "${about.address}" went away before it answered`;
    case "wamp.close.transport_lost":
      return `the connection to the router at ${about.url} was lost; whether the request was carried out is not known`;
    case HTTP_CONNECTION_ERROR:
      // Behind the URL stands what was wrong with TLS, where that was it.
      return text.endsWith(about.url)
        ? `there is no connection to the HTTP bridge at ${about.url}; is the router running?`
        : `there is no connection to the HTTP bridge at ${text.slice(text.indexOf(about.url))}`;
    case HTTP_REQUEST_ERROR:
      return `the HTTP bridge at ${about.url} refused the request: ${text}; is this the right path?`;
    case "wamp.error.runtime_error":
      return `the agent failed to answer: ${text}`;
    default:
      return text === "" ? uri : `${uri}: ${text}`;
  }
}
