/** The process `manager` and what changes its targets. @module */
import { pause } from "../../internal/pause.ts";
import { toError } from "../../internal/to_error.ts";
import type { Agent, RunResult, Session } from "../../framework/mod.ts";
import type { SiteOptions } from "../../site/mod.ts";
import { applySite, refuseHalf } from "./apply_site.ts";
import type { DockerWatch, DockerWatchOptions, ParseStatus } from "./docker_watch.ts";
import { HostPrograms } from "./host_programs.ts";
import { type KeptInstance, KeptState } from "./kept_state.ts";
import { type LocalSite, readLocalSite } from "./local_site.ts";
import type { ManagedInstance } from "./managed_instance.ts";
import { adoptChildren, keptInstances, restoreInstances } from "./kept_table.ts";
import { managerData } from "./manager_data.ts";
import { applyRequests, readRequests } from "./requests.ts";
import { resolveChildState, stabilityOf } from "./resolve_child_state.ts";
import { StartGate, type StartRules } from "./start_gate.ts";

/** What the manager is made from. */
export interface ManagerOptions {
  /** How the site file is found. */
  readonly site: SiteOptions;
  readonly stateDir: string;
  readonly servicePrefix: string;
  readonly starts: StartRules;
  /** Makes the watch over docker; what it says is for the session. */
  readonly docker: (options: Pick<DockerWatchOptions, "say">) => DockerWatch;
}

type Say = (text: string) => void;

const PASS_SECONDS = 1;
/** Something has just been done: what has come of it is seen soon. */
const SOON_MS = 20;
const DOCKER_PASS_SECONDS = 2;
/** The first look at docker is waited for so long, so that its services are known by name. */
const DOCKER_FIRST_MS = 3000;
/** A site file that could not be read at first is tried again after so long. */
const SITE_RETRY_MS = 5000;
/** When the agent itself is to end, children have so long; the agent has 8 s. */
const SHUTDOWN_CHILDREN_MS = 6500;

/** Keeps the agents of one host in the states that are wanted of them. */
export class Manager implements AsyncDisposable {
  readonly docker: DockerWatch;
  readonly #agent: Agent;
  readonly #options: ManagerOptions;
  readonly #table = new Map<string, ManagedInstance>();
  readonly #gate: StartGate;
  #programs: HostPrograms | undefined;
  #state: KeptState | undefined;
  #session: Session<Record<string, unknown>> | undefined;
  #siteStatus: ParseStatus | undefined;
  #hasSite = false;
  #phase: "idle" | "running" | "stopping" | "leaving" = "idle";
  #begun: Promise<void> = Promise.resolve();
  #ended: Promise<void> = Promise.resolve();
  #waker = new AbortController();
  #keepFailed = false;

