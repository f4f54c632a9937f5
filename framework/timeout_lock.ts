/** A lock with a job name and a bounded wait, for hardware that takes one command at a time. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";

/** How long to try for a lock, and for what. */
export interface AcquireOptions {
  /** 0 tries once, above 0 waits at most so long, -1 for ever. Default: the lock's own default. */
  readonly timeoutSeconds?: number | undefined;
  /** What the holder does; others see it as `lock.job`. */
  readonly job?: string | undefined;
  /** Gives up waiting when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** What `acquireTimeout` gives: released at the end of the scope if it was acquired at all. */
export interface HeldLock extends Disposable, AsyncDisposable {
  /** Whether the lock was obtained. The body runs in both cases. */
  readonly acquired: boolean;
}

interface Waiter {
  readonly job: string | undefined;
  readonly owner: object;
  readonly settle: (acquired: boolean) => void;
}

/**
 * Mutual exclusion between the operations of an agent.
 *
 * Waiters are served in the order they came. `releaseAndAcquire` queues the holder behind them, so a long
 * process that calls it every second lets every short task through. Spec: Python `ocs_twisted.TimeoutLock`,
 * but strictly first come, first served, and a wait lasts at most its timeout (Python: up to twice).
 *
 * @example Only one operation talks to the device
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const lock = new TimeoutLock({ defaultTimeoutSeconds: 5 });
 * {
 *   using held = await lock.acquireTimeout({ timeoutSeconds: 0, job: "acq" });
 *   assert.equal(held.acquired, true);
 *   assert.equal(lock.job, "acq");
 * }
 * assert.equal(lock.job, undefined);
 * ```
 */
export class TimeoutLock {
  readonly #defaultTimeoutSeconds: number;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #owner: object | undefined;
  #job: string | undefined;

  /** Makes a free lock. `defaultTimeoutSeconds` is 0 unless given. */
  constructor(
    { defaultTimeoutSeconds = 0, clock = SYSTEM_CLOCK }: {
      readonly defaultTimeoutSeconds?: number;
      readonly clock?: Clock;
    } = {},
  ) {
    this.#defaultTimeoutSeconds = defaultTimeoutSeconds;
    this.#clock = clock;
  }

  /** What the holder said it does; undefined when free. */
  get job(): string | undefined {
    return this.#job;
  }

  /** Whether somebody holds it. */
  get locked(): boolean {
    return this.#owner !== undefined;
  }

  /**
   * Tries to take the lock. Whoever gets `true` calls `release`; prefer `acquireTimeout`, which cannot forget.
   *
   * @throws {RangeError} If the timeout is negative and not -1.
   */
  acquire(options: AcquireOptions = {}): Promise<boolean> {
    return this.#acquire(options, {});
  }

  #acquire(
    { timeoutSeconds = this.#defaultTimeoutSeconds, job, signal }: AcquireOptions,
    owner: object,
  ): Promise<boolean> {
    if (!(timeoutSeconds >= 0) && timeoutSeconds !== -1) {
      throw new RangeError(
        `Cannot wait "${timeoutSeconds}" s for a lock: expected 0 or more, or -1 for ever`,
      );
    }
    if (signal?.aborted) return Promise.resolve(false);
    if (this.#owner === undefined) {
      this.#take(owner, job);
      return Promise.resolve(true);
    }
    if (timeoutSeconds === 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (acquired: boolean): void => {
        cancel();
        signal?.removeEventListener("abort", giveUp);
        this.#waiters.delete(waiter);
        resolve(acquired);
      };
      const waiter: Waiter = { job, owner, settle };
      const giveUp = (): void => settle(false);
      const cancel = this.#clock.setTimer(timeoutSeconds === -1 ? Infinity : timeoutSeconds * 1000, giveUp);
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /**
   * Gives the lock to the first waiter, or frees it.
   *
   * @throws {Error} If it is free.
   */
  release(): void {
    if (this.#owner === undefined) throw new Error("release unlocked lock");
    this.#owner = undefined;
    this.#job = undefined;
    const [first] = this.#waiters;
    if (first === undefined) return;
    this.#take(first.owner, first.job);
    first.settle(true);
  }

  /**
   * Lets those who wait go first, then takes the lock back under the same job name.
   *
   * At once when nobody waits. On `false` the caller no longer holds the lock.
   */
  releaseAndAcquire(options: Omit<AcquireOptions, "job"> = {}): Promise<boolean> {
    const job = this.#job;
    const owner = this.#owner ?? {};
    this.release();
    return this.#acquire({ ...options, job }, owner);
  }

  /** Tries to take the lock for a scope: `using held = await lock.acquireTimeout(...)`. */
  async acquireTimeout({ job = "unnamed", ...options }: AcquireOptions = {}): Promise<HeldLock> {
    const owner = {};
    const acquired = await this.#acquire({ ...options, job }, owner);
    const release = (): void => {
      // After a failed `releaseAndAcquire` the lock is somebody else's; Python releases it all the same.
      if (this.#owner === owner) this.release();
    };
    return {
      acquired,
      [Symbol.dispose]: release,
      [Symbol.asyncDispose]: () => {
        release();
        return Promise.resolve();
      },
    };
  }

  #take(owner: object, job: string | undefined): void {
    this.#owner = owner;
    this.#job = job;
  }
}
