/** One thing that is wrong in a site file, with its place. @module */

/** A place in a text; both count from 1. */
export interface Place {
  /** Line. */
  readonly line: number;
  /** Column. */
  readonly column: number;
}

/** One thing that is wrong in a site file. */
export interface SiteProblem extends Place {
  /** As it was named. */
  readonly file: string;
  /** `error`: something will fail. `warning`: Python and we go on, but hardly as meant. */
  readonly severity: "error" | "warning";
  /** What is there, such as `"wamp_server" of the hub is 5`. */
  readonly what: string;
  /** What was expected there, such as `a URL that begins with ws:// or wss://`. */
  readonly expected: string;
  /** A near miss that was probably meant. */
  readonly suggestion?: string | undefined;
}

/** Writes a problem on one line, `file:line:column: severity: …`, as editors and terminals link it. */
export function formatProblem(problem: SiteProblem): string {
  const { file, line, column, severity, what, expected, suggestion } = problem;
  const hint = suggestion === undefined ? "" : `; did you mean "${suggestion}"?`;
  return `${file}:${line}:${column}: ${severity}: ${what}: expected ${expected}${hint}`;
}
