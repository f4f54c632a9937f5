/** What a program has started, and has left running when it ended. @module */
import process from "node:process";
import { groupOf } from "./process_table.ts";

/** It has been asked to end, and gets so long. */
const LEFT_MS = 11_000;
/** Whoever looks more often sees what was seen last. */
const LOOK_MS = 100;

/**
 * A process group without the program that made it, such as what a shell script has run that was killed.
 *
 * It counts as running, so that an agent is not started beside it, and is ended: SIGINT, and SIGKILL after 11 s.
 */
export class LeftGroup {
  readonly #pid: number;
  readonly #sinceMs = performance.now();
  #lookAtMs = 0;
  #members: readonly number[] = [];

  private constructor(pid: number) {
    this.#pid = pid;
  }

  /**
   * Looks for what has been left, and asks it to end.
   *
   * @param pid Id of the program that has just ended, and so of its group.
   */
  static find(pid: number): LeftGroup | undefined {
    const left = new LeftGroup(pid);
    if (!left.isRunning) return undefined;
    left.#signal("SIGINT");
    return left;
  }

  /** Ids of the processes, as far as they are known. */
  get members(): readonly number[] {
    return this.#members;
  }

  /** Looks whether any of it still runs; kills what does for too long. */
  get isRunning(): boolean {
    const nowMs = performance.now();
    if (nowMs < this.#lookAtMs) return true;
    // The first question costs nothing, and its answer is almost always no.
    this.#members = isThere(this.#pid) ? groupOf(this.#pid) : [];
    if (this.#members.length === 0) return false;
    this.#lookAtMs = nowMs + LOOK_MS;
    if (nowMs - this.#sinceMs > LEFT_MS) this.kill();
    return true;
  }

  /** SIGKILL to all of it. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  #signal(signal: Deno.Signal): void {
    try {
      Deno.kill(-this.#pid, signal);
    } catch {
      // It has ended between the look and the signal.
    }
  }
}

/** Also true for a group of which only exit codes are left. */
function isThere(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}
