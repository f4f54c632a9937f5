/** What scripts tell pysmurf monitors and controllers, as pysmurf's own publisher does (smurf 1). @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { Float } from "../internal/float.ts";
import { pyFixed } from "../ocs/python_float.ts";
import { pyJson } from "../ocs/python_json.ts";
import { pyTypeName } from "../ocs/python_text.ts";
import { VERSION } from "../internal/version.ts";
import { UdpSender } from "./_udp_sender.ts";

/** Where a publisher sends to unless it is told otherwise. */
const DEFAULT_UDP_PORT = 8200;

/** The largest message that is sent, in bytes (smurf 1.3). */
const MAX_DATAGRAM_BYTES = 64_000;

/** How a publisher is set up; what is not given comes from the environment, and failing that from a default. */
export interface PysmurfPublisherOptions {
  /** Name of the script in every message; default `undeclared`. */
  readonly script?: string | undefined;
  /** Publisher id, else `SMURFPUB_ID`, else `undeclared`. Controllers take data of their own id only. */
  readonly id?: string | undefined;
  /** `udp` or `null`, else `SMURFPUB_BACKEND`, else `null`: nothing is sent. */
  readonly backend?: string | undefined;
  /** Name or IPv4 address, else `SMURFPUB_UDP_HOST`, else `localhost`. */
  readonly udpHost?: string | undefined;
  /** Else `SMURFPUB_UDP_PORT`, else 8200. */
  readonly udpPort?: number | undefined;
  /** What the names of the variables begin with; default `SMURFPUB_`. */
  readonly environmentRoot?: string | undefined;
  /** Reads variables; default those of this process. */
  readonly getVariable?: ((name: string) => string | undefined) | undefined;
  /** `pysmurf_version` of registered files; default that of this toolkit. */
  readonly version?: string | undefined;
  /** Where complaints go; default standard error, as smurf 1.1 and 1.3 have it. */
  readonly complain?: ((text: string) => void) | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** A file that a script has written (smurf 1.5). */
export interface PublishedFile {
  /** Absolute path on this machine. */
  readonly path: string;
  /** Category such as `tune`, `iv`, `config`. */
  readonly type: string;
  /** Extension without dot; default empty. With `npy` the path may lack it. */
  readonly format?: string | undefined;
  /** Unix seconds; default now. */
  readonly timestamp?: number | Float | undefined;
  /** True for figures; default false. */
  readonly plot?: boolean | undefined;
}

/**
 * Publishes what a script does: data and log lines for the running session of a controller, files for the archive.
 *
 * One datagram per message, equal byte for byte to those of pysmurf's Python class. Delivery is best effort. Disposing of
 * it sends `stop`.
 *
 * @example In a script that a controller runs
 * ```ts no-run
 * import { PysmurfPublisher } from "./mod.ts";
 *
 * await using publisher = await PysmurfPublisher.open({ script: "tune.ts" });
 * await publisher.sessionLog("tuning band 2");
 * await publisher.sessionData({ num_active_channels: 528 });
 * ```
 */
export class PysmurfPublisher implements AsyncDisposable {
  /** Publisher id in every message. */
  readonly id: string;
  /** Script name in every message. */
  readonly script: string;
  readonly #host = Deno.hostname();
  readonly #version: string;
  readonly #clock: Clock;
  readonly #complain: (text: string) => void;
  /** Undefined for the null backend, which does everything but send. */
  #sender: UdpSender | undefined;
  #sequence = 0;
  #action: { readonly name: string; readonly startedAt: string } | undefined;
  #closed = false;

  private constructor(settings: Settings, options: PysmurfPublisherOptions) {
    this.id = settings.id;
    this.script = options.script ?? "undeclared";
    this.#version = options.version ?? `ocs-deno ${VERSION}`;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#complain = options.complain ?? writeToStderr;
  }

  /**
   * Makes a publisher and publishes `start`. The environment is read now and never again.
   *
   * An unknown backend is complained about and sends nothing.
   *
   * @throws {RangeError} If the port is none.
   * @throws {Error} If the host name cannot be resolved.
   */
  static async open(options: PysmurfPublisherOptions = {}): Promise<PysmurfPublisher> {
    const settings = readSettings(options);
    const publisher = new PysmurfPublisher(settings, options);
    const { backend, host } = settings;
    if (backend === "udp") {
      publisher.#sender = await UdpSender.open({ host, port: udpPort(settings.port) });
    } else if (backend !== "null") {
      publisher.#complain(`PysmurfPublisher: no backend for "${backend}", selecting null publisher.`);
    }
    try {
      await publisher.publish({}, "start");
    } catch (error) {
      await publisher.#sender?.close();
      throw error;
    }
    return publisher;
  }

