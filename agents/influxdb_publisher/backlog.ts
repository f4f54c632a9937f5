/** What waits to be written, in its order: on the disk first, then in memory. @module */
import type { Clock } from "../../internal/clock.ts";
import { toError } from "../../internal/to_error.ts";
import type { Spool, SpoolLoss } from "./spool.ts";
import type { SpoolPlace } from "./spool_segment.ts";

/** Points that are written together. */
export interface Batch {
  readonly lines: readonly string[];
  /** When the first of them came, in Unix seconds. */
  readonly seconds: number;
  /** Behind them, where they are on the disk. */
  end?: SpoolPlace;
  /** Whether they have been written. */
  isDone?: boolean;
}

/** How points wait. */
export interface BacklogOptions {
  /** What may wait in memory, in bytes; what comes first of more is lost. */
  readonly mostBytes: number;
  /** Told of points that are given up. */
  readonly onLoss: (loss: SpoolLoss) => void;
  readonly clock: Clock;
}

interface Waiting extends Batch {
  readonly bytes: number;
}

/** Points between feeds and database. */
export class Backlog {
  readonly #options: BacklogOptions;
  /** Undefined where there is none. */
  #spool: Spool | undefined;
  readonly #memory: Waiting[] = [];
  #memoryBytes = 0;
  /** The one that is being written to the disk. */
  #spilling: Batch | undefined;
  #spill: Promise<void> | undefined;
  /** What has waited since before then goes to the disk, in Unix seconds. */
  #spillBefore = -Infinity;
  #inFlight: Batch | undefined;
  #error: string | undefined;

  /** Starts empty, in memory only. */
  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Has points wait on the disk from now on, behind those that do already; these come first. */
  attach(spool: Spool): void {
    this.#spool = spool;
  }

  /** Why points cannot be written to the disk; undefined while they can. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Points that wait, and where. */
  get size(): { readonly points: number; readonly memoryPoints: number; readonly memoryBytes: number } {
    const memoryPoints = this.#memory.reduce((sum, { lines }) => sum + lines.length, 0);
    const points = (this.#spool?.points ?? 0) + memoryPoints;
    return { points, memoryPoints, memoryBytes: this.#memoryBytes };
  }

  /** Since when the oldest points wait, in Unix seconds. */
  get sinceSeconds(): number | undefined {
    return this.#spool?.sinceSeconds ?? this.#memory[0]?.seconds;
  }

  /** Adds points behind all others. */
  push(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const seconds = this.#options.clock.now();
    const bytes = lines.reduce((sum, line) => sum + line.length, 0);
    this.#memory.push({ lines, seconds, bytes });
    this.#memoryBytes += bytes;
    this.#limit();
  }

  /** The oldest points, about so many; undefined when none wait. They stay until `done`. */
  async head(mostPoints: number): Promise<Batch | undefined> {
    this.#inFlight = await this.#spool?.read(mostPoints) ?? this.#memory[0];
    return this.#inFlight;
  }

  /** Points that wait behind others; undefined when there are none. */
  async behind(batch: Batch): Promise<readonly string[] | undefined> {
    const onDisk = batch.end === undefined ? undefined : await this.#spool?.read(1, batch.end);
    return onDisk?.lines ?? this.#memory.find((one) => one !== batch && one !== this.#spilling)?.lines;
  }

  /** Takes note that points have been written. */
  async done(batch: Batch): Promise<void> {
    batch.isDone = true;
    this.#inFlight = undefined;
    if (batch.end !== undefined) await this.#spool?.advance(batch.end);
    // Or it would be found on the disk and be sent again.
    else if (batch === this.#spilling) await this.#spill;
    else if (this.#memory[0] === batch) this.#shift();
  }

  /**
   * Writes to the disk what has waited in memory since before a moment, and all of it when some is on the disk already.
   *
   * Where it cannot be written it stays in memory, and `error` says why.
   *
   * @param beforeSeconds Unix time.
   */
  spill(beforeSeconds: number): Promise<void> {
    this.#spillBefore = Math.max(this.#spillBefore, beforeSeconds);
    this.#spill ??= this.#write().finally(() => {
      this.#spill = undefined;
      this.#spillBefore = -Infinity;
    });
    return this.#spill;
  }

  /** Gives up what is not on the disk, at the end. */
  giveUp(cause: string): void {
    while (this.#memory.length > 0) this.#lose(0, cause);
  }

  async #write(): Promise<void> {
    const spool = this.#spool;
    if (spool === undefined) return;
    try {
      for (let batch = this.#memory[0]; batch !== undefined; batch = this.#memory[0]) {
        if (spool.points === 0 && batch.seconds >= this.#spillBefore) return;
        this.#spilling = batch;
        const end = await spool.append(batch.lines, batch.seconds);
        this.#error = undefined;
        this.#shift();
        batch.end = end;
        // Sent while it was written.
        if (batch.isDone) await spool.advance(end);
      }
    } catch (error) {
      this.#error = toError(error).message;
    } finally {
      const batch = this.#spilling;
      this.#spilling = undefined;
      if (batch?.isDone && this.#memory[0] === batch) this.#shift();
      this.#limit();
    }
  }

  #shift(): void {
    this.#memoryBytes -= this.#memory.shift()?.bytes ?? 0;
  }

  /** Gives up the oldest in memory, but for what is under way. */
  #limit(): void {
    while (this.#memoryBytes > this.#options.mostBytes) {
      const [first] = this.#memory;
      const at = first === this.#spilling || first === this.#inFlight ? 1 : 0;
      if (at >= this.#memory.length - 1) return;
      this.#lose(at, "more waited than may wait in memory");
    }
  }

  #lose(at: number, cause: string): void {
    const [lost] = this.#memory.splice(at, 1);
    if (lost === undefined) return;
    this.#memoryBytes -= lost.bytes;
    if (lost.isDone) return;
    const { lines, seconds } = lost;
    this.#options.onLoss({ points: lines.length, fromSeconds: seconds, toSeconds: seconds, cause });
  }
}
