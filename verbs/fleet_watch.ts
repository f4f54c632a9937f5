/** The live picture of a site: its agents, their operations, and what happens. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { type Logger, SILENT } from "../internal/log.ts";
import { pause } from "../internal/pause.ts";
import { toError } from "../internal/to_error.ts";
import { agentAddress, type AgentApi, heartbeatPattern, OpCode, parseFeedAddress } from "../ocs/mod.ts";
import { type AgentOperation, FailureBook } from "./failure_book.ts";
import { FleetAgent } from "./fleet_agent.ts";
import type { FleetEvent, LiveAgent } from "./fleet_event.ts";
import { FleetQuestions } from "./fleet_questions.ts";
import { readHeartbeat } from "./heartbeats.ts";
import { RouterWatch } from "./router_watch.ts";
import type { SiteLink } from "./site_link.ts";

/** How a watch goes. */
export interface FleetWatchOptions {
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Told what goes wrong in listeners; default silent. */
  readonly log?: Logger | undefined;
}

/** Agents tell of themselves once a second. */
const LISTEN_MS = 1200;
/** An agent that was not heard for so long is gone (spec ocs 10.2). */
const EXPIRE_MS = 5000;
const TICK_MS = 500;
/** An agent that does not answer is asked again. */
const ASK_AGAIN_MS = 10_000;
/** A failed operation is looked at again, in turns. */
const LOOK_AGAIN_MS = 2000;
const LEAVE_MS = 1000;
/** Messages of a failed run that are told. */
const LAST_MESSAGES = 6;

/**
 * Follows every agent of a site by its heartbeats, from `open` until it is disposed of.
 *
 * The first listing comes from the registry where one runs, else from a little more than a second of heartbeats. Agents
 * expire after 5 s of silence as in the registry, but not while the router is lost, nor for 20 s after it is back.
 */
export class FleetWatch implements AsyncDisposable {
  /** Resolves when the first listing is complete; never rejects. Waits for the router where that is not there. */
  readonly settled: Promise<void>;
  /** Whether the router is there. */
  readonly router: RouterWatch;
  readonly #link: SiteLink;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #agents = new Map<string, FleetAgent>();
  readonly #askedMs = new Map<string, number>();
  readonly #questions: FleetQuestions;
  readonly #failures = new FailureBook();
  readonly #listeners = new Set<(event: FleetEvent) => void>();
  readonly #closing = new AbortController();
  readonly #working = new Set<Promise<void>>();
  #settle = (): void => {};
  #isSettled = false;
  #newsFromMs = Infinity;
  #lookedMs = 0;

