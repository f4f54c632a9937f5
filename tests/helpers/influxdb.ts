/** A real InfluxDB 1.x. @module */
import { debianProgram } from "./debian_package.ts";
import { freePort } from "./free_port.ts";
import { Program } from "./process.ts";

/**
 * Gets the database: `OCS_INFLUXD` if set, else one that is installed, else Debian's package.
 *
 * @returns Path of the program.
 * @throws {Error} If there is none, and no Debian to get it from.
 */
export async function influxProgram(): Promise<string> {
  return await debianProgram({ name: "influxdb", program: "influxd", variable: "OCS_INFLUXD" });
}

/** Settings of one that listens on the loopback and keeps all in one folder. */
export function influxSettings(folder: string, { port, bindPort }: {
  /** Of its HTTP interface. */
  readonly port: number;
  /** Of its own use. */
  readonly bindPort: number;
}): string {
  return `reporting-enabled = false
bind-address = "127.0.0.1:${bindPort}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
[monitor]
store-enabled = false
[subscriber]
enabled = false
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
`;
}

/** An InfluxDB with a folder and a port of its own, which can be taken away and comes back with its data. */
export class InfluxServer implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  readonly #path: string;
  #program: Program | undefined;

  private constructor(path: string, folder: string) {
    this.#path = path;
    this.folder = folder;
    this.port = freePort();
    this.url = `http://127.0.0.1:${this.port}`;
  }

  /** Starts one and waits until it answers. */
  static async start(path: string): Promise<InfluxServer> {
    const server = new InfluxServer(path, await Deno.makeTempDir({ prefix: "influxdb_" }));
    const { folder, port } = server;
    await Deno.writeTextFile(
      `${folder}/influxdb.conf`,
      influxSettings(folder, { port, bindPort: freePort() }),
    );
    try {
      await server.up();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Starts it (again), with the data that it had. */
  async up(): Promise<void> {
    this.#program = Program.start({
      name: "influxd",
      command: this.#path,
      args: ["run", "-config", `${this.folder}/influxdb.conf`],
      cwd: this.folder,
    });
    await this.#program.until(
      async () => {
        const reply = await fetch(`${this.url}/ping`, { signal: AbortSignal.timeout(2000) });
        await reply.body?.cancel();
        return reply.status === 204;
      },
      "an answer to a ping",
      30_000,
    );
  }

  /** Takes it away. */
  async down(): Promise<void> {
    await this.#program?.stop();
    this.#program = undefined;
  }

  /** Asks; gives the rows of each series, with its name, tags and columns. */
  async query(database: string, q: string): Promise<readonly InfluxSeries[]> {
    const reply = await fetch(`${this.url}/query`, {
      method: "POST",
      body: new URLSearchParams({ db: database, q, epoch: "ns" }),
      signal: AbortSignal.timeout(30_000),
    });
    // Times in nanoseconds have more digits than a number.
    const text = (await reply.text()).replaceAll(/(?<=\[)\d{17,}(?=,)/g, '"$&"');
    const [result] = JSON.parse(text).results;
    if (result.error !== undefined) throw new Error(`Cannot ask InfluxDB "${q}": ${result.error}`);
    return result.series ?? [];
  }

  /** The number that a query such as `SELECT count(x) FROM m` gives; 0 for none. */
  async count(database: string, q: string): Promise<number> {
    const [series] = await this.query(database, q);
    return Number(series?.values[0]?.[1] ?? 0);
  }

  /** Ends it and removes its data. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** One series of an answer. */
export interface InfluxSeries {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  /** The time first, in nanoseconds as text. */
  readonly values: readonly (readonly unknown[])[];
}
