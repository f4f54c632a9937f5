/** Programs as fixtures: started, watched, and gone at the end with all their children. @module */
import { untilTrue, within } from "./until.ts";

/** How a program is started. */
export interface ProgramOptions {
  /** Name for messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Text for its standard input, which is then closed; default none. */
  readonly stdin?: string | undefined;
  /** How long `stop` waits after SIGTERM before it kills, in milliseconds; default 10,000. */
  readonly graceMs?: number | undefined;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const TAIL_CHARACTERS = 200_000;

/** A running program with its own process group. Whoever starts it disposes of it. */
export class Program implements AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Settles when it has ended and everything it wrote has been read. */
  readonly ended: Promise<ProgramEnd>;
  #stdout = "";
  #stderr = "";
  #code: number | undefined;
  readonly #graceMs: number;

  private constructor(child: Deno.ChildProcess, options: ProgramOptions) {
    this.name = options.name;
    this.pid = child.pid;
    this.#graceMs = options.graceMs ?? 10_000;
    this.ended = this.#watch(child, options.stdin);
  }

  /** Starts a program. It is not ready yet: see `untilLog` and `untilTrue`. */
  static start(options: ProgramOptions): Program {
    const child = new Deno.Command(options.command, {
      args: [...options.args],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      // Empty, not absent: whoever runs the tests may have colours forced on.
      env: { NO_COLOR: "1", FORCE_COLOR: "", ...options.env },
      // Its own process group: crossbar and host managers have children, and all of them have to go.
      detached: true,
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Program(child, options);
  }

  /** Runs a program to its end, with a deadline; a non-zero exit code is an error that shows what it wrote. */
  static async run(options: ProgramOptions & { readonly timeoutMs?: number }): Promise<ProgramEnd> {
    await using program = Program.start(options);
    const timeoutMs = options.timeoutMs ?? 60_000;
    let end: ProgramEnd;
    try {
      end = await within(program.ended, timeoutMs, `the end of ${options.name}`);
    } catch (error) {
      throw new Error(`Cannot run "${options.name}": still there after ${timeoutMs} ms\n${program.tail()}`, {
        cause: error,
      });
    }
    if (end.code !== 0) {
      throw new Error(`Cannot run "${options.name}": it ended with code ${end.code}\n${program.tail()}`);
    }
    return end;
  }

  /** Everything it wrote so far, both streams, latest 200,000 characters of each. */
  get log(): string {
    return this.#stdout + this.#stderr;
  }

  /** What it wrote on standard output so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** False once it has ended. */
  get running(): boolean {
    return this.#code === undefined;
  }

  /** The last lines it wrote, for error messages. */
  tail(lines = 20): string {
    const last = (text: string) => text.trimEnd().split("\n").slice(-lines).join("\n");
    return [last(this.#stdout), last(this.#stderr)].filter((text) => text !== "").join("\n--- stderr\n");
  }

  /** Waits until it has written something that matches; throws with its log when it ends or the time is over. */
  async untilLog(pattern: RegExp | string, timeoutMs = 15_000): Promise<void> {
    await this.until(
      () => typeof pattern === "string" ? this.log.includes(pattern) : pattern.test(this.log),
      `"${pattern}" in the log`,
      timeoutMs,
    );
  }

  /** Waits for a condition while it runs; throws with its log when it ends or the time is over. */
  async until<T>(condition: () => T | Promise<T>, what: string, timeoutMs = 15_000): Promise<NonNullable<T>> {
    let gone = false;
    try {
      const found = await untilTrue<T | "gone">(async () => {
        const result = await condition();
        if (!result && !this.running) gone = true;
        return gone ? "gone" : result;
      }, { timeoutMs, what });
      if (!gone) return found as NonNullable<T>; // "gone" only comes together with the flag
    } catch (error) {
      throw new Error(`Cannot see ${what} of "${this.name}" within ${timeoutMs} ms\n${this.tail()}`, {
        cause: error,
      });
    }
    throw new Error(`Cannot see ${what} of "${this.name}": it ended with code ${this.#code}\n${this.tail()}`);
  }

  /** Sends a signal to the program alone. */
  signal(name: Deno.Signal): void {
    if (this.running) Deno.kill(this.pid, name);
  }

  /** Kills it and all its children at once. */
  async kill(): Promise<void> {
    this.#signalGroup("SIGKILL");
    await this.ended;
  }

  /** Asks it to end with SIGTERM and kills it after the grace time; resolves when it is gone. */
  async stop(): Promise<ProgramEnd> {
    if (this.running) {
      this.#signalGroup("SIGTERM");
      const timer = setTimeout(() => this.#signalGroup("SIGKILL"), this.#graceMs);
      await this.ended.finally(() => clearTimeout(timer));
    }
    // Children that outlived it, such as the workers of a router that was killed.
    this.#signalGroup("SIGKILL");
    return await this.ended;
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #signalGroup(name: Deno.Signal): void {
    try {
      Deno.kill(-this.pid, name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) && !/ESRCH/.test(String(error))) throw error;
    }
  }

  async #watch(child: Deno.ChildProcess, stdin: string | undefined): Promise<ProgramEnd> {
    const read = async (stream: ReadableStream<Uint8Array>, keep: (text: string) => void) => {
      const decoder = new TextDecoder();
      for await (const bytes of stream) keep(decoder.decode(bytes, { stream: true }));
    };
    const feed = async () => {
      if (stdin === undefined) return;
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(stdin));
      await writer.close();
    };
    const [{ code }] = await Promise.all([
      child.status.then((status) => {
        this.#code = status.code;
        return status;
      }),
      read(child.stdout, (text) => this.#stdout = (this.#stdout + text).slice(-TAIL_CHARACTERS)),
      read(child.stderr, (text) => this.#stderr = (this.#stderr + text).slice(-TAIL_CHARACTERS)),
      // A program that ends without reading breaks the pipe; its exit code tells more than that.
      feed().catch(() => {}),
    ]);
    return { code, stdout: this.#stdout, stderr: this.#stderr };
  }
}