  /** Manages nothing yet. */
  constructor(agent: Agent, options: ManagerOptions) {
    this.#agent = agent;
    this.#options = options;
    this.#gate = new StartGate(options.starts);
    this.docker = options.docker({ say: (text) => this.#say(text) });
    agent.signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** Whether the process runs and has not been told to stop. */
  get isRunning(): boolean {
    return this.#phase === "running";
  }

  /** The process: until it is told to stop and every agent is down. */
  async run(
    session: Session<Record<string, unknown>>,
    { reloadConfig, requests }: { readonly reloadConfig: boolean; readonly requests: unknown },
  ): Promise<RunResult> {
    const wanted = readRequests(requests);
    // A stop may be quicker than the start, or come while the folder is opened.
    const isStopped = (): boolean => session.status === "stopping";
    if (isStopped()) return [true, "Exited."];
    using state = await KeptState.open(this.#options.stateDir);
    if (isStopped()) return [true, "Exited."];
    const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.#begun = begun.promise;
    this.#ended = end.promise;
    this.#session = session;
    this.#state = state;
    this.#phase = "running";
    const over = new AbortController();
    let following = Promise.resolve();
    try {
      await this.#begin(reloadConfig);
      const firstLook = this.#lookAtDocker(over.signal);
      following = this.#followDocker(firstLook, over.signal);
      await Promise.race([firstLook, pause(DOCKER_FIRST_MS, { signal: this.#agent.signal })]);
      applyRequests(wanted, { table: this.#table, say: (text) => this.#say(text) });
      this.#keep();
      begun.resolve();
      if (await this.#loop(session) === "stopping") state.clear();
      return [true, "Exited."];
    } finally {
      begun.resolve();
      over.abort();
      await following;
      if (!this.#isLeaving) this.#phase = "idle";
      this.#state = undefined;
      this.#session = undefined;
      end.resolve();
    }
  }

  /** Tells the process to stop its agents and end. */
  stop(): void {
    if (this.#phase === "running") this.#phase = "stopping";
    this.#session?.setStatus("stopping");
    this.#wake();
  }

  /** Tells the process to end and leave everything as it is, for the next manager. */
  leave(): void {
    if (this.#phase === "running") this.#phase = "leaving";
    this.#session?.setStatus("stopping");
    this.#wake();
  }

  /** Resolves when the process has ended, or the time is over; says which. */
  async ended(withinSeconds: number): Promise<boolean> {
    const over = new AbortController();
    const inTime = this.#ended.then(() => true);
    const late = pause(withinSeconds * 1000, { clock: this.#agent.clock, signal: over.signal }).then(() =>
      false
    );
    try {
      return await Promise.race([inTime, late]);
    } finally {
      over.abort();
    }
  }

  /** Changes targets, and reads the site file before when that is asked for. */
  async update(
    session: Pick<Session, "addMessage">,
    { reloadConfig, requests }: { readonly reloadConfig: boolean; readonly requests: unknown },
  ): Promise<RunResult> {
    const wanted = readRequests(requests);
    await this.#begun;
    if (!this.isRunning) return [false, "Manager process is not running; params not updated."];
    const say: Say = (text) => session.addMessage(text);
    if (reloadConfig) await this.#reload(say);
    applyRequests(wanted, { table: this.#table, say });
    // Before the answer: what somebody was told holds also when this program is cut off.
    this.#keep();
    this.#wake();
    return [true, "Update requested."];
  }

  /** Docker services are only watched from now on. */
  disownDockers(): void {
    for (const one of this.#table.values()) {
      if (one.management !== "docker") continue;
      one.passive = true;
      one.target = "passive";
    }
  }

  /** Ends what is left of the children, unless they were to be left alone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const programs = this.#programs;
    if (programs === undefined || this.#phase === "leaving") return;
    for (const program of programs.running) program.kill();
    const end = performance.now() + 800;
    while (programs.running.length > 0 && performance.now() < end) await pause(SOON_MS);
  }

  get #isLeaving(): boolean {
    return this.#phase === "leaving";
  }

  /** Finds out what is wanted and what runs. */
  async #begin(reloadConfig: boolean): Promise<void> {
    const say: Say = (text) => this.#say(text);
    if (reloadConfig || this.#programs === undefined) {
      this.#table.clear();
      this.#programs = new HostPrograms({ logs: this.#logs, onChange: () => this.#wake(), say });
      this.#hasSite = false;
    }
    if (!reloadConfig) return;
    const kept = this.#readKept(say);
    restoreInstances(kept, { table: this.#table, servicePrefix: this.#options.servicePrefix });
    await this.#reload(say, kept);
  }

  get #logs(): string {
    return `${Deno.realPathSync(this.#options.stateDir)}/logs`;
  }

  #readKept(say: Say): readonly KeptInstance[] {
    try {
      const kept = this.#state?.read() ?? [];
      if (kept.length > 0) {
        say("The last manager was cut off: its targets count on, and its agents are taken over.");
      }
      return kept;
    } catch (error) {
      say(`${toError(error).message}; what was asked for before is not known, and the site file counts`);
      return [];
    }
  }

  /** Reads the site file; one that cannot be used changes nothing. */
  async #reload(say: Say, kept?: readonly KeptInstance[]): Promise<void> {
    const programs = this.#programs;
    if (programs === undefined) return;
    const { site: siteOptions, servicePrefix } = this.#options;
    const { clock, signal } = this.#agent;
    let site: LocalSite | undefined;
    try {
      site = await readLocalSite({ site: siteOptions, settled: this.#table.size > 0, signal });
      refuseHalf(site, this.#table);
      for (const { origin, text } of await programs.use(site, signal)) say(`${origin}: ${text}`);
    } catch (error) {
      // Python's words, also for a file that is not there.
      const message = `Failed to read site config file -- likely syntax error: ${toError(error).message}`;
      if (message !== this.#siteStatus?.message) say(message);
      this.#siteStatus = { ok: false, timeSeconds: clock.now(), message };
      site = undefined;
    }
    const found = kept === undefined ? undefined : programs.find(kept);
    const adopting = { table: this.#table, programs, nowSeconds: clock.now(), say };
    if (found !== undefined) adoptChildren(found, adopting);
    if (site === undefined) return;
    for (const warning of site.warnings) say(warning);
    this.#siteStatus = { ok: true, timeSeconds: clock.now(), message: site.warnings.join("") };
    this.#hasSite = true;
    applySite(site, {
      table: this.#table,
      servicePrefix,
      nowSeconds: clock.now(),
      programOf: (instance) => programs.programOf(instance),
      say,
    });
    for (const id of this.#gate.unknown(this.#table)) {
      say(`There is no agent "${id}" here to be started first.`);
    }
    // Those that were started, but not written down any more.
    if (found !== undefined) adoptChildren(found, adopting);
  }

  async #lookAtDocker(signal: AbortSignal): Promise<void> {
    await this.docker.look(this.#table, signal);
    this.#wake();
  }

  async #followDocker(firstLook: Promise<void>, signal: AbortSignal): Promise<void> {
    await firstLook;
    while (!signal.aborted) {
      await pause(DOCKER_PASS_SECONDS * 1000, { signal });
      if (!signal.aborted) await this.#lookAtDocker(signal);
    }
  }

  /** Says how it ended: all down, or left as they are. */
  async #loop(session: Session<Record<string, unknown>>): Promise<"stopping" | "leaving"> {
    const { clock, signal } = this.#agent;
    let killAtMs = Infinity;
    let siteRetryAtMs = clock.monotonicMs() + SITE_RETRY_MS;
    for (;;) {
      this.#waker = new AbortController();
      if (this.#isLeaving) {
        this.#keep();
        return "leaving";
      }
      if (signal.aborted && killAtMs === Infinity) killAtMs = performance.now() + SHUTDOWN_CHILDREN_MS;
      if (!this.#hasSite && this.isRunning && clock.monotonicMs() >= siteRetryAtMs) {
        await this.#reload((text) => this.#say(text));
        siteRetryAtMs = clock.monotonicMs() + SITE_RETRY_MS;
      }
      const { soon, wakeAtSeconds } = this.#pass(clock.now());
      if (performance.now() >= killAtMs) {
        for (const program of this.#programs?.running ?? []) program.kill();
      }
      session.data = managerData(this.#table, {
        docker: this.docker,
        siteStatus: this.#siteStatus,
        starts: this.#gate.data,
      });
      if (this.#phase !== "running" && [...this.#table.values()].every((one) => one.isSettled)) {
        return "stopping";
      }
      if (this.isRunning) this.#keep();
      const restMs = Math.max(SOON_MS, (wakeAtSeconds - clock.now()) * 1000);
      await pause(soon ? SOON_MS : restMs, { clock, signal: this.#waker.signal });
    }
  }

  /** Looks at every instance once. */
  #pass(nowSeconds: number): { readonly soon: boolean; readonly wakeAtSeconds: number } {
    let soon = false;
    const turns = this.#gate.turns(this.#table, nowSeconds);
    let wakeAtSeconds = Math.min(nowSeconds + PASS_SECONDS, turns.wakeAtSeconds ?? Infinity);
    for (const [key, one] of [...this.#table]) {
      if (this.#phase === "stopping" && !one.passive) one.target = "down";
      const actions = resolveChildState(one, nowSeconds, { mayStart: turns.mayStart.has(one) });
      for (const text of actions.messages) this.#say(text);
      if (actions.terminate) one.terminate();
      if (actions.kill) one.kill();
      if (actions.launch) {
        this.#gate.launched(one, nowSeconds);
        one.unit?.start();
      }
      if (actions.launch || actions.again) soon = true;
      wakeAtSeconds = Math.min(wakeAtSeconds, actions.wakeAtSeconds ?? Infinity);
      Object.assign(one, stabilityOf(one.failTimes, nowSeconds));
      const isOver = one.nextAction === "down" || one.nextAction === "?";
      if (one.management === "retired" && isOver && !one.isRunning) this.#table.delete(key);
    }
    this.#programs?.keepOnly(
      new Set([...this.#table.values()].flatMap(({ unit, predecessor }) => [unit, predecessor])),
    );
    this.#rotateLogs();
    return { soon, wakeAtSeconds: Math.max(wakeAtSeconds, nowSeconds) };
  }

  #rotateLogs(): void {
    try {
      this.#programs?.rotateLogs();
    } catch (error) {
      this.#agent.log.warn(`Cannot put a log of a child aside: ${toError(error).message}`);
    }
  }

  /** Writes down what is wanted and what runs. */
  #keep(): void {
    const session = this.#session;
    try {
      this.#state?.write(keptInstances(this.#table, this.#programs));
      if (session !== undefined && this.#keepFailed) session.degraded = false;
      this.#keepFailed = false;
    } catch (error) {
      if (!this.#keepFailed) this.#say(`Targets are not kept: ${toError(error).message}`);
      if (session !== undefined) session.degraded = true;
      this.#keepFailed = true;
    }
  }

  #say(text: string): void {
    if (this.#session === undefined) this.#agent.log.info(text);
    else this.#session.addMessage(text);
  }

  #wake(): void {
    this.#waker.abort();
  }
}
