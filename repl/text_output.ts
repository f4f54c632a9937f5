/** Where the prompt writes to. @module */

/** A stream of text: the command's standard output or error. */
export interface TextOutput {
  /** What it can show now. */
  readonly look: {
    readonly isTerminal: boolean;
    /** `Infinity` in a pipe. */
    readonly columns: number;
    readonly colors: boolean;
  };
  /** Aborted when the reader has gone away. */
  readonly broken: AbortSignal;
  /** Writes a text as it is; resolves when it is out. Never waits for the writes before it. */
  write(text: string): Promise<void>;
  /** Resolves when all is out, or the reader is too slow. */
  flush(): Promise<void>;
}
