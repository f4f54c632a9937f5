/** Child programs with a process group of their own. @module */
import { type ChildProcess as NodeChild, spawn } from "node:child_process";
import { once } from "node:events";
import { Readable, type Writable } from "node:stream";
import type { Clock } from "../../internal/clock.ts";
import type { Logger } from "../../internal/log.ts";
import { sleep } from "../../framework/sleep.ts";
import { type ChildGuard, startGuard } from "./child_guard.ts";
import { sendSignal } from "./send_signal.ts";

/** What is started, and what becomes of its input and output. */
export interface ChildOptions {
  /** Program: a path, or a name to be found on the PATH. */
  readonly command: string;
  /** Its arguments; no shell looks at them. */
  readonly args: readonly string[];
  /** The whole environment, but for the mark of its guard. */
  readonly env: Readonly<Record<string, string>>;
  /** Text for its standard input, which is then closed; default none, and the input is closed from the start. */
  readonly input?: string | undefined;
  /** Keeps the input open behind the text, until `closeInput`. Default false. */
  readonly keepInputOpen?: boolean | undefined;
  /** `read`: whoever starts it reads `stdout` and `stderr` to their ends; `discard`: it writes to nowhere, at any speed. */
  readonly output: "read" | "discard";
  /** Gives it descriptor 3 to write on, read as `result`. Default false. */
  readonly resultPipe?: boolean | undefined;
  /** Told when nothing can guard the child. */
  readonly log?: Logger | undefined;
  /** How many seconds it may outlive the agent, for one that tidies up when its input ends. Default 0. */
  readonly orphanSeconds?: number | undefined;
}

// How a child is asked to end with the agent. Python turns only SIGINT into an exception, on which scripts tidy up.
const LADDER = [["SIGINT", 3], ["SIGTERM", 2], ["SIGKILL", 1]] as const;

/**
 * A running program that leads a session and process group of its own.
 *
 * Signals from the agent's terminal do not reach it; ours reach its children as well. When the agent dies, a guard kills
 * the group. Whoever starts it waits for `exited`, then disposes of it.
 */
export class ChildProcess implements AsyncDisposable {
  /** Its process id, also that of its group. */
  readonly pid: number;
  /** Its exit code once it has ended; null when a signal ended it. Output may still be on its way. */
  readonly exited: Promise<number | null>;
  /** What it writes on standard output; ends at once when it is discarded. */
  readonly stdout: Readable;
  /** What it writes on standard error. */
  readonly stderr: Readable;
  /** What it writes on descriptor 3. */
  readonly result: Readable;
  readonly #input: Writable | null;
  #running = true;
  #isEnding = false;

  private constructor(
    child: NodeChild & { readonly pid: number },
    exited: Promise<number | null>,
    guard: ChildGuard,
  ) {
    this.pid = child.pid;
    this.#input = child.stdin;
    this.exited = exited.then(async (code) => {
      // Only one that ends by itself leaves children running on purpose. The jobs of a shell, for one, ignore the SIGINT
      // that ends the shell.
      if (this.#isEnding || code === null) this.kill();
      this.#running = false;
      guard[Symbol.dispose]();
      await guard.gone;
      return code;
    });
    this.stdout = readable(child.stdout);
    this.stderr = readable(child.stderr);
    this.result = readable(child.stdio[3]);
  }

  /**
   * Starts a program.
   *
   * @throws {Error} If it cannot be started: not there, not executable, an argument with a NUL character.
   */
  static async start(options: ChildOptions): Promise<ChildProcess> {
    const { command, args, env, input, output, resultPipe = false, log } = options;
    const written = output === "read" ? "pipe" : "ignore";
    const guard = startGuard(options.orphanSeconds);
    try {
      const child = spawn(command, [...args], {
        env: { ...env, ...guard.environment },
        stdio: [input === undefined ? "ignore" : "pipe", written, written, resultPipe ? "pipe" : "ignore"],
        detached: true,
      });
      if (hasPid(child)) guard.watch(child.pid);
      const exited = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
      await once(child, "spawn");
      if (!hasPid(child)) throw new Error("it has no process id");
      // After the start it only speaks of signals that could not be sent, which this class sends itself.
      child.on("error", () => {});
      // A child that ends without reading breaks the pipe; its exit code tells more than that.
      child.stdin?.on("error", () => {}).write(input ?? "");
      void guard.gone.then((error) => {
        if (error !== undefined) {
          log?.warn(`Cannot guard "${command}" against the death of the agent: ${error.message}`);
        }
      });
      const running = new ChildProcess(child, exited, guard);
      if (options.keepInputOpen !== true) running.closeInput();
      return running;
    } catch (error) {
      guard[Symbol.dispose]();
      await guard.gone;
      throw new Error(`Cannot start "${command}": ${startProblem(error)}`, { cause: error });
    }
  }

  /** False once it has ended. */
  get running(): boolean {
    return this.#running;
  }

  /** Ends its standard input, once what was written has been read. */
  closeInput(): void {
    this.#input?.end();
  }

  /** Sends a signal to it and all its children; quiet when they are gone. */
  signal(name: Deno.Signal): void {
    // Once it has been waited for, the group id may be somebody else's.
    if (this.#running) sendSignal(-this.pid, name);
  }

  /** Kills it and all its children at once. */
  kill(): void {
    this.signal("SIGKILL");
  }

  /**
   * Asks it to end, ever more firmly: SIGINT, after 3 s SIGTERM, after 2 more SIGKILL. What it leaves running is killed.
   *
   * @returns Its exit code.
   */
  async end(clock: Clock): Promise<number | null> {
    this.#isEnding = true;
    const over = new AbortController();
    void this.exited.then(() => over.abort());
    for (const [name, seconds] of LADDER) {
      if (!this.#running) break;
      this.signal(name);
      await sleep(seconds, { clock, signal: over.signal });
    }
    return await this.exited;
  }

  /** Kills it if it still runs, and gives up its output. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.exited;
    for (const stream of [this.#input, this.stdout, this.stderr, this.result]) stream?.destroy();
  }
}

/** What stands in the way of a start, in words for the frequent cases. */
function startProblem(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/\bENOENT\b/.test(text)) return "there is no such program, expected a path or a name on the PATH";
  if (/\bEACCES\b/.test(text)) return "it may not be executed, expected a program";
  return text;
}

/** A program that could not be started has no process id; why, its `error` event tells. */
function hasPid(child: NodeChild): child is NodeChild & { readonly pid: number } {
  return child.pid !== undefined;
}

/** A pipe from the child; one that was not asked for has ended. */
function readable(stream: unknown): Readable {
  return stream instanceof Readable ? stream : Readable.from([]);
}
