/** Runs a script as a program of its own: with the site, a deadline, a log file and the Ctrl-C ladder. @module */
import { SYSTEM_CLOCK } from "../internal/clock.ts";
import { SAME_SIGNAL_MS, stopSignals } from "../internal/stop_signals.ts";
import { toError } from "../internal/to_error.ts";
import { clientEnvironment, type SiteOptions } from "../site/mod.ts";
import { ScriptLog } from "./script_log.ts";

/** What to run, and how. */
export interface RunScriptFileOptions {
  /** Arguments of the script. */
  readonly args: readonly string[];
  /** The site that its clients find. */
  readonly site: SiteOptions;
  /** After so many seconds it is asked to end, then climbs the ladder. */
  readonly deadlineSeconds?: number | undefined;
  /** File to append everything to that it writes. Its streams are no terminal then. */
  readonly logFile?: string | undefined;
  /** Whether the script may read this program's standard input; default yes. */
  readonly readsInput?: boolean | undefined;
  /** What this side has to say. */
  readonly say: (text: string) => Promise<void> | void;
  /** Where its output goes when there is a log file; otherwise it has this program's own. */
  readonly write: (stream: "out" | "err", text: string) => Promise<void>;
}

/** How a script ended. */
export interface ScriptEnd {
  /** Its exit code; 128 and more after a signal, 4 when its deadline had passed. */
  readonly code: number;
  /** How long it ran, in seconds. */
  readonly seconds: number;
}

/** The deadline asks so many seconds after it passed: to end, to end now, to leave. Then the script is killed. */
const DEADLINE_STEPS_SECONDS = [0, 30, 150];
/** What a script gets to leave after it was told to for the third time. */
const LEAVE_MS = 3000;
const TIMEOUT_CODE = 4;
const IS_REMOTE = /^(https?|data|npm|jsr):/;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/**
 * Runs a script with Deno and waits for its end.
 *
 * Signals go on to the script, which climbs the ladder (`runScript`). One that is still there 3 s after the third is
 * killed: its event loop hangs.
 *
 * @param script Path or URL.
 * @throws {RangeError} If there is no such file, no Deno, or the log file cannot be written.
 */
export async function runScriptFile(script: string, options: RunScriptFileOptions): Promise<ScriptEnd> {
  const target = await findScript(script);
  using log = options.logFile === undefined ? undefined : ScriptLog.open(options.logFile, (error) => {
    void options.say(`Cannot write the log file any more: ${toError(error).message}`);
  });
  const stream = log === undefined ? "inherit" : "piped";
  // A script of elsewhere has no place in the lock file of whoever is here.
  const lock = IS_REMOTE.test(target) ? ["--no-lock"] : [];
  const child = startDeno(["run", "-A", "--quiet", ...lock, target, ...options.args], {
    env: clientEnvironment(options.site),
    stdin: options.readsInput === false ? "null" : "inherit",
    stdout: stream,
    stderr: stream,
  });
  const startedMs = performance.now();
  log?.line("run", [`pid ${child.pid}:`, script, ...options.args].join(" "));
  const say = (text: string) => {
    log?.line("run", text);
    void options.say(text);
  };
  const ladder = new Ladder(child, say);
  using _listening = ladder.forwardSignals();
  using deadline = ladder.startDeadline(options.deadlineSeconds);
  const copies = log === undefined ? [] : [
    copy(child.stdout, "out", log, options.write),
    copy(child.stderr, "err", log, options.write),
  ];
  const [status] = await Promise.all([child.status, ...copies]);
  ladder.ended();
  const seconds = (performance.now() - startedMs) / 1000;
  const code = deadline.passed
    ? TIMEOUT_CODE
    : status.signal === null
    ? status.code
    : 128 + (SIGNAL_NUMBERS[status.signal] ?? 0);
  log?.line("run", `ended with code ${code} after ${seconds.toFixed(1)} s`);
  return { code, seconds };
}

/** The steps from "please end" to the end. */
class Ladder {
  readonly #child: Deno.ChildProcess;
  readonly #say: (text: string) => void;
  #asked = 0;
  #lastMs = -Infinity;
  #killTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(child: Deno.ChildProcess, say: (text: string) => void) {
    this.#child = child;
    this.#say = say;
  }

  /** Sends on the signals that come here. The script may have had one of the terminal already: it knows an echo. */
  forwardSignals(): Disposable {
    const handlers = stopSignals().map((signal) => ({ signal, handler: () => this.#ask(signal) }));
    for (const { signal, handler } of handlers) Deno.addSignalListener(signal, handler);
    return {
      [Symbol.dispose]() {
        for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
      },
    };
  }

  /** Asks at the deadline and after it. */
  startDeadline(seconds: number | undefined): Disposable & { readonly passed: boolean } {
    let passed = false;
    const stops = seconds === undefined
      ? []
      : DEADLINE_STEPS_SECONDS.map((step) =>
        SYSTEM_CLOCK.setTimer((seconds + step) * 1000, () => {
          this.#say(
            `The deadline of ${seconds} s has passed${
              step === 0 ? "" : `, ${step} s ago`
            }: asking the script to end.`,
          );
          passed = true;
          this.#ask("SIGTERM");
        })
      );
    return {
      get passed() {
        return passed;
      },
      [Symbol.dispose]: () => stops.forEach((stop) => stop()),
    };
  }

  /** The script is gone. */
  ended(): void {
    clearTimeout(this.#killTimer);
  }

  #ask(signal: Deno.Signal): void {
    const isEcho = performance.now() - this.#lastMs < SAME_SIGNAL_MS;
    this.#lastMs = performance.now();
    if (!isEcho) this.#asked++;
    this.#kill(signal);
    if (this.#asked < DEADLINE_STEPS_SECONDS.length || this.#killTimer !== undefined) return;
    this.#killTimer = setTimeout(() => {
      this.#say(
        "The script does not react, and is killed. What it has started goes on: look with ocs agents.",
      );
      this.#kill("SIGKILL");
    }, LEAVE_MS);
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has just ended: that was the aim.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

async function findScript(script: string): Promise<string> {
  if (IS_REMOTE.test(script) || script.startsWith("file:")) return script;
  const found = await Deno.stat(script).catch(() => undefined);
  if (found?.isFile) return script;
  const what = found === undefined ? "there is no such file" : "it is no file";
  throw new RangeError(`Cannot run "${script}": ${what}; expected a TypeScript file or a URL`);
}

function startDeno(args: readonly string[], options: Omit<Deno.CommandOptions, "args">): Deno.ChildProcess {
  // A compiled program is not Deno itself.
  const command = Deno.build.standalone ? "deno" : Deno.execPath();
  try {
    return new Deno.Command(command, { ...options, args: [...args] }).spawn();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new RangeError(`Cannot run a script: "${command}" is not on the PATH, expected Deno 2`, { cause });
  }
}

async function copy(
  stream: ReadableStream<Uint8Array>,
  name: "out" | "err",
  log: ScriptLog,
  write: RunScriptFileOptions["write"],
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const text = decoder.decode(bytes, { stream: true });
    log.piece(name, text);
    await write(name, text);
  }
}
