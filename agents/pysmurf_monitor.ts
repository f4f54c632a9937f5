/**
 * Receives what pysmurf scripts and streamers publish by UDP: passes session data on, publishes register values, and
 * registers files in the database that SupRsync copies from.
 *
 *     deno run -A --unstable-net agents/pysmurf_monitor.ts --instance-id pysmurf-monitor --udp-port 8200
 *
 * From a checkout the flag is not needed: `deno.json` has it.
 *
 * @module
 */
import { type Agent, type Feed, flag, runAgent, runInWorker, type Session } from "../framework/mod.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { RUN_DOC } from "./pysmurf_monitor/docs.ts";
import { announcedFile } from "./pysmurf_monitor/file_record.ts";
import { FileRegistrar } from "./pysmurf_monitor/file_registrar.ts";
import type { InsertInput } from "./pysmurf_monitor/insert_worker.ts";
import { LimitedLog, printable } from "../internal/limited_log.ts";
import { MetadataFeeds } from "./pysmurf_monitor/metadata_feeds.ts";
import { type MonitorData, MonitorReport } from "./pysmurf_monitor/monitor_report.ts";
import { PYSMURF_MONITOR } from "./pysmurf_monitor/options.ts";
import { MalformedError, readMessage } from "./pysmurf_monitor/read_message.ts";
import { droppedBySystem, growReceiveBuffer } from "./pysmurf_monitor/receive_buffer.ts";
import { UdpListener } from "./pysmurf_monitor/udp_listener.ts";

/** Options of the pysmurf monitor. */
export type PysmurfMonitorOptions = OptionValues<typeof PYSMURF_MONITOR.options>;

const INSERT_WORKER = new URL("./pysmurf_monitor/insert_worker.ts", import.meta.url);
// Holds half a second of 10,000 small datagrams per second and more, while this program or the machine is busy.
const BUFFER_BYTES = 8 * 1024 * 1024;
// Both from smurf 3.4 and 3.7: a lock of another program is waited for, and then tried again later.
const BUSY_TIMEOUT_MS = 5000;
const RETRY_SECONDS = 5;
const PASS_SECONDS = 1;
const WATCH_SECONDS = 1;
// Files announced just before a stop are still registered, as far as their checksums take no longer.
const LAST_PASS_MS = 2000;

/** The pysmurf monitor. */
export class PysmurfMonitor implements AsyncDisposable {
  /** The UDP port, also where any free one was asked for. */
  readonly port: number;
  readonly #agent: Agent;
  readonly #relay: Feed;
  readonly #metadata: MetadataFeeds;
  readonly #files: FileRegistrar;
  readonly #report: MonitorReport;
  readonly #listener: UdpListener;
  readonly #faultLog: LimitedLog;
  #cancelWatch: () => void = () => {};

