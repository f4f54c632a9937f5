/** Standard output and error of the command. @module */
import { styleText } from "node:util";
import { toError } from "../internal/to_error.ts";
import type { Look, Style } from "../verbs/look.ts";

export type { Style };

/** Something that bytes can be written to; takes part of them where it is full. */
export interface ByteWriter {
  /** Writes some bytes and says how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** What a stream can show. */
export interface OutputLook {
  readonly isTerminal: boolean;
  /** Columns to write in; `Infinity` in a pipe, where nothing is cut. */
  readonly columns: number;
  readonly colors: boolean;
}

/** Lines of a log that a console may hold back, in bytes; then they are dropped and counted. */
const MAX_LOG_BYTES = 1024 * 1024;

/**
 * One stream of the process.
 *
 * Writing never blocks the event loop: with the router in this process, a terminal that was stopped (Ctrl-S) must not
 * stop an observatory.
 */
export class Output {
  readonly #writer: ByteWriter;
  readonly #look: () => OutputLook;
  readonly #broken = new AbortController();
  #failure: Error | undefined;
  #last: Promise<void> = Promise.resolve();
  #pendingBytes = 0;
  #dropped = 0;

  constructor(writer: ByteWriter, look: () => OutputLook) {
    this.#writer = writer;
    this.#look = look;
  }

  /** What can be shown now; the width of a terminal changes. */
  get look(): OutputLook {
    return this.#look();
  }

  /** Aborted when nothing can be written any more, as when the reader has gone away (`ocs listen | head -1`). */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Why not, where that is not the reader's wish: a full disk, a stream that is closed. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Writes a text and a line's end; resolves when it is out, or cannot get out any more. */
  print(text: string): Promise<void> {
    return this.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** Writes a text as it is. */
  write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    this.#pendingBytes += bytes.length;
    this.#last = this.#last.then(async () => {
      await this.#writeAll(bytes);
      this.#pendingBytes -= bytes.length;
    });
    return this.#last;
  }

  /** Writes a line of a log without waiting; lines that nobody reads are dropped and counted. */
  log(line: string): void {
    if (this.#pendingBytes > MAX_LOG_BYTES) {
      this.#dropped++;
      return;
    }
    const note = this.#dropped === 0 ? "" : `(${this.#dropped} lines were dropped: nobody read them)\n`;
    this.#dropped = 0;
    void this.write(`${note}${line}\n`);
  }

  /** Resolves when all is out, after half a second at the latest. */
  async flush(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, 500));
    await Promise.race([this.#last, late]);
    clearTimeout(timer);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length && !this.#broken.signal.aborted;) {
        at += await this.#writer.write(bytes.subarray(at));
      }
    } catch (error) {
      // EPIPE: whoever was to read it has read enough.
      if (!(error instanceof Deno.errors.BrokenPipe)) {
        this.#failure = toError(error);
      }
      this.#broken.abort();
    }
  }
}

/** Both streams of the command. */
export interface Console {
  /** Results. */
  readonly out: Output;
  /** Errors, progress, and what is said beside the result. */
  readonly err: Output;
}

/** Styles a text where the stream shows colours. */
export function styled(look: OutputLook, style: Style | readonly Style[], text: string): string {
  if (!look.colors || text === "") return text;
  return styleText(typeof style === "string" ? style : [...style], text, { validateStream: false });
}

/** The look of a stream as verbs take it. */
export function verbLook(output: Output): Look {
  const { look } = output;
  return { columns: look.columns, style: (style, text) => styled(look, style, text) };
}

/** The streams of this process; colours on a terminal unless `NO_COLOR` is set or `TERM` is `dumb`. */
export function processConsole(): Console {
  const noColor = (Deno.env.get("NO_COLOR") ?? "") !== "" || Deno.env.get("TERM") === "dumb";
  const lookOf = (stream: { isTerminal(): boolean }) => (): OutputLook => {
    const isTerminal = stream.isTerminal();
    return { isTerminal, columns: isTerminal ? terminalColumns() : Infinity, colors: isTerminal && !noColor };
  };
  return {
    out: new Output(Deno.stdout, lookOf(Deno.stdout)),
    err: new Output(Deno.stderr, lookOf(Deno.stderr)),
  };
}

function terminalColumns(): number {
  try {
    return Math.max(20, Deno.consoleSize().columns || 80);
  } catch {
    // Only some of the three standard streams are a terminal.
    return 80;
  }
}
