/** An agent in a few lines, for tests of the client: it speaks the wire itself and can misbehave. @module */
import {
  type ConnectOptions,
  connectWamp,
  type WampConnection,
  type WampInvocation,
} from "../../../client/mod.ts";

/** What the agent was asked, in full. */
export interface SeenRequest {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

interface Run {
  readonly id: number;
  readonly name: string;
  readonly startedSeconds: number;
  done: boolean;
  readonly ended: PromiseWithResolvers<void>;
}

const KINDS: Readonly<Record<string, "task" | "process">> = {
  "delay_task": "task",
  "odd-name with space": "task",
  "close": "task",
  "acq": "process",
};

/** How the agent differs from an ordinary one. */
export interface SmallAgentOptions extends Partial<ConnectOptions> {
  readonly url: string;
  /** Leaves `access_control` out, as agents of before do. */
  readonly old?: boolean;
}

/** Registers as Python agents do: `.ops` first, then the address. Dispose of it. */
export class SmallAgent implements AsyncDisposable {
  /** Every `.ops` request that came. */
  readonly requests: SeenRequest[] = [];
  /** While set, `.ops` is not answered. */
  hang = false;
  /** While set, `.ops` fails with it. */
  failure: Error | undefined;
  readonly #connection: WampConnection;
  readonly #address: string;
  readonly #old: boolean;
  readonly #runs = new Map<string, Run>();
  #nextId = 0;

  private constructor(connection: WampConnection, address: string, old: boolean) {
    this.#connection = connection;
    this.#address = address;
    this.#old = old;
  }

  /** Connects and registers. */
  static async start(
    instanceId: string,
    { old = false, url, ...options }: SmallAgentOptions,
  ): Promise<SmallAgent> {
    const connection = await connectWamp({ realm: "test_realm", ...options, url });
    const agent = new SmallAgent(connection, `observatory.${instanceId}`, old);
    await connection.register(`${agent.#address}.ops`, (invocation) => agent.#ops(invocation));
    await connection.register(agent.#address, ({ args }) => agent.#management(args[0]));
    await connection.register(`${agent.#address}.extra`, ({ args, kwargs }) => ({ args, kwargs }));
    return agent;
  }

  /** Ends a run as the operation's function does. */
  finish(name: string): void {
    const run = this.#runs.get(name);
    if (run === undefined) throw new Error(`"${name}" was never started`);
    run.done = true;
    run.ended.resolve();
  }

  /** Publishes one block of the recorded feed. */
  async publishBlock(timestamps: readonly number[], values: readonly unknown[]): Promise<void> {
    const block = { block_name: "temps", timestamps, data: { t: values }, influxdb_tags: null };
    await this.publish([{ temps: block }, this.#feed("temps", true)]);
  }

  /** Publishes anything on the recorded feed. */
  async publish(pair: unknown): Promise<void> {
    await this.#connection.publish(`${this.#address}.feeds.temps`, [pair], { acknowledge: true });
  }

  /** Tells that it is there, once. */
  async beat(): Promise<void> {
    await this.#connection.publish(
      `${this.#address}.feeds.heartbeat`,
      [[{}, this.#feed("heartbeat", false)]],
      {
        acknowledge: true,
      },
    );
  }

  /** Leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  #feed(name: string, record: boolean): unknown {
    return {
      agent_address: this.#address,
      agg_params: {},
      feed_name: name,
      address: `${this.#address}.feeds.${name}`,
      record,
      session_id: "1.5",
      agent_class: "SmallAgent",
    };
  }

  #management(question: unknown): unknown {
    if (question !== "get_api") return question === "get_agent_class" ? "SmallAgent" : null;
    const list = (kind: string) =>
      Object.entries(KINDS).filter(([, known]) => known === kind).map(([name]) => [
        name,
        this.#encode(name) ?? { op_name: name, status: "no_history" },
        { blocking: false, docstring: `Help of ${name}.`, op_type: kind, min_privs: 1, abortable: true },
      ]);
    return {
      agent_class: "SmallAgent",
      instance_hostname: "here",
      instance_pid: 1,
      feeds: [["temps", this.#feed("temps", true)], ["heartbeat", this.#feed("heartbeat", false)]],
      processes: list("process"),
      tasks: list("task"),
      ...(this.#old ? {} : {
        access_control: { version: 1, policy: "none", update_timestamp: 1.5, update_count: 0, step: 0 },
      }),
    };
  }

  async #ops({ args, kwargs }: WampInvocation): Promise<unknown> {
    this.requests.push({ args, kwargs });
    if (this.failure !== undefined) throw this.failure;
    if (this.hang) return await new Promise(() => {});
    const [action, name] = args.map(String);
    if (name === undefined || KINDS[name] === undefined) {
      return [-1, `No task or process called "${name}"`, {}];
    }
    const run = this.#runs.get(name);
    switch (action) {
      case "start":
        if (run !== undefined && !run.done) {
          return [-1, `Operation "${name}" already in progress.`, this.#encode(name)];
        }
        this.#runs.set(name, {
          id: this.#nextId++,
          name,
          startedSeconds: Date.now() / 1000,
          done: false,
          ended: Promise.withResolvers(),
        });
        return [0, `Started ${KINDS[name]} "${name}".`, this.#encode(name)];
      case "status":
        return run === undefined ? [0, "No session active.", {}] : [0, "Session active.", this.#encode(name)];
      case "wait":
        return await this.#wait(name, kwargs.timeout);
      default:
        this.finish(name);
        return [0, `Requested ${action} on ${KINDS[name]} ${name}".`, this.#encode(name)];
    }
  }

  async #wait(name: string, timeout: unknown): Promise<unknown> {
    const run = this.#runs.get(name);
    if (run === undefined) return [0, "Idle.", {}];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => timer = setTimeout(resolve, Number(timeout) * 1000));
    await Promise.race([run.ended.promise, over]);
    clearTimeout(timer);
    if (!run.done) return [1, `Operation "${name}" still running; wait timed out.`, this.#encode(name)];
    return [0, `Operation "${name}" is currently not running (SUCCEEDED).`, this.#encode(name)];
  }

  #encode(name: string): unknown {
    const run = this.#runs.get(name);
    if (run === undefined) return undefined;
    return {
      session_id: run.id,
      op_name: name,
      op_code: run.done ? 5 : 3,
      cred_level: 1,
      status: run.done ? "done" : "running",
      degraded: false,
      success: run.done ? true : null,
      start_time: run.startedSeconds,
      end_time: run.done ? Date.now() / 1000 : null,
      data: { n: 1 },
      messages: [[run.startedSeconds, 'Status is now "running".']],
    };
  }
}