  /** Number of the next message. */
  get nextSequenceNumber(): number {
    return this.#sequence;
  }

  /**
   * Publishes a message. It is encoded and numbered on the spot, so the order is that of the calls.
   *
   * One above 64,000 bytes is dropped, complained about, and a `backend_error` sent in its place.
   *
   * @param data What JSON and Python's bare `NaN` and `Infinity` can say. Wrap a number that must stay a float also when
   * it is integral in `Float`.
   * @param type Message type (smurf 1.4); default `general`.
   * @returns Resolves when the system has taken the datagram.
   * @throws {TypeError | RangeError} If the data cannot be encoded; a number is used up all the same (smurf 1.7).
   * @throws {Error} If the host name cannot be resolved.
   */
  async publish(data: unknown, type = "general"): Promise<void> {
    if (this.#closed) throw new TypeError(`Cannot publish "${type}": the publisher has been closed`);
    const text = pyJson({
      host: this.#host,
      id: this.id,
      script: this.script,
      time: new Float(this.#clock.now()),
      seq_no: this.#sequence++,
      type,
      payload: data ?? null,
    });
    // The text is ASCII: as many bytes as characters. With the null backend nothing can be too large (smurf 1.6).
    if (this.#sender === undefined) return;
    if (text.length > MAX_DATAGRAM_BYTES) {
      const message = `Backend error: dropped large UDP packet (${text.length} bytes).`;
      this.#complain(`PysmurfPublisher ${this.id}: ${message}`);
      await this.publish({ message }, "backend_error");
      return;
    }
    await this.#sender.send(new TextEncoder().encode(text));
  }

  /** Publishes values for the running session: they are merged into its data, key by key. */
  sessionData(values: Readonly<Record<string, unknown>>): Promise<void> {
    return this.publish(values, "session_data");
  }

  /** Publishes a line for the messages of the running session. */
  sessionLog(text: string): Promise<void> {
    return this.publish(text, "session_log");
  }

  /** Publishes a log line, which no agent passes on. */
  log(text: string): Promise<void> {
    return this.publish({ message: text }, "log");
  }

  /** Registers a file for the archive, labelled with the action in progress. */
  registerFile({ path, type, format = "", timestamp, plot = false }: PublishedFile): Promise<void> {
    return this.publish({
      path,
      type,
      format,
      timestamp: timestamp ?? new Float(this.#clock.now()),
      action: this.#action?.name ?? null,
      action_ts: this.#action?.startedAt ?? null,
      plot,
      pysmurf_version: this.#version,
    }, "data_file");
  }

  /** Publishes the value of a register, as the streamer does with the id `STREAMER:<stream id>`. */
  metadata(path: string, value: unknown): Promise<void> {
    return this.publish({ path, value, type: pyTypeName(value) }, "metadata");
  }

  /**
   * Runs something as an action: files that it registers carry the action's name and start.
   *
   * Within another action only the outermost counts (smurf 1.5).
   */
  async acting<T>(name: string, act: () => T | Promise<T>): Promise<T> {
    if (this.#action !== undefined) return await act();
    this.#action = { name, startedAt: pyFixed(this.#clock.now(), 0) };
    try {
      return await act();
    } finally {
      this.#action = undefined;
    }
  }

  /** Publishes `stop` and closes; a second time does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    const stopped = this.publish({}, "stop");
    this.#closed = true;
    try {
      await stopped;
    } catch (error) {
      // The script is over: that its last word did not get out must not hide what it ended with.
      this.#complain(`PysmurfPublisher ${this.id}: ${String(error)}`);
    }
    await this.#sender?.close();
  }
}

/** What options and environment say, in this order. */
interface Settings {
  readonly id: string;
  readonly backend: string;
  readonly host: string;
  readonly port: string | number;
}

function readSettings(options: PysmurfPublisherOptions): Settings {
  const { environmentRoot = "SMURFPUB_", getVariable = (name) => Deno.env.get(name) } = options;
  const variable = (key: string): string | undefined => getVariable(environmentRoot + key);
  return {
    id: options.id ?? variable("ID") ?? "undeclared",
    backend: options.backend ?? variable("BACKEND") ?? "null",
    host: options.udpHost ?? variable("UDP_HOST") ?? "localhost",
    port: options.udpPort ?? variable("UDP_PORT") ?? DEFAULT_UDP_PORT,
  };
}

function udpPort(given: string | number): number {
  const port = typeof given === "number" ? given : /^\s*\d+\s*$/.test(given) ? Number(given) : NaN;
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new RangeError(`Cannot publish to UDP port "${given}": expected a number from 1 to 65535`);
}

/** The one place where the client writes by itself: smurf 1.1 and 1.3 say so, and scripts have no log. */
function writeToStderr(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
