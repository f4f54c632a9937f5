/** A line of TypeScript. @module */
import { nearMiss } from "../site/near_miss.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { verbExitCode } from "../verbs/verb_exit_code.ts";
import { describeError, describeValue } from "./describe_value.ts";
import type { LineContext, LineResult } from "./line_context.ts";
import { PROMPT_VERBS } from "./prompt_verbs.ts";
import { InterruptedError, untilAborted } from "./until_aborted.ts";

/**
 * Evaluates a text, awaits its value and shows it.
 *
 * @returns Undefined where the text is not complete: more lines are needed.
 */
export async function runTypeScript(
  source: string,
  context: LineContext,
  signal: AbortSignal,
): Promise<LineResult | undefined> {
  const { variables, terminal } = context;
  try {
    await untilAborted(variables.prepare(source), signal);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    await terminal.tell("Interrupted before anything was evaluated");
    return { outcome: "interrupted", code: ExitCode.KILLED };
  }
  // `console.log` does not wait for the echo of its own line.
  await terminal.flush();
  const work = evaluate(source, context);
  try {
    const result = await untilAborted(work, signal);
    if (result === undefined) return undefined;
    setLast(result.value);
    if (result.value !== undefined) await terminal.print(show(result.value, context));
    return { outcome: "ok", code: ExitCode.OK };
  } catch (error) {
    if (error instanceof InterruptedError) {
      tellLater(work, source, context);
      await terminal.tell(interruptedText(context));
      return { outcome: "interrupted", code: ExitCode.KILLED };
    }
    await terminal.tell(`${describeError(error, describeLook(terminal))}${hint(source, error, variables)}`);
    const code = error instanceof SyntaxError ? ExitCode.FAILED : verbExitCode(error) ?? ExitCode.FAILED;
    return { outcome: code === ExitCode.TIMEOUT ? "timeout" : "failed", code };
  }
}

/** The awaited value; undefined where the text is not complete. */
async function evaluate(
  source: string,
  { evaluator }: LineContext,
): Promise<{ readonly value: unknown } | undefined> {
  const evaluation = await evaluator.evaluate(source);
  if (evaluation.kind === "incomplete") return undefined;
  if (evaluation.kind === "error") throw evaluation.error;
  return { value: await evaluation.value };
}

function show(value: unknown, { variables, terminal }: LineContext): string {
  return variables.describe(value, terminal.look) ?? describeValue(value, describeLook(terminal));
}

function interruptedText({ own }: LineContext): string {
  const running = own.running.map(({ agent, op }) => `${agent}.${op}`);
  const more = running.length === 0 ? "" : `; still running, started here: ${running.join(", ")}`;
  return `Interrupted: what was called goes on, and its result is told when it is there${more}`;
}

/** Tells what became of a text that was interrupted. */
function tellLater(
  work: Promise<{ readonly value: unknown } | undefined>,
  source: string,
  context: LineContext,
): void {
  const { terminal } = context;
  const line = source.split("\n")[0]?.slice(0, MAX_SHOWN) ?? "";
  const head = terminal.look.style("dim", `Ended, after it was interrupted: ${line}`);
  work.then(
    (result) => terminal.notify(`${head}\n${result === undefined ? "" : show(result.value, context)}`),
    (error) => terminal.notify(`${head}\n${describeError(error, describeLook(terminal))}`),
  );
}

/** Makes a value the last result. */
export function setLast(value: unknown): void {
  Object.defineProperty(globalThis, "_", { value, writable: true, configurable: true, enumerable: false });
}

function describeLook({ look }: LineContext["terminal"]) {
  return { columns: look.columns, colors: look.style("bold", "x") !== "x" };
}

/** So much of an interrupted line is shown with its result. */
const MAX_SHOWN = 60;
/** Nobody calls an agent by a longer name. */
const MAX_NAME = 100;

/** What may have been meant. */
function hint(source: string, error: unknown, variables: LineContext["variables"]): string {
  if (error instanceof ReferenceError) {
    const [, name] = /^(\S+) is not defined$/.exec(error.message) ?? [];
    if (name === undefined || name.length > MAX_NAME) return "";
    const verb = source.trim() === name ? nearMiss(name, PROMPT_VERBS) : undefined;
    if (verb !== undefined) return `\nDid you mean the verb ${verb}?`;
    return `\n${name}: ${variables.explainMissing(name)}`;
  }
  const [, first] = /^\s*([A-Za-z]+)\s+[\w*?-]/.exec(source) ?? [];
  if (!(error instanceof SyntaxError) || first === undefined) return "";
  const verb = nearMiss(first, PROMPT_VERBS);
  return verb === undefined || verb === first ? "" : `\nDid you mean the verb ${verb}?`;
}
