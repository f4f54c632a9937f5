/** Ends a child's process group when the agent itself is gone. @module */
import { spawn } from "node:child_process";

// Waits for the end of its input, of which the agent holds the other end, then kills the group. A shell is on every
// machine that runs scripts; it uses no program beside itself.
const WATCH = 'while read -r _; do :; done; kill -s KILL -- "-$1"';

/** A guard that is on duty until it is disposed of. */
export interface ChildGuard extends Disposable {
  /** Resolves when the guard has gone: with an error, if there is no guard because there is no shell. */
  readonly gone: Promise<Error | undefined>;
}

/**
 * Watches over a process group: should this process die without having ended it, even by SIGKILL, the guard kills the
 * group.
 *
 * A script left alone goes on driving hardware that nobody sees any more, and the next agent would start another one on
 * top of it. The guard is a shell in a session of its own. It learns of our end from the kernel, which closes the pipe
 * between us.
 *
 * @param pgid Id of the group, that of its leader.
 */
export function guardChild(pgid: number): ChildGuard {
  const guard = spawn("sh", ["-c", WATCH, "ocs-child-guard", String(pgid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const { promise: gone, resolve } = Promise.withResolvers<Error | undefined>();
  guard.on("exit", () => resolve(undefined));
  guard.on("error", resolve);
  // A shell that was killed has broken the pipe; nothing was written into it.
  guard.stdin?.on("error", () => {});
  return {
    gone,
    [Symbol.dispose]: () => {
      // Killed before its input ends: it must not touch a group id that may be somebody else's by now.
      guard.kill("SIGKILL");
      guard.stdin?.destroy();
    },
  };
}
