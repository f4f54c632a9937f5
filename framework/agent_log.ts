/** What an agent's log is to its author. @module */
import type { Logger } from "../internal/log.ts";

/** Levels of a log, from silent to everything; the names are those of `LOGLEVEL`. */
export const LOG_LEVELS = ["none", "critical", "error", "warn", "info", "debug", "trace"] as const;

/** One level of a log. */
export type LogLevel = typeof LOG_LEVELS[number];

/** One line of a log, on its way out. */
export interface LogRecord {
  /** How grave it is. */
  readonly level: Exclude<LogLevel, "none">;
  /** Unix seconds. */
  readonly timestampSeconds: number;
  /** The line without time and level. */
  readonly text: string;
}

/** Where lines go: the console, a file, a test's array. */
export interface LogSink {
  /** Takes one line. Never throws and never blocks. */
  write(record: LogRecord): void;
  /** Resolves when what was taken has been written, or cannot be. */
  flush?(): Promise<void>;
}

/** The log of an agent. A line it does not want (by level) costs next to nothing. */
export interface AgentLog extends Logger {
  /** Detail of detail. */
  trace(text: string): void;
  /** Detail for finding faults. */
  debug(text: string): void;
  /** Something that ends the agent, or should. */
  critical(text: string): void;
  /**
   * Resolves when what was logged so far has been written, or cannot be: with a console that nobody reads, not soon.
   * For whoever logs more than a console takes. Absent where a log writes at once.
   */
  flush?(): Promise<void>;
}

/** What a log is made of. */
export interface LogOptions {
  /** Lines above this are dropped; default `info`. */
  readonly level?: LogLevel | undefined;
  /** Places that get every line. */
  readonly sinks: readonly LogSink[];
  /** Unix seconds; default the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/** Makes a log that writes to the given places. */
export function createLog({ level = "info", sinks, now = () => Date.now() / 1000 }: LogOptions): AgentLog {
  const limit = LOG_LEVELS.indexOf(level);
  const at = (own: LogRecord["level"]) => {
    if (LOG_LEVELS.indexOf(own) > limit) return () => {};
    return (text: string) => {
      const record = { level: own, timestampSeconds: now(), text };
      for (const sink of sinks) sink.write(record);
    };
  };
  return {
    trace: at("trace"),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    critical: at("critical"),
    flush: async () => void await Promise.all(sinks.map((sink) => sink.flush?.())),
  };
}

/**
 * Makes a logger for a class of one's own, on top of the agent's: each line begins with its name.
 *
 * @example
 * ```ts
 * import { createLog, makeLogger } from "./agent_log.ts";
 *
 * const agentLog = createLog({ sinks: [] });
 * const log = makeLogger(agentLog, "Driver");
 * log.info("device answers"); // "Driver: device answers"
 * ```
 */
export function makeLogger(log: AgentLog, name: string): AgentLog {
  const prefixed = (write: (text: string) => void) => (text: string) => write(`${name}: ${text}`);
  return {
    trace: prefixed(log.trace),
    debug: prefixed(log.debug),
    info: prefixed((text) => log.info(text)),
    warn: prefixed((text) => log.warn(text)),
    error: prefixed((text) => log.error(text)),
    critical: prefixed(log.critical),
    flush: () => log.flush?.() ?? Promise.resolve(),
  };
}

/**
 * Reads a level as `LOGLEVEL` has it.
 *
 * @throws {RangeError} With the text Python agents end with.
 */
export function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) {
    throw new RangeError(`Invalid log level '${text}'; valid are: ${LOG_LEVELS.join(", ")}`);
  }
  return level;
}
