/** Records events of feeds into files: what waits, when it is written, and what happens when it cannot be (OCS 10.3). @module */
import type { DiskReading, DiskWatch } from "../../framework/disk_watch.ts";
import { G3EncodeError } from "../../g3/errors.ts";
import type { SyncPolicy } from "../../g3/io/sync_policy.ts";
import { HkCollector } from "../../hk/hk_collector.ts";
import type { DataDraft, HkProvider } from "../../hk/hk_provider.ts";
import { HkSession } from "../../hk/hk_session.ts";
import { LAST_INDEX_FILE, LastIndex } from "../../hk/io/mod.ts";
import type { Clock } from "../../internal/clock.ts";
import type { Logger } from "../../internal/log.ts";
import { toError } from "../../internal/to_error.ts";
import type { FeedEvent } from "../../ocs/encoded_feed.ts";
import { HkFiles } from "./hk_files.ts";
import { Losses } from "./losses.ts";
import { Quarantine } from "./quarantine.ts";

/** How a recorder works. */
export interface HkRecorderOptions {
  /** Folder of all files. */
  readonly dataDir: string;
  /** Age at which a file is closed. */
  readonly timePerFileSeconds: number;
  /** When data are forced to the disk. */
  readonly sync: SyncPolicy;
  /** Tells how much room there is. */
  readonly disk: DiskWatch;
  /** Told what operators have to know: that writing stops, goes on, what was lost. */
  readonly tell: (text: string) => void;
  /** Called when so much waits that the next pass should come at once. */
  readonly onPressure: () => void;
  readonly log: Logger;
  readonly clock: Clock;
  /** What may wait before frames are written early, in bytes of samples. Default 4 MiB. */
  readonly earlyBytes?: number;
  /** What may wait at all, while nothing can be written; what comes beyond is lost. Default 64 MiB. */
  readonly mostBytes?: number;
  /** Process id, part of the session id. Default that of this process. */
  readonly pid?: number;
}

const MIB = 1024 * 1024;
// After a write that failed, so long until the next attempt: doubled each time up to the last.
const FIRST_RETRY_SECONDS = 1;
const LAST_RETRY_SECONDS = 30;
// So often at most it is told what was lost.
const TELL_LOSSES_MS = 60_000;
// A pass that takes longer waits for a disk that does not answer, such as one in the network.
const PATIENCE_MS = 5000;

/** Records from its making until `finish`. */
export class HkRecorder {
  readonly collector: HkCollector;
  readonly files: HkFiles;
  readonly quarantine: Quarantine;
  readonly losses = new Losses();
  /** The most that has waited at a time, in bytes of samples; frames that were written early for it. */
  readonly memory = { peakBytes: 0, earlyFrames: 0 };
  readonly #options: Required<HkRecorderOptions>;
  readonly #session: HkSession;
  /** What is written of the providers: see `HkCollector.roster`. */
  #rosterWritten = 0;
  #announcedBelow = 0;
  #writeTrouble: string | undefined;
  #retryAtMs = 0;
  #retrySeconds = FIRST_RETRY_SECONDS;
  #tellLossesAtMs = 0;
  #pressed = false;
  #pass: Promise<void> | undefined;
  #passStartMs = 0;
  /** There from `start` to `finish`. */
  #index: LastIndex | undefined;

  /** Begins a session; writes nothing yet. */
  constructor(options: HkRecorderOptions) {
    this.#options = { earlyBytes: 4 * MIB, mostBytes: 64 * MIB, pid: Deno.pid, ...options };
    const { log, clock, dataDir, tell } = options;
    this.#session = new HkSession({ startTimeSeconds: clock.now(), pid: this.#options.pid });
    this.quarantine = new Quarantine({ folder: `${dataDir}/quarantine`, onFirst: tell, clock });
    this.files = new HkFiles({
      dataDir,
      timePerFileSeconds: options.timePerFileSeconds,
      sync: options.sync,
      sessionFrame: () => this.#session.sessionFrame(),
      onOpen: (path) => log.info(`Writing to file ${path}`),
      onTrouble: (text) => log.error(text),
      clock,
    });
    this.collector = new HkCollector({
      mostBytes: this.#options.mostBytes,
      onFault: (block) => this.quarantine.add(block),
      onLoss: (loss) => this.losses.note(loss),
      onNewLayout: (text) => log.warn(text),
      onInvalidName: (name) =>
        log.error(`data field name '${name}' is invalid, removing invalid characters.`),
    });
  }

