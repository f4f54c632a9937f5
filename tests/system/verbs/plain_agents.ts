/** Many agents that are no more than a WAMP session, a heartbeat and an answer. @module */
import { pause } from "../../../internal/pause.ts";
import { connectWamp, OpCode, type WampConnection } from "../../../client/mod.ts";

/** One operation of a plain agent. */
export interface PlainSession {
  sessionId: number;
  code: OpCode;
  messages: readonly (readonly [number, string])[];
}

/** An agent that the test speaks for. */
export interface PlainAgent {
  readonly instance: string;
  /** Names the process; another one is a restart. */
  process: string;
  readonly operations: Map<string, PlainSession>;
  /** Answers nothing while set. */
  hangs: boolean;
  /** Questions that came. */
  readonly asked: string[];
  /** Refusals by action. */
  readonly refusals: Map<string, string>;
}

/** How they are made. */
export interface PlainAgentsOptions {
  readonly url: string;
  readonly instances: readonly string[];
  /** Names of the operations of each; default `acq`. */
  readonly operations?: readonly string[];
}

const STATUS: Readonly<Record<number, string>> = { 2: "starting", 3: "running", 4: "stopping" };

/** Any number of agents on one connection; they say what the test has put into them. Dispose of it. */
export class PlainAgents implements AsyncDisposable {
  readonly agents = new Map<string, PlainAgent>();
  readonly #connection: WampConnection;
  readonly #closing = new AbortController();

  private constructor(connection: WampConnection) {
    this.#connection = connection;
  }

  /** Connects and registers all of them. */
  static async start({ url, instances, operations = ["acq"] }: PlainAgentsOptions): Promise<PlainAgents> {
    const made = new PlainAgents(await connectWamp({ url, realm: "test_realm" }));
    await Promise.all(instances.map((instance) => made.#add(instance, operations)));
    return made;
  }

  /** One of them. */
  get(instance: string): PlainAgent {
    const agent = this.agents.get(instance);
    if (agent === undefined) throw new Error(`No plain agent "${instance}"`);
    return agent;
  }

  /** Sets how an operation of one agent stands. */
  set(instance: string, op: string, session: PlainSession): void {
    this.get(instance).operations.set(op, session);
  }

  /** From now on refuses an action, with a text. */
  refuse(instance: string, action: string, text: string): void {
    this.get(instance).refusals.set(action, text);
  }

  /** Sends one heartbeat of each named agent, of all by default; resolves when the router has them. */
  async beat(...instances: readonly string[]): Promise<void> {
    const names = instances.length === 0 ? [...this.agents.keys()] : instances;
    await Promise.all(names.map((name) => {
      const agent = this.get(name);
      const codes = Object.fromEntries([...agent.operations].map(([op, { code }]) => [op, code]));
      return this.publish(name, [codes, feedOf(agent)]);
    }));
  }

  /** Sends anything as a heartbeat. */
  async publish(instance: string, payload: unknown): Promise<void> {
    await this.#connection.publish(`observatory.${instance}.feeds.heartbeat`, [payload], {
      acknowledge: true,
    });
  }

  /** Leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#connection.close();
  }

  async #ops(
    agent: PlainAgent,
    [action = "", op = ""]: readonly string[],
    answer: (question: string, make: () => unknown) => Promise<unknown>,
  ): Promise<unknown> {
    const refusal = agent.refusals.get(action);
    if (refusal !== undefined) return await answer(action, () => [-1, refusal, encode(agent, op) ?? {}]);
    const reply = await answer(action, () => [0, "Session.", encode(agent, op) ?? {}]);
    while (action === "wait" && agent.operations.get(op)?.code === OpCode.RUNNING) {
      if (this.#closing.signal.aborted) return reply;
      await pause(10, { signal: this.#closing.signal });
    }
    return action === "wait" ? [0, "Session.", encode(agent, op) ?? {}] : reply;
  }

  async #add(instance: string, operations: readonly string[]): Promise<void> {
    const agent: PlainAgent = {
      instance,
      process: "1.5",
      operations: new Map(
        operations.map((op) => [op, { sessionId: 0, code: OpCode.NONE, messages: [] }]),
      ),
      hangs: false,
      asked: [],
      refusals: new Map(),
    };
    this.agents.set(instance, agent);
    const answer = async (question: string, make: () => unknown): Promise<unknown> => {
      agent.asked.push(question);
      if (agent.hangs) {
        await new Promise<void>((resolve) =>
          this.#closing.signal.addEventListener("abort", () => resolve(), { once: true })
        );
      }
      return make();
    };
    const address = `observatory.${instance}`;
    await this.#connection.register(
      `${address}.ops`,
      ({ args }) => this.#ops(agent, args.map(String), answer),
    );
    await this.#connection.register(address, ({ args }) => answer(String(args[0]), () => apiOf(agent)));
  }
}

function encode(agent: PlainAgent, op: string): Record<string, unknown> | undefined {
  const session = agent.operations.get(op);
  if (session === undefined || session.code === OpCode.NONE) return undefined;
  const { sessionId, code, messages } = session;
  const status = STATUS[code] ?? "done";
  return {
    session_id: sessionId,
    op_name: op,
    op_code: code,
    cred_level: 1,
    status,
    degraded: false,
    success: status === "done" ? code === OpCode.SUCCEEDED : null,
    start_time: Date.now() / 1000 - 60,
    end_time: status === "done" ? Date.now() / 1000 - 30 : null,
    data: { n: 1 },
    messages,
  };
}

function feedOf({ instance, process }: PlainAgent): Record<string, unknown> {
  return {
    agent_address: `observatory.${instance}`,
    agg_params: {},
    feed_name: "heartbeat",
    address: `observatory.${instance}.feeds.heartbeat`,
    record: false,
    session_id: process,
    agent_class: "PlainAgent",
  };
}

function apiOf(agent: PlainAgent): Record<string, unknown> {
  return {
    agent_class: "PlainAgent",
    instance_hostname: "here",
    instance_pid: 1,
    feeds: [["heartbeat", feedOf(agent)]],
    processes: [...agent.operations.keys()].map((op) => [
      op,
      encode(agent, op) ?? { op_name: op, status: "no_history" },
      { blocking: false, docstring: `Help of ${op}.`, op_type: "process", min_privs: 1 },
    ]),
    tasks: [],
  };
}
