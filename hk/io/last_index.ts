/** The index of last samples, kept while housekeeping is recorded. @module */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type Clock, SYSTEM_CLOCK } from "../../internal/clock.ts";
import { type Logger, SILENT } from "../../internal/log.ts";
import type { LastFeed, LastSample, WrittenField } from "../last_field.ts";
import { UsualGap } from "../usual_gap.ts";
import type { StoredField } from "./last_index_schema.ts";
import { type KeptFeed, type KeptField, LastStore } from "./last_store.ts";

/** How the index is kept. */
export interface LastIndexOptions {
  /** Told when the index cannot be written, and when it can be again. Default: says nothing. */
  readonly log?: Logger;
  /** Default: the machine's. Agents hand in `agent.clock`. */
  readonly clock?: Clock;
  /** More fields than that are not kept: names that never come twice must not fill memory. Default 200,000. */
  readonly mostFields?: number;
}

/** Writing takes at most this part of the time, so that 10,000 feeds are written every few seconds and ten every second. */
const SHARE_OF_TIME = 0.02;
/** But so often in any case, on a machine that is busy with other things: who reads the index must not take the recorder for dead. */
const LONGEST_REST_MS = 10_000;
/** How long a disk that could not be written to is left alone. */
const RETRY_MS = 30_000;
/** A reader is through by then. */
const LOCKED_MS = 10_000;
/** An index with nothing new is touched so often, to show that the recorder lives. */
const ALIVE_MS = 5_000;

