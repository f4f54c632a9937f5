/** What the operations of the SMuRF file emulator write. @module */
import type { Agent, Session } from "../../framework/mod.ts";
import { ActionFiles } from "./action_files.ts";
import type { SmurfFileEmulatorOptions } from "./options.ts";
import { SessionWriter } from "./session_writer.ts";
import { type LoadedTune, Tune } from "./tune.ts";

const NOISE_SECONDS = 30;
const TAKE_SECONDS = 5;
// 64 MiB of detector data in a frame; more is a slip of the keyboard.
const MAX_VALUES = 1 << 24;
// A machine that has slept for an hour has no samples of that hour.
const LATE_FRAMES = 10;

type Result = string | readonly [ok: boolean, message: string];

/** What `take_iv` and its like write. */
export interface TakeOptions {
  readonly action: string;
  /** Names of the files of the analysis. */
  readonly files: readonly string[];
  /** Tags of the operation. */
  readonly tag: string;
  readonly userTag: string | null;
  /** Whether it takes as long as the real thing. */
  readonly wait: boolean;
  /** What it says in the end. */
  readonly message: string;
}

/** How `stream` goes. */
export interface StreamOptions {
  /** Undefined until it is stopped. */
  readonly durationSeconds: number | undefined;
  /** Without waiting for the time to pass. */
  readonly atOnce: boolean;
  readonly startOffsetSeconds: number;
  readonly subtype: string | null;
  readonly userTag: string | null;
}

/** Writes the files; the tune of the latest setup is what its streams are of. */
export class FileEmulation {
  readonly #agent: Agent;
  readonly #options: SmurfFileEmulatorOptions;
  #loaded: LoadedTune | undefined;

  /**
   * Looks whether it can work at all.
   *
   * @throws {Error} If the base folder is not there, or the stream's id is no name of a folder.
   * @throws {RangeError} If a frame would be too large.
   */
  constructor(agent: Agent, options: SmurfFileEmulatorOptions) {
    const { streamId, baseDir, nchans, sampleRate, frameLen } = options;
    if (!/^[^/\\\0]+$/.test(streamId) || streamId === "." || streamId === "..") {
      throw new RangeError(`Cannot use stream id "${streamId}": expected a name that a folder can have`);
    }
    if (nchans * Math.max(1, sampleRate * frameLen) > MAX_VALUES) {
      throw new RangeError(
        `Cannot write frames of ${nchans} channels, ${frameLen} s at ${sampleRate} Hz: ` +
          `expected at most ${MAX_VALUES} values a frame`,
      );
    }
    if (!isFolder(baseDir)) {
      throw new Error(`Cannot use base folder "${baseDir}": expected a folder that exists`);
    }
    this.#agent = agent;
    this.#options = options;
  }

  /** Writes the files of a setup, and keeps its tune. */
  setUp(session: Session, { action, sleepSeconds }: {
    readonly action: string;
    readonly sleepSeconds: number;
  }): Promise<Result> {
    return this.#attempt(async () => {
      const files = this.#action(action);
      for (const name of ["amp_sweep_freq.txt", "amp_sweep_resonance.txt", "amp_sweep_resp.txt"]) {
        await files.stamp(name);
      }
      const tune = new Tune(this.#options.nchans);
      const assignments = new Map<number, string>();
      for (const band of tune.bands) {
        const name = (ctime: number) => `${ctime}_channel_assignment_b${band}.txt`;
        assignments.set(band, await files.write(name, tune.assignment(band)));
      }
      const path = await files.write((ctime) => `${ctime}_tune.npy`, tune.npy(assignments));
      const loaded = this.#loaded = { tune, path };
      await files.write((ctime) => `${ctime}.dat`);
      session.data = { noise_file: await this.#noise(files, loaded, "oper,noise") };
      if (sleepSeconds > 0) await session.sleep(sleepSeconds);
      return "Wrote tune files";
    });
  }

