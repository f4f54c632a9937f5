/** Functions of sodetlib, each in a Python process of its own (smurf 2.9). @module */
import type { Readable } from "node:stream";
import { errorText } from "../../../framework/run_outcome.ts";
import { sleep } from "../../../framework/sleep.ts";
import type { Clock } from "../../../internal/clock.ts";
import type { Logger } from "../../../internal/log.ts";
import { ChildProcess } from "../child_process.ts";
import { TextLines } from "../text_lines.ts";
import { decodeObject, decodeRecord, encodeCall, isObject, toRecord } from "./function_record.ts";
import { helperProgram } from "./helper_program.ts";
import { MAX_RESULT_BYTES, readLines, ResultPipe } from "./result_pipe.ts";
import {
  failedRecord,
  type FunctionCall,
  type FunctionName,
  type FunctionRecord,
  type FunctionWatcher,
  type Patience,
  type SmurfBackend,
} from "./smurf_backend.ts";

/** What helpers are started with. */
export interface PythonBackendOptions {
  /** The interpreter. */
  readonly python: string;
  /** Slot of the card where the agent was told one. */
  readonly slot: number | undefined;
  /** Environment of children at this moment, `SLOT` included (smurf B7). */
  readonly childEnvironment: () => Record<string, string>;
  readonly clock: Clock;
  /** Gets what helpers write. */
  readonly log: Logger;
}

/** How a helper is looked after. */
interface SuperviseOptions {
  /** For one that goes on until it is stopped. */
  readonly patience?: Patience;
  /** Gets what it prints; default the agent's. */
  readonly log: Logger | undefined;
}

// A child of the helper may hold the pipes open for ever after the helper has gone.
const DRAIN_SECONDS = 2;
// Without an answer yet there is more to lose: a machine under load may have been late to read it.
const ANSWER_SECONDS = 10;

/** Calls functions in Python. */
export class PythonBackend implements SmurfBackend {
  readonly simulated = false;
  readonly #options: PythonBackendOptions;
  /** Helpers that run, and how long they may outlive the agent. */
  readonly #children = new Map<ChildProcess, number>();
  /** Calls that end before the agent does. */
  readonly #calls = new Set<Promise<FunctionRecord>>();
  #over = false;

  /** Starts nothing yet. */
  constructor(options: PythonBackendOptions) {
    this.#options = options;
  }

