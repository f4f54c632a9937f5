/** A logger that remembers. @module */
import type { Logger } from "../../../client/mod.ts";

/** Lines by level, such as `warn: text`. */
export class RecordLogger implements Logger {
  readonly lines: string[] = [];

  info(text: string): void {
    this.lines.push(`info: ${text}`);
  }

  warn(text: string): void {
    this.lines.push(`warn: ${text}`);
  }

  error(text: string): void {
    this.lines.push(`error: ${text}`);
  }

  debug(text: string): void {
    this.lines.push(`debug: ${text}`);
  }

  /** Lines that match. */
  matching(pattern: RegExp): string[] {
    return this.lines.filter((line) => pattern.test(line));
  }
}
