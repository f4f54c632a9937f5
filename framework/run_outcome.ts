/** How the end of a run is told, in Python's words where clients compare them. @module */
import { pyTypeName } from "../ocs/python_text.ts";
import { ParamError } from "./param_error.ts";

/** Success and last message of a run. */
export interface RunOutcome {
  /** As returned, not made a bool. */
  readonly success: unknown;
  readonly message: unknown;
}

/**
 * Reads what a run function returned.
 *
 * @throws {TypeError} If it is neither a text, nor a pair, nor an object of `ok` and `message`, with Python's text about
 * unpacking.
 */
export function outcomeOf(result: unknown): RunOutcome {
  if (typeof result === "string") return { success: true, message: result };
  if (Array.isArray(result)) {
    if (result.length > 2) throw new TypeError("too many values to unpack (expected 2)");
    if (result.length < 2) {
      throw new TypeError(`not enough values to unpack (expected 2, got ${result.length})`);
    }
    return { success: result[0], message: result[1] };
  }
  if (typeof result === "object" && result !== null && "ok" in result && "message" in result) {
    return { success: result.ok, message: result.message };
  }
  throw new TypeError(`cannot unpack non-iterable ${pyTypeName(result)} object`);
}

// A stack of a deep recursion says nothing new after so many lines.
const STACK_LINES = 20;

/**
 * Tells why a run failed: `ERROR: ...` for a `ParamError`, else `CRASH: ...` in the form of Python's failures, with class,
 * text and one line `path:line:function` per stack frame.
 */
export function failureText(error: unknown): string {
  if (error instanceof ParamError) return `ERROR: ${error.message}`;
  const name = error instanceof Error ? error.name : pyTypeName(error);
  const lines = [`CRASH: [Failure instance: Traceback: <class '${name}'>: ${errorText(error)}`];
  return [...lines, ...stackLines(error), "]"].join("\n");
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    return pyTypeName(error);
  }
}

function stackLines(error: unknown): string[] {
  if (!(error instanceof Error) || typeof error.stack !== "string") return [];
  const frames: string[] = [];
  for (const line of error.stack.split("\n")) {
    const frame = /^\s+at (?:(.*) \()?(.+?):(\d+):\d+\)?$/.exec(line);
    if (frame !== null) frames.push(`${frame[2]}:${frame[3]}:${frame[1] ?? "<anonymous>"}`);
  }
  return frames.slice(0, STACK_LINES);
}
