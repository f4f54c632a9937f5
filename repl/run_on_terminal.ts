/** A prompt that somebody types at. @module */
import { stopSignals } from "../internal/stop_signals.ts";
import { VERSION } from "../internal/version.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { redact } from "../verbs/redact.ts";
import { stateFolder } from "../internal/state_folder.ts";
import { siteKey } from "../verbs/state_folder.ts";
import { clientsBanner } from "./define_clients.ts";
import { describeError } from "./describe_value.ts";
import { EventTeller } from "./event_teller.ts";
import { HistoryFile } from "./history_file.ts";
import { leftRunning, mayLeave } from "./may_leave.ts";
import { openContext } from "./open_context.ts";
import { LiveCache } from "./live_cache.ts";
import { MessageWatch } from "./message_watch.ts";
import { foldLines, PromptLine } from "./prompt_line.ts";
import { PromptSession } from "./prompt_session.ts";
import { PromptTerminal } from "./prompt_terminal.ts";
import { promptText } from "./prompt_text.ts";
import type { LineContext } from "./line_context.ts";
import type { RunReplOptions } from "./run_repl_options.ts";
import { catchUnhandled } from "../internal/catch_unhandled.ts";

/** How often the prompt looks whether it has to tell something else, in milliseconds. */
const LOOK_MS = 500;
/** So long the first prompt waits for something to tell: it is there within 300 ms of the program's start. */
const FIRST_LOOK_MS = 100;

/** Reads lines from the terminal until the operator leaves. */
export async function runOnTerminal(options: RunReplOptions): Promise<number> {
  const { out, err } = options;
  // A terminal that knows no cursor is a typewriter.
  const plain = options.plain === true || Deno.env.get("TERM") === "dumb";
  await using stack = new AsyncDisposableStack();
  let tell = (text: string): void => void out.write(`${text}\n`);
  const log = {
    info: (text: string) => tell(text),
    warn: (text: string) => tell(text),
    error: (text: string) => tell(text),
  };
  let complete: (text: string) => Promise<{ candidates: readonly string[]; replaced: string }> = (text) =>
    Promise.resolve({ candidates: [], replaced: text });
  let terminal = new PromptTerminal({ out, err, line: undefined, plain });
  // A wrong site is told before the terminal is taken.
  const context = stack.use(await openContext({ ...options, site: options.site, terminal, log }));
  const { link, fleet, own, variables } = context;
  const cache = stack.use(new LiveCache(context));
  const history = await HistoryFile.open({ folder: stateFolder(), site: siteKey(link.resolved), log });
  const line = stack.use(
    new PromptLine({
      output: out,
      plain,
      history: history.lines.map(foldLines).reverse(),
      complete: (text) => complete(text),
      redact: (text) => redact(text),
    }),
  );
  terminal = new PromptTerminal({ out, err, line, plain });
  tell = (text) => terminal.notify(text);
  const session = new PromptSession({ ...context, terminal }, () => line.takeInterrupt());
  complete = async (text) => {
    const { Completer } = await import("./completer.ts");
    const completer = new Completer({ ...context, cache, isVerb: (text) => session.isVerb(text) });
    complete = (text) => completer.complete(text);
    return await complete(text);
  };
  stack.use(catchUnhandled((what, error) => {
    const colors = out.look.colors;
    terminal.notify(`${what}: ${describeError(error, { columns: out.look.columns, colors })}`);
  }));
  stack.use(new EventTeller(fleet, { own, tell: (text) => terminal.notify(text), look: terminal.look }));
  stack.use(
    new MessageWatch({ ...context, look: terminal.look, tell: (text) => terminal.notify(text) }),
  );
  const left = new AbortController();
  const leave = (): void => {
    left.abort();
    session.interrupt();
  };
  // Ctrl-C comes as a key, unless a script has the terminal: then it is the script's.
  stack.use(listenToSignals(leave, () => terminal.isLent));
  const site = siteName(context);
  const text = (): string => {
    const agents = [...fleet.agents.values()];
    const count = (wanted: string): number => agents.filter(({ state }) => state === wanted).length;
    return promptText({
      site,
      router: fleet.router.state,
      listening: fleet.listening,
      up: count("up"),
      stuck: count("stuck"),
      expired: count("expired"),
      own: own.running,
    }, terminal.look);
  };
  await firstListing(context, plain);
  await out.write(`${greeting(context, terminal)}\n`);
  const banner = clientsBanner(options.clientIds ?? []);
  if (banner !== undefined) await out.write(`${banner}\n`);
  const showPrompt = (): void => {
    if (!session.isPending) line.setPrompt(text());
  };
  void fleet.settled.then(showPrompt);
  const timer = setInterval(() => {
    void variables.update();
    showPrompt();
  }, LOOK_MS);
  stack.defer(() => clearInterval(timer));
  stack.use(line.onInterrupt(() => session.interrupt()));
  await loop({
    line,
    session,
    text,
    history,
    context: { ...context, terminal },
    signal: AbortSignal.any([left.signal, line.ended]),
  });
  if (left.signal.aborted || line.ended.aborted) {
    const { running } = own;
    if (running.length > 0) await terminal.tell(leftRunning(running));
  }
  return left.signal.aborted ? ExitCode.KILLED : ExitCode.OK;
}

