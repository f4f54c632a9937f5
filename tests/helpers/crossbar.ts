/** A crossbar of its own for a test, configured as OCS ships it. @module */
import { freePort } from "./free_port.ts";
import { Program } from "./process.ts";
import type { PythonPeers } from "./python_peers.ts";
import { ADDRESS_ROOT, REALM, type RestartableRouter } from "./router_fixture.ts";

/** How a crossbar differs from OCS's template. */
export interface CrossbarOptions {
  /** Port; default a free one. */
  readonly port?: number | undefined;
  /** Permits everything to everybody (retained events, meta API); default only `observatory.` as OCS has it. */
  readonly open?: boolean | undefined;
  /** Further transport options of `/ws`, such as `max_message_size`. */
  readonly webSocketOptions?: Readonly<Record<string, unknown>> | undefined;
  /** Logins of `/ws`; default anonymous ones. */
  readonly auth?: Readonly<Record<string, unknown>> | undefined;
  /** Its endpoint's `tls`; default none. */
  readonly tls?: Readonly<Record<string, unknown>> | undefined;
  /** A whole `config.json` for `port`, in place of the template. */
  readonly config?: string | undefined;
  /** PEM text of the authority of its certificate, where `config` makes it speak TLS. */
  readonly caCert?: string | undefined;
}

/** OCS's template (ocs/support/crossbar_config.json) with the `info` path that OCS's own tests add. */
export function crossbarTemplate(port: number, options: CrossbarOptions = {}): unknown {
  const permission = (register: boolean) => ({
    uri: options.open ? "" : `${ADDRESS_ROOT}.`,
    match: "prefix",
    allow: { call: true, register, publish: true, subscribe: true },
    disclose: { caller: false, publisher: false },
    cache: true,
  });
  return {
    version: 2,
    workers: [{
      type: "router",
      options: { pythonpath: [".."] },
      realms: [{
        name: REALM,
        roles: [
          { name: "iocs_agent", permissions: [permission(true)] },
          { name: "iocs_controller", permissions: [permission(false)] },
        ],
      }],
      transports: [{
        type: "web",
        endpoint: {
          type: "tcp",
          interface: "127.0.0.1",
          port,
          ...(options.tls === undefined ? {} : { tls: options.tls }),
        },
        paths: {
          ws: {
            type: "websocket",
            auth: options.auth ?? { anonymous: { type: "static", role: "iocs_agent" } },
            options: {
              open_handshake_timeout: 2500,
              close_handshake_timeout: 1000,
              auto_ping_interval: 10_000,
              auto_ping_timeout: 5000,
              // The template says 4, which crossbar 26 refuses to start with ("must be between 12 and 125").
              auto_ping_size: 12,
              ...options.webSocketOptions,
            },
          },
          call: { type: "caller", realm: REALM, role: "iocs_controller", options: {} },
          info: { type: "nodeinfo" },
        },
      }],
    }],
  };
}

/** A crossbar that listens on the loopback. Dispose of it. */
export class Crossbar implements RestartableRouter {
  readonly name = "crossbar";
  readonly realm = REALM;
  readonly addressRoot = ADDRESS_ROOT;
  readonly port: number;
  readonly url: string;
  readonly httpUrl: string;
  readonly #peers: PythonPeers;
  readonly #folder: string;
  readonly #caCert: string | undefined;
  #program: Program | undefined;

  private constructor(
    peers: PythonPeers,
    { port, folder, caCert }: { port: number; folder: string; caCert: string | undefined },
  ) {
    this.#peers = peers;
    this.#caCert = caCert;
    this.#folder = folder;
    this.port = port;
    const s = caCert === undefined ? "" : "s";
    this.url = `ws${s}://127.0.0.1:${port}/ws`;
    this.httpUrl = `http${s}://127.0.0.1:${port}/call`;
  }

  /** Starts a crossbar and waits until it answers; takes three to eight seconds. */
  static async start(peers: PythonPeers, options: CrossbarOptions = {}): Promise<Crossbar> {
    const port = options.port ?? freePort();
    const folder = await Deno.makeTempDir({ prefix: "crossbar_" });
    const crossbar = new Crossbar(peers, { port, folder, caCert: options.caCert });
    try {
      await Deno.writeTextFile(
        `${folder}/config.json`,
        options.config ?? JSON.stringify(crossbarTemplate(port, options), null, 1),
      );
      await crossbar.up();
    } catch (error) {
      await crossbar[Symbol.asyncDispose]();
      throw error;
    }
    return crossbar;
  }

  /** Starts it (again). */
  async up(): Promise<void> {
    if (this.#program !== undefined) throw new Error("Cannot start crossbar: it runs already");
    const program = Program.start({
      name: "crossbar",
      command: this.#peers.program("crossbar"),
      args: ["start", "--cbdir", this.#folder, "--loglevel", "info"],
      // HOME: it writes a key pair there.
      env: { HOME: this.#folder, PYTHONUNBUFFERED: "1" },
      graceMs: 5_000,
    });
    this.#program = program;
    using client = this.#caCert === undefined
      ? undefined
      : Deno.createHttpClient({ caCerts: [this.#caCert] });
    await program.until(() => answersCalls(this.httpUrl, client), "an answer of the bridge", 30_000);
  }

  /** Ends it and its workers. */
  async down(how: "SIGTERM" | "SIGKILL"): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    if (how === "SIGKILL") await program?.kill();
    else await program?.stop();
    // Else the next start refuses, taking the stale file for a running node.
    await Deno.remove(`${this.#folder}/node.pid`).catch(() => {});
  }

  /** The latest lines of its log. */
  tail(): string {
    return this.#program?.tail() ?? "(not running)";
  }

  /** Stops it and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.down("SIGTERM");
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** True when the HTTP bridge takes a call; OCS's template has no `/info`. */
async function answersCalls(url: string, client: Deno.HttpClient | undefined): Promise<boolean> {
  try {
    const reply = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ procedure: `${ADDRESS_ROOT}.nobody`, args: [] }),
      signal: AbortSignal.timeout(1_000),
      ...(client === undefined ? {} : { client }),
    });
    return (await reply.text()).includes("no_such_procedure");
  } catch {
    return false; // not up yet
  }
}
