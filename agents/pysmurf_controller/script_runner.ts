/** Running scripts, one at a time. @module */
import type { Readable } from "node:stream";
import { errorText } from "../../framework/run_outcome.ts";
import { sleep } from "../../framework/sleep.ts";
import type { Session } from "../../framework/session.ts";
import { pyStr } from "../../ocs/python_text.ts";
import { ChildProcess } from "./child_process.ts";
import type { ControllerParts } from "./controller_parts.ts";
import { scriptCommand } from "./script_command.ts";
import { openScriptLog, type ScriptLog } from "./script_log.ts";
import { TextLines } from "./text_lines.ts";

/** What is to be run. */
export interface ScriptRequest {
  /** Path or URL. */
  readonly script: string;
  /** Command line arguments, of any kind. */
  readonly args: readonly unknown[];
  /** True for the agent's log, a path for a file, false for nowhere. */
  readonly log: boolean | string;
}

/** How a run or an abort ended. */
export type ScriptResult = readonly [ok: boolean, message: string];

// Datagrams of a script that has ended may still be on their way (smurf 2.2, step 7).
const GRACE_SECONDS = 1;

/** Runs scripts for the operations `run`, `tune_squids` and `abort` (smurf 2.2). The agent disposes of it. */
export class ScriptRunner implements AsyncDisposable {
  readonly #parts: ControllerParts;
  /** The run whose script is being started, or runs. */
  #session: Session | undefined;
  /** The script that runs. */
  #child: ChildProcess | undefined;
  /** Scripts that have ended, but whose pipes are open yet: a child of theirs holds them. */
  readonly #leftovers = new Set<{ readonly child: ChildProcess; readonly closed: Promise<void> }>();

  /** Runs nothing yet. */
  constructor(parts: ControllerParts) {
    this.#parts = parts;
  }

  /**
   * Runs a script to its end, and for a second longer.
   *
   * Does so under the agent's lock and with the session as the current one. When the session is aborted the script is
   * killed; when the agent shuts down it is asked to end first.
   */
  async run(session: Session, request: ScriptRequest): Promise<ScriptResult> {
    const { lock, current, agent: { clock, log } } = this.#parts;
    if (session.signal.aborted) return [false, "Aborted before the script was started"];
    using held = await lock.acquireTimeout({ timeoutSeconds: 0, job: request.script });
    if (!held.acquired) {
      return [
        false,
        `The requested script cannot be run because script ${lock.job} is already running`,
      ];
    }
    using _current = current.attach(session);
    this.#session = session;
    try {
      return await this.#supervise(session, request);
    } catch (error) {
      this.#session = undefined;
      log.error(errorText(error));
      await sleep(GRACE_SECONDS, { clock });
      return [false, errorText(error)];
    }
  }

  /**
   * Kills the script that runs, with its children. Its run ends as one killed by a signal.
   *
   * One that is being started is not started, or killed as soon as it is.
   */
  abort(): ScriptResult {
    if (this.#session === undefined || this.#child?.running === false) {
      return [false, "Cannot abort: no script is running"];
    }
    this.#session.abort();
    return [true, "Aborting process"];
  }

  /** Kills what still runs, and lets go of the pipes that children of former scripts hold. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.[Symbol.asyncDispose]();
    for (const { child, closed } of this.#leftovers) {
      await child[Symbol.asyncDispose]();
      await closed;
    }
  }

  async #supervise(session: Session, { script, args, log: mode }: ScriptRequest): Promise<ScriptResult> {
    const { clock, log } = this.#parts.agent;
    const onFault = (text: string): void => {
      log.error(text);
      session.addMessage(text);
    };
    const scriptLog = await openScriptLog(mode, { script, log, clock, onFault });
    let child: ChildProcess;
    try {
      if (session.signal.aborted) throw new Error("Aborted before the script was started");
      child = this.#child = await this.#start(script, args, scriptLog === undefined ? "discard" : "read");
    } catch (error) {
      await scriptLog?.[Symbol.asyncDispose]();
      throw error;
    }
    const output = readOutput(child, scriptLog);
    const code = await this.#untilExit(session, child);
    this.#session = undefined;
    this.#child = undefined;
    const graceOver = sleep(GRACE_SECONDS, { clock });
    await Promise.race([output, graceOver]);
    // A disk that hangs holds up neither the operation nor the lock.
    await Promise.race([scriptLog?.ended(code), graceOver]);
    await graceOver;
    this.#close(child, output, scriptLog);
    return [code === 0, `Script has finished with exit code ${pyStr(code)}`];
  }

  async #start(
    script: string,
    args: readonly unknown[],
    output: "read" | "discard",
  ): Promise<ChildProcess> {
    const { agent: { log }, options, childEnvironment } = this.#parts;
    const command = scriptCommand(script, args, options);
    log.info(`Running script: ${pyStr([command.command, ...command.args])}`);
    return await ChildProcess.start({ ...command, env: childEnvironment(), output, log });
  }

  async #untilExit(session: Session, child: ChildProcess): Promise<number | null> {
    const { clock, signal: shutdown } = this.#parts.agent;
    const end = (): void => {
      if (shutdown.aborted) void child.end(clock);
      else child.kill();
    };
    session.signal.addEventListener("abort", end, { once: true });
    if (session.signal.aborted) end();
    try {
      return await child.exited;
    } finally {
      session.signal.removeEventListener("abort", end);
    }
  }

  /** Lets go of a script whose output has been read; one of its children may hold the pipes for as long as it likes. */
  #close(child: ChildProcess, output: Promise<void>, log: ScriptLog | undefined): void {
    const close = async (): Promise<void> => {
      await output;
      await child[Symbol.asyncDispose]();
      await log?.[Symbol.asyncDispose]();
      this.#leftovers.delete(leftover);
    };
    const leftover = { child, closed: Promise.resolve().then(close) };
    this.#leftovers.add(leftover);
  }
}

/** Reads both pipes to their ends, whether the log takes it or not any more. */
async function readOutput(child: ChildProcess, log: ScriptLog | undefined): Promise<void> {
  if (log === undefined) return;
  const read = async (name: "stdout" | "stderr", stream: Readable): Promise<void> => {
    const lines = new TextLines();
    try {
      for await (const bytes of stream) await log.write(name, lines.push(bytes));
    } catch {
      // Only disposing of the child ends a pipe before its end.
    }
    await log.write(name, lines.end());
  };
  await Promise.all([read("stdout", child.stdout), read("stderr", child.stderr)]);
}
