/** Ctrl-C, SIGTERM and the end of the terminal. @module */
import { onStopSignals } from "../internal/stop_signals.ts";
import { ExitCode } from "../verbs/exit_code.ts";

/** Listens to SIGINT, SIGTERM and SIGHUP until disposed of. */
export interface Interrupt extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Has something done at a second signal, just before the process ends at once. */
  onSecond(action: () => void): void;
}

/** Starts to listen: the first signal asks to stop, the second one ends the process at once. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const actions: (() => void)[] = [];
  const listening = onStopSignals(() => controller.abort(), () => {
    for (const action of actions) action();
    Deno.exit(ExitCode.KILLED);
  });
  return {
    signal: controller.signal,
    onSecond: (action) => actions.push(action),
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}

/** Resolves when a signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
