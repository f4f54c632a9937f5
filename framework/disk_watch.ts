/** How much room is left where an agent records, and when to warn, stop and go on. @module */
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";

/**
 * `ok`: enough room. `low`: less than `warnFreeBytes`, so warn. `full`: less than `stopFreeBytes`, so write nothing until there
 * is `resumeFreeBytes` again. `unknown`: the system does not say.
 */
export type DiskState = "ok" | "low" | "full" | "unknown";

/** What one look found. */
export interface DiskReading {
  /** How full it is. */
  readonly state: DiskState;
  /**
   * Whether there is room to write. False from `full` until there is room again; an `unknown` leaves it as it was, so that a
   * system that does not say how much room there is ends no recording.
   */
  readonly hasRoom: boolean;
  /** What this program may still fill; undefined when unknown. */
  readonly freeBytes?: number | undefined;
  /** Size of the file system; undefined when unknown. */
  readonly totalBytes?: number | undefined;
  /** A sentence for log and operator, only in the reading in which the state has changed. The first state is a change unless `ok`. */
  readonly change?: string | undefined;
}

/** What `statfs` tells, as far as it is needed. */
export interface DiskRoom {
  /** What this program may still fill. */
  readonly freeBytes: number;
  /** Size of the file system. */
  readonly totalBytes: number;
}

/** What is watched, and the limits. */
export interface DiskWatchOptions {
  /** Folder or file; while it is not there its nearest parent that is counts. */
  readonly path: string;
  /** Below this the state is `low`. */
  readonly warnFreeBytes: number;
  /** Below this it is `full`; 0 never is. */
  readonly stopFreeBytes: number;
  /** What ends `full`. Default twice `stopFreeBytes`, but at most `warnFreeBytes`. */
  readonly resumeFreeBytes?: number;
  /** How long to wait for the system's answer, which a lost network disk never gives. Default 5000. */
  readonly timeoutMs?: number;
  /** Asks the system. Default `statfs`; rejects where there is no such path. */
  readonly ask?: (path: string) => Promise<DiskRoom>;
  /** Default: the machine's. Agents hand in `agent.clock`. */
  readonly clock?: Clock;
}

/** `low` ends a little above its limit, so that a disk right at it does not warn every second. */
const LOW_ENDS_AT = 1.05;

/**
 * Watches the file system that an agent records to.
 *
 * The agent asks before it writes, about once a second; nothing runs in between.
 *
 * @example Stop before the disk is full, go on when there is room
 * ```ts
 * import assert from "node:assert/strict";
 *
 * let freeBytes = 5e9;
 * const disk = new DiskWatch({
 *   path: "/data/hk",
 *   warnFreeBytes: 2e9,
 *   stopFreeBytes: 200e6,
 *   ask: () => Promise.resolve({ freeBytes, totalBytes: 10e9 }),
 * });
 * assert.equal((await disk.check()).state, "ok");
 * freeBytes = 100e6;
 * const { state, hasRoom, change } = await disk.check();
 * assert.deepEqual([state, hasRoom], ["full", false]);
 * assert.equal(change, 'Disk of "/data/hk" is full: 100 MB of 10000 MB free, less than 200 MB; goes on from 400 MB');
 * ```
 */
export class DiskWatch {
  readonly #path: string;
  readonly #warnFreeBytes: number;
  readonly #stopFreeBytes: number;
  readonly #resumeFreeBytes: number;
  readonly #timeoutMs: number;
  readonly #ask: (path: string) => Promise<DiskRoom>;
  readonly #clock: Clock;
  /** A question that the system has not answered; no second one is asked meanwhile. */
  #open: Promise<DiskRoom> | undefined;
  #reading: DiskReading = { state: "ok", hasRoom: true };
  /** The last state that was known. */
  #known: Exclude<DiskState, "unknown"> = "ok";

