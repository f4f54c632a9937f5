/** Whether there is room on the disk for frames. @module */
import { type DiskReading, DiskWatch, type DiskWatchOptions } from "../../framework/mod.ts";
import type { Clock } from "../../internal/clock.ts";

/** What the room is found by. */
export interface RoomOptions extends DiskWatchOptions {
  readonly clock: Clock;
  /** Told of each look at the disk. */
  readonly onReading: (reading: DiskReading) => void;
}

// A look costs a call of the system: one for each of ten thousand small frames would be too many.
const LOOK_AGAIN_MS = 500;
const LOOK_AGAIN_BYTES = 16_000_000;
/** While nothing is written what is shown of the disk need not be that fresh. */
const IDLE_LOOK_MS = 10_000;

/** Says whether something can be written, looking at the disk as often as it has to. */
export class Room {
  readonly #options: RoomOptions;
  readonly #watch: DiskWatch;
  #lookedAtMs = -Infinity;
  /** What may be written until the next look. */
  #allowance = 0;
  #full: string | undefined;

  /** Looks at nothing yet. */
  constructor(options: RoomOptions) {
    this.#options = options;
    this.#watch = new DiskWatch(options);
  }

  /**
   * Looks whether there is room.
   *
   * @param bytes What is to be written then.
   * @returns Why nothing is to be written now; undefined when it can be.
   */
  async whyNot(bytes: number): Promise<string | undefined> {
    const nowMs = this.#options.clock.monotonicMs();
    const isDue = nowMs - this.#lookedAtMs >= LOOK_AGAIN_MS || bytes > this.#allowance;
    if (isDue || this.#full !== undefined) {
      this.#lookedAtMs = nowMs;
      const reading = await this.#watch.check();
      this.#full = this.#judge(reading, bytes);
      this.#allowance = this.#allowanceOf(reading);
      this.#options.onReading(reading);
    }
    if (this.#full === undefined) this.#allowance -= bytes;
    return this.#full;
  }

  /** Looks from time to time also while nothing is written, so that what is shown is not old. */
  async lookIfOld(): Promise<void> {
    if (this.#options.clock.monotonicMs() - this.#lookedAtMs >= IDLE_LOOK_MS) await this.whyNot(0);
  }

  /** Why there is no room: the disk is full, or what is to be written would fill it. */
  #judge({ hasRoom, change, freeBytes = Infinity }: DiskReading, bytes: number): string | undefined {
    if (!hasRoom) return change ?? this.#full ?? "The disk is full";
    // Half a frame, to be cut off again, would be written every second otherwise.
    if (bytes <= freeBytes) return undefined;
    return `Disk of "${this.#options.path}" has room for ${freeBytes} bytes, and ${bytes} are to be written`;
  }

  /** The nearer the disk is to being full the sooner it is looked at again. */
  #allowanceOf({ freeBytes = Infinity }: DiskReading): number {
    return Math.min((freeBytes - this.#options.stopFreeBytes) / 2, LOOK_AGAIN_BYTES);
  }
}
