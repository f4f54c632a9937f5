/** Programs that are run for what they say, with a bound on time and length. @module */
import { toError } from "./to_error.ts";

/** How a program is run. */
export interface RunProgramOptions {
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/** What it said. */
export interface ProgramOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** More than this of a stream is an error. */
const MAX_BYTES = 8 * 1024 * 1024;
/** What it has started may hold its output open; then this is how long that is waited for. */
const CLOSE_MS = 500;

/**
 * Runs a program with nothing on its standard input.
 *
 * @throws {Error} If it cannot be started, is not over in time (it has been killed then, with what it has started), writes
 * too much, or the signal aborts.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { timeoutMs, signal }: RunProgramOptions,
): Promise<ProgramOutput> {
  const named = [command, ...args].join(" ").slice(0, 200);
  if (signal?.aborted) throw new Error(`Cannot run "${named}": it is not wanted any more`);
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such program" : toError(error).message;
    throw new Error(`Cannot run "${named}": ${why}`, { cause: error });
  }
  const over = new AbortController();
  let why: string | undefined;
  const end = (reason: string): void => {
    why ??= reason;
    killGroup(child.pid);
    setTimeoutOf(over, CLOSE_MS);
  };
  const timer = setTimeout(() => end(`no end after ${timeoutMs / 1000} s`), timeoutMs);
  const onAbort = (): void => end("it is not wanted any more");
  signal?.addEventListener("abort", onAbort, { once: true });
  const tooLong = (): void => end(`it wrote more than ${MAX_BYTES} bytes`);
  try {
    const [{ code }, stdout, stderr] = await Promise.all([
      child.status,
      readAll(child.stdout, { signal: over.signal, tooLong }),
      readAll(child.stderr, { signal: over.signal, tooLong }),
    ]);
    if (why !== undefined) throw new Error(`Cannot run "${named}": ${why}`);
    return { code, stdout, stderr };
  } finally {
    clearTimeout(timer);
    over.abort();
    signal?.removeEventListener("abort", onAbort);
  }
}

function setTimeoutOf(over: AbortController, delayMs: number): void {
  const timer = setTimeout(() => over.abort(), delayMs);
  over.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
}

async function readAll(
  stream: ReadableStream<Uint8Array>,
  { signal, tooLong }: { readonly signal: AbortSignal; readonly tooLong: () => void },
): Promise<string> {
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {});
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.length;
      if (bytes > MAX_BYTES) tooLong();
      else text += decoder.decode(value, { stream: true });
    }
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
