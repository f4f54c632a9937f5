/** Ends what this process holds when it is asked to end, for scripts that do without `runScript`. @module */
import { onStopSignals } from "../internal/stop_signals.ts";
import { toError } from "../internal/to_error.ts";
import { exitCodeOf, namesOf, Voice } from "./_program.ts";
import type { RunningOperation } from "./operation_client.ts";

// Signals are the process's, and so is what has to be ended at one: this is the one place that knows it all.
const HELD = new Set<RunningOperation>();
let listening: Disposable | undefined;
let ladders = 0;

/**
 * Holds an operation: Ctrl-C, SIGTERM or a closed terminal end it before they end this process.
 *
 * Nobody can tell what else a script without `runScript` is doing, so it is ended where it stands; a second signal
 * ends the process at once and says what was left on. Inside `runScript` that has the word.
 *
 * @returns Lets go of it.
 */
export function holdUntilSignal(operation: RunningOperation): () => void {
  HELD.add(operation);
  listen();
  return () => {
    HELD.delete(operation);
    listen();
  };
}

/** Leaves signals to a script's ladder until disposed of; the ladder calls `endHeld`. */
export function leaveSignalsToLadder(): Disposable {
  ladders++;
  listen();
  return {
    [Symbol.dispose]() {
      ladders--;
      listen();
    },
  };
}

/** What is held. */
export function heldOperations(): readonly RunningOperation[] {
  return [...HELD];
}

/** Ends all that is held, the last one first; gives what failed. */
export async function endHeld(): Promise<Error[]> {
  const errors: Error[] = [];
  for (const operation of [...HELD].reverse()) {
    try {
      await operation.end();
    } catch (error) {
      errors.push(toError(error));
    }
  }
  return errors;
}

function listen(): void {
  const wanted = HELD.size > 0 && ladders === 0;
  if (wanted) listening ??= onStopSignals((signal) => void endAll(signal), leave);
  else {
    listening?.[Symbol.dispose]();
    listening = undefined;
  }
}

async function endAll(signal: Deno.Signal): Promise<void> {
  const voice = new Voice();
  voice.say(`${signal}: ending ${namesOf(HELD)}. Once more: leave at once.`);
  for (const error of await endHeld()) voice.say(error.message);
  await voice.flush();
  Deno.exit(exitCodeOf(signal));
}

function leave(): void {
  const voice = new Voice();
  voice.say(`Left on: ${namesOf(HELD)}.`);
  void voice.flush().then(() => Deno.exit(130));
}
