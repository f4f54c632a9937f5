/** One run of an operation: what the operation's code works with, and what clients see of it. @module */
import { Float } from "../internal/float.ts";
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import type { Logger } from "../internal/log.ts";
import { sleep } from "./sleep.ts";
import { type OpCode, opCodeOf, SESSION_STATUSES, type SessionStatus } from "../ocs/op_code.ts";
import { isTruthy, pyStr } from "../ocs/python_text.ts";
import { jsonSafe } from "./session_data.ts";

/** What an operation keeps for its clients: anything that JSON can say. */
export type SessionData = Record<string, unknown>;

/**
 * One run of an operation, as its code sees it.
 *
 * Made by the framework at `start`; kept after the run until the next start. Annotate the parameter of the run function,
 * `(session: Session<{ counter: number }>)`, to have `data` typed.
 */
export interface Session<D extends object = SessionData> {
  /**
   * What clients see of the run, `{}` at first: assign it or change it in place at any time.
   *
   * Encoded at each reply: NaN becomes null, typed arrays become arrays, a number that must be a float also when it is
   * integral is wrapped in a `Float`. An infinity or something that JSON cannot say makes the reply an error.
   */
  data: D;
  /** Says that the run goes on but does not do its job, such as when the device does not answer. */
  degraded: boolean;
  /** Number of the run in this process, over all operations, from 0. */
  readonly sessionId: number;
  /** Name of the operation. */
  readonly opName: string;
  /** What the caller of `start` may do, 1 to 4; an operation may refuse on its own. */
  readonly credLevel: number;
  /** Unix seconds. */
  readonly startTimeSeconds: number;
  /** Where the run stands. */
  readonly status: SessionStatus;
  /** Aborted when the run should end (stop, abort, shutdown), and once it has ended. */
  readonly signal: AbortSignal;
  /** Adds a line to the run's messages, which clients see and the log has too. */
  addMessage(text: string): void;
  /**
   * Moves the run on; the framework does so for `starting`, `running` and `done`, and for `stopping` on a stop
   * request unless the operation has a stopper of its own.
   *
   * @throws {RangeError} If the status would move backward or is no status.
   */
  setStatus(status: SessionStatus): void;
  /** Asks the run to end by aborting `signal`; the status stays. For stoppers of one's own. */
  abort(): void;
  /** Waits, but returns at once when `signal` aborts. */
  sleep(seconds: number): Promise<void>;
}

/** When messages of a long run are forgotten. */
export interface PurgePolicy {
  /** Age from which a message may go; default 3600. */
  readonly minAgeSeconds: number;
  /** Messages that are kept however old; default 5. */
  readonly minMessages: number;
  /** Messages that are kept however young; default 10,000. */
  readonly maxMessages: number;
  /** Characters of all messages together, beyond which the oldest go at once; default 300,000. */
  readonly maxCharacters: number;
}

// Characters: a reply must fit into the 1 MiB that peers take, data and times of the messages with it.
const PURGE_POLICY: PurgePolicy = {
  minAgeSeconds: 3600,
  minMessages: 5,
  maxMessages: 10_000,
  maxCharacters: 300_000,
};

/** What a run is made from. */
export interface OperationSessionOptions {
  readonly sessionId: number;
  readonly opName: string;
  readonly credLevel?: number | undefined;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
  readonly purgePolicy?: Partial<PurgePolicy> | undefined;
}

/** The framework's side of a `Session`: it knows how to end and how to encode itself. */
export class OperationSession implements Session {
  data: SessionData = {};
  degraded = false;
  /** Null until done; then whatever the operation said. */
  success: unknown = null;
  readonly sessionId: number;
  readonly opName: string;
  readonly credLevel: number;
  readonly startTimeSeconds: number;
  /** Resolves when the status has become `done` and everything about the run is settled. */
  readonly ended: Promise<void>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #purgePolicy: PurgePolicy;
  readonly #abort = new AbortController();
  readonly #settleEnd: () => void;
  #messages: (readonly [number, unknown])[] = [];
  #characters = 0;
  #status: SessionStatus | undefined;
  #endTimeSeconds: number | undefined;
  #cancelPurge: () => void = () => {};

  /** Makes a run in status `starting`, with that as its first message. */
  constructor(options: OperationSessionOptions) {
    this.sessionId = options.sessionId;
    this.opName = options.opName;
    this.credLevel = options.credLevel ?? 1;
    this.#log = options.log;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#purgePolicy = { ...PURGE_POLICY, ...options.purgePolicy };
    this.startTimeSeconds = this.#clock.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#settleEnd = resolve;
    this.#moveTo("starting", this.startTimeSeconds);
    this.#purge();
  }

  /** Where the run stands. */
  get status(): SessionStatus {
    return this.#status ?? "starting";
  }

  /** Aborted when the run should end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The run's state as one number (OCS 3.2). */
  get opCode(): OpCode {
    return opCodeOf(this);
  }

