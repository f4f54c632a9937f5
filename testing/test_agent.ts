/** An agent under test. @module */
import { type Arguments, type CallOptions, connectWamp, type WampConnection } from "../client/mod.ts";
import {
  type AgentClass,
  type AgentProgram,
  createLog,
  type LogRecord,
  ManualClock,
  type RunningAgent,
  startAgent,
} from "../framework/mod.ts";
import { agentAddress, opsProcedure, parseFeedAddress } from "../ocs/addresses.ts";
import { type AgentApi, parseAgentApi } from "../ocs/agent_api.ts";
import { parseFeedEvent } from "../ocs/encoded_feed.ts";
import { type OCSReply, parseReply } from "../ocs/ocs_reply.ts";
import { Router } from "../router/mod.ts";
import type { OptionSpecs, OptionValues } from "../site/option_specs.ts";
import { optionProperty, parseOptions } from "../site/parse_options.ts";
import { TestFeed } from "./test_feed.ts";

const REALM = "test_realm";
// So many seconds of the agent's time may pass until it has stopped.
const STOP_SECONDS = 30;

/** How an agent is run under test. */
export interface TestAgentSettings<S extends OptionSpecs = OptionSpecs> {
  /** The class's options that differ from their defaults, and those it requires. */
  readonly options?: Partial<OptionValues<S>>;
  /** Default `test1`. */
  readonly instanceId?: string;
  /** Default `observatory`. */
  readonly addressRoot?: string;
  /** `none` (default), `override:PW2,PW3` or `director:ID`. */
  readonly accessPolicy?: string;
  /** The agent's time. Default: one of its own, which begins at 1,800,000,000. */
  readonly clock?: ManualClock;
  /** A router shared by several agents under test; whoever started it stops it. Default: one of its own. */
  readonly router?: Router;
}

/** What a request may carry. */
export interface TestRequest {
  /** Password for access control. */
  readonly password?: string;
}

/** Everything that makes up a `TestAgent`. */
interface Parts<T extends object> {
  readonly running: RunningAgent<T>;
  readonly connection: WampConnection;
  readonly clock: ManualClock;
  readonly feeds: Map<string, TestFeed>;
  readonly logs: readonly LogRecord[];
  /** Stopped at the end; undefined for a shared one. */
  readonly router: Router | undefined;
}

/**
 * Runs an agent on a router inside this process, with a clock that moves only when the test says so.
 *
 * Startup operations have begun when it returns.
 *
 * @param program The data beside the class: its options get their defaults from there.
 * @returns The agent under test; the test disposes of it.
 * @throws {Error} If the agent cannot be made or does not join.
 *
 * @example See `mod.ts`.
 */
export async function startTestAgent<const S extends OptionSpecs, T extends object>(
  agentClass: AgentClass<S, T>,
  program: AgentProgram<S>,
  settings: TestAgentSettings<S> = {},
): Promise<TestAgent<T>> {
  const { instanceId = "test1", addressRoot = "observatory", clock = new ManualClock(), accessPolicy } =
    settings;
  const router = settings.router ?? await Router.start({ realm: REALM, addressRoot });
  try {
    const connection = await connectWamp(wayTo(router));
    try {
      const feeds = await collectFeeds(connection, agentAddress(addressRoot, instanceId));
      const logs: LogRecord[] = [];
      const log = createLog({
        level: "trace",
        sinks: [{ write: (record) => void logs.push(record) }],
        now: () => clock.now(),
      });
      const running = await startAgent(agentClass, {
        agentClass: program.name,
        instanceId,
        addressRoot,
        connection: wayTo(router),
        options: withDefaults(program.options, settings.options ?? {}),
        log,
        clock,
        accessPolicy: program.accessPolicy ?? accessPolicy,
      });
      const own = settings.router === undefined ? router : undefined;
      const agent = new TestAgent({ running, connection, clock, feeds, logs, router: own });
      await agent.advance(0);
      return agent;
    } catch (error) {
      await connection.close();
      throw error;
    }
  } catch (error) {
    if (settings.router === undefined) await router.stop();
    throw error;
  }
}

/** An agent under test, and the client that tests it. Made by `startTestAgent`; the test disposes of it. */
export class TestAgent<T extends object = object> implements AsyncDisposable {
  /** The agent's address, such as `observatory.test1`. */
  readonly address: string;
  /** The object of the agent's class. */
  readonly instance: T;
  /** The agent's time; move it with `advance`, which also lets everything arrive. */
  readonly clock: ManualClock;
  /** The client's connection, for everything that has no helper here. */
  readonly connection: WampConnection;
  readonly #parts: Parts<T>;
  #stopped: Promise<void> | undefined;

  /** Takes over everything it is made of. */
  constructor(parts: Parts<T>) {
    this.#parts = parts;
    this.address = parts.running.agent.address;
    this.instance = parts.running.instance;
    this.clock = parts.clock;
    this.connection = parts.connection;
  }

  /** What the agent has logged, all levels, oldest first. */
  get logs(): readonly LogRecord[] {
    return this.#parts.logs;
  }

