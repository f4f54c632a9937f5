/** The signals that ask a program to end. @module */

const SIGHUP_BIT = 1n;

/**
 * A signal so soon after the one before is the same Ctrl-C: the terminal sends it to the whole group, and wrappers such
 * as `npx` and `deno task` pass theirs on.
 */
export const SAME_SIGNAL_MS = 250;

/**
 * Listens to the signals that ask this process to end, until disposed of.
 *
 * @param onFirst Called once, by the first signal.
 * @param onAgain Called for every later one that is not an echo of the one before.
 */
export function onStopSignals(
  onFirst: (signal: Deno.Signal) => void,
  onAgain: (signal: Deno.Signal) => void,
): Disposable {
  let lastMs: number | undefined;
  const handlers = stopSignals().map((signal) => {
    const handler = (): void => {
      const first = lastMs === undefined;
      const isEcho = lastMs !== undefined && performance.now() - lastMs < SAME_SIGNAL_MS;
      lastMs = performance.now();
      if (first) onFirst(signal);
      else if (!isEcho) onAgain(signal);
    };
    return { signal, handler };
  });
  for (const { signal, handler } of handlers) Deno.addSignalListener(signal, handler);
  return {
    [Symbol.dispose]() {
      for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}

/**
 * Says which signals ask this process to end.
 *
 * A terminal that is closed sends SIGHUP; a program that does not listen to it dies on the spot and leaves everything
 * behind. Under `nohup` it is ignored, and listening would undo that: it is listened to only where the system tells
 * that it is not ignored, which is Linux.
 */
export function stopSignals(): readonly Deno.Signal[] {
  return hangUpEnds() ? ["SIGINT", "SIGTERM", "SIGHUP"] : ["SIGINT", "SIGTERM"];
}

function hangUpEnds(): boolean {
  try {
    const [, ignored] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
    return ignored !== undefined && (BigInt(`0x${ignored}`) & SIGHUP_BIT) === 0n;
  } catch {
    return false;
  }
}
