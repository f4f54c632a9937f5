/** Errors as an operator sees them. @module */
import { ControlClientError } from "../client/errors.ts";
import { toError } from "../internal/to_error.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { verbExitCode } from "../verbs/verb_exit_code.ts";
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
  const message = toError(error).message;
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
  const message = toError(error).message;
  const uri = error instanceof ControlClientError ? { uri: error.uri } : {};
  return JSON.stringify({ error: message, ...uri, exitCode });
}

/** The exit code of a known kind of error. */
export function exitCodeOf(error: unknown): ExitCode | undefined {
  return error instanceof UsageError ? ExitCode.USAGE : verbExitCode(error);
}