  /** What the last look at the disk has found. */
  get disk(): DiskReading {
    return this.#options.disk.reading;
  }

  /** Why nothing can be written at present; undefined while it can. */
  get trouble(): string | undefined {
    if (!this.disk.hasRoom) return "the disk is full";
    const sinceMs = this.#options.clock.monotonicMs() - this.#passStartMs;
    if (this.#pass !== undefined && sinceMs >= PATIENCE_MS) {
      return `the disk does not answer for ${Math.round(sinceMs / 1000)} s`;
    }
    return this.#writeTrouble;
  }

  /** What may wait at all, in bytes of samples. */
  get mostBytes(): number {
    return this.#options.mostBytes;
  }

  /**
   * Begins the first file.
   *
   * @throws {Deno.errors.PermissionDenied} If it may not be made; anything else is tried again later.
   */
  async start(): Promise<void> {
    const { dataDir, log, clock } = this.#options;
    await this.#look();
    try {
      if (this.disk.hasRoom) await this.files.open();
    } catch (error) {
      if (error instanceof Deno.errors.PermissionDenied) throw error;
      this.#failed(error);
    }
    this.#index = LastIndex.open(`${dataDir}/${LAST_INDEX_FILE}`, { log, clock });
  }

  /** Takes an event of a recorded feed. */
  take(event: FeedEvent): void {
    const { collector, memory } = this;
    collector.take(event, this.#options.clock.now());
    if (collector.waitingBytes > memory.peakBytes) memory.peakBytes = collector.waitingBytes;
    if (this.#pressed || collector.waitingBytes <= this.#options.earlyBytes) return;
    // While nothing can be written a pass more would change nothing, and one for each event would be a busy loop.
    if (this.trouble !== undefined) return;
    this.#pressed = true;
    this.#options.onPressure();
  }

  /** Writes what is due. One pass at a time: while one is under way, gives that one. */
  pass(): Promise<void> {
    this.#pass ??= this.#write(false).finally(() => {
      this.#pass = undefined;
      // Also when nothing could be written: the index tells what waits.
      this.#index?.commit();
    });
    return this.#pass;
  }

  /** Writes everything that waits, and closes the files. */
  async finish(): Promise<void> {
    await this.#pass;
    this.#retryAtMs = 0;
    await this.#write(true);
    await this.files.close();
    await this.quarantine[Symbol.asyncDispose]();
    this.#giveUpRest();
    this.#index?.close();
  }

