/** The client of one agent. @module */
import { type Logger, SILENT } from "../internal/log.ts";
import {
  agentAddress,
  type AgentApi,
  feedTopic,
  type OCSReply,
  opsProcedure,
  parseReply,
} from "../ocs/mod.ts";
import type { Carrier } from "./_carrier.ts";
import { explain } from "./_explain.ts";
import { type AgentLink, Operation, type OperationRequest } from "./_operation.ts";
import { operationClient } from "./_operation_client.ts";
import { choosePasswordFor, lookAround, openCarrier, parseApi } from "./_reach_agent.ts";
import type { AgentTypes, AnyOperation, FeedsOf, OperationsOf } from "./agent_types.ts";
import { FeedClient } from "./feed_client.ts";
import type { RequestOptions } from "./operation_client.ts";
import type { ClientOptions } from "./client_options.ts";
import { type ClientSite, findSite } from "./client_site.ts";
import { actionOf, eitherSignal, type RequestAction, type RequestGuard } from "./request_guard.ts";

/** A client whose operations are properties. */
export type ConnectedClient<Types extends AgentTypes = AgentTypes> = OCSClient<Types> & OperationsOf<Types>;

interface Parts {
  readonly instanceId: string;
  readonly site: ClientSite;
  readonly carrier: Carrier;
  readonly api: AgentApi;
  readonly password: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly guard: RequestGuard | undefined;
  readonly stopOnSignals: boolean;
}

/**
 * The client of one agent: its operations are properties, its feeds are in `feeds`.
 *
 * In a property's name `-` and space are `_`. An operation whose name a member of the client has already
 * (`close`, `feeds`, ...) is in `ops` only, where all of them are by their own name.
 *
 * @example Start a task and wait for it
 * ```ts no-run
 * await using faker = await OCSClient.connect("faker1");
 * const task = faker.operation("delay_task");
 * console.log(await task.start({ delay: 2 }));
 * const [status, message, session] = await task.wait({ timeoutSeconds: 10 });
 * console.log(status, message, session);
 * ```
 */
