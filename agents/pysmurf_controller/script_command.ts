/** How a script becomes a command line. @module */
import { pyStr } from "../../ocs/python_text.ts";

/** What a child is started as. */
export interface ScriptCommand {
  /** Program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

// What Deno runs, as a file or from a URL.
const DENO_SCRIPT = /\.(?:ts|mts|js|mjs)$/;

/**
 * Makes the command line of a script (smurf 2.2): unbuffered Python, arguments written as Python writes them.
 *
 * A script in TypeScript or JavaScript runs on Deno with all permissions, so that an observatory needs no Python for
 * scripts of its own; Python's agent would hand it to Python.
 *
 * @param script Path or URL.
 * @param args Of any kind: `3` becomes `3`, `true` becomes `True`, null `None`; a `Float` keeps its point.
 * @param python The interpreter.
 */
export function scriptCommand(
  script: string,
  args: readonly unknown[],
  { python }: { readonly python: string },
): ScriptCommand {
  const texts = args.map(pyStr);
  return isDenoScript(script)
    ? { command: denoProgram(), args: ["run", "--allow-all", script, ...texts] }
    : { command: python, args: ["-u", script, ...texts] };
}

/** The label of a script in log lines. */
export function scriptBasename(script: string): string {
  return script.slice(script.lastIndexOf("/") + 1);
}

function isDenoScript(script: string): boolean {
  if (!/^(?:https?|file):\/\//.test(script)) return DENO_SCRIPT.test(script);
  return URL.canParse(script) && DENO_SCRIPT.test(new URL(script).pathname);
}

/** A compiled program is not Deno; then it takes the one on the PATH. */
function denoProgram(): string {
  return Deno.build.standalone ? "deno" : Deno.execPath();
}
