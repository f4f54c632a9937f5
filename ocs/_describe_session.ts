/** The part of a printed reply that tells of the session. Private to this folder. @module */
import { Float } from "../internal/float.ts";
import { asNumber, isRecord, type WireRecord } from "./_wire.ts";
import { humanizedTime } from "./humanized_time.ts";
import { pyFixed } from "./python_float.ts";
import { isTruthy, pyRepr, pyStr, pyTypeName } from "./python_text.ts";

const SAID_ELSEWHERE = ["op_name", "session_id", "status", "start_time", "end_time", "messages", "success"];

/** What Python would have thrown, with the arguments of its exception. */
class DecodeFailure extends Error {
  readonly arguments: readonly unknown[];

  constructor(...args: readonly unknown[]) {
    super("session decode failed");
    this.arguments = args;
  }
}

/**
 * Writes a session as Python's `OCSReply` does, line for line.
 *
 * A session that is not what it should be is written as far as it goes, then in full with what was wrong.
 */
export function describeSession(session: WireRecord, now: number): string {
  if (Object.keys(session).length === 0) return "  (no session -- op has never run)";
  const lines: string[] = [];
  try {
    describe(session, now, lines);
  } catch (error) {
    if (!(error instanceof DecodeFailure)) throw error;
    const args = error.arguments.map(pyRepr).join(", ") + (error.arguments.length === 1 ? "," : "");
    lines.push(
      `\n  [session decode failed with exception: (${args})\n` +
        `  Here is everything in .session:\n ${pyRepr(session)}\n]`,
    );
  }
  return lines.join("");
}

function describe(session: WireRecord, now: number, lines: string[]): void {
  const run = describeRun(session, now);
  lines.push(`  ${pyStr(get(session, "op_name"))}[session=${pyStr(get(session, "session_id"))}]; ${run}\n`);
  const messages = "messages" in session ? elements(session["messages"]) : [];
  if (messages.length > 0) {
    // Python promises five and then prints all; scripts read the lines, so keep both.
    lines.push(`  messages (${Math.min(5, messages.length)} of ${messages.length}):\n`);
    for (const message of messages) {
      const [time, text] = [at(message, 0), at(message, 1)];
      lines.push(`    ${pyFixed(real(time), 3)} ${pyStr(text)}\n`);
    }
  }
  const others = Object.keys(session).filter((key) => !SAID_ELSEWHERE.includes(key));
  if (others.length > 0) lines.push(`  other keys in .session: ${others.join(", ")}`);
}

function describeRun(session: WireRecord, now: number): string {
  // Python's time is a float whatever its value, and the text of a failure may say so.
  const present = new Float(now);
  const status = get(session, "status");
  const run = `status=${pyStr(status)}`;
  if (status === "starting" || status === "running") {
    return `${run} for ${humanizedTime(minus(present, get(session, "start_time")))}`;
  }
  if (status !== "done") return run;
  const outcome = isTruthy(get(session, "success")) ? "without error" : "with ERROR";
  const age = humanizedTime(minus(present, get(session, "end_time")));
  const took = humanizedTime(minus(get(session, "end_time"), get(session, "start_time")));
  return `${run} ${outcome} ${age} ago, took ${took}`;
}

function get(session: WireRecord, key: string): unknown {
  if (!Object.hasOwn(session, key)) throw new DecodeFailure(key);
  return session[key];
}

/** A number as Python's arithmetic takes it: booleans, too. */
function arithmetic(value: unknown): number | undefined {
  return typeof value === "boolean" ? Number(value) : asNumber(value);
}

function minus(left: unknown, right: unknown): number {
  const [a, b] = [arithmetic(left), arithmetic(right)];
  if (a !== undefined && b !== undefined) return a - b;
  throw new DecodeFailure(
    `unsupported operand type(s) for -: '${pyTypeName(left)}' and '${pyTypeName(right)}'`,
  );
}

function real(value: unknown): number {
  const number = arithmetic(value);
  if (number === undefined) throw new DecodeFailure(`must be real number, not ${pyTypeName(value)}`);
  return number;
}

function elements(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return Array.from(value);
  if (isRecord(value)) return Object.keys(value);
  throw new DecodeFailure(`object of type '${pyTypeName(value)}' has no len()`);
}

function at(value: unknown, index: number): unknown {
  if (isRecord(value)) throw new DecodeFailure(index);
  const isText = typeof value === "string";
  if (!isText && !Array.isArray(value)) {
    throw new DecodeFailure(`'${pyTypeName(value)}' object is not subscriptable`);
  }
  const all: readonly unknown[] = isText ? Array.from(value) : value;
  if (index >= all.length) throw new DecodeFailure(`${isText ? "string" : "list"} index out of range`);
  return all[index];
}
