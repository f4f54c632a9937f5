/** Exit codes of the command, as in docs/command_line.md. @module */

/** What the shell is told. */
export const ExitCode = {
  /** Done. */
  OK: 0,
  /** The operation failed, was refused, or the command could not do its work. */
  FAILED: 1,
  /** The command line or the site file is wrong. */
  USAGE: 2,
  /** Router or agent cannot be reached. */
  UNREACHABLE: 3,
  /** Nothing came within the time allowed. */
  TIMEOUT: 4,
  /** A second Ctrl-C. */
  KILLED: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
