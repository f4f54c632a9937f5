/** Ends what this process holds when it is asked to end, for scripts that do without `runScript`. @module */
import { onStopSignals } from "../internal/stop_signals.ts";
import { exitCodeOf, Voice } from "./_program.ts";
import type { RunningOperation } from "./operation_client.ts";

// Signals are the process's, and so is what has to be ended at one: this is the one place that knows it all.
const HELD = new Set<RunningOperation>();
let listening: Disposable | undefined;

/**
 * Holds an operation: Ctrl-C, SIGTERM or a closed terminal end it before they end this process.
 *
 * Nobody can tell what else a script without `runScript` is doing, so it is ended where it stands; a second signal
 * ends the process at once and says what was left on.
 *
 * @returns Lets go of it.
 */
export function holdUntilSignal(operation: RunningOperation): () => void {
  HELD.add(operation);
  listening ??= onStopSignals((signal) => void endAll(signal), leave);
  return () => {
    HELD.delete(operation);
    if (HELD.size > 0) return;
    listening?.[Symbol.dispose]();
    listening = undefined;
  };
}

async function endAll(signal: Deno.Signal): Promise<never> {
  const voice = new Voice();
  voice.say(`${signal}: ending ${names()}. Once more: leave at once.`);
  for (const operation of [...HELD].reverse()) {
    try {
      await operation.end();
    } catch (error) {
      voice.say(error instanceof Error ? error.message : String(error));
    }
  }
  await voice.flush();
  Deno.exit(exitCodeOf(signal));
}

function leave(): void {
  const voice = new Voice();
  voice.say(`Left on: ${names()}.`);
  void voice.flush().then(() => Deno.exit(130));
}

function names(): string {
  return [...HELD].map(({ opName, agent }) => `${agent}.${opName}`).join(", ");
}
