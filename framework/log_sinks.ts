/** Where an agent's log lines go: console and file, in the forms of OCS (spec 5.7). @module */
import type { AgentLog, LogRecord, LogSink } from "./agent_log.ts";

/** Local time with its offset, such as `2026-11-20T16:02:51+0000`. */
export function consoleTime(timestampSeconds: number): string {
  const date = new Date(timestampSeconds * 1000);
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const minutes = Math.abs(offset);
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

/** UTC with hyphens and microseconds, such as `2026-11-20T16-02-51.123456`. */
export function fileTime(timestampSeconds: number): string {
  const micros = Math.round(timestampSeconds * 1e6);
  const whole = new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19).replaceAll(":", "-");
  return `${whole}.${String(micros % 1e6).padStart(6, "0")}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** Something that bytes can be written to; takes part of them where it is full. */
export interface ByteWriter {
  /** Writes some bytes and says how many. */
  write(bytes: Uint8Array): Promise<number>;
}

// What a console that nobody reads may hold back; then lines are dropped and counted.
const QUEUE_BYTES = 1024 * 1024;

/**
 * Lines to a writer, one after the other, without ever blocking the caller.
 *
 * A pipe that nobody reads must not stop an agent's heartbeat: behind 1 MiB lines are dropped, and counted in the next
 * line that gets through.
 */
export class WriterSink implements LogSink {
  readonly #writer: ByteWriter;
  readonly #format: (record: LogRecord) => string;
  readonly #encoder = new TextEncoder();
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  #draining: Promise<void> | undefined;
  #broken = false;

  /** Writes lines of a format to a writer. */
  constructor(writer: ByteWriter, format: (record: LogRecord) => string) {
    this.#writer = writer;
    this.#format = format;
  }

  /** Takes one line. */
  write(record: LogRecord): void {
    if (this.#broken) return;
    if (this.#queuedBytes > QUEUE_BYTES) {
      this.#dropped++;
      return;
    }
    const note = this.#dropped === 0 ? "" : `(${this.#dropped} lines were dropped: nobody read them)\n`;
    this.#dropped = 0;
    const bytes = this.#encoder.encode(`${note}${this.#format(record)}\n`);
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#draining ??= this.#drain();
  }

  /** Resolves when all lines are out, or cannot get out. */
  async flush(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  async #drain(): Promise<void> {
    try {
      for (let bytes = this.#take(); bytes !== undefined; bytes = this.#take()) {
        for (let at = 0; at < bytes.length;) at += await this.#writer.write(bytes.subarray(at));
      }
    } catch {
      // A closed console: there is nobody to tell.
      this.#broken = true;
      this.#queue = [];
      this.#draining = undefined;
    }
  }

  #take(): Uint8Array | undefined {
    if (this.#queue.length === 0) {
      // In the same turn as the look at the queue, so that no line is left behind.
      this.#draining = undefined;
      return undefined;
    }
    const all = new Uint8Array(this.#queuedBytes);
    let at = 0;
    for (const bytes of this.#queue) {
      all.set(bytes, at);
      at += bytes.length;
    }
    this.#queue = [];
    this.#queuedBytes = 0;
    return all;
  }
}

/** Lines on standard output, as Python agents write them: time and text. */
export function consoleSink(writer: ByteWriter = Deno.stdout): WriterSink {
  return new WriterSink(writer, ({ timestampSeconds, text }) => `${consoleTime(timestampSeconds)} ${text}`);
}

/** A log file that is open. */
export interface FileSink extends LogSink, Disposable {
  /** Where it is. */
  readonly path: string;
}

/** Where an agent's log file is to be. */
export interface LogFileOptions {
  /** Folder; undefined for no file. */
  readonly logDir: string | undefined;
  /** Base of a relative folder. */
  readonly workingDir?: string | undefined;
  /** Address of the agent; names the file. */
  readonly address: string;
}

/**
 * Opens `<log dir>/<address>.log` for appending.
 *
 * What stands in the way is logged with Python's texts, and the agent goes on without a file.
 */
export function openLogFile(
  { logDir, workingDir, address }: LogFileOptions,
  log: AgentLog,
): FileSink | undefined {
  if (logDir === undefined || logDir === "") return undefined;
  let folder = logDir;
  if (!folder.startsWith("/") && workingDir === undefined) {
    log.error("Cannot use relative log_dir without explicit working_dir.");
  } else if (!folder.startsWith("/")) {
    folder = `${workingDir}/${folder}`;
  }
  const path = `${folder}/${address}.log`;
  let file: Deno.FsFile;
  try {
    if (!Deno.statSync(folder).isDirectory) throw new Deno.errors.NotFound();
    file = Deno.openSync(path, { append: true, create: true });
  } catch (error) {
    log.error(
      error instanceof Deno.errors.NotFound
        ? `Log directory does not exist: ${folder}`
        : `Permissions error writing to log file ${path}`,
    );
    return undefined;
  }
  const encoder = new TextEncoder();
  let failed = false;
  return {
    path,
    write({ timestampSeconds, text }) {
      if (failed) return;
      try {
        // Synchronous: a line about what kills the process is in the file when it dies.
        file.writeSync(encoder.encode(`${fileTime(timestampSeconds)} ${text}\n`));
      } catch (error) {
        failed = true;
        log.error(`Cannot write to log file ${path} any more: ${String(error)}`);
      }
    },
    [Symbol.dispose]: () => file.close(),
  };
}
