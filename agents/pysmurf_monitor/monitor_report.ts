/** What the monitor has seen, as clients read it in the session data of `run`. @module */
import type { Clock } from "../../internal/clock.ts";
import { Float } from "../../internal/float.ts";
import { LimitedLog, printable } from "../../internal/limited_log.ts";
import type { Fault, MalformedError } from "./read_message.ts";

/** Session data of `run`; counts since the agent's start. */
export interface MonitorData extends Record<string, unknown> {
  readonly udp: {
    readonly port: number;
    received: number;
    /** `session_data` and `session_log`, passed on. */
    relayed: number;
    /** Register values, published on a metadata feed. */
    metadata: number;
    /** Files, announced. */
    files: number;
    /** Messages of types that are of no concern here. */
    ignored: number;
    /** Datagrams that were no good. */
    malformed: number;
    /** Dropped by the system, which was not read fast enough; null where it does not tell. */
    lost_in_system: number | null;
  };
  /** Number of malformed datagrams by fault. */
  readonly malformed: Partial<Record<Fault, number>>;
  last_malformed: {
    readonly reason: Fault;
    /** Address and port. */
    readonly sender: string;
    readonly detail: string;
    /** Unix seconds. */
    readonly time: Float;
  } | null;
  readonly files: {
    /** In memory, not in the database yet. */
    waiting: number;
    /** In the database. */
    registered: number;
    /** Given up: missing, unreadable, or from a record that does not say enough. */
    failed: number;
    /** Dropped because too many waited. */
    lost: number;
  };
  readonly database: {
    readonly path: string;
    /** Why the files wait; null when all is well. */
    error: string | null;
  };
}

/** Keeps the counts, and tells the log of what is wrong without flooding it. */
export class MonitorReport {
  /** Changed in place, so that every reply shows the present state. */
  readonly data: MonitorData;
  readonly #clock: Clock;
  readonly #log: LimitedLog;

  /** Starts at zero. */
  constructor({ port, databasePath, warn, clock }: {
    readonly port: number;
    readonly databasePath: string;
    readonly warn: (text: string) => void;
    readonly clock: Clock;
  }) {
    this.#clock = clock;
    this.#log = new LimitedLog(warn, clock);
    this.data = {
      udp: {
        port,
        received: 0,
        relayed: 0,
        metadata: 0,
        files: 0,
        ignored: 0,
        malformed: 0,
        lost_in_system: null,
      },
      malformed: {},
      last_malformed: null,
      files: { waiting: 0, registered: 0, failed: 0, lost: 0 },
      database: { path: databasePath, error: null },
    };
  }

  /** Counts a datagram that could not be used. */
  refused({ fault, message }: MalformedError, sender: string): void {
    const { udp, malformed } = this.data;
    udp.malformed++;
    malformed[fault] = (malformed[fault] ?? 0) + 1;
    const detail = printable(message);
    this.data.last_malformed = { reason: fault, sender, detail, time: new Float(this.#clock.now()) };
    this.#log.say(fault, `Malformed datagram from ${sender}: ${fault}: ${detail}`);
  }

  /** Takes the number of datagrams that the system has dropped so far. */
  droppedBySystem(count: number | undefined): void {
    const { udp } = this.data;
    const before = udp.lost_in_system ?? 0;
    udp.lost_in_system = count ?? null;
    if (count === undefined || count <= before) return;
    const dropped = count - before;
    this.#log.say(
      "lost in system",
      `The system has dropped ${dropped} datagrams (${count} since the start): they came faster than they were read. ` +
        "A larger net.core.rmem_max helps",
    );
  }
}
