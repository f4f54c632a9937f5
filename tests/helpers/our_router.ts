/** The `ocs router` program as a fixture. @module */
import { freePort } from "./free_port.ts";
import { Program } from "./process.ts";
import { ADDRESS_ROOT, answersInfo, REALM, type RestartableRouter } from "./router_fixture.ts";

const MAIN = new URL("../../cli/main.ts", import.meta.url);

/** How the router is started. */
export interface OurRouterOptions {
  /** Port; default a free one. */
  readonly port?: number | undefined;
  /** Further arguments of `ocs router`. */
  readonly args?: readonly string[] | undefined;
}

/** Our router in a process of its own, so that it can be killed. Dispose of it. */
export class OurRouter implements RestartableRouter {
  readonly name = "ours";
  readonly realm = REALM;
  readonly addressRoot = ADDRESS_ROOT;
  readonly port: number;
  readonly url: string;
  readonly httpUrl: string;
  readonly #args: readonly string[];
  #program: Program | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
    this.url = `ws://127.0.0.1:${port}/ws`;
    this.httpUrl = `http://127.0.0.1:${port}/call`;
  }

  /** Starts a router and waits until it answers. */
  static async start(options: OurRouterOptions = {}): Promise<OurRouter> {
    const router = new OurRouter(options.port ?? freePort(), options.args ?? []);
    try {
      await router.up();
    } catch (error) {
      await router.down("SIGKILL");
      throw error;
    }
    return router;
  }

  /** Starts it (again). */
  async up(): Promise<void> {
    if (this.#program !== undefined) throw new Error("Cannot start the router: it runs already");
    const program = Program.start({
      name: "ocs router",
      command: Deno.execPath(),
      args: [
        "run",
        "-A",
        MAIN.href,
        "router",
        "--port",
        String(this.port),
        "--realm",
        REALM,
        "--address-root",
        ADDRESS_ROOT,
        ...this.#args,
      ],
    });
    this.#program = program;
    await program.until(() => answersInfo(this.port), "an answer on /info", 20_000);
  }

  /** Ends it. */
  async down(how: "SIGTERM" | "SIGKILL"): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    if (how === "SIGKILL") await program?.kill();
    else await program?.stop();
  }

  /** The latest lines of its log. */
  tail(): string {
    return this.#program?.tail() ?? "(not running)";
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.down("SIGTERM");
  }
}
