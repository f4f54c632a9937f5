/** Questions to whoever sits at the terminal. @module */
import type { Output } from "./output.ts";

/** What a question needs. */
export interface ConfirmOptions {
  /** Where it is asked. */
  readonly output: Output;
  /** Gives up; that is a no. */
  readonly signal: AbortSignal;
}

/** A terminal hands over one line at a time; more than this is no answer. */
const MAX_ANSWER_BYTES = 1024;

/** Whether somebody can be asked: input and output are a terminal. */
export function canConfirm(output: Output): boolean {
  return output.look.isTerminal && Deno.stdin.isTerminal();
}

/** Asks on the terminal; only `y` or `yes` is a yes. Waits until there is an answer, or the signal is aborted. */
export async function confirm(question: string, { output, signal }: ConfirmOptions): Promise<boolean> {
  await output.write(`${question} [y/N] `);
  const aborted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  // The read itself cannot be taken back; it ends with the program.
  const line = new Uint8Array(MAX_ANSWER_BYTES);
  const length = await Promise.race([Deno.stdin.read(line), aborted]);
  if (length === null) {
    await output.print("");
    return false;
  }
  return /^y(es)?$/i.test(new TextDecoder().decode(line.subarray(0, length)).trim());
}
