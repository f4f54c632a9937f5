/** A verb line. @module */
import { ExitCode } from "../verbs/exit_code.ts";
import type { VerbCommand } from "../verbs/grammar.ts";
import { parseTarget } from "../verbs/operation_target.ts";
import { parseVerb } from "../verbs/parse_verb.ts";
import { runVerb } from "../verbs/run_verb.ts";
import { verbExitCode } from "../verbs/verb_exit_code.ts";
import { describeError } from "./describe_value.ts";
import type { LineContext, LineResult } from "./line_context.ts";
import { openResultFile } from "./open_result_file.ts";
import { splitRedirect } from "./split_redirect.ts";
import { setLast } from "./run_typescript.ts";
import { InterruptedError, untilAborted } from "./until_aborted.ts";

/** Parses a verb line and carries it out; what is wrong is told. */
export async function runVerbLine(
  line: string,
  context: LineContext,
  signal: AbortSignal,
): Promise<LineResult> {
  const { terminal } = context;
  try {
    const { words, file } = splitRedirect(line);
    return await runWords(words, { context, signal, file });
  } catch (error) {
    terminal.progress(undefined);
    const { look } = terminal;
    const colors = look.style("bold", "x") !== "x";
    const code = verbExitCode(error);
    // What is known to go wrong needs no more than its text.
    const text = code !== undefined || isPlain(error)
      ? `${look.style(["bold", "red"], "Error:")} ${error instanceof Error ? error.message : String(error)}`
      : describeError(error, { columns: look.columns, colors });
    await terminal.tell(text);
    const outcome = code === ExitCode.TIMEOUT ? "timeout" : code === ExitCode.USAGE ? "refused" : "failed";
    return { outcome, code: code ?? ExitCode.FAILED };
  }
}

interface WordsContext {
  readonly context: LineContext;
  readonly signal: AbortSignal;
  readonly file: { readonly path: string; readonly append: boolean } | undefined;
}

async function runWords(
  words: readonly string[],
  { context, signal, file }: WordsContext,
): Promise<LineResult> {
  const { terminal, link, options, own } = context;
  const { look } = terminal;
  const colors = look.style("bold", "x") !== "x";
  const parsed = parseVerb(words, { columns: look.columns, colors, program: "" });
  if (!("command" in parsed)) {
    if (parsed.out !== "") await terminal.print(parsed.out.trimEnd());
    if (parsed.err !== "") await terminal.tell(parsed.err.trimEnd());
    return { outcome: parsed.code === 0 ? "ok" : "refused", code: parsed.code };
  }
  const { command } = parsed;
  using result = file === undefined ? undefined : await openResultFile(file);
  const write = result === undefined ? undefined : async (text: string): Promise<void> => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await result.write(bytes.subarray(at));
  };
  let targets: readonly string[] | undefined;
  using _shown = command.command === "messages" && command.follow ? showOf(command.target, own) : undefined;
  try {
    const outcome = await untilAborted(
      runVerb(command, {
        options: { ...options, link, signal },
        terminal: terminal.forVerb(signal, write),
        fleet: context.fleet,
        variableOf: (instance) => context.variables.nameOf(instance),
        onData: setLast,
        onTargets: (found) => targets = found,
      }),
      signal,
    );
    const code = { ok: ExitCode.OK, failed: ExitCode.FAILED, timeout: ExitCode.TIMEOUT }[outcome];
    return { outcome, code, targets };
  } catch (error) {
    if (!signal.aborted || !(error instanceof InterruptedError || error === signal.reason)) throw error;
    terminal.progress(undefined);
    await terminal.tell(interruptedText(command, context));
    return { outcome: "interrupted", code: ExitCode.KILLED, targets };
  } finally {
    terminal.showHeld();
  }
}

function showOf(target: string, own: LineContext["own"]): Disposable {
  const { instanceId, opName } = parseTarget(target);
  return own.show(instanceId, opName);
}

/** What still runs, and how to stop it. */
function interruptedText(command: VerbCommand, { own, fleet }: LineContext): string {
  const others = own.running.map(({ agent, op }) => `${agent}.${op}`);
  if (command.command === "start" || command.command === "wait") {
    const { target } = command;
    const at = target.lastIndexOf(".");
    const api = fleet.agents.get(target.slice(0, at))?.api;
    const isTask = api?.tasks.some(([name]) => name === target.slice(at + 1)) === true;
    const rest = others.filter((name) => name !== target);
    const also = rest.length === 0 ? "" : `\nAlso running, started here: ${rest.join(", ")}`;
    return `Interrupted: ${target} goes on all the same; ${
      isTask ? "abort" : "stop"
    } ${target} ends it, status ${target} tells how it is${also}`;
  }
  if (/^hosts (up|down|restart)$/.test(command.command)) {
    return "Interrupted: what the host managers were asked for counts all the same; hosts tells how it is";
  }
  return others.length === 0 ? "Interrupted" : `Interrupted; running, started here: ${others.join(", ")}`;
}

/** Errors that are told in one line: of files, and of wrong words. */
function isPlain(error: unknown): boolean {
  return error instanceof Error && /^Cannot /.test(error.message) &&
    !(error instanceof TypeError || error instanceof ReferenceError);
}
