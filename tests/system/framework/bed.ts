/** A router, an agent on it and a client beside it, all in this process. @module */
import { SYSTEM_CLOCK } from "../../../internal/clock.ts";
import { WampConnection } from "../../../client/mod.ts";
import {
  type AgentClass,
  type AgentConnectOptions,
  createLog,
  type LogRecord,
  type RunningAgent,
  startAgent,
  type StartAgentOptions,
} from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import type { WampEvent } from "../../../client/mod.ts";

/** A router with a client; closes both. */
export class Bed implements AsyncDisposable {
  router: Router;
  readonly client: WampConnection;
  /** All that agents logged. */
  readonly lines: LogRecord[] = [];

  private constructor(router: Router) {
    this.router = router;
    this.client = new WampConnection({ ...this.connection(), floats: "keep" });
  }

  /** Starts a router on a free port and joins a client to it. */
  static async start(): Promise<Bed> {
    const router = await Router.start({ realm: "test_realm", addressRoot: "observatory" });
    const bed = new Bed(router);
    await bed.client.joined();
    return bed;
  }

  /** The way to whatever router is there now; pauses between attempts are short. */
  connection(): AgentConnectOptions {
    return {
      url: this.router.url,
      realm: "test_realm",
      openTransport: () => Promise.resolve(this.router.connectInProcess()),
      clock: {
        ...SYSTEM_CLOCK,
        setTimer(delayMs, callback) {
          // Pauses of seconds would only make the tests slow; deadlines, which are longer, stay as they are.
          const timer = setTimeout(callback, delayMs < 4500 ? delayMs / 20 : Math.min(delayMs, 60_000));
          return () => clearTimeout(timer);
        },
      },
    };
  }

  /** Stops the router; everyone has lost it when this resolves. */
  async stopRouter(): Promise<void> {
    await this.router.stop();
    await until(() => this.client.state !== "joined", "the loss of the router");
  }

  /** Starts another router in place of the stopped one, and waits until the client is there again. */
  async startRouter(): Promise<void> {
    this.router = await Router.start({ realm: "test_realm", addressRoot: "observatory" });
    await this.client.joined();
  }

  /** Starts an agent on the router and waits until it answers. */
  async agent<T extends object>(
    agentClass: AgentClass<Record<never, never>, T>,
    options: Partial<StartAgentOptions<Record<never, never>>> = {},
  ): Promise<RunningAgent<T>> {
    return await startAgent<Record<never, never>, T>(agentClass, {
      instanceId: "tested",
      connection: this.connection(),
      options: {},
      log: createLog({ level: "debug", sinks: [{ write: (record) => this.lines.push(record) }] }),
      ...options,
    });
  }

  /** Calls `.ops` of the agent "tested". */
  async ops(...args: unknown[]): Promise<[number, string, Record<string, unknown>]> {
    return await this.opsWith(args, {});
  }

  /** Calls `.ops` with keywords too. */
  async opsWith(
    args: readonly unknown[],
    kwargs: Record<string, unknown>,
  ): Promise<[number, string, Record<string, unknown>]> {
    // The agent under test answers with three; tests compare each of them.
    return await this.client.call("observatory.tested.ops", args, { kwargs }) as [
      number,
      string,
      Record<string, unknown>,
    ];
  }

  /** Asks the agent "tested" for its description. */
  async api(): Promise<Record<string, unknown>> {
    // An object, as tests go on to check.
    return await this.client.call("observatory.tested", ["get_api"]) as Record<string, unknown>;
  }

  /** Collects events of a topic. */
  async listen(topic: string): Promise<WampEvent[]> {
    const events: WampEvent[] = [];
    await this.client.subscribe(topic, (event) => events.push(event));
    return events;
  }

  /** Whether a line with this text was logged. */
  logged(text: string): boolean {
    return this.lines.some((record) => record.text.includes(text));
  }

  /** Closes client and router. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.router.stop();
  }
}

/** Waits until a condition holds, looking again and again; fails after 5 s. */
export async function until(condition: () => boolean, what = "the condition"): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Cannot wait for ${what} any longer than 5 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
