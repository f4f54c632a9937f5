/**
 * Where a library says what happens; libraries never print.
 *
 * A program hands one in. `debug` is optional for a logger that does not want that much.
 */
export interface Logger {
  /** Something ordinary that an operator may want to know. */
  info(text: string): void;
  /** Something that should not be, but that is being dealt with. */
  warn(text: string): void;
  /** Something that failed. */
  error(text: string): void;
  /** Detail for finding faults. */
  debug?(text: string): void;
}

/** A logger that says nothing. */
export const SILENT: Logger = { info() {}, warn() {}, error() {} };