  /** Moves the run on and says so in its messages. */
  setStatus(status: SessionStatus): void {
    this.#moveTo(status, this.#clock.now());
  }

  /** Adds a message; also one that is no text, as Python does. */
  addMessage(text: unknown): void {
    this.#add(sendable(text, pyStr), this.#clock.now());
  }

  /** Aborts `signal`. */
  abort(): void {
    this.#abort.abort();
  }

  /** Waits until the time is over or the run should end. */
  sleep(seconds: number): Promise<void> {
    return sleep(seconds, { clock: this.#clock, signal: this.signal });
  }

  /** Ends the run: its last message, its success as returned, status `done`. */
  finish(success: unknown, message: unknown): void {
    this.addMessage(sendable(message, pyStr));
    this.success = sendable(success, isTruthy);
    this.setStatus("done");
    this.#settleEnd();
  }

  /**
   * The run as clients get it (OCS 3.1), keys in Python's order.
   *
   * @throws {RangeError | TypeError} If `data` holds something that cannot be sent.
   */
  encoded(): Record<string, unknown> {
    return {
      session_id: this.sessionId,
      op_name: this.opName,
      op_code: this.opCode,
      cred_level: this.credLevel,
      status: this.status,
      degraded: this.degraded,
      success: this.success,
      // Times are floats on the wire also when they fall on a whole second.
      start_time: new Float(this.startTimeSeconds),
      end_time: this.#endTimeSeconds === undefined ? null : new Float(this.#endTimeSeconds),
      data: jsonSafe(this.data),
      messages: this.#messages.map(([timestamp, text]) => [new Float(timestamp), text]),
    };
  }

  #moveTo(status: SessionStatus, timestampSeconds: number): void {
    const to = SESSION_STATUSES.indexOf(status);
    // Text of Python's list.index, which clients of crashed operations see.
    if (to < 0) throw new RangeError(`'${status}' is not in list`);
    const from = this.#status === undefined ? -1 : SESSION_STATUSES.indexOf(this.#status);
    if (to < from) {
      throw new RangeError(
        `Cannot set status "${status}" of ${this.opName}: it is "${this.#status}" and only moves forward`,
      );
    }
    if (to === from) return;
    this.#status = status;
    if (status === "done") {
      this.#endTimeSeconds = timestampSeconds;
      this.#cancelPurge();
    }
    this.#add(`Status is now "${status}".`, timestampSeconds);
    if (status === "done") this.#abort.abort();
  }

  #add(text: unknown, timestampSeconds: number): void {
    this.#messages.push([timestampSeconds, text]);
    this.#characters += lengthOf(text);
    const { maxMessages, maxCharacters } = this.#purgePolicy;
    // Python lets the list grow until the next purge; a run that talks in a tight loop must not eat the memory.
    if (this.#messages.length > 2 * maxMessages) this.#forget(this.#messages.length - maxMessages);
    if (this.#characters > maxCharacters) this.#forget(this.#excess(maxCharacters * 0.75));
    this.#log.info(`${this.opName}:${this.sessionId} ${pyStr(text)}`);
  }

  /** How many of the oldest messages have to go for the others, the newest at least, to have so many characters. */
  #excess(characters: number): number {
    let rest = this.#characters;
    let count = 0;
    for (const [, text] of this.#messages.slice(0, -1)) {
      if (rest <= characters) break;
      rest -= lengthOf(text);
      count++;
    }
    return count;
  }

  #forget(count: number): void {
    for (const [, text] of this.#messages.slice(0, count)) this.#characters -= lengthOf(text);
    this.#messages = this.#messages.slice(count);
  }

  /** Forgets old messages now and then; what is between two purges may exceed the limits (OCS 3.4). */
  #purge(): void {
    const { minAgeSeconds, minMessages, maxMessages } = this.#purgePolicy;
    const cutoff = this.#clock.now() - minAgeSeconds;
    let drop = 0;
    for (const [timestamp] of this.#messages) {
      const rest = this.#messages.length - drop;
      if (!(rest > maxMessages || (rest > minMessages && timestamp < cutoff))) break;
      drop++;
    }
    this.#forget(drop);
    this.#cancelPurge = this.#clock.setTimer(Math.max(minAgeSeconds / 5, 600) * 1000, () => this.#purge());
  }

  /** Frees the timer of a run that will not end by itself any more. */
  [Symbol.dispose](): void {
    this.#cancelPurge();
    this.#abort.abort();
  }
}

/** Roughly what a message takes on the wire; one that is no text is rare. */
function lengthOf(message: unknown): number {
  return typeof message === "string" ? message.length : pyStr(message).length;
}

/** A value as it is where JSON can say it; else something near it, for one odd message must not fail every reply. */
function sendable(value: unknown, otherwise: (value: unknown) => unknown): unknown {
  try {
    return jsonSafe(value);
  } catch {
    return otherwise(value);
  }
}