  /** The texts of what the agent has logged. */
  get logTexts(): readonly string[] {
    return this.logs.map((record) => record.text);
  }

  /** What the agent has published on a feed, from its start on. */
  feed(name: string): TestFeed {
    return feedOf(this.#parts.feeds, name);
  }

  /** The newest heartbeat, codes by operation; undefined before the first. */
  get heartbeat(): Readonly<Record<string, unknown>> | undefined {
    const message = this.feed("heartbeat").messages.at(-1);
    return typeof message === "object" && message !== null
      ? Object.fromEntries(Object.entries(message))
      : undefined;
  }

  /**
   * Moves the agent's time forward, then waits until everything it has published on the way is here.
   *
   * @param seconds Seconds of the agent's time; 0 only lets things arrive.
   */
  async advance(seconds: number): Promise<void> {
    await this.clock.advance(seconds);
    // The answer comes behind all events that the agent has sent before.
    await this.connection.call(this.address, ["get_agent_class"]);
  }

  /** Starts an operation, and lets its code begin. */
  async start(opName: string, params: unknown = {}, request: TestRequest = {}): Promise<OCSReply> {
    const reply = await this.#request(["start", opName, params], request);
    await this.advance(0);
    return reply;
  }

  /** Stops a process, and lets its stopper run. */
  async stop(opName: string, request: TestRequest = {}): Promise<OCSReply> {
    const reply = await this.#request(["stop", opName, {}], request);
    await this.advance(0);
    return reply;
  }

  /** Aborts a task, and lets its aborter run. */
  async abort(opName: string, request: TestRequest = {}): Promise<OCSReply> {
    const reply = await this.#request(["abort", opName, {}], request);
    await this.advance(0);
    return reply;
  }

  /** Asks where an operation stands. */
  status(opName: string): Promise<OCSReply> {
    return this.#request(["status", opName, {}], {});
  }

  /**
   * Waits until an operation has ended.
   *
   * For an operation that takes its time, begin to wait, `advance`, and then look at what came of it. Gives up after 30 s
   * by the machine's clock.
   *
   * @param timeoutSeconds What the agent is asked to wait at most, in its own time; null as long as it takes.
   */
  wait(opName: string, timeoutSeconds: number | null = null): Promise<OCSReply> {
    return this.#request(["wait", opName, {}], {}, { timeout: timeoutSeconds });
  }

  /** Asks the agent what it is and has. */
  async api(): Promise<AgentApi> {
    return parseAgentApi(await this.connection.call(this.address, ["get_api"]));
  }

  /** Calls any procedure, as another agent or client would. */
  call(procedure: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    return this.connection.call(procedure, args, options);
  }

  /** Publishes as another agent would, and waits until the agent under test has got it. */
  async publish(topic: string, args: Arguments["args"]): Promise<void> {
    await this.connection.publish(topic, args, { acknowledge: true });
    await this.advance(0);
  }

  /** Stops the agent as SIGTERM would, letting its time go on until it has ended, then everything else. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const { running, connection, router, clock } = this.#parts;
    let isOver = false;
    const stopping = running.stop().finally(() => isOver = true);
    for (let second = 0; second <= STOP_SECONDS && !isOver; second++) {
      await clock.advance(second === 0 ? 0 : 1);
    }
    await stopping;
    await connection.close();
    await router?.stop();
  }

  async #request(
    args: readonly unknown[],
    { password }: TestRequest,
    kwargs: Readonly<Record<string, unknown>> = {},
  ): Promise<OCSReply> {
    const reply = await this.connection.call(opsProcedure(this.address), args, {
      kwargs: { ...kwargs, ...(password === undefined ? {} : { password }) },
    });
    return parseReply(reply, { now: () => this.clock.now() });
  }
}

/** The given options, and the defaults of the others; one that is required has to be given. */
function withDefaults<S extends OptionSpecs>(specs: S, given: Partial<OptionValues<S>>): OptionValues<S> {
  const others = Object.entries(specs).filter(([name]) => !Object.hasOwn(given, optionProperty(name)));
  // Each option is either among the others, whose values the parser makes, or given.
  return { ...parseOptions(Object.fromEntries(others), []), ...given } as OptionValues<S>;
}

function wayTo(router: Router) {
  return {
    url: router.url,
    realm: REALM,
    openTransport: (options: { readonly subprotocols: readonly string[] }) =>
      Promise.resolve(router.connectInProcess(options.subprotocols[0])),
  };
}

async function collectFeeds(connection: WampConnection, address: string): Promise<Map<string, TestFeed>> {
  const feeds = new Map<string, TestFeed>();
  const collect = (topic: string, args: readonly unknown[]): void => {
    feedOf(feeds, parseFeedAddress(topic).feed).add(parseFeedEvent(args));
  };
  await connection.subscribe(`${address}.feeds.`, ({ topic, args }) => collect(topic, args), {
    match: "prefix",
    floats: "keep",
  });
  return feeds;
}

function feedOf(feeds: Map<string, TestFeed>, name: string): TestFeed {
  const feed = feeds.get(name) ?? new TestFeed(name);
  feeds.set(name, feed);
  return feed;
}
