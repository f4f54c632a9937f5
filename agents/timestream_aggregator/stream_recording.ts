/** The process that records a stream, as an agent offers it. @module */
import type { Agent, DiskReading, Session } from "../../framework/mod.ts";
import { parseSyncPolicy } from "../../g3/io/mod.ts";
import { isSwitchedOn } from "../../internal/switched_on.ts";
import type { RecordingRules } from "./acquisition.ts";
import { ChannelMonitor } from "./channel_monitor.ts";
import { FrameRecorder } from "./frame_recorder.ts";
import { Room } from "./room.ts";
import { StreamReceiver } from "./stream_receiver.ts";
import { type StreamData, StreamReport } from "./stream_report.ts";

/** The values of the options that both classes have. */
export interface RecordingOptions {
  readonly autoStart: string;
  readonly timePerFile: number;
  readonly dataDir: string;
  readonly port: number;
  readonly address: string;
  readonly fsync: string;
  readonly warnFreeMb: number;
  readonly stopFreeMb: number;
  readonly fileNaming: "date" | "ctime";
  readonly gap: number;
  readonly streamId: string | undefined;
  readonly targetRate: number | undefined;
}

/** What the process is called and says, which changed over the years (smurf 4.1). */
export interface RecordingWords {
  readonly process: string;
  readonly doc: string;
  readonly finished: string;
  readonly stopping: string;
}

/** Records a stream; one for each agent. */
export class StreamRecording {
  readonly #report: StreamReport;
  readonly #receiver: StreamReceiver;
  readonly #agent: Agent;
  #session: Session<StreamData> | undefined;
  #trouble: string | undefined;
  #isLow = false;

  /** Registers the process. */
  constructor(agent: Agent, options: RecordingOptions, { process, doc, finished, stopping }: RecordingWords) {
    const { log, clock } = agent;
    const { address, port, dataDir } = options;
    const rules: RecordingRules = {
      dataDir,
      fileNaming: options.fileNaming,
      timePerFileSeconds: options.timePerFile,
      gapSeconds: options.gap,
      streamId: options.streamId,
    };
    const sync = parseSyncPolicy(options.fsync);
    this.#agent = agent;
    this.#report = new StreamReport(clock);
    const room = new Room({
      path: dataDir,
      warnFreeBytes: Math.max(options.warnFreeMb, options.stopFreeMb) * 1e6,
      stopFreeBytes: options.stopFreeMb * 1e6,
      clock,
      onReading: (reading) => this.#readDisk(reading),
    });
    const recorder = new FrameRecorder({
      rules,
      sync,
      report: this.#report,
      room,
      log,
      clock,
      onTrouble: (trouble) => this.#tellTrouble(trouble),
      monitor: options.targetRate === undefined ? undefined : new ChannelMonitor(agent, options.targetRate),
    });
    this.#receiver = new StreamReceiver({ address, port, recorder, report: this.#report, log, clock });
    // Peer socs (smurf B26): what is recorded does not come over the router.
    agent.worksWithoutRouter = true;
    agent.registerProcess(process, {
      doc,
      params: {},
      startup: isSwitchedOn(options.autoStart),
      stop: (session) => {
        session.setStatus("stopping");
        session.abort();
        return [true, stopping];
      },
    }, async (session: Session<StreamData>) => {
      session.data = this.#report.data;
      this.#session = session;
      this.#showHealth();
      await this.#receiver.run(session.signal);
      return finished;
    });
  }

  /** What the session data show, also while nothing is recorded. */
  get data(): StreamData {
    return this.#report.data;
  }

  #readDisk({ state, freeBytes, change }: DiskReading): void {
    const { disk } = this.#report.data;
    disk.state = state;
    disk.free_mb = freeBytes === undefined ? null : Math.round(freeBytes / 1e6);
    this.#isLow = state === "low" || state === "full";
    if (change !== undefined) {
      this.#agent.log.warn(change);
      this.#session?.addMessage(change);
    }
    this.#showHealth();
  }

  #tellTrouble(trouble: string | undefined): void {
    this.#trouble = trouble;
    const text = trouble === undefined
      ? "Frames wait no more"
      : `Frames wait in memory, and nothing is read: ${trouble} (trying again every second)`;
    if (trouble === undefined) this.#agent.log.info(text);
    else this.#agent.log.error(text);
    this.#session?.addMessage(text);
    this.#showHealth();
  }

  #showHealth(): void {
    if (this.#session !== undefined) this.#session.degraded = this.#isLow || this.#trouble !== undefined;
  }
}