/**
 * Keeps the last sample of every field, and the file that it is in, in one SQLite file beside the data.
 *
 * Nothing here ever throws or waits: an index that is locked, damaged or on a full disk is worth a warning, and no sample.
 * What could not be written is written when it can be; a damaged index is moved aside and begun anew. It may always be
 * deleted: `ocs hk index` makes it from the files.
 *
 * @example One pass of a recorder
 * ```ts
 * const folder = await Deno.makeTempDir();
 * {
 *   using index = LastIndex.open(`${folder}/hk_last.sqlite`);
 *   const feed = {
 *     address: "observatory.thermo1.feeds.temperatures",
 *     sessionId: "1790000000.5",
 *     freshSeconds: 180,
 *     frameSeconds: 300,
 *   };
 *   index.note(feed, [{ field: "channel_1", kind: "float", value: 4.2, timeSeconds: 1790000100 }]);
 *   index.wrote(feed.address, [{ field: "channel_1", timeSeconds: 1790000100 }], `${folder}/17900/1790000100.g3`);
 *   index.commit();
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class LastIndex implements Disposable {
  /** Path of the index. */
  readonly path: string;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #mostFields: number;
  readonly #feeds = new Map<string, KeptFeed>();
  #fieldCount = 0;
  #left = 0;
  #dirty: KeptField[] = [];
  #store: LastStore | undefined;
  #nextMs = -Infinity;
  #aliveMs = -Infinity;
  #lockedMs: number | undefined;
  #trouble: string | undefined;
  #isClosed = false;

  private constructor(path: string, options: LastIndexOptions) {
    const { log = SILENT, clock = SYSTEM_CLOCK, mostFields = 200_000 } = options;
    this.path = path;
    this.#log = log;
    this.#clock = clock;
    this.#mostFields = mostFields;
  }

  /** Opens the index, or makes it; where that fails it is tried again later. */
  static open(path: string, options: LastIndexOptions = {}): LastIndex {
    const index = new LastIndex(path, options);
    index.#attempt(() => index.#connect());
    return index;
  }

  /** Fields that are kept. */
  get fields(): number {
    return this.#fieldCount;
  }

  /** Why the index is not being written; undefined while it is. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Takes what arrived of one feed: of each field the newest sample. */
  note(about: LastFeed, samples: Iterable<LastSample>): void {
    const now = this.#clock.now();
    const feed = this.#feedOf(about);
    for (const { field: name, kind, value, timeSeconds } of samples) {
      const known = feed.fields.get(name);
      if (known === undefined) {
        this.#add(feed, { name, kind, value, timeSeconds, arrivedSeconds: now });
        continue;
      }
      known.gap.add(now - known.arrivedSeconds);
      known.kind = kind;
      known.value = value;
      known.timeSeconds = timeSeconds;
      known.arrivedSeconds = now;
      known.waitsSinceSeconds ??= now;
      this.#touch(known);
    }
  }

  /** Takes what is in a file now. */
  wrote(address: string, fields: Iterable<WrittenField>, file: string): void {
    const feed = this.#feeds.get(address);
    if (feed === undefined) return;
    for (const { field: name, timeSeconds } of fields) {
      const known = feed.fields.get(name);
      if (known === undefined) continue;
      known.file = file;
      known.writtenSeconds = timeSeconds;
      known.waitsSinceSeconds = undefined;
      this.#touch(known);
    }
  }

  /**
   * Writes what is new, in one transaction; called once in every pass of the recorder.
   *
   * Does nothing where the last writes took more than 2 % of the time: they are made up for by a later pass, within 10 s.
   */
  commit(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#isClosed || nowMs < this.#nextMs) return;
    if (this.#dirty.length === 0 && nowMs - this.#aliveMs < ALIVE_MS) return;
    this.#attempt(() => this.#write({ isEnd: false }));
  }

  /** Writes what is new and says that recording has ended. Closing twice does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#attempt(() => this.#write({ isEnd: true }));
    this.#disconnect();
  }

  /** Closes the index. */
  [Symbol.dispose](): void {
    this.close();
  }

  #feedOf(about: LastFeed): KeptFeed {
    const known = this.#feeds.get(about.address);
    if (known === undefined) {
      const feed: KeptFeed = { id: undefined, about, fields: new Map() };
      this.#feeds.set(about.address, feed);
      return feed;
    }
    const { sessionId, freshSeconds, frameSeconds } = known.about;
    const isSame = sessionId === about.sessionId && freshSeconds === about.freshSeconds &&
      frameSeconds === about.frameSeconds;
    if (!isSame) {
      known.about = about;
      known.id = undefined;
    }
    return known;
  }

  #add(
    feed: KeptFeed,
    first: Pick<KeptField, "name" | "kind" | "value" | "timeSeconds" | "arrivedSeconds">,
  ): void {
    if (this.#fieldCount >= this.#mostFields) {
      if (this.#left++ === 0) {
        this.#log.warn(
          `Index "${this.path}" keeps ${this.#mostFields} fields and no more; "${first.name}" of ` +
            `"${feed.about.address}" is the first that it leaves out`,
        );
      }
      return;
    }
    const field: KeptField = {
      ...first,
      id: undefined,
      feed,
      gap: new UsualGap(),
      waitsSinceSeconds: first.arrivedSeconds,
      file: undefined,
      writtenSeconds: undefined,
      isDirty: false,
    };
    this.#fieldCount++;
    feed.fields.set(first.name, field);
    this.#touch(field);
  }

  #touch(field: KeptField): void {
    if (field.isDirty) return;
    field.isDirty = true;
    this.#dirty.push(field);
  }

  #write({ isEnd }: { readonly isEnd: boolean }): void {
    const startMs = this.#clock.monotonicMs();
    const store = this.#store ?? this.#connect();
    const nowSeconds = this.#clock.now();
    store.write(this.#dirty, { updatedSeconds: nowSeconds, endedSeconds: isEnd ? nowSeconds : undefined });
    // Only now: what a write that failed has left out is still to be written.
    for (const field of this.#dirty) field.isDirty = false;
    this.#dirty = [];
    const endMs = this.#clock.monotonicMs();
    this.#aliveMs = endMs;
    this.#nextMs = endMs + Math.min((endMs - startMs) * (1 / SHARE_OF_TIME - 1), LONGEST_REST_MS);
  }

  /** Does something with the database; trouble is told once and never thrown. */
  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      const reason = reasonOf(error);
      if (/\blocked\b/.test(reason)) this.#waitForLock(reason);
      else this.#giveUp(reason);
      return;
    }
    this.#lockedMs = undefined;
    if (this.#trouble === undefined) return;
    this.#log.info(`Index "${this.path}" is written again`);
    this.#trouble = undefined;
  }

  /** Whoever reads the index holds it for a moment, and that is no trouble. */
  #waitForLock(reason: string): void {
    const nowMs = this.#clock.monotonicMs();
    this.#lockedMs ??= nowMs;
    if (nowMs - this.#lockedMs >= LOCKED_MS) this.#tell(reason);
  }

  #giveUp(reason: string): void {
    this.#disconnect();
    // The first time at once: a file that was deleted is made anew.
    this.#nextMs = this.#trouble === undefined ? -Infinity : this.#clock.monotonicMs() + RETRY_MS;
    this.#tell(reason);
  }

  #tell(reason: string): void {
    if (this.#trouble === undefined) {
      const effect = 'recording goes on, "ocs hk last" shows old values';
      this.#log.warn(`Cannot write index "${this.path}": ${reason}; ${effect}`);
    }
    this.#trouble = reason;
  }

  /** Opens the database and learns what it holds; all that is known here is to be written there. */
  #connect(): LastStore {
    const folder = dirname(this.path);
    mkdirSync(folder, { recursive: true });
    let store: LastStore;
    try {
      store = new LastStore(this.path, { folder, busyMs: 0 });
    } catch (error) {
      const reason = reasonOf(error);
      if (!/not a database|malformed|version/.test(reason)) throw error;
      this.#setAside(reason);
      store = new LastStore(this.path, { folder, busyMs: 0 });
    }
    for (const feed of this.#feeds.values()) {
      feed.id = undefined;
      for (const field of feed.fields.values()) {
        field.id = undefined;
        this.#touch(field);
      }
    }
    for (const row of store.read()) this.#take(row);
    this.#store = store;
    return store;
  }

  #take({ id, feedId, field: name, ...row }: StoredField): void {
    const { address, sessionId, freshSeconds, frameSeconds } = row;
    const feed = this.#feeds.get(address);
    const known = feed?.fields.get(name);
    if (known !== undefined) {
      known.id = id;
      return;
    }
    if (this.#fieldCount >= this.#mostFields) return;
    const about = { address, sessionId, freshSeconds, frameSeconds };
    const owner = feed ?? { id: feedId, about, fields: new Map<string, KeptField>() };
    this.#feeds.set(address, owner);
    const { kind, value, timeSeconds, arrivedSeconds, gapSeconds, file, writtenSeconds } = row;
    // What waited in the memory of the recorder before has gone with it.
    const waitsSinceSeconds = undefined;
    const gap = new UsualGap(gapSeconds);
    const last = {
      kind,
      value,
      timeSeconds,
      arrivedSeconds,
      gap,
      waitsSinceSeconds,
      file,
      writtenSeconds,
    };
    owner.fields.set(name, { id, feed: owner, name, ...last, isDirty: false });
    this.#fieldCount++;
  }

  #setAside(reason: string): void {
    const aside = `${this.path}.aside`;
    renameSync(this.path, aside);
    // Left there it would be taken for what is to be undone in the new file.
    rmSync(`${this.path}-journal`, { force: true });
    this.#log.warn(
      `Cannot use index "${this.path}": ${reason}; it is "${aside}" now, and a new one is begun`,
    );
  }

  #disconnect(): void {
    this.#store?.close();
    this.#store = undefined;
  }
}

/** One line; SQLite tells several of a damaged file. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return reason.replaceAll(/\s*\n\s*/g, " ");
}
