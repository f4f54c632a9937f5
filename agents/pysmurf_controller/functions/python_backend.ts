/** Functions of sodetlib, each in a Python process of its own (smurf 2.9). @module */
import type { Readable } from "node:stream";
import { errorText } from "../../../framework/run_outcome.ts";
import { sleep } from "../../../framework/sleep.ts";
import type { Clock } from "../../../internal/clock.ts";
import type { Logger } from "../../../internal/log.ts";
import { ChildProcess } from "../child_process.ts";
import { TextLines } from "../text_lines.ts";
import { decodeObject, decodeRecord, encodeCall, isObject, toRecord } from "./function_record.ts";
import HELPER from "./helper.py" with { type: "text" };
import { MAX_RESULT_BYTES, readLines, ResultPipe } from "./result_pipe.ts";
import {
  failedRecord,
  type FunctionCall,
  type FunctionName,
  type FunctionRecord,
  type FunctionWatcher,
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

// The helper travels in the environment: nothing lies around on the disk, its input is the request alone, and a list
// of processes stays readable. Taken out at once, so that the helper's own children do not inherit it.
const HELPER_VARIABLE = "OCS_SMURF_HELPER";
const LOADER = `import os; exec(compile(os.environ.pop("${HELPER_VARIABLE}"), "helper.py", "exec"))`;

// A child of the helper may hold the pipes open for ever after the helper has gone.
const DRAIN_SECONDS = 2;

// Our own end, however it came, leaves a helper so long to close its stream; it learns of it by the end of its input.
const ORPHAN_SECONDS = 30;

/** Calls functions in Python. */
export class PythonBackend implements SmurfBackend {
  readonly simulated = false;
  readonly #options: PythonBackendOptions;
  readonly #children = new Set<ChildProcess>();

  /** Starts nothing yet. */
  constructor(options: PythonBackendOptions) {
    this.#options = options;
  }

  /** Calls a function; one that is aborted gets SIGINT, SIGTERM and SIGKILL within 6 s, with its children. */
  async call(call: FunctionCall, watcher: FunctionWatcher): Promise<FunctionRecord> {
    const { clock } = this.#options;
    return await this.#supervise(call, false, async (child) => {
      const result = new ResultPipe(child.result, () => child.kill());
      using _abort = onAbort(watcher.signal, () => void child.end(clock));
      const code = await child.exited;
      await settled(result.ended, DRAIN_SECONDS, clock);
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
    endWithinSeconds: () => number,
  ): Promise<FunctionRecord> {
    const { clock, log } = this.#options;
    return await this.#supervise(call, true, async (child) => {
      let record: FunctionRecord | undefined;
      let fault: string | undefined;
      const over = new AbortController();
      const end = (): void => {
        child.closeInput();
        void sleep(endWithinSeconds(), { clock, signal: over.signal }).then(() => {
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

  /** Kills the helpers that are still there. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#children].map((child) => child[Symbol.asyncDispose]()));
  }

  async #supervise(
    call: FunctionCall,
    lasting: boolean,
    work: (child: ChildProcess) => Promise<FunctionRecord>,
  ): Promise<FunctionRecord> {
    const { python, slot, childEnvironment, clock, log } = this.#options;
    let child: ChildProcess;
    try {
      child = await ChildProcess.start({
        command: python,
        args: ["-u", "-c", LOADER],
        env: { ...childEnvironment(), [HELPER_VARIABLE]: HELPER },
        input: encodeCall(call, slot ?? null),
        keepInputOpen: lasting,
        output: "read",
        resultPipe: true,
        log,
        ...(lasting ? { orphanSeconds: ORPHAN_SECONDS } : {}),
      });
    } catch (error) {
      return failedRecord(errorText(error));
    }
    await using _child = child;
    this.#children.add(child);
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
