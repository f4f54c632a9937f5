/** A prompt that reads from a pipe or file. @module */
import { onStopSignals } from "../internal/stop_signals.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { clientsBanner } from "./define_clients.ts";
import { describeError } from "./describe_value.ts";
import { leftRunning } from "./may_leave.ts";
import { openContext } from "./open_context.ts";
import { PromptSession } from "./prompt_session.ts";
import { PromptTerminal } from "./prompt_terminal.ts";
import type { RunReplOptions } from "./run_repl_options.ts";
import { catchUnhandled } from "../internal/catch_unhandled.ts";

/** Reads lines from standard input until `exit` or its end; writes results only. */
export async function runOnPipe(options: RunReplOptions): Promise<number> {
  const { out, err } = options;
  const terminal = new PromptTerminal({ out, err, line: undefined, plain: true });
  const say = (text: string): void => void err.write(`${text}\n`);
  await using context = await openContext({
    ...options,
    site: options.site,
    terminal,
    log: { info: say, warn: say, error: say },
  });
  const { own, link } = context;
  const banner = clientsBanner(options.clientIds ?? []);
  if (banner !== undefined) say(banner);
  const session = new PromptSession(context);
  using _unhandled = catchUnhandled((what, error) => {
    say(`${what}: ${describeError(error, { columns: Infinity, colors: false })}`);
  });
  const stopped = new AbortController();
  const stop = (): void => {
    stopped.abort();
    session.interrupt();
  };
  using _signals = onStopSignals(stop, () => Deno.exit(ExitCode.KILLED));
  out.broken.addEventListener("abort", stop, { once: true });
  for await (const line of linesOf(Deno.stdin.readable, stopped.signal)) {
    if (stopped.signal.aborted || !session.isPending && /^\s*exit\s*$/.test(line)) break;
    await session.take(line);
  }
  await session.end();
  if (own.running.length > 0 && link.connection.state === "joined") await own.refresh(link);
  if (own.running.length > 0) await terminal.tell(leftRunning(own.running));
  return stopped.signal.aborted && !out.broken.aborted ? ExitCode.KILLED : session.code;
}

/** Lines of a stream, until it ends or the signal is aborted. */
async function* linesOf(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield line.replace(/\r$/, "");
    }
    if (rest !== "") yield rest;
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}
