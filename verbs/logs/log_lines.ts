/** Reads and follows the lines of a source. @module */
import { LineReader } from "../../internal/line_reader.ts";
import { pause } from "../../internal/pause.ts";
import { runProgram } from "../../internal/run_program.ts";
import { toError } from "../../internal/to_error.ts";
import { NoLogError } from "../errors.ts";
import { managerSession } from "../hosts/look_at_hosts.ts";
import { FileTail, textLines } from "./file_tail.ts";
import type { LogSource, LogStream } from "./log_source.ts";
import { newLines } from "./new_lines.ts";

/** Last lines of a program. */
export interface LastLines {
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** How lines are read. */
export interface LogLinesOptions {
  /** Lines of each stream. */
  readonly count: number;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Whoever follows. */
export interface LogListener {
  /** Takes each line; what it returns is waited for. */
  readonly onLine: (stream: LogStream, line: string) => Promise<void>;
  /** Takes what there is to know besides. */
  readonly onNote: (text: string) => void;
}

const FILE_LOOK_MS = 300;
const MANAGER_LOOK_MS = 1000;

/**
 * Reads the last lines.
 *
 * @throws {NoLogError} If they cannot be read.
 */
export async function readLastLines(source: LogSource, options: LogLinesOptions): Promise<LastLines> {
  const { count, timeoutSeconds, signal } = options;
  switch (source.kind) {
    case "files": {
      const lines = { out: [] as readonly string[], err: [] as readonly string[] };
      for (const { stream, path } of source.files) {
        lines[stream] = new FileTail(path).last(count, { whole: true });
      }
      return lines;
    }
    case "manager": {
      const { out, err } = await shownLines(source, options);
      return { out: out.slice(-count), err: err.slice(-count) };
    }
    case "docker": {
      const args = ["logs", "--tail", String(count), source.container];
      const { code, stdout, stderr } = await runProgram("docker", args, {
        timeoutMs: timeoutSeconds * 1000,
        signal,
      });
      if (code !== 0) throw dockerFailed(source.agent, code, stderr);
      return { out: textLines(stdout), err: textLines(stderr) };
    }
  }
}

/**
 * Tells the last lines, then each that comes, until the signal is aborted; of a container, or until it has ended.
 *
 * @throws {NoLogError} If they cannot be read.
 */
export async function followLines(
  source: LogSource,
  listener: LogListener,
  options: LogLinesOptions,
): Promise<void> {
  if (source.kind === "files") return await followFiles(source, listener, options);
  if (source.kind === "manager") return await followManager(source, listener, options);
  await followDocker(source, listener, options);
}

async function followFiles(
  { files }: Extract<LogSource, { readonly kind: "files" }>,
  { onLine, onNote }: LogListener,
  { count, signal }: LogLinesOptions,
): Promise<void> {
  const tails = files.map(({ stream, path }) => ({ stream, path, tail: new FileTail(path) }));
  for (const { stream, tail } of tails) {
    for (const line of tail.last(count, { whole: false })) await onLine(stream, line);
  }
  while (signal?.aborted !== true) {
    for (const { stream, path, tail } of tails) {
      const { lines, cut } = tail.read();
      if (cut) onNote(`${path} has been put aside and begun anew`);
      for (const line of lines) await onLine(stream, line);
    }
    await pause(FILE_LOOK_MS, { signal });
  }
}

type ManagerSource = Extract<LogSource, { readonly kind: "manager" }>;

async function shownLines(
  { agent, client }: ManagerSource,
  { timeoutSeconds, signal }: LogLinesOptions,
): Promise<LastLines & { readonly pid: number | null }> {
  const { children } = await managerSession(client, { timeoutSeconds, signal });
  const child = children?.get(agent);
  if (child === undefined) {
    throw new NoLogError(
      `Cannot show the log of "${agent}": "${client.instanceId}" does not tell of it any more`,
    );
  }
  return child;
}

async function followManager(
  source: ManagerSource,
  { onLine, onNote }: LogListener,
  options: LogLinesOptions,
): Promise<void> {
  const { count, signal } = options;
  let shown = await shownLines(source, options);
  for (const stream of ["out", "err"] as const) {
    for (const line of shown[stream].slice(-count)) await onLine(stream, line);
  }
  let isAway = false;
  while (signal?.aborted !== true) {
    await pause(MANAGER_LOOK_MS, { signal });
    if (signal?.aborted) return;
    const before = shown;
    try {
      shown = await shownLines(source, options);
    } catch (error) {
      if (signal?.aborted) return;
      if (!isAway) onNote(`${toError(error).message}; trying again`);
      isAway = true;
      continue;
    }
    if (isAway) onNote(`${source.manager} answers again`);
    isAway = false;
    const isSameRun = shown.pid === before.pid;
    for (const stream of ["out", "err"] as const) {
      const { lines, missed } = newLines(before[stream], shown[stream]);
      if (missed && isSameRun) {
        onNote("lines may be missing here: they came faster than the manager shows them");
      }
      for (const line of lines) await onLine(stream, line);
    }
  }
}

async function followDocker(
  { agent, container }: Extract<LogSource, { readonly kind: "docker" }>,
  { onLine, onNote }: LogListener,
  { count, signal }: LogLinesOptions,
): Promise<void> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("docker", {
      args: ["logs", "--follow", "--tail", String(count), container],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw new NoLogError(
      `Cannot show the log of "${agent}": docker does not run: ${toError(error).message}`,
      {
        cause: error,
      },
    );
  }
  const end = (): void => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end, { once: true });
  let last = "";
  // One after the other, in the order in which they came; docker waits while nobody takes them, as behind `| less`.
  let telling = Promise.resolve();
  const asTaken = (): TransformStream<Uint8Array, Uint8Array> =>
    new TransformStream({
      async transform(chunk, controller) {
        await telling;
        controller.enqueue(chunk);
      },
    });
  const reader = (stream: LogStream): LineReader =>
    new LineReader((line) => {
      if (stream === "err") last = line;
      telling = telling.then(() => onLine(stream, line));
      telling.catch(() => {}); // told where it is awaited
    });
  try {
    const [{ code }] = await Promise.all([
      child.status,
      reader("out").readAll(child.stdout.pipeThrough(asTaken())),
      reader("err").readAll(child.stderr.pipeThrough(asTaken())),
    ]);
    await telling;
    if (signal?.aborted) return;
    if (code !== 0) throw dockerFailed(agent, code, last);
    onNote(`The container of ${agent} has ended`);
  } finally {
    signal?.removeEventListener("abort", end);
    end();
  }
}

function dockerFailed(agent: string, code: number, text: string): NoLogError {
  return new NoLogError(
    `Cannot show the log of "${agent}": docker ended with code ${code}: ${text.trim().slice(-1000)}`,
  );
}
