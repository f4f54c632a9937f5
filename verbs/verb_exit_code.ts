/** The exit code that an error of a verb makes. @module */
import {
  BackpressureError,
  CallTimeoutError,
  ControlClientError,
  JoinError,
  NotConnectedError,
} from "../client/errors.ts";
import { OptionError, SiteError } from "../site/errors.ts";
import { NotConfirmedError } from "./errors.ts";
import { ExitCode } from "./exit_code.ts";

/** Reasons for which a request found nobody. */
const UNREACHABLE = new Set([
  "wamp.error.no_such_procedure",
  // The agent, or the router in order, went away before there was an answer.
  "wamp.error.canceled",
  "wamp.error.no_such_realm",
  "wamp.close.transport_lost",
  "client_http.error.connection_error",
]);

/** The exit code of a known kind of error. */
export function verbExitCode(error: unknown): ExitCode | undefined {
  if (error instanceof OptionError || error instanceof SiteError) {
    return ExitCode.USAGE;
  }
  // A verb's words that cannot be read (AGENT.OP, key=value), or that need --yes.
  if (error instanceof SyntaxError || error instanceof NotConfirmedError) return ExitCode.USAGE;
  if (error instanceof CallTimeoutError) return ExitCode.TIMEOUT;
  if (
    error instanceof JoinError || error instanceof NotConnectedError || error instanceof BackpressureError
  ) return ExitCode.UNREACHABLE;
  if (error instanceof ControlClientError) {
    if (error.uri === "wamp.error.timeout") return ExitCode.TIMEOUT;
    if (UNREACHABLE.has(error.uri)) return ExitCode.UNREACHABLE;
    return verbExitCode(error.cause) ?? ExitCode.FAILED;
  }
  return undefined;
}