  /** Calls a function; one that is aborted gets SIGINT, SIGTERM and SIGKILL within 6 s, with its children. */
  async call(call: FunctionCall, watcher: FunctionWatcher): Promise<FunctionRecord> {
    const { clock } = this.#options;
    return await this.#supervise(call, { log: watcher.log }, async (child) => {
      const result = new ResultPipe(child.result, () => child.kill());
      using _abort = onAbort(watcher.signal, () => void child.end(clock));
      const code = await child.exited;
      await settled(result.ended, DRAIN_SECONDS, clock);
      if (!result.endsWithLine) await settled(result.ended, ANSWER_SECONDS - DRAIN_SECONDS, clock);
      if (result.tooMuch) {
        return failedRecord(`${cannot(call)}: its result has more than ${MAX_RESULT_BYTES} bytes`);
      }
      return recordOf(call, result.bytes(), code);
    });
  }

  /** Calls a function that goes on; it is asked to end by the end of its input. */
  async follow(
    call: FunctionCall,
    watcher: FunctionWatcher,
    patience: Patience,
  ): Promise<FunctionRecord> {
    const { clock, log } = this.#options;
    return await this.#supervise(call, { patience, log: watcher.log }, async (child) => {
      let record: FunctionRecord | undefined;
      let fault: string | undefined;
      const over = new AbortController();
      const end = (): void => {
        child.closeInput();
        void sleep(patience.endWithinSeconds(), { clock, signal: over.signal }).then(() => {
          if (!child.running) return;
          log.error(`${call.funcName}: the helper did not end in time and is killed`);
          child.kill();
        });
      };
      using _abort = onAbort(watcher.signal, end);
      const read = readLines(child.result, (line) => {
        const message = decodeObject(line);
        if ("success" in message) record = toRecord(message);
        else passOn(message, watcher);
      }).catch((error) => {
        fault = errorText(error);
        end();
      });
      const code = await child.exited;
      over.abort();
      await settled(read, DRAIN_SECONDS, clock);
      if (fault !== undefined) return failedRecord(`${cannot(call)}: ${fault}`);
      return record ?? failedRecord(`${cannot(call)}: the helper wrote no result and ${endText(code)}`);
    });
  }

  /** Kills the helpers that are still there; those that may outlive the agent are left to their guard. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    for (const [child, orphanSeconds] of this.#children) {
      child.closeInput();
      if (orphanSeconds === 0) child.kill();
      else this.#options.log.warn(`A helper still tidies up; it is killed after ${orphanSeconds} s`);
    }
    await Promise.all(this.#calls);
  }

  async #supervise(
    call: FunctionCall,
    options: SuperviseOptions,
    work: (child: ChildProcess) => Promise<FunctionRecord>,
  ): Promise<FunctionRecord> {
    const running = this.#run(call, options, work);
    if ((options.patience?.orphanSeconds ?? 0) > 0) return await running;
    this.#calls.add(running);
    try {
      return await running;
    } finally {
      this.#calls.delete(running);
    }
  }

  async #run(
    call: FunctionCall,
    { patience, log = this.#options.log }: SuperviseOptions,
    work: (child: ChildProcess) => Promise<FunctionRecord>,
  ): Promise<FunctionRecord> {
    const { python, slot, childEnvironment, clock } = this.#options;
    const program = helperProgram();
    let child: ChildProcess;
    try {
      child = await ChildProcess.start({
        command: python,
        args: ["-u", ...program.args],
        env: { ...childEnvironment(), ...program.env },
        input: encodeCall(call, slot ?? null),
        keepInputOpen: patience !== undefined,
        output: "read",
        resultPipe: true,
        log,
        orphanSeconds: patience?.orphanSeconds,
      });
    } catch (error) {
      return failedRecord(errorText(error));
    }
    await using _child = child;
    this.#children.set(child, patience?.orphanSeconds ?? 0);
    // The agent's end may have come while it was being started.
    if (this.#over) child.kill();
    void child.exited.then(() => this.#children.delete(child));
    const output = Promise.all([
      forward(child.stdout, (line) => log.info(`${call.funcName}: ${line}`)),
      forward(child.stderr, (line) => log.error(`${call.funcName}: ${line}`)),
    ]);
    const record = await work(child);
    await settled(output, DRAIN_SECONDS, clock);
    return record;
  }
}

/** Waits for something that does not fail, but not longer than so many seconds. */
async function settled(promise: Promise<unknown>, seconds: number, clock: Clock): Promise<void> {
  const over = new AbortController();
  void promise.then(() => over.abort());
  await sleep(seconds, { clock, signal: over.signal });
  over.abort();
}

/** Calls back on abort, at once when that has been; taken back at the end of the scope. */
function onAbort(signal: AbortSignal, callback: () => void): Disposable {
  signal.addEventListener("abort", callback, { once: true });
  if (signal.aborted) callback();
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", callback) };
}

/** A child that ended without a record has failed, whatever its exit code (smurf B4). */
function recordOf(call: FunctionCall, bytes: Uint8Array, code: number | null): FunctionRecord {
  if (bytes.length === 0) {
    return failedRecord(`${cannot(call)}: the helper wrote no result and ${endText(code)}`);
  }
  try {
    return decodeRecord(bytes);
  } catch (error) {
    return failedRecord(
      `${cannot(call)}: the helper ${endText(code)}, and its result is none: ${errorText(error)}`,
    );
  }
}

/** Hands an update to whoever waits for the function. */
function passOn(message: Record<string, unknown>, watcher: FunctionWatcher): void {
  const { data, error } = message;
  if (isObject(data)) watcher.onData(data);
  else if (typeof error === "string") watcher.onError(error);
  else throw new SyntaxError('Cannot read update: expected "data" or "error"');
}

function cannot({ funcName }: { readonly funcName: FunctionName }): string {
  return `Cannot call "${funcName}"`;
}

function endText(code: number | null): string {
  return code === null ? "was ended by a signal" : `ended with exit code ${code}`;
}

/** Reads a pipe to its end, whether the log takes it or not. */
async function forward(stream: Readable, write: (line: string) => void): Promise<void> {
  const lines = new TextLines();
  try {
    for await (const bytes of stream) lines.push(bytes).forEach(write);
  } catch {
    // Only disposing of the child ends a pipe before its end.
  }
  lines.end().forEach(write);
}
