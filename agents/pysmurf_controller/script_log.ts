/** Where a script's output goes (smurf 2.3). @module */
import { fileTime } from "../../framework/log_sinks.ts";
import { errorText } from "../../framework/run_outcome.ts";
import type { Clock } from "../../internal/clock.ts";
import type { AgentLog } from "../../framework/agent_log.ts";
import { sleep } from "../../framework/sleep.ts";
import { pyStr } from "../../ocs/python_text.ts";
import { scriptBasename } from "./script_command.ts";

/** What the output of one run is written to. */
export interface ScriptLog extends AsyncDisposable {
  /** Takes lines that belong together; resolves when more may come. */
  write(stream: "stdout" | "stderr", lines: readonly string[]): Promise<void>;
  /** Tells how the script ended. */
  ended(code: number | null): Promise<void>;
}

/** Whose output, and what the log is made of. */
export interface ScriptLogOptions {
  readonly script: string;
  /** The agent's log. */
  readonly log: AgentLog;
  readonly clock: Clock;
  /** Called once when a file takes no more. */
  readonly onFault: (text: string) => void;
}

/**
 * Opens the log of a run.
 *
 * Lines are plain text, whatever braces are in them (smurf B22). In a file each has a UTC stamp in front.
 *
 * @param mode True for the agent's log, a path for a file that is appended to, false for nowhere.
 * @returns Undefined for nowhere.
 * @throws {Error} If the file cannot be opened.
 */
export async function openScriptLog(
  mode: boolean | string,
  options: ScriptLogOptions,
): Promise<ScriptLog | undefined> {
  if (typeof mode === "string") return await FileScriptLog.open(mode, options);
  return mode ? new AgentScriptLog(options) : undefined;
}

// A console that takes nothing for so long is one that nobody reads; it must not hold up the script.
const STUCK_SECONDS = 1;

class AgentScriptLog implements ScriptLog {
  readonly #log: AgentLog;
  readonly #clock: Clock;
  readonly #basename: string;
  #isStuck = false;

  constructor({ script, log, clock }: ScriptLogOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#basename = scriptBasename(script);
  }

  async write(stream: "stdout" | "stderr", lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      if (stream === "stdout") this.#log.info(`${this.#basename}: ${line}`);
      else this.#log.error(line);
    }
    if (!this.#isStuck) await this.#untilWritten();
  }

  ended(code: number | null): Promise<void> {
    this.#log.info(endText(code));
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** Keeps a script from writing faster than its lines can be logged. */
  async #untilWritten(): Promise<void> {
    const written = new AbortController();
    const flushed = this.#log.flush?.().then(() => {
      written.abort();
      this.#isStuck = false;
    });
    await Promise.race([flushed, sleep(STUCK_SECONDS, { clock: this.#clock, signal: written.signal })]);
    this.#isStuck = flushed !== undefined && !written.signal.aborted;
  }
}

class FileScriptLog implements ScriptLog {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #options: ScriptLogOptions;
  readonly #encoder = new TextEncoder();
  /** Both streams write; one after the other, so that no record is cut in two. */
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(file: Deno.FsFile, path: string, options: ScriptLogOptions) {
    this.#file = file;
    this.#path = path;
    this.#options = options;
  }

  static async open(path: string, options: ScriptLogOptions): Promise<FileScriptLog> {
    let file: Deno.FsFile;
    try {
      // Opening a pipe waits for whoever reads it, for ever.
      if (await isPipe(path)) throw new TypeError("it is a pipe");
      file = await Deno.open(path, { append: true, create: true });
    } catch (error) {
      // Deno says the path once more.
      const reason = errorText(error).replace(/: open '.*'$/s, "");
      throw new Error(`Cannot open log file "${path}": ${reason}, expected a file to append to`, {
        cause: error,
      });
    }
    options.log.info(`Output of ${options.script} goes to ${path}`);
    return new FileScriptLog(file, path, options);
  }

  write(stream: "stdout" | "stderr", lines: readonly string[]): Promise<void> {
    const prefix = stream === "stdout" ? `${scriptBasename(this.#options.script)}: ` : "";
    return this.#append(lines.map((line) => prefix + line));
  }

  ended(code: number | null): Promise<void> {
    return this.#append([endText(code)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const last = this.#last;
    this.#closed = true;
    await last;
    this.#file.close();
  }

  #append(lines: readonly string[]): Promise<void> {
    if (this.#closed || lines.length === 0) return Promise.resolve();
    const stamp = fileTime(this.#options.clock.now());
    const bytes = this.#encoder.encode(lines.map((line) => `${stamp} ${line}\n`).join(""));
    return this.#last = this.#last.then(() => this.#writeAll(bytes));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    if (this.#closed) return;
    try {
      for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
    } catch (error) {
      // A full disk must not stop the script: the rest of its output is lost, and that is told once.
      this.#closed = true;
      this.#options.onFault(`Cannot write to log file "${this.#path}" any more: ${errorText(error)}`);
    }
  }
}

async function isPipe(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFifo === true;
  } catch {
    return false; // Not there yet, or the attempt to open it tells why not.
  }
}

function endText(code: number | null): string {
  return `Process ended with exit code ${pyStr(code)}`;
}