export class OCSClient<Types extends AgentTypes = AgentTypes> implements AsyncDisposable {
  /** Instance id of the agent. */
  readonly instanceId: string;
  /** Address of the agent, such as `observatory.faker1`. */
  readonly address: string;
  /** What the agent said of itself when the client was made; `getApi` asks again. */
  readonly api: AgentApi;
  /** Operations by their own name. */
  readonly ops: Readonly<Record<string, AnyOperation>>;
  /** Feeds by name. */
  readonly feeds: FeedsOf<Types>;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.instanceId = parts.instanceId;
    this.address = agentAddress(parts.site.addressRoot, parts.instanceId);
    this.api = parts.api;
    this.ops = this.#makeOperations();
    // The agent's own list of feeds; the type argument is the caller's word for what is in it.
    this.feeds = this.#makeFeeds() as FeedsOf<Types>;
  }

  /**
   * Asks an agent what it can do, unless `api` says it, and makes a client of the answer.
   *
   * The site is found as Python finds it (`OCS_CONFIG_DIR`, `default.yaml`) unless options say it. The caller
   * closes the client.
   *
   * @param instanceId Such as `faker1`.
   * @throws {ControlClientError} If router or agent cannot be reached within `timeoutSeconds`.
   */
  static async connect<Types extends AgentTypes = AgentTypes>(
    instanceId: string,
    options: ClientOptions = {},
  ): Promise<ConnectedClient<Types>> {
    const { guard } = options;
    if (guard === undefined) return await OCSClient.#connect(instanceId, options);
    return await guard.around({ agent: instanceId, action: "connect" }, (signal) => {
      return OCSClient.#connect<Types>(instanceId, {
        ...options,
        signal: eitherSignal(options.signal, signal),
      });
    });
  }

  static async #connect<Types extends AgentTypes>(
    instanceId: string,
    options: ClientOptions,
  ): Promise<ConnectedClient<Types>> {
    const { timeoutSeconds = 30, logger = SILENT, signal, guard, stopOnSignals = guard === undefined } =
      options;
    const timeoutMs = timeoutSeconds * 1000;
    const started = performance.now();
    const site = await findSite(options);
    const address = agentAddress(site.addressRoot, instanceId);
    const about = () => ({
      action: `connect to agent "${instanceId}"`,
      address,
      url: (options.carrier === "http" ? site.wampHttp : site.wampServer) ?? "",
      realm: site.realm,
      elapsedMs: performance.now() - started,
    });
    let carrier: Carrier | undefined;
    for (let isFirst = true;; isFirst = false) {
      try {
        carrier ??= await openCarrier(site, { ...options, timeoutMs });
        const left = Math.max(1, timeoutMs - (performance.now() - started));
        const api = options.api ??
          parseApi(instanceId, await carrier.call(address, ["get_api"], { timeoutMs: left, signal }));
        const password = await choosePasswordFor(instanceId, { api, privs: options.privs, logger });
        const client = new OCSClient<Types>({
          instanceId,
          site,
          carrier,
          api,
          password,
          timeoutMs,
          logger,
          guard,
          stopOnSignals,
        });
        // Its constructor has just made these properties of the agent's answer.
        return client as ConnectedClient<Types>;
      } catch (error) {
        const leftMs = timeoutMs - (performance.now() - started);
        const seen = await lookAround(error, { carrier, addressRoot: site.addressRoot, leftMs });
        // It was joining just now, as all do after a restart of the router.
        if (isFirst && seen?.includes(instanceId) === true) continue;
        const circumstances = { ...about(), seen };
        await carrier?.[Symbol.asyncDispose]();
        throw explain(error, circumstances);
      }
    }
  }

  /** Which way requests travel. */
  get carrier(): "wamp" | "http" {
    return this.#parts.carrier.kind;
  }

  /**
   * An operation by its own name.
   *
   * @throws {RangeError} If the agent has no such operation; the text lists those it has.
   */
  operation(name: string): AnyOperation {
    const operation = Object.hasOwn(this.ops, name) ? this.ops[name] : undefined;
    if (operation !== undefined) return operation;
    const names = Object.keys(this.ops).join(", ");
    throw new RangeError(
      `Cannot find operation "${name}" on "${this.instanceId}": it has ${names || "none"}`,
    );
  }

  /**
   * Sends any request, also for operations that the agent did not have when the client was made.
   *
   * @param action `start`, `stop`, `abort`, `wait` or `status`; `wait` is not sliced here.
   */
  async request(
    action: string,
    opName: string,
    options: RequestOptions & { readonly params?: object | undefined } = {},
  ): Promise<OCSReply> {
    const { params = {} } = options;
    return await this.#explained(
      { action: `${action} "${opName}" on "${this.instanceId}"`, guarded: actionOf(action), opName },
      options,
      async (timeoutMs, signal) => {
        const args = [action, opName, params];
        return parseReply(await this.#call(opsProcedure(this.address), args, {}, { timeoutMs, signal }));
      },
    );
  }

  /** Asks the agent again what it can do; the client's own properties stay as they are. */
  async getApi(options: RequestOptions = {}): Promise<AgentApi> {
    return parseApi(this.instanceId, await this.management("get_api", options));
  }

  /** Asks a management question: `get_api`, `get_tasks`, `get_processes`, `get_feeds`, `get_agent_class`. */
  async management(question: string, options: RequestOptions = {}): Promise<unknown> {
    return await this.#explained(
      { action: `ask "${this.instanceId}" for ${question}`, guarded: "management" },
      options,
      (timeoutMs, signal) => this.#parts.carrier.call(this.address, [question], { timeoutMs, signal }),
    );
  }

  /** Calls a special access point, `<address>.<name>`, such as the Access Director's `request_exclusive`. */
  async special(
    name: string,
    args: readonly unknown[] = [],
    options: RequestOptions & { readonly kwargs?: Readonly<Record<string, unknown>> | undefined } = {},
  ): Promise<unknown> {
    const { kwargs } = options;
    return await this.#explained(
      { action: `call "${name}" on "${this.instanceId}"`, guarded: "special" },
      options,
      (timeoutMs, signal) =>
        this.#parts.carrier.call(`${this.address}.${name}`, args, { kwargs, timeoutMs, signal }),
    );
  }

  /** Ends the client, its streams, and its connection unless that is shared. */
  async close(): Promise<void> {
    await this.#parts.carrier[Symbol.asyncDispose]();
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #makeOperations(): Readonly<Record<string, AnyOperation>> {
    const { api } = this.#parts;
    const ops: Record<string, AnyOperation> = Object.create(null);
    const link: AgentLink = {
      agent: this.instanceId,
      defaultTimeoutMs: this.#parts.timeoutMs,
      send: (request) => this.#send(request),
      explain: (error, about) => this.#explain(error, about),
      recovered: (timeoutMs) => this.#parts.carrier.recovered(timeoutMs),
      guard: this.#parts.guard,
      operation: (opName) => ops[opName],
    };
    const { guard, stopOnSignals } = this.#parts;
    // Tasks first: a process takes the place of a task of the same name, as it does in Python.
    for (const [name, , info] of [...api.tasks, ...api.processes]) {
      const operation = operationClient(new Operation(link, name), {
        name,
        agent: this.instanceId,
        info,
        interrupted: guard?.interrupted,
        stopOnSignals,
      });
      ops[name] = operation;
      const property = name.replaceAll(/[- ]/g, "_");
      const isTaken = property in OCSClient.prototype || RESERVED.has(property);
      if (!isTaken) {
        Object.defineProperty(this, property, { value: operation, enumerable: true, configurable: true });
      }
    }
    return ops;
  }

  #makeFeeds(): Record<string, FeedClient> {
    const feeds: Record<string, FeedClient> = Object.create(null);
    const { carrier, logger } = this.#parts;
    const session = () => {
      if (carrier.session !== undefined) return carrier.session;
      throw new TypeError(
        `Cannot listen to feeds of "${this.instanceId}" over HTTP: connect with the carrier "wamp" for that`,
      );
    };
    for (const [name, info] of this.#parts.api.feeds) {
      feeds[name] = new FeedClient({
        info: { ...info, address: feedTopic(this.address, name) },
        session,
        logger,
        interrupted: this.#parts.guard?.interrupted,
      });
    }
    return feeds;
  }

  async #send(
    { action, opName, params, waitSeconds, timeoutMs, signal }: OperationRequest,
  ): Promise<unknown> {
    const kwargs = action === "wait" ? { timeout: waitSeconds ?? null } : {};
    return await this.#call(opsProcedure(this.address), [action, opName, params], kwargs, {
      timeoutMs,
      signal,
    });
  }

  async #call(
    procedure: string,
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<unknown> {
    const { carrier, password } = this.#parts;
    return await carrier.call(procedure, args, {
      ...options,
      kwargs: password === "" ? kwargs : { ...kwargs, password },
    });
  }

  async #explained<T>(
    { action, guarded, opName = "" }: {
      readonly action: string;
      readonly guarded: RequestAction;
      readonly opName?: string;
    },
    { timeoutSeconds, signal }: RequestOptions,
    request: (timeoutMs: number, signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T> {
    const { guard } = this.#parts;
    const timeoutMs = timeoutSeconds === undefined ? this.#parts.timeoutMs : timeoutSeconds * 1000;
    const started = performance.now();
    try {
      if (guard === undefined) return await request(timeoutMs, signal);
      return await guard.around(
        { agent: this.instanceId, action: guarded, operation: this.ops[opName] },
        (guardSignal) => request(timeoutMs, eitherSignal(signal, guardSignal)),
      );
    } catch (error) {
      const elapsedMs = performance.now() - started;
      throw await this.#explain(error, { action, elapsedMs, leftMs: timeoutMs - elapsedMs });
    }
  }

  async #explain(
    error: unknown,
    about: {
      readonly action: string;
      readonly elapsedMs: number;
      readonly leftMs: number;
      readonly lastState?: string | undefined;
    },
  ): Promise<unknown> {
    const { carrier, site } = this.#parts;
    const seen = await lookAround(error, { carrier, addressRoot: site.addressRoot, leftMs: about.leftMs });
    return explain(error, { ...about, address: this.address, url: carrier.url, realm: site.realm, seen });
  }
}

/** Own members that no operation may replace. */
const RESERVED = new Set(["instanceId", "address", "api", "ops", "feeds", "then"]);
