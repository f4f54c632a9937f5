/** A monitor under test, and what tests do with it. @module */
import { DatabaseSync } from "node:sqlite";
import type { MonitorData } from "../../../agents/pysmurf_monitor/monitor_report.ts";
import { PYSMURF_MONITOR } from "../../../agents/pysmurf_monitor/options.ts";
import { PysmurfMonitor, type PysmurfMonitorOptions } from "../../../agents/pysmurf_monitor.ts";
import { startTestAgent, type TestAgent } from "../../../testing/mod.ts";
import { untilTrue } from "../../helpers/until.ts";

/** A monitor on a free port, its folder, and a way to talk to it. */
export class MonitorBed implements AsyncDisposable {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  #sent = 0;

  private constructor(readonly agent: TestAgent<PysmurfMonitor>, readonly folder: string) {}

  static async start(options: Partial<PysmurfMonitorOptions> = {}): Promise<MonitorBed> {
    const folder = await Deno.makeTempDir({ prefix: "monitor_" });
    const agent = await startTestAgent(PysmurfMonitor, PYSMURF_MONITOR, {
      instanceId: "pysmurf-monitor",
      options: { udpPort: 0, dbPath: `${folder}/db/suprsync.db`, ...options },
    });
    return new MonitorBed(agent, folder);
  }

  get database(): string {
    return `${this.folder}/db/suprsync.db`;
  }

  /** Sends datagrams as they are, and waits until the monitor has read them. */
  async send(...datagrams: readonly (string | Uint8Array)[]): Promise<void> {
    for (const datagram of datagrams) {
      const bytes = typeof datagram === "string" ? new TextEncoder().encode(datagram) : datagram;
      await this.#socket.send(bytes, {
        transport: "udp",
        hostname: "127.0.0.1",
        port: this.agent.instance.port,
      });
      this.#sent++;
      await untilTrue(() => this.data.udp.received >= this.#sent, {
        what: "the datagram",
        pollMs: 1,
      });
    }
    await this.agent.advance(0);
  }

  /** Sends a message with the usual envelope. */
  async message(
    type: string,
    payload: unknown,
    changes: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await this.send(JSON.stringify({ ...ENVELOPE, type, payload, ...changes }));
  }

  /** What the monitor has counted. */
  get data(): MonitorData {
    return this.agent.instance.data;
  }

  /** Writes a file below the folder. */
  async file(name: string, content = "content"): Promise<string> {
    const path = `${this.folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, content);
    return path;
  }

  /** Lets `run` make a pass and waits until everything has been dealt with. */
  async pass(): Promise<void> {
    await this.agent.advance(1);
    await untilTrue(() => this.data.files.waiting === 0, {
      what: "an empty queue",
      timeoutMs: PASS_MS,
    });
    await untilTrue(() => this.agent.logTexts.some((text) => text.startsWith("Database ready")), {
      what: "a database",
      timeoutMs: PASS_MS,
    });
  }

  /** All rows of files. */
  rows(): Record<string, unknown>[] {
    using database = new DatabaseSync(this.database, { readOnly: true });
    return database.prepare("SELECT * FROM supersync_v0 ORDER BY id").all();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    // The agent would not wait so long by its own time, which the test moves.
    await this.agent.stop("run");
    await untilTrue(async () => (await this.agent.status("run")).session.status !== "stopping", {
      what: "the end of run",
      timeoutMs: PASS_MS,
    });
    await this.agent[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** `deno test` checks the types of the worker that inserts each time it starts one: seconds on a busy machine. */
export const PASS_MS = 60_000;

/** What every message has. */
export const ENVELOPE = {
  host: "smurf-srv7",
  id: "crate1slot4",
  script: "undeclared",
  time: 1_700_000_123.25,
  seq_no: 12,
};
