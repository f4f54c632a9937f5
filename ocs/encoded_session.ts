/** One run of an operation, as agents tell of it. @module */
import { asNumber, isRecord, kindOf, RecordReader } from "./_wire.ts";
import { OpCode, opCodeOf, SESSION_STATUSES, type SessionStatus } from "./op_code.ts";

/** When something was said, in Unix seconds, and what: normally a text, but an operation may say anything. */
export type SessionMessage = readonly [timestampSeconds: number, text: unknown];

/** A session as it stands in replies, in the wire's own words and order. */
export interface EncodedSession<Data = Readonly<Record<string, unknown>>> {
  /** Number of the run; counts all operations of one agent process from 0. */
  readonly session_id: number;
  /** Name of the operation. */
  readonly op_name: string;
  /** Status, degradation and success as one number. */
  readonly op_code: OpCode;
  /** Credential level of whoever started the run, 1 to 4. */
  readonly cred_level: number;
  /** Where the run stands. */
  readonly status: SessionStatus;
  /** Set by the operation: it runs but cannot do its work just now. */
  readonly degraded: boolean;
  /** null until done; then what the operation returned, normally true or false. */
  readonly success: unknown;
  /** Unix seconds. */
  readonly start_time: number;
  /** Unix seconds; null, not absent, until done. */
  readonly end_time: number | null;
  /** What the operation has to show; NaN arrives as null, keys are texts. */
  readonly data: Data;
  /** What happened, oldest first. */
  readonly messages: readonly SessionMessage[];
}

/** Stands for the session of an operation that never ran, in `get_api`. */
export interface NoHistory {
  /** Name of the operation. */
  readonly op_name: string;
  /** Tells it from a session. */
  readonly status: "no_history";
}

/**
 * Reads a session.
 *
 * What agents before access control leave out is filled in: `cred_level` 1, `degraded` false, `op_code` by the rest.
 *
 * @param value Third element of a reply, or second of an entry of `get_api`.
 * @returns Undefined where there is no session: null, the empty object, or one without history.
 * @throws {TypeError} If it is no session; says which key, what is there and what was expected.
 */
export function parseSession(value: unknown): EncodedSession | undefined {
  if (value === null || value === undefined) return undefined;
  if (isRecord(value) && (Object.keys(value).length === 0 || value["status"] === "no_history")) {
    return undefined;
  }
  const name = isRecord(value) && typeof value["op_name"] === "string" ? value["op_name"] : "?";
  const session = new RecordReader(`session of "${name}"`, value);
  const status = SESSION_STATUSES.find((known) => known === session.raw("status")) ??
    session.fail("status", `one of ${SESSION_STATUSES.join(", ")}`);
  const degraded = session.flag("degraded", false);
  const success = session.raw("success") ?? null;
  const code = asNumber(session.raw("op_code")) ?? opCodeOf({ status, degraded, success });
  return {
    session_id: session.number("session_id"),
    op_name: session.text("op_name"),
    op_code: Object.values(OpCode).find((known) => known === code) ?? session.fail("op_code", "1 to 8"),
    cred_level: session.number("cred_level", 1),
    status,
    degraded,
    success,
    start_time: session.number("start_time"),
    end_time: session.raw("end_time") === null ? null : session.number("end_time"),
    data: session.record("data", {}),
    messages: session.array("messages").map((message) => parseMessage(name, message)),
  };
}

function parseMessage(name: string, value: unknown): SessionMessage {
  const timestamp = Array.isArray(value) ? asNumber(value[0]) : undefined;
  if (!Array.isArray(value) || value.length !== 2 || timestamp === undefined) {
    throw new TypeError(
      `Cannot read session of "${name}": a message is ${kindOf(value)}, expected a time and a text`,
    );
  }
  return [timestamp, value[1]];
}