  private constructor(link: SiteLink, { clock = SYSTEM_CLOCK, log = SILENT }: FleetWatchOptions) {
    this.#link = link;
    this.#clock = clock;
    this.#log = log;
    this.#questions = new FleetQuestions(link, this.#closing.signal);
    this.settled = new Promise((resolve) => this.#settle = resolve);
    this.router = new RouterWatch(link.connection, {
      clock,
      signal: this.#closing.signal,
      onChange: (state) => this.#emit({ kind: state === "up" ? "router-back" : "router-lost" }),
    });
    this.#work(() => this.#begin());
    this.#work(() => this.#keepTime());
  }

  /** Starts to watch; the link stays its owner's, and must outlive the watch. */
  static open(link: SiteLink, options: FleetWatchOptions = {}): FleetWatch {
    return new FleetWatch(link, options);
  }

  /** Every agent that was heard of, by instance id, in the order of first sight; none is ever forgotten. */
  get agents(): ReadonlyMap<string, LiveAgent> {
    return this.#agents;
  }

  /** Whether the first listing is not complete yet. */
  get listening(): boolean {
    return !this.#isSettled;
  }

  /** The watch's monotonic clock, which `heardMs` and `sinceMs` go by. */
  get nowMs(): number {
    return this.#clock.monotonicMs();
  }

  /** Has a listener told of all that happens; what it throws is logged. */
  onEvent(listener: (event: FleetEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Asks an agent again what it can do; undefined where it does not answer, or was never heard of. */
  async refreshApi(instance: string): Promise<AgentApi | undefined> {
    const agent = this.#agents.get(instance);
    if (agent !== undefined) await this.#ask(agent);
    return agent?.api;
  }

  /** Ends; waits for what is under way to be given up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.router[Symbol.dispose]();
    this.#settle();
    // A router that hangs keeps nobody from leaving; what is still under way ends with the link.
    const late = new AbortController();
    await Promise.race([Promise.all(this.#working), pause(LEAVE_MS, { signal: late.signal })]);
    late.abort();
  }

  async #begin(): Promise<void> {
    const { connection, clientSite } = this.#link;
    const { signal } = this.#closing;
    await using stack = new AsyncDisposableStack();
    for (;;) {
      await this.router.joined();
      if (signal.aborted) return;
      try {
        stack.use(
          await connection.subscribe(heartbeatPattern(clientSite.addressRoot), (event) => this.#beat(event), {
            match: "wildcard",
          }),
        );
        break;
      } catch (error) {
        // Lost again at once, or refused: then there is nothing to see until that is mended.
        this.#log.warn(`Cannot listen to heartbeats: ${toError(error).message}`);
        await pause(TICK_MS, { clock: this.#clock, signal });
      }
    }
    this.#newsFromMs = this.nowMs + LISTEN_MS;
    const listened = pause(LISTEN_MS, { clock: this.#clock, signal });
    const listed = this.#list();
    await Promise.race([listened, listed.then((isComplete) => isComplete ? undefined : listened)]);
    this.#isSettled = true;
    this.#settle();
    await listed;
    await pause(Infinity, { clock: this.#clock, signal });
  }

  /** Asks the registry for everybody; says whether it could tell. */
  async #list(): Promise<boolean> {
    const listing = await this.#questions.registry().catch((error) => {
      this.#log.warn(`Cannot find the registry: ${toError(error).message}`);
    });
    if (listing === undefined) return false;
    const nowMs = this.nowMs;
    for (const { address, beat, expired, ageSeconds } of listing.rows) {
      const instance = this.#instanceOf(address);
      // Who was heard meanwhile is known better.
      if (instance === undefined || this.#agents.has(instance)) continue;
      const agent = this.#appear(instance, nowMs - ageSeconds * 1000);
      agent.heartbeat(beat, agent.heardMs, true);
      if (expired) agent.expire(nowMs);
      else this.#work(() => this.#ask(agent));
    }
    if (!this.#agents.has(listing.instance)) {
      const registry = this.#appear(listing.instance, nowMs);
      this.#work(() => this.#ask(registry));
    }
    return true;
  }

  #beat({ topic, args }: { readonly topic: string; readonly args: readonly unknown[] }): void {
    const { agent: address } = parseFeedAddress(topic);
    const instance = this.#instanceOf(address);
    if (instance === undefined || this.#closing.signal.aborted) return;
    const nowMs = this.nowMs;
    this.router.heard(nowMs);
    const known = this.#agents.get(instance);
    const agent = known ?? this.#appear(instance, nowMs);
    const news = agent.heartbeat(readHeartbeat(args), nowMs, known === undefined);
    if (known === undefined && nowMs >= this.#newsFromMs) {
      this.#emit({ kind: "agent-appeared", agent: instance });
    }
    if (news.some(({ kind }) => kind === "agent-returned")) {
      this.#link.forget(instance);
      if (agent.api === undefined) this.#failures.forget(instance);
      this.#askedMs.delete(instance);
    }
    for (const event of news) this.#tell(event);
    if (agent.api === undefined && !this.#askedMs.has(instance)) this.#work(() => this.#ask(agent));
  }

  #appear(instance: string, heardMs: number): FleetAgent {
    const address = agentAddress(this.#link.clientSite.addressRoot, instance);
    const agent = new FleetAgent(instance, { address, heardMs });
    this.#agents.set(instance, agent);
    return agent;
  }

  #instanceOf(address: string): string | undefined {
    const start = `${this.#link.clientSite.addressRoot}.`;
    return address.startsWith(start) && address.length > start.length
      ? address.slice(start.length)
      : undefined;
  }

  /** Looks twice a second who is late, who has to be asked again, and what failed unseen. */
  async #keepTime(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const dueMs = this.nowMs + TICK_MS;
      await pause(TICK_MS, { clock: this.#clock, signal });
      if (signal.aborted) return;
      const nowMs = this.nowMs;
      this.router.tick(nowMs, nowMs - dueMs);
      const late = [...this.#agents.values()].filter((agent) =>
        agent.state !== "expired" && nowMs >= this.router.expiryMs(agent.heardMs, EXPIRE_MS)
      );
      // Where nobody at all is heard it may be the router that is gone without a word.
      if (late.length > 0 && await this.router.answers()) {
        for (const agent of late) if (this.#isLate(agent)) this.#expire(agent);
      }
      if (this.router.state === "up") this.#askAgain(nowMs);
    }
  }

  #isLate({ heardMs }: FleetAgent): boolean {
    return this.nowMs >= this.router.expiryMs(heardMs, EXPIRE_MS);
  }

  #expire(agent: FleetAgent): void {
    this.#link.forget(agent.instance);
    this.#emit(agent.expire(this.nowMs));
  }