  /** Writes a noise stream. */
  takeNoise(session: Session, userTag: string | null): Promise<Result> {
    return this.#attempt(async () => {
      const loaded = this.#tune();
      const noise = await this.#noise(this.#action("take_noise"), loaded, joined("oper,noise", userTag));
      session.data = { noise_file: noise };
      await session.sleep(1);
      return "Took noise data";
    });
  }

  /** Writes a short stream and the files of its analysis. */
  take(
    session: Session,
    { action, files: names, tag, userTag, wait, message }: TakeOptions,
  ): Promise<Result> {
    return this.#attempt(async () => {
      const loaded = this.#tune();
      const files = this.#action(action);
      await using writer = await this.#open(files, loaded, joined(tag, userTag));
      const now = this.#agent.clock.now();
      await writer.between(now, now + TAKE_SECONDS, (until) => this.#pace(session, wait ? until : undefined));
      for (const name of names) await files.stamp(name);
      return session.signal.aborted ? [false, `${action} was stopped`] : message;
    });
  }

  /** Writes a stream until it is over or stopped. */
  stream(session: Session, options: StreamOptions): Promise<Result> {
    return this.#attempt(async () => {
      const { durationSeconds, atOnce, startOffsetSeconds, subtype, userTag } = options;
      const loaded = this.#tune();
      if (atOnce && durationSeconds === undefined) {
        return [false, "Cannot write a stream at once without a duration"];
      }
      const { clock } = this.#agent;
      // Peer socs: always the action of a timed stream, and never the user's tag (smurf B16).
      const files = this.#action(durationSeconds === undefined ? "stream_g3_on" : "take_g3_data");
      for (const name of ["freq.txt", "mask.txt"]) await files.stamp(name);
      const start = clock.now() + startOffsetSeconds;
      const tag = joined(`obs,${subtype ?? "cmb"}`, userTag);
      await using writer = await this.#open(files, loaded, tag);
      const show = () => session.data = { session_id: writer.sessionId, g3_files: [...writer.files] };
      show();
      const end = durationSeconds === undefined ? Infinity : start + durationSeconds;
      if (atOnce) {
        await writer.between(start, end, () => this.#pace(session, undefined));
        return "Finished Stream";
      }
      await this.#follow(session, writer, { end, show });
      await session.sleep(1);
      return "Finished Stream";
    });
  }

  /** Writes samples as their time passes. */
  async #follow(
    session: Session,
    writer: SessionWriter,
    { end, show }: { readonly end: number; readonly show: () => void },
  ): Promise<void> {
    const { clock, log } = this.#agent;
    const { frameLen } = this.#options;
    let start = clock.now();
    while (!session.signal.aborted && start <= end) {
      await session.sleep(frameLen);
      const stop = clock.now();
      if (stop < start || stop - start > LATE_FRAMES * frameLen) {
        log.warn(`The clock has moved by ${(stop - start).toFixed(1)} s. Going on from there.`);
        start = Math.max(stop - frameLen, Math.min(start, stop));
      }
      await writer.scan(start, stop);
      show();
      start = stop;
    }
    await writer.end();
  }

  /** Waits until a time, unless there is no hurry; false when the run should end. */
  async #pace(session: Session, untilSeconds: number | undefined): Promise<boolean> {
    const wait = untilSeconds === undefined ? 0 : untilSeconds - this.#agent.clock.now();
    // Also without a wait: others get a turn between two frames.
    await session.sleep(Math.max(0, wait));
    return !session.signal.aborted;
  }

  async #noise(files: ActionFiles, loaded: LoadedTune, tag: string): Promise<string | undefined> {
    await using writer = await this.#open(files, loaded, tag);
    const now = this.#agent.clock.now();
    await writer.between(now, now + NOISE_SECONDS, () => Promise.resolve(true));
    return writer.files[0];
  }

  #action(action: string): ActionFiles {
    const { clock, log } = this.#agent;
    const { baseDir, streamId } = this.#options;
    return new ActionFiles({
      folder: `${baseDir}/smurf`,
      streamId,
      action,
      actionTimeSeconds: clock.now(),
      now: () => clock.now(),
      onFile: (path) => log.info(`Writing smurf file: ${path}`),
    });
  }

  #open({ action, actionTime }: ActionFiles, loaded: LoadedTune, tag: string): Promise<SessionWriter> {
    const { clock } = this.#agent;
    const { baseDir, streamId, sampleRate, frameLen, fileDuration, dropChance } = this.#options;
    return SessionWriter.open({
      folder: `${baseDir}/timestreams`,
      streamId,
      sampleRate,
      dropChance,
      frameSeconds: frameLen,
      fileDurationSeconds: fileDuration,
      status: { loaded, tag, action, actionTime },
      now: () => clock.now(),
    });
  }

  #tune(): LoadedTune {
    // Peer socs: only `stream` says so, the others crash.
    if (this.#loaded === undefined) throw new NoTuneError("No tune loaded!");
    return this.#loaded;
  }

  /** Makes failures that an operator can mend a plain message. */
  async #attempt(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof NoTuneError) return [false, error.message];
      // What the system says has a code; anything else is a fault of ours.
      if (!(error instanceof Error && "code" in error)) throw error;
      return [false, `Cannot write files: ${error.message}`];
    }
  }
}

/** A stream was asked for before there was a tune. */
class NoTuneError extends Error {}

function joined(tag: string, userTag: string | null): string {
  return userTag === null || userTag === "" ? tag : `${tag},${userTag}`;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // whatever the reason, nothing can be written there
  }
}
