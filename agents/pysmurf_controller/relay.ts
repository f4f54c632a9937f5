/** What publishers say, into the session it is meant for (smurf 2.5). @module */
import { Float } from "../../internal/float.ts";
import type { Logger } from "../../internal/log.ts";
import { pyTypeName } from "../../ocs/python_text.ts";
import { errorText } from "../../framework/run_outcome.ts";
import { jsonSafe } from "../../framework/session_data.ts";
import type { Session } from "../../framework/session.ts";
import type { CurrentSession } from "./current_session.ts";
import { MAX_DATA_BYTES } from "./data_budget.ts";

/** What the relay goes by. */
export interface RelayOptions {
  /** Where it goes. */
  readonly current: CurrentSession;
  /** Value of `SMURFPUB_ID` at the time of the message. */
  readonly ownId: () => string | undefined;
  /** Further ids that are taken. */
  readonly otherIds: readonly string[];
  readonly log: Logger;
}

/**
 * Takes one event of the feed `pysmurf_session_data`.
 *
 * @param args Positional arguments of the event: one, `[message, feed info]`.
 */
export function relayMessage(args: readonly unknown[], options: RelayOptions): void {
  const { current, ownId, otherIds, log } = options;
  const session = current.session;
  if (session === undefined) return;
  const [event] = args;
  const message: unknown = Array.isArray(event) ? event[0] : undefined;
  if (!isObject(message)) {
    log.warn(`Cannot relay from the monitor: its message is of type ${pyTypeName(message)}, expected dict`);
    return;
  }
  const envelope = ["type", "id", "payload"].filter((key) => Object.hasOwn(message, key));
  if (envelope.length === 0) {
    // Peer of March 2020 (smurf 2.5, C1): the message is the payload, and nobody looks at ids.
    mergeData(session, message, options);
    return;
  }
  if (!isMeantForUs(message["id"], ownId(), otherIds)) return;
  const { type, payload } = message;
  if (type === "session_data") mergeData(session, payload, options);
  else if (type === "session_log" && typeof payload === "string") session.addMessage(payload);
}

/**
 * Peer of 2020 on: only `SMURFPUB_ID` counts, and nothing matches while it is not set. The guide promises data all the
 * same, so then publishers without a name are ours.
 */
function isMeantForUs(id: unknown, ownId: string | undefined, otherIds: readonly string[]): boolean {
  if (typeof id !== "string") return false;
  return id === (ownId ?? "undeclared") || otherIds.includes(id);
}

/** Lays new keys over the session's data; nested objects are replaced as a whole. */
function mergeData(session: Session, payload: unknown, { current, log }: RelayOptions): void {
  if (!isObject(payload)) {
    log.warn(`Cannot add to session data: the payload is of type ${pyTypeName(payload)}, expected dict`);
    return;
  }
  try {
    const data: Record<string, unknown> = Object(jsonSafe(finiteOnly(payload)));
    if (current.budget.take(data)) session.data = { ...session.data, ...data };
    else refuse(session, Object.keys(data), log);
  } catch (error) {
    log.warn(`Cannot add to session data: ${errorText(error)}`);
  }
}

/** Says that there is no room, for a session that cannot be sent is one that nobody can wait for. */
function refuse(session: Session, keys: readonly string[], log: Logger): void {
  const text = `Cannot add to session data "${
    keys.join(", ").slice(0, 200)
  }": it would have more than ${MAX_DATA_BYTES} bytes`;
  log.warn(text);
  session.addMessage(text);
}

/** Replaces what JSON has no number for by null: Python's agent crashes on infinities (smurf B17). */
export function finiteOnly(value: unknown, depth = 0): unknown {
  // jsonSafe refuses what is deeper than this.
  if (depth > 200) return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value instanceof Float) return Number.isFinite(value.value) ? value : null;
  // MessagePack has only floats for the largest ones, and they end at 1.8e308.
  if (typeof value === "bigint") return Number.isFinite(Number(value)) ? value : null;
  if (Array.isArray(value)) return value.map((entry) => finiteOnly(entry, depth + 1));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, finiteOnly(entry, depth + 1)]),
    );
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return pyTypeName(value) === "dict" && !(value instanceof Map);
}
