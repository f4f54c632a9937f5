/** The child processes of `ocs up`: their lines read, their ends told, none left behind. @module */
import { LeftGroup } from "../../internal/left_group.ts";
import { LineReader } from "../../internal/line_reader.ts";
import { pause } from "../../internal/pause.ts";
import { toError } from "../../internal/to_error.ts";

/** One program to run. */
export interface ChildSpec {
  /** Stands before each of its lines; an instance id. */
  readonly name: string;
  /** Program to run. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a child ended. */
export interface ChildEnd {
  /** Name of the child. */
  readonly name: string;
  /** Exit code; of a killed child 128 + signal number. */
  readonly code: number;
  /** The signal that ended it, if one did. */
  readonly signal: string | undefined;
  /** True when it ended because `stop` or `kill` was called. */
  readonly wanted: boolean;
  /** The last lines it wrote, oldest first, twenty at the most. */
  readonly lastLines: readonly string[];
}

/** What a group of children needs from its owner. */
export interface ChildrenOptions {
  /** Takes each line a child writes to standard output or error, in the order of arrival. */
  readonly onLine: (name: string, line: string) => void;
  /** Called once for each child that has ended and whose last lines have been handed out. */
  readonly onEnd: (end: ChildEnd) => void;
  /** Seconds between the polite signal and SIGKILL; default 10, what an agent may take for a clean exit. */
  readonly graceSeconds?: number;
}

const LAST_LINES = 20;
/** How often is looked whether what a program has left still runs. */
const LOOK_MS = 50;
/** Lines that are on their way come within that; what has gone into a session of its own may keep the pipe for ever. */
const LINES_MS = 1000;

interface Child {
  readonly name: string;
  readonly process: Deno.ChildProcess;
  readonly lastLines: string[];
  readonly ended: Promise<void>;
  alive: boolean;
}

/** Child processes that live no longer than this object. */
export class Children implements AsyncDisposable {
  readonly #options: Required<ChildrenOptions>;
  readonly #children: Child[] = [];
  #stopping: Promise<void> | undefined;

  /** Owns no child yet. */
  constructor(options: ChildrenOptions) {
    this.#options = { graceSeconds: 10, ...options };
  }

  /** Names of the children that still run, in the order they were started. */
  get running(): readonly string[] {
    return this.#children.filter((child) => child.alive).map((child) => child.name);
  }

  /**
   * Starts a program; its standard input stays open and empty for as long as this process lives.
   *
   * That is how a child can know of the end of this process, whatever ended it.
   *
   * @throws {Error} If the program cannot be started; the text names it. Children started before run on.
   */
  start(spec: ChildSpec): void {
    if (this.#stopping !== undefined) {
      throw new Error(`Cannot start "${spec.name}": the programs are being stopped`);
    }
    let process: Deno.ChildProcess;
    try {
      process = new Deno.Command(spec.command, {
        args: [...spec.args],
        ...(spec.env === undefined ? {} : { env: { ...spec.env } }),
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        // A Ctrl-C at the terminal would reach them all; it is ours to say when they end.
        detached: true,
      }).spawn();
    } catch (error) {
      const why = error instanceof Deno.errors.NotFound ? "there is no such program" : toError(error).message;
      throw new Error(`Cannot start "${spec.name}": ${spec.command} does not run: ${why}`, { cause: error });
    }
    const lastLines: string[] = [];
    const child: Child = {
      name: spec.name,
      process,
      lastLines,
      alive: true,
      ended: this.#follow(spec.name, process, lastLines).then((end) => {
        child.alive = false;
        this.#options.onEnd(end);
      }),
    };
    this.#children.push(child);
  }

  /**
   * Ends all children together and waits for them: SIGINT to each, SIGKILL after the grace time.
   *
   * What a child leaves running, as a shell script its agent, gets the same, whenever the child ends. A process that has gone
   * into a session of its own is its own master.
   *
   * Calling it again waits for the same end.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  /** Ends all children at once with SIGKILL. */
  async kill(): Promise<void> {
    this.#stopping ??= Promise.resolve();
    for (const child of this.#children) send(child, "SIGKILL");
    await this.ended();
  }

  /** Resolves when no child runs any more. */
  async ended(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.ended));
  }

  /** Same as `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stopAll(): Promise<void> {
    for (const child of this.#children) send(child, "SIGINT");
    await within(this.ended(), this.#options.graceSeconds * 1000);
    for (const child of this.#children) send(child, "SIGKILL");
    await this.ended();
  }

  async #follow(name: string, process: Deno.ChildProcess, lastLines: string[]): Promise<ChildEnd> {
    const take = (line: string): void => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      this.#options.onLine(name, line);
    };
    const over = new AbortController();
    const lines = Promise.all(
      [process.stdout, process.stderr].map((stream) => new LineReader(take).readAll(stream, over.signal)),
    );
    const status = await process.status;
    const left = LeftGroup.find(process.pid);
    while (left?.isRunning) await pause(LOOK_MS);
    await within(lines, LINES_MS);
    over.abort();
    await lines;
    // Its other end went with the child, so closing says nothing that is not known.
    await process.stdin.close().catch(() => {});
    return {
      name,
      code: status.code,
      signal: status.signal ?? undefined,
      wanted: this.#stopping !== undefined,
      lastLines: [...lastLines],
    };
  }
}

function send({ alive, process }: Child, signal: "SIGINT" | "SIGKILL"): void {
  if (!alive) return;
  try {
    // A program passes on what asks it to end; what it has started cannot outlive it where it cannot do that.
    if (signal === "SIGINT" || Deno.build.os === "windows") process.kill(signal);
    else Deno.kill(-process.pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

/** Waits for a promise that never rejects, but not longer than so many milliseconds. */
async function within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