  /** Opens the UDP port, registers the feed `pysmurf_session_data` and the process `run`. */
  constructor(agent: Agent, { udpPort, dbPath, echoSql, testMode }: PysmurfMonitorOptions) {
    const { log, clock } = agent;
    this.#agent = agent;
    this.#relay = agent.registerFeed("pysmurf_session_data");
    this.#metadata = new MetadataFeeds((name, spec) => agent.registerFeed(name, spec), clock);
    this.#faultLog = new LimitedLog((text) => log.error(text), clock);
    agent.registerProcess("run", {
      doc: RUN_DOC,
      startup: !testMode,
      params: { test_mode: flag({ default: false }) },
      stop: (session) => {
        session.setStatus("stopping");
        session.abort();
        return [true, "Done monitoring."];
      },
    }, (session: Session<MonitorData>, { test_mode }) => this.#run(session, test_mode));

    // Last, because nobody would close it if anything above failed. Datagrams come in a later turn.
    this.#listener = new UdpListener({
      port: udpPort,
      take: (bytes, sender) => this.#take(bytes, sender),
      log,
    });
    this.port = this.#listener.port;
    this.#report = new MonitorReport({
      port: this.port,
      databasePath: dbPath,
      warn: (text) => log.warn(text),
      clock,
    });
    this.#files = new FileRegistrar({
      insert: (rows) =>
        insert({ rows, path: dbPath, busyTimeoutMs: BUSY_TIMEOUT_MS, echo: echoSql }, log.info),
      counts: this.#report.data.files,
      database: this.#report.data.database,
      log,
      clock,
    });
    log.info(`Listening on UDP port ${this.port}`);
    try {
      log.info(`UDP receive buffer: ${growReceiveBuffer(this.port, BUFFER_BYTES)} bytes`);
    } catch (error) {
      log.warn(`UDP receive buffer stays at the system's default: ${String(error)}`);
    }
    this.#watchSystem();
  }

  /** What the session data of `run` show, also while it does not run. */
  get data(): MonitorData {
    return this.#report.data;
  }

  /** Closes the UDP port and tells which files are not in the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener[Symbol.asyncDispose]();
    this.#cancelWatch();
    this.#metadata[Symbol.dispose]();
    this.#files.reportRest();
  }

  /** Looks from time to time whether the system has dropped datagrams, until the agent ends. */
  #watchSystem(): void {
    this.#report.droppedBySystem(droppedBySystem(this.port));
    this.#cancelWatch = this.#agent.clock.setTimer(WATCH_SECONDS * 1000, () => this.#watchSystem());
  }

  async #run(session: Session<MonitorData>, testMode: boolean): Promise<string | readonly [boolean, string]> {
    session.data = this.#report.data;
    const { clock } = this.#agent;
    for (;;) {
      const isWell = await this.#files.pass(session.signal);
      if (testMode && !isWell) return [false, `Database: ${this.#report.data.database.error}`];
      this.#tellDatabase(session, isWell);
      if (testMode || session.signal.aborted) break;
      await session.sleep(isWell ? PASS_SECONDS : RETRY_SECONDS);
    }
    const over = new AbortController();
    const cancel = clock.setTimer(LAST_PASS_MS, () => over.abort());
    await this.#files.pass(over.signal);
    cancel();
    return "Monitor exited cleanly.";
  }

  /** Says once when files begin to wait for the database, and when they wait no more. */
  #tellDatabase(session: Session<MonitorData>, isWell: boolean): void {
    if (session.degraded === !isWell) return;
    session.degraded = !isWell;
    session.addMessage(
      isWell
        ? "The database can be written again"
        : `Files wait, the database cannot be written: ${this.#report.data.database.error} ` +
          `(trying again every ${RETRY_SECONDS} s)`,
    );
  }

  #take(bytes: Uint8Array, sender: Deno.Addr): void {
    const { udp } = this.#report.data;
    udp.received++;
    try {
      this.#handle(bytes);
    } catch (error) {
      if (error instanceof MalformedError) return this.#report.refused(error, addressOf(sender));
      // A fault of ours: one datagram must not cost the following ones.
      const text = error instanceof Error ? error.stack ?? error.message : String(error);
      this.#faultLog.say("fault", `Cannot handle datagram from ${addressOf(sender)}: ${text}`);
    }
  }

  /** Decides what becomes of a message (smurf 3.2). */
  #handle(bytes: Uint8Array): void {
    const { udp } = this.#report.data;
    const message = readMessage(bytes);
    switch (message.type) {
      case "session_data":
      case "session_log":
        udp.relayed++;
        return this.#relay.publish(message.envelope);
      case "metadata":
        this.#metadata.publish(message);
        udp.metadata++;
        return;
      case "data_file":
      case "g3_file": {
        const file = announcedFile(message);
        udp.files++;
        this.#agent.log.info(`New file: ${printable(file.path)}`);
        return this.#files.add(file);
      }
      default:
        udp.ignored++;
    }
  }
}

/** Inserts in a worker, so that a locked or slow database holds up nothing else. */
function insert(input: InsertInput, log: (text: string) => void): Promise<void> {
  return runInWorker(INSERT_WORKER, input, { onReport: (sql) => log(`SQL: ${String(sql)}`) });
}

function addressOf(sender: Deno.Addr): string {
  return sender.transport === "udp" ? `${sender.hostname}:${sender.port}` : sender.transport;
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(PysmurfMonitor, PYSMURF_MONITOR, { args });
}

if (import.meta.main) Deno.exit(await main());