  #askAgain(nowMs: number): void {
    for (const agent of this.#agents.values()) {
      const askedMs = this.#askedMs.get(agent.instance) ?? nowMs;
      if (agent.api === undefined && agent.state !== "expired" && nowMs - askedMs > ASK_AGAIN_MS) {
        this.#work(() => this.#ask(agent));
      }
    }
    if (nowMs - this.#lookedMs < LOOK_AGAIN_MS) return;
    this.#lookedMs = nowMs;
    const failed = this.#failures.next(this.#agents.values());
    if (failed !== undefined) this.#work(() => this.#tellFailure(failed, false));
  }

  async #ask(agent: FleetAgent): Promise<void> {
    this.#askedMs.set(agent.instance, this.nowMs);
    const { signal } = this.#closing;
    const isWanted = () => agent.state !== "expired" && !signal.aborted;
    const api = await this.#questions.api(agent.address, isWanted);
    if (!isWanted()) return;
    if (api !== undefined) {
      agent.describe(api, { nowMs: this.nowMs, nowSeconds: this.#clock.now() });
      this.#failures.noteAll(agent.instance, api);
      return;
    }
    agent.api = undefined;
    // Without a router nobody can answer. It is asked again later in either case.
    if (this.#link.connection.state === "joined" && agent.state === "up") agent.state = "stuck";
  }

  #tell(event: FleetEvent): void {
    if (event.kind !== "operation-ended" || event.success) return this.#emit(event);
    this.#work(() => this.#tellFailure(event, true));
  }

  /**
   * Tells of a failed run with its last messages, once.
   *
   * @param seen Heartbeats have shown that it failed, so it is told even when nobody can say more.
   */
  async #tellFailure({ agent, op }: AgentOperation, seen: boolean): Promise<void> {
    const session = await this.#questions.session(agent, op);
    if (this.#closing.signal.aborted) return;
    const failed = session?.op_code === OpCode.FAILED ? session : undefined;
    const isNews = failed === undefined
      ? seen
      : this.#failures.tell({ agent, op }, { sessionId: failed.session_id, seen });
    if (!isNews) return;
    const messages = (failed?.messages ?? []).slice(-LAST_MESSAGES);
    this.#emit({ kind: "operation-ended", agent, op, success: false, messages });
  }

  #emit(event: FleetEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error(`A listener of the fleet failed: ${toError(error).message}`);
      }
    }
  }

  /** Does something that the watch owns: it is waited for at the end. */
  #work(task: () => Promise<void>): void {
    const work = task()
      .catch((error) => this.#log.error(`Cannot watch the fleet: ${toError(error).message}`))
      .finally(() => this.#working.delete(work));
    this.#working.add(work);
  }
}
