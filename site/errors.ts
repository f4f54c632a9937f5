/** What goes wrong with site files and options. @module */
import { formatProblem, type SiteProblem } from "./site_problem.ts";

/** Base of what a program's start may fail with: no site file, no such host, wrong options. */
export class SiteError extends Error {
  /** Names the error after its own class. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A site file cannot be used; the message lists every problem, one per line. */
export class SiteFileError extends SiteError {
  /** Path of the site file. */
  readonly file: string;
  /** What is wrong, in the order of the file or the command line. */
  readonly problems: readonly SiteProblem[];

  /** Lists the problems of one file. */
  constructor(file: string, problems: readonly SiteProblem[], options?: ErrorOptions) {
    const list = problems.map((problem) => `\n  ${formatProblem(problem)}`).join("");
    super(`Cannot use site file "${file}":${list}`, options);
    this.file = file;
    this.problems = problems;
  }
}

/** A file with passwords cannot be used; the message lists every problem, one per line, and never a password. */
export class AccessFileError extends SiteError {
  /** Path of the file. */
  readonly file: string;
  /** What is wrong, in the order of the file. */
  readonly problems: readonly SiteProblem[];

  /**
   * Lists the problems of one file.
   *
   * @param what What it is to be, such as `passwords file`.
   */
  constructor(what: string, file: string, problems: readonly SiteProblem[]) {
    const list = problems.map((problem) => `\n  ${formatProblem(problem)}`).join("");
    super(`Cannot use ${what} "${file}":${list}`);
    this.file = file;
    this.problems = problems;
  }
}

/** Options given to a program are wrong; the message lists every problem, one per line. */
export class OptionError extends SiteError {
  /** What is wrong, in the order of the file or the command line. */
  readonly problems: readonly string[];

  /** Lists the problems. */
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.length === 1 ? problems[0] ?? "" : problems.join("\n"), options);
    this.problems = problems;
  }
}
