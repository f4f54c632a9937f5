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
  { evaluator, variables, terminal, own }: LineContext,
  signal: AbortSignal,
): Promise<LineResult | undefined> {
  try {
    await untilAborted(variables.prepare(source), signal);
    const evaluation = await untilAborted(evaluator.evaluate(source), signal);
    if (evaluation.kind === "incomplete") return undefined;
    if (evaluation.kind === "error") throw evaluation.error;
    const { value } = evaluation;
    const result = value instanceof Promise ? await untilAborted(value, signal) : value;
    setLast(result);
    const look = describeLook(terminal);
    if (result !== undefined) {
      await terminal.print(variables.describe(result, terminal.look) ?? describeValue(result, look));
    }
    return { outcome: "ok", code: ExitCode.OK };
  } catch (error) {
    if (error instanceof InterruptedError) {
      const running = own.running.map(({ agent, op }) => `${agent}.${op}`);
      const more = running.length === 0 ? "" : `; still running, started here: ${running.join(", ")}`;
      await terminal.tell(`Interrupted: what was called goes on, its result is not waited for${more}`);
      return { outcome: "interrupted", code: ExitCode.KILLED };
    }
    await terminal.tell(`${describeError(error, describeLook(terminal))}${hint(source, error, variables)}`);
    const code = error instanceof SyntaxError ? ExitCode.FAILED : verbExitCode(error) ?? ExitCode.FAILED;
    return { outcome: code === ExitCode.TIMEOUT ? "timeout" : "failed", code };
  }
}

/** Makes a value the last result. */
export function setLast(value: unknown): void {
  Object.defineProperty(globalThis, "_", { value, writable: true, configurable: true, enumerable: false });
}

function describeLook({ look }: LineContext["terminal"]) {
  return { columns: look.columns, colors: look.style("bold", "x") !== "x" };
}

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
