/** Datagrams of pysmurf publishers, read and looked at (smurf 1.2, 1.3). @module */
import { Float } from "../../internal/float.ts";
import { pyTypeName } from "../../ocs/python_text.ts";
import { JsonDecoder } from "../../wamp/json_decode.ts";
import { skipSpace } from "../../wamp/json_scan.ts";
import { NameTable } from "../../wamp/utf8.ts";

/** A message with everything that a monitor needs to know of it. */
export interface PublishedMessage {
  /** Publisher id. */
  readonly id: string;
  /** Message type, such as `session_data`. */
  readonly type: string;
  readonly payload: unknown;
  /** Sender's time in Unix seconds, where it says one. */
  readonly timeSeconds: number | undefined;
  /** The whole of it, as it came. */
  readonly envelope: Readonly<Record<string, unknown>>;
}

/** What can be wrong with a datagram; a fixed set, so that it can be counted and logged by kind. */
export type Fault =
  | "not JSON"
  | "not an object"
  | "id is no text"
  | "type is no text"
  | "no payload"
  | "bad file record"
  | "bad metadata"
  | "too many metadata feeds or fields";

/** A datagram that is no good. */
export class MalformedError extends Error {
  /** Which kind of bad. */
  readonly fault: Fault;

  /** Says what, and what was expected. */
  constructor(fault: Fault, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = "MalformedError";
    this.fault = fault;
  }
}

const NAMES = new NameTable();
// The event, its arguments, and the pair of message and feed in them: what nests deeper than can be sent is refused here.
const DEPTH_AROUND = 3;

/**
 * Reads a datagram.
 *
 * Integers and floats are kept apart (`Float` for `3.0`), integers beyond 2^53 are bigints, and the bare tokens `NaN`,
 * `Infinity` and `-Infinity` become null, also what is too large for a float.
 *
 * @throws {MalformedError} If it is no message.
 */
export function readMessage(bytes: Uint8Array): PublishedMessage {
  const value = withoutNonFinite(decode(bytes));
  if (!isObject(value)) {
    throw new MalformedError("not an object", `the message is a ${pyTypeName(value)}, expected an object`);
  }
  const { id, type, time } = value;
  if (typeof id !== "string") throw new MalformedError("id is no text", `"id" is ${kindOf(value, "id")}`);
  if (typeof type !== "string") {
    throw new MalformedError("type is no text", `"type" is ${kindOf(value, "type")}`);
  }
  if (!Object.hasOwn(value, "payload")) throw new MalformedError("no payload", '"payload" is missing');
  const seconds = time instanceof Float ? time.value : typeof time === "bigint" ? Number(time) : time;
  return {
    id,
    type,
    payload: value["payload"],
    timeSeconds: typeof seconds === "number" ? seconds : undefined,
    envelope: value,
  };
}

/** Tells whether a decoded value is an object of JSON. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Float) &&
    !(value instanceof Uint8Array);
}

function decode(bytes: Uint8Array): unknown {
  try {
    const decoder = new JsonDecoder(bytes, skipSpace(bytes, 0), "keep", NAMES);
    const value = decoder.value(DEPTH_AROUND);
    const end = skipSpace(bytes, decoder.at);
    if (end !== bytes.length) throw new SyntaxError(`byte ${end} stands behind the message`);
    return value;
  } catch (cause) {
    // The decoder throws for malformed, cut and too deeply nested input alike.
    throw new MalformedError("not JSON", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function kindOf(object: Readonly<Record<string, unknown>>, key: string): string {
  return Object.hasOwn(object, key) ? `a ${pyTypeName(object[key])}, expected text` : "missing";
}

/** Replaces what strict JSON cannot say, in place: the value has just been made and nobody else has it. */
function withoutNonFinite(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (isSuspect(value[i])) value[i] = withoutNonFinite(value[i]);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      // An own member called __proto__ can be assigned to, because it is there.
      if (isSuspect(value[key])) value[key] = withoutNonFinite(value[key]);
    }
  }
  return value;
}

function isSuspect(value: unknown): boolean {
  return typeof value === "number" ? !Number.isFinite(value) : typeof value === "object" && value !== null;
}
