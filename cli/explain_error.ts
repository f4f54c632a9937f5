/** Errors as an operator sees them. @module */
import {
  BackpressureError,
  CallTimeoutError,
  ControlClientError,
  JoinError,
  NotConnectedError,
} from "../client/errors.ts";
import { OptionError, SiteError } from "../site/errors.ts";
import { ExitCode } from "./exit_code.ts";
import { type OutputLook, styled } from "./output.ts";

/** What the command line or a site file got wrong. */
export class UsageError extends Error {
  /** Name of the class. */
  override readonly name = "UsageError";
}

/** Text for standard error, and the exit code. */
export function explainError(
  error: unknown,
  look: OutputLook,
): { readonly text: string; readonly code: ExitCode } {
  const message = error instanceof Error ? error.message : String(error);
  const code = exitCodeOf(error);
  const text = `${styled(look, ["bold", "red"], "Error:")} ${message}`;
  // A fault of ours: the stack is what a report needs.
  if (code === undefined) {
    const isProgramming = error instanceof TypeError || error instanceof ReferenceError;
    const stack = isProgramming ? `\n${styled(look, "dim", error.stack ?? "")}` : "";
    return { text: `${text}${stack}`, code: ExitCode.FAILED };
  }
  return { text, code };
}

/** The error as the one JSON object that a program with `--json` reads from standard output. */
export function errorJson(error: unknown, exitCode: ExitCode): string {
  const message = error instanceof Error ? error.message : String(error);
  const uri = error instanceof ControlClientError ? { uri: error.uri } : {};
  return JSON.stringify({ error: message, ...uri, exitCode });
}

/** Reasons for which a request found nobody. */
const UNREACHABLE = new Set([
  "wamp.error.no_such_procedure",
  "wamp.error.no_such_realm",
  "wamp.close.transport_lost",
  "client_http.error.connection_error",
]);

/** The exit code of a known kind of error. */
export function exitCodeOf(error: unknown): ExitCode | undefined {
  if (error instanceof UsageError || error instanceof OptionError || error instanceof SiteError) {
    return ExitCode.USAGE;
  }
  // A verb's words that cannot be read: AGENT.OP, key=value.
  if (error instanceof SyntaxError) return ExitCode.USAGE;
  if (error instanceof CallTimeoutError) return ExitCode.TIMEOUT;
  if (
    error instanceof JoinError || error instanceof NotConnectedError || error instanceof BackpressureError
  ) return ExitCode.UNREACHABLE;
  if (error instanceof ControlClientError) {
    if (error.uri === "wamp.error.timeout") return ExitCode.TIMEOUT;
    if (UNREACHABLE.has(error.uri)) return ExitCode.UNREACHABLE;
    return exitCodeOf(error.cause) ?? ExitCode.FAILED;
  }
  return undefined;
}
