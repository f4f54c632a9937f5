/** Whether there is room on the disk for frames. @module */
import { type DiskReading, DiskWatch, type DiskWatchOptions } from "../../framework/mod.ts";
import type { Clock } from "../../internal/clock.ts";

/** What the room is found by. */
export interface RoomOptions extends DiskWatchOptions {
  readonly clock: Clock;
  /** Told of each look at the disk. */
  readonly onReading: (reading: DiskReading) => void;
}

// A look costs a call of the system: one for each of ten thousand small frames would be too many, and one a second would
// let a fast stream fill a disk in between.
const LOOK_AGAIN_MS = 500;
const LOOK_AGAIN_BYTES = 16_000_000;

/** Says whether something can be written, looking at the disk as often as it has to. */
export class Room {
  readonly #options: RoomOptions;
  readonly #watch: DiskWatch;
  #lookedAtMs = -Infinity;
  #bytesSince = 0;
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
    const isDue = nowMs - this.#lookedAtMs >= LOOK_AGAIN_MS || this.#bytesSince >= LOOK_AGAIN_BYTES;
    if (isDue || this.#full !== undefined) {
      this.#lookedAtMs = nowMs;
      this.#bytesSince = 0;
      const reading = await this.#watch.check();
      if (reading.hasRoom) this.#full = undefined;
      else this.#full = reading.change ?? this.#full ?? "The disk is full";
      this.#options.onReading(reading);
    }
    if (this.#full === undefined) this.#bytesSince += bytes;
    return this.#full;
  }
}
