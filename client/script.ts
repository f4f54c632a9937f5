/** A script that leaves nothing running when it is interrupted. @module */
import { readLogin } from "./site_login.ts";
import { pause } from "../internal/pause.ts";
import type { AgentTypes, AnyOperation } from "./agent_types.ts";
import { CLEANUP_SECONDS, type CleanupAction, type CleanupOptions, Cleanups } from "./cleaning.ts";
import type { ClientOptions } from "./client_options.ts";
import { type ClientSite, findSite } from "./client_site.ts";
import { ScriptInterruptedError } from "./errors.ts";
import { type ConnectedClient, OCSClient } from "./ocs_client.ts";
import type { AroundRequest } from "./request_guard.ts";
import { ScriptGuard } from "./_script_guard.ts";
import { connectWamp, type WampConnection } from "./wamp_connection.ts";

/** How a script works with its agents. */
export interface ScriptOptions {
  /** What every client of the script is made with. */
  readonly client?: ClientOptions | undefined;
  /** How long each clean-up may take unless it says otherwise, in seconds. Default 60. */
  readonly cleanupSeconds?: number | undefined;
  /** Called around every request of the script, also those of clean-ups: for counting, logging, tests. */
  readonly around?: AroundRequest | undefined;
  /** Where it tells how it goes on. `runScript`: standard error. Default: nowhere. */
  readonly say?: ((text: string) => void) | undefined;
}

/** How far a script has been asked to end: not at all, finish the step, now, leave. */
export type Rung = 0 | 1 | 2 | 3;

/**
 * What a script works with: clients whose requests can be interrupted, and clean-ups.
 *
 * Everything that its clients start belongs to the script until it is seen to end. When the script is interrupted or
 * fails, what still runs of it is ended; when it returns, that stays on. Made by `runScript`.
 */
export class Script {
  readonly #options: ScriptOptions;
  readonly #guard: ScriptGuard;
  readonly #cleanups: Cleanups;
  readonly #connections = new Map<string, Promise<WampConnection>>();

  /** A script that has not been interrupted. Whoever makes it calls `end`. */
  constructor(options: ScriptOptions = {}) {
    this.#options = options;
    this.#guard = new ScriptGuard(options.around);
    this.#cleanups = new Cleanups({ timeoutSeconds: options.cleanupSeconds ?? CLEANUP_SECONDS });
  }

  /**
   * Aborted by the first request to end: finish the step and clean up.
   *
   * From then on clients start nothing and begin no wait, and waiting for conditions, samples and times ends. Give it
   * to everything else that waits.
   */
  get signal(): AbortSignal {
    return this.#guard.interrupted;
  }

  /** Aborted by the second request to end: every request but those of clean-ups is given up. */
  get abortSignal(): AbortSignal {
    return this.#guard.aborted;
  }

  /** How far it has been asked to end. */
  get rung(): Rung {
    if (this.abortSignal.aborted) return 2;
    return this.signal.aborted ? 1 : 0;
  }

  /** What it is doing, for whoever wants it to end: `wait for "uxm_setup" on "smurf1"`. */
  get steps(): readonly string[] {
    return this.#guard.steps;
  }

  /** What it has started and not seen to end. */
  get running(): readonly AnyOperation[] {
    return this.#guard.started.map(({ operation }) => operation);
  }

  /** For how long it has made no request, in milliseconds; 0 while one is under way, and during clean-ups. */
  get quietMs(): number {
    return this.#guard.quietMs;
  }

  /**
   * A client of an agent, as `OCSClient.connect` makes it, that belongs to the script.
   *
   * All clients share a connection for each router; it lasts until the script has cleaned up, so closing them is not
   * needed.
   */
  async connect<Types extends AgentTypes = AgentTypes>(
    instanceId: string,
    options: ClientOptions = {},
  ): Promise<ConnectedClient<Types>> {
    const merged: ClientOptions = { ...this.#options.client, ...options };
    this.throwIfInterrupted();
    const site = await findSite(merged);
    const connection = merged.connection ??
      (merged.carrier === "http" || site.wampServer === undefined
        ? undefined
        : await this.#connection({ ...site, wampServer: site.wampServer }, merged));
    return await OCSClient.connect<Types>(instanceId, { ...merged, site, connection, guard: this.#guard });
  }

  /** Clients of several agents, in the order of their ids. */
  async connectAll(instanceIds: readonly string[], options: ClientOptions = {}): Promise<ConnectedClient[]> {
    return await Promise.all(instanceIds.map((instanceId) => this.connect(instanceId, options)));
  }

  /** Tells whoever runs the script how it goes on; results go to standard output instead. */
  say(text: string): void {
    this.#options.say?.(text);
  }

  /**
   * Registers something to be done on every way out, the last one first.
   *
   * @param what What is being done, for errors: `set biases of smurf1 to zero`.
   */
  defer(what: string, action: CleanupAction, options: CleanupOptions = {}): void {
    this.#cleanups.defer(what, action, options);
  }

  /** Lets what an operation does go on after the script, however that ends. */
  keep(operation: { readonly opName: string; readonly agent: string }): void {
    this.#guard.forget(operation);
  }

  /**
   * Lets time pass.
   *
   * @throws {ScriptInterruptedError} If the script is asked to end meanwhile.
   */
  async sleep(seconds: number): Promise<void> {
    await pause(seconds * 1000, { signal: this.signal });
    this.throwIfInterrupted();
  }

  /** Throws a `ScriptInterruptedError` once the script has been asked to end: for loops that make no requests. */
  throwIfInterrupted(): void {
    this.signal.throwIfAborted();
  }

  /** Asks it to end, and each time more urgently; `reason` is who asks, such as `Ctrl-C`. */
  interrupt(reason: string): Rung {
    const error = new ScriptInterruptedError(`The script was interrupted by ${reason}`);
    return this.#guard.interrupt(error);
  }

  /**
   * Cleans up: ends what was started if the script did not return, and does what was deferred.
   *
   * @param returned Whether the script ran to its end; what it started then stays on.
   * @returns What failed, and what is left on.
   */
  async end(
    returned: boolean,
  ): Promise<{ readonly errors: Error[]; readonly left: readonly AnyOperation[] }> {
    const cleanupSeconds = this.#options.cleanupSeconds ?? CLEANUP_SECONDS;
    const endAll = async () => returned ? [] : await this.#guard.endAll(cleanupSeconds);
    // What is being done is ended first: a clean-up needs its agents, and they do one thing at a time. Then what
    // clean-ups have left.
    const errors = [...await endAll(), ...await this.#cleanups.run()];
    if (this.running.length > 0) errors.push(...await endAll());
    const left = this.running;
    for (const connection of this.#connections.values()) {
      // One that was never made has been reported to whoever asked for it.
      await connection.then((made) => made.close(), () => {});
    }
    this.#connections.clear();
    return { errors, left };
  }

  async #connection(
    { wampServer: url, realm, login }: ClientSite & { readonly wampServer: string },
    options: ClientOptions,
  ): Promise<WampConnection> {
    const key = `${url}\n${realm}`;
    const { timeoutSeconds = 30, logger } = options;
    const made = this.#connections.get(key) ??
      readLogin(login).then((authentication) =>
        connectWamp({ url, realm, authentication, logger, timeoutMs: timeoutSeconds * 1000 })
      );
    this.#connections.set(key, made);
    try {
      return await made;
    } catch (error) {
      this.#connections.delete(key);
      throw error;
    }
  }
}
