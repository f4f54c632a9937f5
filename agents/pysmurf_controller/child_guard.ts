/** Ends a child's process group when the agent itself is gone. @module */
import { spawn } from "node:child_process";
import { sendSignal } from "./send_signal.ts";

/** The variable by which a guard finds a child that it was never told of. */
const MARK = "OCS_CHILD_GUARD";

// Learns its group, waits for the end of its input, of which the agent holds the other end, then kills the group. A
// shell is on every machine that runs scripts.
const GUARD = `# Ends a script, or a helper, when its agent is gone.
if read -r group; then
  read -r _
  left=$1
  while [ "$left" -gt 0 ]; do
    # Gone by itself: its number may soon be somebody else's.
    kill -s 0 -- "-$group" || exit
    sleep 1
    left=$((left - 1))
  done
  kill -s KILL -- "-$group"
else
  # The agent died while it started the child, which may take its environment a moment later still.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    for file in $(grep -lF "${MARK}=$2" /proc/[0-9]*/environ 2>/dev/null); do
      pid=\${file#/proc/}
      kill -s KILL "\${pid%/*}"
    done
    sleep 0.2
  done
fi`;

/** A guard that is on duty until it is disposed of. */
export interface ChildGuard extends Disposable {
  /** For the environment of whom it is to watch over. */
  readonly environment: Readonly<Record<string, string>>;
  /** Tells it whom to watch over. */
  watch(pgid: number): void;
  /** Resolves when the guard has gone: with an error if nobody has dismissed it, or if there is no shell to be one. */
  readonly gone: Promise<Error | undefined>;
}

/**
 * Starts a guard for a process group: should this process die without having ended the group, even by SIGKILL, the
 * guard kills it.
 *
 * A script left alone goes on driving hardware that nobody sees any more, and the next agent would start another one on
 * top of it. The guard is a shell in a session of its own. It learns of our end from the kernel, which closes the pipe
 * between us. It is started before the child, and knows it by a variable in its environment until it has its group: we
 * may die in between. That works on Linux; elsewhere these are some milliseconds in which nobody watches.
 *
 * @param graceSeconds How long the group may live on to tidy up by itself, in whole seconds.
 */
export function startGuard(graceSeconds = 0): ChildGuard {
  const mark = crypto.randomUUID();
  const guard = spawn("sh", ["-c", GUARD, "ocs-child-guard", String(graceSeconds), mark], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const { promise: gone, resolve } = Promise.withResolvers<Error | undefined>();
  let isThere = true;
  let isDismissed = false;
  guard.on("exit", () => {
    isThere = false;
    resolve(isDismissed ? undefined : new Error("somebody has killed its guard"));
  });
  guard.on("error", resolve);
  // A guard that somebody has killed has broken the pipe; the child needs no less to be started.
  guard.stdin?.on("error", () => {});
  return {
    environment: { [MARK]: mark },
    gone,
    watch: (pgid) => void guard.stdin?.write(`${pgid}\n`),
    [Symbol.dispose]: () => {
      isDismissed = true;
      // Killed before its input ends: it must not touch a group id that may be somebody else's by now, or that of what
      // the script has left running on purpose.
      if (isThere && guard.pid !== undefined) sendSignal(guard.pid, "SIGKILL");
      guard.stdin?.destroy();
    },
  };
}
