/** Blocks that cannot be recorded, kept beside the data with the reason (no counterpart in Python's aggregator). @module */
import type { FaultyBlock } from "../../hk/hk_collector.ts";
import { atFreeSecond } from "../../internal/at_free_second.ts";
import type { Clock } from "../../internal/clock.ts";
import { toError } from "../../internal/to_error.ts";
import { pyJson } from "../../ocs/python_json.ts";

/** Where blocks are kept, and how much of them. */
export interface QuarantineOptions {
  /** The folder; made when the first block comes. */
  readonly folder: string;
  /** All files of the folder together, in bytes; what comes beyond is only counted. Default 200 MB. */
  readonly mostBytes?: number;
  /** What may wait in memory for the next `flush`, in characters. Default 4 million. */
  readonly mostWaiting?: number;
  /** Told of the first block of each reason, and when blocks begin not to be kept. */
  readonly onFirst: (text: string) => void;
  readonly clock: Clock;
}

/** What has been kept so far, as session data show it. */
export interface QuarantineReport {
  /** The file that was begun last; null before the first block. */
  readonly file: string | null;
  /** Blocks that could not be recorded. */
  readonly blocks: number;
  /** Those of them that are in no file of the quarantine either: it is full, or cannot be written. */
  readonly not_kept: number;
  /** How many, by what was wrong with them. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The last one. */
  readonly last: { readonly feed: string; readonly block: string | null; readonly detail: string } | null;
}

const LONGEST_NAME = 200;

/** One JSON line for each block, in files that are only ever appended to. */
export class Quarantine implements AsyncDisposable {
  readonly #options: Required<QuarantineOptions>;
  readonly #reasons = new Map<string, number>();
  #file: Deno.FsFile | undefined;
  #path: string | null = null;
  #lines: string[] = [];
  #waiting = 0;
  #bytes: number | undefined;
  #blocks = 0;
  #notKept = 0;
  #last: QuarantineReport["last"] = null;
  #isFailing = false;

  /** Makes nothing yet. */
  constructor(options: QuarantineOptions) {
    this.#options = { mostBytes: 200e6, mostWaiting: 4e6, ...options };
  }

  /** What has been kept so far. */
  get report(): QuarantineReport {
    return {
      file: this.#path,
      blocks: this.#blocks,
      not_kept: this.#notKept,
      reasons: Object.fromEntries(this.#reasons),
      last: this.#last,
    };
  }

  /** Takes a block; it is in a file after the next `flush`. */
  add({ feed, agentSessionId, block, fault, content }: FaultyBlock): void {
    const { clock, mostWaiting, onFirst } = this.#options;
    this.#blocks++;
    const known = this.#reasons.get(fault.reason) ?? 0;
    this.#reasons.set(fault.reason, known + 1);
    const last = this.#last = {
      feed: cut(feed),
      block: block === null ? null : cut(block),
      detail: `${fault.reason}: ${fault.detail}`,
    };
    if (known === 0) {
      onFirst(
        `Cannot record block "${last.block}" of ${last.feed}: ${last.detail}; it goes to the quarantine`,
      );
    }
    if (this.#waiting >= mostWaiting) return void this.#notKept++;
    const head = { time: clock.now(), feed, session_id: agentSessionId, block, ...fault };
    const line = `${jsonLine(head, content)}\n`;
    this.#lines.push(line);
    this.#waiting += line.length;
  }

  /** Writes what waits. Never throws: what cannot be written is counted. */
  async flush(): Promise<void> {
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    this.#waiting = 0;
    for (const [i, line] of lines.entries()) {
      try {
        if (!await this.#write(new TextEncoder().encode(line))) this.#notKept++;
        this.#isFailing = false;
      } catch (error) {
        this.#notKept += lines.length - i;
        if (!this.#isFailing) this.#options.onFirst(`Cannot write the quarantine: ${toError(error).message}`);
        this.#isFailing = true;
        // A line may be cut off there; the next one begins another file.
        return this.#close();
      }
    }
  }

  /** Appends a line; false where there is no room for it. */
  async #write(line: Uint8Array): Promise<boolean> {
    this.#bytes ??= await sizeOf(this.#options.folder);
    if (this.#bytes + line.length > this.#options.mostBytes) return false;
    this.#file ??= await this.#open();
    for (let at = 0; at < line.length;) at += await this.#file.write(line.subarray(at));
    this.#bytes += line.length;
    return true;
  }

  async #open(): Promise<Deno.FsFile> {
    const { folder, clock } = this.#options;
    await Deno.mkdir(folder, { recursive: true });
    return await atFreeSecond(clock.now(), async (second) => {
      const path = `${folder}/${second}.ndjson`;
      const file = await Deno.open(path, { append: true, createNew: true });
      this.#path = path;
      return file;
    });
  }

  #close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** Writes what waits, and closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    this.#close();
  }
}

/** One line of JSON as Python writes it: integers and floats stay apart, NaN is `NaN`. */
function jsonLine(head: Readonly<Record<string, unknown>>, content: unknown): string {
  try {
    return pyJson({ ...head, content });
  } catch (error) {
    return pyJson({ ...head, content: null, content_error: toError(error).message });
  }
}

/** Size of all files of a folder; 0 where there is none. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile) bytes += (await Deno.stat(`${folder}/${name}`)).size;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return bytes;
}

function cut(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`;
}