/** SIGTERM and the end of the terminal leave the prompt; a second one ends it at once. */
function listenToSignals(leave: () => void, isLent: () => boolean): Disposable {
  let count = 0;
  const signals = stopSignals().map((signal) => ({
    signal,
    handler: () => {
      if (signal === "SIGINT" && isLent()) return;
      if (count++ === 0) leave();
      else Deno.exit(ExitCode.KILLED);
    },
  }));
  for (const { signal, handler } of signals) Deno.addSignalListener(signal, handler);
  return {
    [Symbol.dispose]() {
      for (const { signal, handler } of signals) Deno.removeSignalListener(signal, handler);
    },
  };
}

interface Loop {
  readonly line: PromptLine;
  readonly session: PromptSession;
  readonly text: () => string;
  readonly history: HistoryFile;
  readonly context: LineContext;
  readonly signal: AbortSignal;
}

async function loop({ line, session, text, history, context, signal }: Loop): Promise<void> {
  const { terminal } = context;
  let wasInterrupted = false;
  while (!signal.aborted) {
    const gone = new Promise<{ kind: "end" }>((resolve) => {
      signal.addEventListener("abort", () => resolve({ kind: "end" }), { once: true });
    });
    const read = await Promise.race([line.read(session.isPending ? "... " : text()), gone]);
    if (signal.aborted) return;
    if (read.kind === "line") {
      wasInterrupted = false;
      if (!session.isPending && /^\s*exit\s*$/.test(read.text)) {
        if (await mayLeave(line, context)) return;
        continue;
      }
      void history.append(read.text, session.isVerb(read.text) ? "verb" : "typescript");
      await session.take(read.text);
      continue;
    }
    if (session.isPending) {
      session.forget();
    } else if (read.kind === "interrupt" && context.own.running.length === 0 && !wasInterrupted) {
      wasInterrupted = true;
      await terminal.tell("Ctrl-C again, Ctrl-D or exit leaves");
    } else if (await mayLeave(line, context)) {
      return;
    }
  }
}

/** Name of the site where it has one, else its realm. */
function siteName({ link }: LineContext): string {
  const { sourceFile } = link.resolved;
  const name = sourceFile?.split("/").at(-1)?.replace(/\.ya?ml$/, "");
  return name === undefined || name === "default" ? link.clientSite.realm : name;
}

/** Waits for the router; a prompt that is not redrawn waits for the listing, which a registry gives at once. */
async function firstListing({ fleet, link }: LineContext, plain: boolean): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, FIRST_LOOK_MS));
  const listed = plain ? fleet.settled : link.connection.joined(FIRST_LOOK_MS).catch(() => {});
  await Promise.race([listed, late]);
  clearTimeout(timer);
}

function greeting({ link }: LineContext, { look }: PromptTerminal): string {
  const { wampServer, realm, addressRoot } = link.clientSite;
  return look.style("dim", `ocs ${VERSION}, ${addressRoot} at ${wampServer} (${realm}); help, Tab, exit`);
}