  /**
   * Sets the limits; asks nothing yet.
   *
   * @throws {RangeError} If the limits are negative or not in order: stop ≤ resume, stop ≤ warn.
   */
  constructor(options: DiskWatchOptions) {
    const { path, warnFreeBytes, stopFreeBytes, timeoutMs = 5000, ask = askSystem, clock = SYSTEM_CLOCK } =
      options;
    const resumeFreeBytes = options.resumeFreeBytes ?? Math.min(2 * stopFreeBytes, warnFreeBytes);
    if (!(stopFreeBytes >= 0 && stopFreeBytes <= warnFreeBytes && stopFreeBytes <= resumeFreeBytes)) {
      throw new RangeError(
        `Cannot watch the disk of "${path}": limits are warn ${warnFreeBytes}, stop ${stopFreeBytes}, ` +
          `resume ${resumeFreeBytes} bytes, and expected was 0 <= stop <= warn and stop <= resume`,
      );
    }
    this.#path = path;
    this.#warnFreeBytes = warnFreeBytes;
    this.#stopFreeBytes = stopFreeBytes;
    this.#resumeFreeBytes = resumeFreeBytes;
    this.#timeoutMs = timeoutMs;
    this.#ask = ask;
    this.#clock = clock;
  }

  /** What the last check found; before the first one `ok`, and no sizes. Its `change` is for that check only. */
  get reading(): DiskReading {
    return this.#reading;
  }

  /** Looks how much room there is. Never rejects; takes at most `timeoutMs`. */
  async check(): Promise<DiskReading> {
    const before = this.#reading.state;
    let room: DiskRoom | undefined;
    let trouble = "";
    try {
      room = await this.#answer();
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
    }
    if (room !== undefined) this.#known = this.#judge(room.freeBytes);
    const state = room === undefined ? "unknown" : this.#known;
    this.#reading = {
      state,
      hasRoom: this.#known !== "full",
      freeBytes: room?.freeBytes,
      totalBytes: room?.totalBytes,
      change: state === before ? undefined : this.#changeText(state, room, trouble),
    };
    return this.#reading;
  }

  #judge(freeBytes: number): Exclude<DiskState, "unknown"> {
    const isFull = freeBytes < (this.#known === "full" ? this.#resumeFreeBytes : this.#stopFreeBytes);
    if (isFull) return "full";
    const enough = this.#warnFreeBytes * (this.#known === "ok" ? 1 : LOW_ENDS_AT);
    return freeBytes < enough ? "low" : "ok";
  }

  async #answer(): Promise<DiskRoom> {
    if (this.#open === undefined) {
      const open = this.#ask(this.#path);
      const close = (): void => {
        if (this.#open === open) this.#open = undefined;
      };
      open.then(close, close);
      this.#open = open;
    }
    const late = Promise.withResolvers<never>();
    const cancel = this.#clock.setTimer(
      this.#timeoutMs,
      () => late.reject(new Error(`no answer within ${this.#timeoutMs} ms`)),
    );
    try {
      return await Promise.race([this.#open, late.promise]);
    } finally {
      cancel();
    }
  }

  #changeText(state: DiskState, room: DiskRoom | undefined, trouble: string): string {
    const disk = `Disk of "${this.#path}"`;
    if (room === undefined) return `${disk}: how much room there is cannot be told: ${trouble}`;
    const free = `${megabytes(room.freeBytes)} of ${megabytes(room.totalBytes)} free`;
    if (state === "ok") return `${disk} has room again: ${free}`;
    if (state === "low") return `${disk} fills up: ${free}, less than ${megabytes(this.#warnFreeBytes)}`;
    const limits = `less than ${megabytes(this.#stopFreeBytes)}; goes on from ${
      megabytes(this.#resumeFreeBytes)
    }`;
    return `${disk} is full: ${free}, ${limits}`;
  }
}

/** Asks for the nearest parent that is there: the folder of the first file is made when that is written. */
async function askSystem(path: string): Promise<DiskRoom> {
  for (let at = resolve(path);; at = dirname(at)) {
    try {
      // `bavail`, not `bfree`: the rest is kept for root.
      const { bsize, bavail, blocks } = await statfs(at);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch (error) {
      if (!isMissing(error) || dirname(at) === at) throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

function megabytes(bytes: number): string {
  const megabytes = bytes / 1e6;
  return `${megabytes < 10 ? Number(megabytes.toPrecision(2)) : Math.round(megabytes)} MB`;
}
