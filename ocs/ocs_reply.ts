/** What an agent answers to start, stop, abort, wait and status. @module */
import { asNumber, isRecord, kindOf, type WireRecord } from "./_wire.ts";
import { describeSession } from "./_describe_session.ts";
import type { EncodedSession } from "./encoded_session.ts";
import { pyStr } from "./python_text.ts";
import { ResponseCode, responseCodeName } from "./response_code.ts";

/**
 * The session of a reply as it arrived: whole, or empty where the operation never ran or the request was refused.
 *
 * Use `parseSession` where a stranger's agent must not surprise you.
 */
export type ReplySession<Data = Readonly<Record<string, unknown>>> = Partial<EncodedSession<Data>>;

/** How a reply is made. */
export interface OCSReplyOptions {
  /** Present time in Unix seconds, for "running for ..."; default the machine's clock. */
  readonly now?: () => number;
}

/**
 * An agent's reply: response code, message, session.
 *
 * Reads like Python's `OCSReply`: by name, as the triple (`const [status, message, session] = reply`), by index, and
 * it prints the same text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const reply = new OCSReply(0, "No session active.", {});
 * const [status, message] = reply;
 * assert.equal(status, 0);
 * assert.equal(message, reply[1]);
 * assert.equal(`${reply}`, "OCSReply: OK : No session active.\n  (no session -- op has never run)");
 * ```
 */
export class OCSReply<Data = Readonly<Record<string, unknown>>> {
  /** 0, -1 or 1; see `ResponseCode`. */
  readonly status: number;
  /** What the agent says of the request. */
  readonly message: string;
  /** The session as it arrived; `{}` when there is none. */
  readonly session: ReplySession<Data>;
  readonly #now: () => number;

  /** Takes the three elements of the agent's answer. */
  constructor(
    status: number,
    message: string,
    session: ReplySession<Data> | null,
    { now = () => Date.now() / 1000 }: OCSReplyOptions = {},
  ) {
    this.status = status;
    this.message = message;
    this.session = session ?? {};
    this.#now = now;
  }

  /** True when the request was carried out. Whether the operation succeeded is in `session.success`. */
  get ok(): boolean {
    return this.status === ResponseCode.OK;
  }

  /** The message under its Python name. */
  get msg(): string {
    return this.message;
  }

  /** The status, as first of three. */
  get 0(): number {
    return this.status;
  }

  /** The message, as second of three. */
  get 1(): string {
    return this.message;
  }

  /** The session, as third of three. */
  get 2(): ReplySession<Data> {
    return this.session;
  }

  /** Always 3. */
  get length(): 3 {
    return 3;
  }

  /** Gives status, message and session. */
  /** Gives status, message and session. */
  [Symbol.iterator](): ArrayIterator<number | string | ReplySession<Data>> {
    return [this.status, this.message, this.session].values();
  }

  /** Writes the reply as Python prints it. */
  toString(): string {
    const name = responseCodeName(this.status) ?? "???";
    // Whole or not, it is an object that came off the wire.
    const session = this.session as WireRecord;
    return `OCSReply: ${name} : ${this.message}\n${describeSession(session, this.#now())}`;
  }

  /** Makes `console.log` and the prompt print it the same way. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** The same for Node.js. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * Reads an agent's answer to one of the five actions.
 *
 * @throws {TypeError} If it is not the array of code, message and session.
 */
export function parseReply(value: unknown, options: OCSReplyOptions = {}): OCSReply {
  const [code, message, session] = Array.isArray(value) && value.length === 3 ? value : [];
  const status = asNumber(code);
  if (status === undefined) {
    throw new TypeError(
      `Cannot read reply: ${kindOf(value)}, expected an array of code, message and session`,
    );
  }
  if (session !== null && !isRecord(session)) {
    throw new TypeError(`Cannot read reply: its session is ${kindOf(session)}, expected an object`);
  }
  // What is inside is the agent's word; printing copes with anything, `parseSession` checks it.
  return new OCSReply(status, pyStr(message), session as ReplySession | null, options);
}
