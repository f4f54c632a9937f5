/** A recorder as a program of its own, a real G3NetworkSender for it, and what of the stream is in its files. @module */
import { bridgeCall } from "./bridge.ts";
import { freePort } from "./free_port.ts";
import { startOurAgent } from "./our_agent.ts";
import { Program } from "./process.ts";
import type { PythonPeers } from "./python_peers.ts";
import type { RouterFixture } from "./router_fixture.ts";
import { type SiteFolder, writeSite } from "./site_file.ts";
import { untilTrue } from "./until.ts";

const TOOLS = new URL("../tools/", import.meta.url).pathname;
const AGENT_CLASS = "TimestreamAggregator";

/** What `g3_frames.py compare` says, as far as tests use it. */
export interface Comparison {
  /** Scan frames that the sender made. */
  readonly sent_scans: number;
  /** Scan frames that a recorder was given completely. */
  readonly given_scans: number;
  readonly stored_scans: number;
  /** Frames that the recorder was given and that are in no file. */
  readonly lost: number;
  readonly lost_frames: readonly unknown[];
  readonly doubled: number;
  readonly foreign: number;
  readonly flow_frames_stored: number;
  readonly out_of_order: number;
  readonly broken_files: readonly unknown[];
  readonly files: number;
}

/** The session data of a recorder, as far as tests use them. */
export interface RecorderData {
  readonly connected: boolean;
  readonly connections: Readonly<Record<"failed" | "made" | "closed" | "silent" | "broken", number>>;
  readonly frames: {
    readonly written: number;
    readonly bytes: number;
    readonly dropped: Readonly<Record<string, number>>;
    readonly repeated: number;
    readonly missing: number;
  };
  readonly last_missing: { readonly cause: string } | null;
  readonly flow: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly disk: { readonly state: string; readonly error: string | null };
}

/** What a stage is set with. */
export interface RecorderStageOptions {
  readonly router: RouterFixture;
  readonly python: PythonPeers;
  /** Further arguments of the recorder. */
  readonly args?: readonly string[] | undefined;
  /** Default a new folder below the stage's own. */
  readonly dataDir?: string | undefined;
  /** Called before the recorder is started. */
  readonly before?: ((stage: RecorderStage) => Promise<void>) | undefined;
}

/** A recorder that waits for a stream. Dispose of it. */
export class RecorderStage implements AsyncDisposable {
  /** Where the sender has to listen. */
  readonly port = freePort();
  /** A folder for this stage alone. */
  readonly folder: string;
  /** Where the recorder writes. */
  readonly dataDir: string;
  /** Its own, so that several stages can share a router. */
  readonly #instanceId: string;
  readonly #options: RecorderStageOptions;
  readonly #site: SiteFolder;
  #recorder: Program | undefined;
  readonly #streams: Program[] = [];

  private constructor(options: RecorderStageOptions, folder: string, site: SiteFolder, instanceId: string) {
    this.#instanceId = instanceId;
    this.#options = options;
    this.folder = folder;
    this.#site = site;
    this.dataDir = options.dataDir ?? `${folder}/data`;
  }

  /** Makes a site for a recorder, and starts that. */
  static async start(options: RecorderStageOptions): Promise<RecorderStage> {
    const folder = await Deno.makeTempDir({ prefix: "recorder_" });
    const instanceId = `recorder-${crypto.randomUUID().slice(0, 8)}`;
    const site = await writeSite(options.router, [{ agentClass: AGENT_CLASS, instanceId }]);
    const stage = new RecorderStage(options, folder, site, instanceId);
    try {
      await options.before?.(stage);
      await stage.startRecorder();
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
    return stage;
  }

  /** Starts the recorder, or another one in the place of one that has ended. */
  async startRecorder(): Promise<void> {
    const fixed = ["--address", "127.0.0.1", "--port", String(this.port), "--data-dir", this.dataDir];
    const room = ["--warn-free-mb", "0", "--stop-free-mb", "0"];
    const args = ["--auto-start", "True", ...fixed, ...room, ...this.#options.args ?? []];
    const instanceId = this.#instanceId;
    this.#recorder = await startOurAgent(this.#site, { agentClass: AGENT_CLASS, instanceId, args });
  }

  /** The recorder's program. */
  get recorder(): Program {
    if (this.#recorder === undefined) throw new Error("Cannot use the recorder: it was never started");
    return this.#recorder;
  }

  /** Ends the recorder with a signal, and waits for that. */
  async endRecorder(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): Promise<void> {
    this.recorder.signal(signal);
    await untilTrue(() => !this.recorder.running, { what: `the end of the recorder after ${signal}` });
  }

  /** Starts a stream that begins when the recorder is connected. */
  startStream(args: readonly string[], countFile = "sent.json"): Program {
    const stream = Program.start({
      name: "smurf_stream.py",
      command: this.#options.python.python,
      args: [
        `${TOOLS}smurf_stream.py`,
        ...["--port", String(this.port), "--count-file", `${this.folder}/${countFile}`],
        ...["--wait-clients", "1", "--channels", "16", "--rate", "50", "--frame-seconds", "0.1"],
        ...["--idle", "0.2", "--linger", "0.3", ...args],
      ],
      env: { PYTHONUNBUFFERED: "1", OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    });
    this.#streams.push(stream);
    return stream;
  }

  /** Asks the recorder for something of its process `stream`. */
  async ask(action: "start" | "stop" | "status"): Promise<RecorderReply> {
    const [reply] = await bridgeCall(this.#options.router, `observatory.${this.#instanceId}.ops`, [
      action,
      "stream",
      {},
    ]);
    if (!Array.isArray(reply)) throw new Error(`Cannot ${action} stream: ${JSON.stringify(reply)}`);
    // The three parts of every reply of an agent.
    const [, message, session] = reply as [number, string, Omit<RecorderReply, "message">];
    return { ...session, message };
  }

  /** What the recorder has counted. */
  async data(): Promise<RecorderData> {
    return (await this.ask("status")).data;
  }

  /** Waits until the session data are so. */
  untilData(condition: (data: RecorderData) => boolean, what: string, timeoutMs = 20_000): Promise<unknown> {
    return this.recorder.until(async () => condition(await this.data()), what, timeoutMs);
  }

  /** Stops the recording, and waits until the file is closed. */
  async stopRecording(): Promise<void> {
    await this.ask("stop");
    await this.recorder.until(
      async () => (await this.ask("status")).status === "done",
      "the end of the recording",
    );
  }

  /** Full paths of all files, in order of their names. */
  files(): string[] {
    const walk = (folder: string): string[] =>
      [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
        const path = `${folder}/${name}`;
        return isDirectory ? walk(path) : path.endsWith(".g3") ? [path] : [];
      });
    try {
      return walk(this.dataDir).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  /** What of a stream is in the files. */
  async compare(countFile = "sent.json"): Promise<Comparison> {
    const { stdout } = await Program.run({
      name: "g3_frames.py",
      command: "sh",
      // It ends with 1 where something is missing, which is for the caller to judge.
      args: [
        "-c",
        '"$@" || true',
        "sh",
        this.#options.python.python,
        `${TOOLS}g3_frames.py`,
        ...["compare", "--handed-out", `${this.folder}/${countFile}`],
        ...this.files(),
      ],
    });
    // What the script prints.
    return JSON.parse(stdout) as Comparison;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#streams, this.#recorder].map((program) => program?.stop()));
    await this.#site[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A reply about the process `stream`. */
export interface RecorderReply {
  readonly message: string;
  readonly status: string;
  readonly degraded: boolean;
  readonly messages: readonly (readonly [number, string])[];
  readonly data: RecorderData;
}