  async #write(all: boolean): Promise<void> {
    this.#pressed = false;
    this.#noteFresh();
    await this.#look();
    if (!this.disk.hasRoom) return await this.files.close();
    await this.quarantine.flush();
    if (this.#options.clock.monotonicMs() < this.#retryAtMs) return;
    try {
      // Tried also when nothing is due, to know whether it works again.
      if (this.#writeTrouble !== undefined) await this.files.open();
      await this.#writeDue(all);
      await this.files.syncIfDue();
      await this.files.rotate();
      if (this.#writeTrouble !== undefined) this.#recovered();
      // What is lost while all is well, because there are too many feeds or a slow disk.
      else if (this.#options.clock.monotonicMs() >= this.#tellLossesAtMs) this.#tellLosses();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #writeDue(all: boolean): Promise<void> {
    const { collector } = this;
    const { clock, earlyBytes } = this.#options;
    const now = clock.now();
    for (const provider of collector.stale(now)) {
      await this.#writeProvider(provider);
      // A message may have come while that was written, and be old already where feeds are gone after milliseconds.
      if (!provider.hasData && provider.isStale(clock.now())) collector.remove(provider);
    }
    if (collector.roster !== this.#rosterWritten) await this.#writeStatus();
    for (const provider of all ? [...collector.providers] : collector.due(now)) {
      await this.#writeProvider(provider);
    }
    if (all || collector.waitingBytes <= earlyBytes) return;
    for (const provider of collector.heaviest(earlyBytes / 2)) {
      await this.#writeProvider(provider);
      this.memory.earlyFrames++;
    }
  }

  async #writeStatus(): Promise<void> {
    const { roster, nextId, providers } = this.collector;
    await this.files.writeStatus(this.#session.statusFrame(providers, this.#options.clock.now()));
    this.#rosterWritten = roster;
    this.#announcedBelow = nextId;
  }

  async #writeProvider(provider: HkProvider): Promise<void> {
    if (!provider.hasData) return;
    // G3 trap 26: readers want to know of a provider before they see its data.
    if (provider.id >= this.#announcedBelow) await this.#writeStatus();
    this.#noteFresh();
    const draft = this.collector.draft(provider, this.#session, this.#options.clock.now());
    if (draft === undefined) return;
    try {
      await this.files.writeData(draft.frame);
      this.#noteWritten(provider, draft);
    } catch (error) {
      if (!(error instanceof G3EncodeError)) throw error;
      // It could not be written next time either.
      this.#options.tell(`Cannot write frame of ${provider.address}: ${error.message}`);
      for (const { samples, fromSeconds, toSeconds } of draft.spans) {
        this.losses.note({
          feed: provider.address,
          samples,
          fromSeconds,
          toSeconds,
          cause: "cannot be encoded",
        });
      }
    }
    draft.commit();
  }

  /** Tells the index what has come. */
  #noteFresh(): void {
    for (const [samples, provider] of this.collector.takeFresh()) {
      this.#index?.note({
        address: provider.address,
        sessionId: provider.agentSessionId,
        freshSeconds: provider.freshSeconds,
        frameSeconds: provider.frameLengthSeconds,
      }, samples.newest());
    }
  }

  /** Tells the index what is in a file now. */
  #noteWritten({ address }: HkProvider, { spans }: DataDraft): void {
    const { path } = this.files;
    if (path === null) return;
    for (const { fields, toSeconds: timeSeconds } of spans) {
      this.#index?.wrote(address, fields.map((field) => ({ field, timeSeconds })), path);
    }
  }

  async #look(): Promise<void> {
    const hadRoom = this.disk.hasRoom;
    const { change, hasRoom } = await this.#options.disk.check();
    if (change !== undefined) this.#options.tell(change);
    if (hasRoom && !hadRoom) this.#tellLosses();
  }

  #failed(error: unknown): void {
    const { tell, clock } = this.#options;
    const text = toError(error).message;
    if (this.#writeTrouble === undefined) {
      tell(`Cannot write: ${text}; data wait in memory, trying again`);
    }
    this.#writeTrouble = text;
    this.#retryAtMs = clock.monotonicMs() + this.#retrySeconds * 1000;
    this.#retrySeconds = Math.min(2 * this.#retrySeconds, LAST_RETRY_SECONDS);
  }

  #recovered(): void {
    this.#writeTrouble = undefined;
    this.#retrySeconds = FIRST_RETRY_SECONDS;
    this.#options.tell(`Writing again to ${this.files.path}`);
    this.#tellLosses();
  }

  /** At the end: what could not be written is lost, and that is said. */
  #giveUpRest(): void {
    for (const provider of [...this.collector.providers]) {
      for (const { samples, fromSeconds, toSeconds } of provider.spans()) {
        this.losses.note({
          feed: provider.address,
          samples,
          fromSeconds,
          toSeconds,
          cause: "not written at the end",
        });
      }
      this.collector.remove(provider);
    }
    this.#tellLosses();
  }

  #tellLosses(): void {
    const lines = this.losses.takeNews();
    for (const line of lines) this.#options.log.error(line);
    if (lines.length === 0) return;
    this.#tellLossesAtMs = this.#options.clock.monotonicMs() + TELL_LOSSES_MS;
    this.#options.tell(
      `Lost samples of ${lines.length} feeds, ${this.losses.samples} so far; the log has each`,
    );
  }
}
