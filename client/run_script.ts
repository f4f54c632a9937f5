/** Runs a script from its beginning to its exit code, with the Ctrl-C ladder. @module */
import { SYSTEM_CLOCK } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";
import { onStopSignals } from "../internal/stop_signals.ts";
import { endHeld, heldOperations, leaveSignalsToLadder } from "./_held_operations.ts";
import { commandToEnd, exitCodeOf, namesOf, Voice } from "./_program.ts";
import { ScriptInterruptedError } from "./errors.ts";
import { type Rung, Script, type ScriptOptions } from "./script.ts";

/** How a script is run. */
export interface RunScriptOptions extends ScriptOptions {
  /** After so many seconds it is asked to end, 30 s later to end now, and 120 s later it is left. Default: none. */
  readonly deadlineSeconds?: number | undefined;
  /**
   * Starts to listen for requests to end; calls back for each one. Default: SIGINT, SIGTERM and SIGHUP of this
   * process.
   */
  readonly listen?: ((climb: (by: string, exitCode: number) => void) => Disposable) | undefined;
  /** Ends the process at the third request, after the last words. Default: `Deno.exit`. */
  readonly leave?: ((exitCode: number) => void) | undefined;
}

/** Between two rungs of the ladder when the deadline has passed. */
const DEADLINE_STEPS_SECONDS = [30, 120];
/** An aborted script that makes no request for this long does not come back: it is cleaned up over its head. */
const NOT_COMING_BACK_MS = 3000;
const LOOK_MS = 100;
/** So many requests under way are named. */
const MOST_STEPS = 5;

/** Exit codes, as those of `ocs`. */
const EXIT = { OK: 0, FAILED: 1, TIMEOUT: 4, INTERRUPTED: 130 } as const;

/**
 * Runs a script; whatever happens, what it has started does not stay on unseen.
 *
 * The first Ctrl-C, SIGTERM or closed terminal lets it finish the step it is at, and clean up. The second one gives
 * up that step and still cleans up. The third one leaves at once and says what was left on. A script that is killed
 * (`kill -9`) stops nothing: operations go on at their agents.
 *
 * Operations that the script started and did not see end are ended when it throws or is interrupted; when it returns,
 * they stay on, and it says so.
 *
 * @param body The script.
 * @returns The exit code: 0 when it returned, 1 when it threw or could not clean up, 4 at its deadline, 130 after Ctrl-C
 * and 143 after SIGTERM. Give it to `Deno.exit`, so that a timer somebody forgot cannot keep the process.
 *
 * @example
 * ```ts no-run
 * if (import.meta.main) {
 *   Deno.exit(await runScript(async (script) => {
 *     const faker = await script.connect("faker1");
 *     await using acq = await faker.operation("acq").running();
 *     await script.sleep(60);
 *     console.log((await acq.status()).session.data);
 *   }));
 * }
 * ```
 */
export async function runScript(
  body: (script: Script) => unknown,
  options: RunScriptOptions = {},
): Promise<number> {
  const voice = new Voice();
  const say = options.say ?? ((text) => voice.say(text));
  const script = new Script({ ...options, say: options.say ?? ((text) => voice.tell(text)) });
  let interruptedCode: number | undefined;
  const leave = options.leave ?? ((code) => void voice.flush().then(() => Deno.exit(code)));
  const climb = (by: string, exitCode: number) => {
    interruptedCode ??= exitCode;
    const rung = script.interrupt(by);
    // On a terminal the cursor stands behind a ^C.
    const lineEnd = by === "Ctrl-C" && options.say === undefined && Deno.stderr.isTerminal() ? "\n" : "";
    say(lineEnd + rungText(script, rung, by));
    if (rung === 3) leave(interruptedCode);
  };
  // What running() of clients that are not the script's holds is ended with the rest.
  using _signals = leaveSignalsToLadder();
  using _listening = (options.listen ?? listenToSignals)(climb);
  using _deadline = startDeadline(options.deadlineSeconds, climb);
  const { returned, error } = await runBody(script, body);
  if (error !== undefined && !isInterruption(error)) say(errorText(error));
  const { errors, left } = await cleanUpAfter(script, { returned, say });
  for (const failure of errors) say(errorText(failure));
  if (left.length > 0) say(`${returned ? "Still on, as the script left it" : "LEFT ON"}: ${namesOf(left)}.`);
  else if (script.rung > 0 && errors.length === 0) {
    say("Cleaned up: nothing that this script started is left on.");
  }
  await voice.flush();
  const failed = errors.length > 0 || error !== undefined && !isInterruption(error);
  return interruptedCode ?? (failed ? EXIT.FAILED : EXIT.OK);
}

async function cleanUpAfter(
  script: Script,
  { returned, say }: { readonly returned: boolean; readonly say: (text: string) => void },
): ReturnType<Script["end"]> {
  if (returned) return await script.end(true);
  const on = [...script.running, ...heldOperations()];
  if (on.length > 0) say(`Ending ${namesOf(on)}.`);
  const heldErrors = await endHeld();
  const { errors, left } = await script.end(false);
  return { errors: [...heldErrors, ...errors], left };
}

interface Outcome {
  readonly returned: boolean;
  readonly error: unknown;
}

/** Runs the body until it ends, or does not come back after the second rung. */
async function runBody(script: Script, body: (script: Script) => unknown): Promise<Outcome> {
  const ended = new AbortController();
  const outcome = (async (): Promise<Outcome> => {
    try {
      await body(script);
      return { returned: !script.signal.aborted, error: undefined };
    } catch (error) {
      return { returned: false, error };
    } finally {
      ended.abort();
    }
  })();
  const notComingBack = (async (): Promise<Outcome> => {
    await pause(Infinity, { signal: AbortSignal.any([script.abortSignal, ended.signal]) });
    const since = performance.now();
    while (!ended.signal.aborted) {
      if (Math.min(script.quietMs, performance.now() - since) > NOT_COMING_BACK_MS) break;
      await pause(LOOK_MS, { signal: ended.signal });
    }
    return { returned: false, error: undefined };
  })();
  // When both are through at once the body's own outcome is the first.
  return await Promise.race([outcome, notComingBack.then((given) => ended.signal.aborted ? outcome : given)]);
}

function listenToSignals(climb: (by: string, exitCode: number) => void): Disposable {
  let code: number = EXIT.INTERRUPTED;
  const by = (signal: Deno.Signal) => signal === "SIGINT" ? "Ctrl-C" : signal;
  return onStopSignals((signal) => {
    code = exitCodeOf(signal);
    climb(by(signal), code);
  }, (signal) => climb(by(signal), code));
}

function startDeadline(
  seconds: number | undefined,
  climb: (by: string, exitCode: number) => void,
): Disposable {
  const stops: (() => void)[] = [];
  if (seconds !== undefined) {
    let at = seconds;
    for (const step of [0, ...DEADLINE_STEPS_SECONDS]) {
      at += step;
      stops.push(SYSTEM_CLOCK.setTimer(at * 1000, () => climb(`Deadline of ${seconds} s`, EXIT.TIMEOUT)));
    }
  }
  return { [Symbol.dispose]: () => stops.forEach((stop) => stop()) };
}

function rungText(script: Script, rung: Rung, by: string): string {
  const { steps } = script;
  const running = [...script.running, ...heldOperations()];
  const on = running.length === 0 ? "\n  nothing that it started is on" : `\n  on: ${namesOf(running)}`;
  switch (rung) {
    case 1: {
      const lines = steps.slice(0, MOST_STEPS).map((step) => `\n  under way: ${step}`);
      const more = steps.length > MOST_STEPS ? `\n  and ${steps.length - MOST_STEPS} more` : "";
      return `${by}: finishing the step, then cleaning up. Again: abort now and clean up.` +
        lines.join("") + more + on;
    }
    case 2:
      return `${by}: aborting now and cleaning up. Again: leave at once.${on}`;
    default:
      return `${by}: leaving without clean-up.` +
        (running.length === 0
          ? on
          : ` LEFT ON, to be ended by:\n  ${running.map(commandToEnd).join("\n  ")}`);
  }
}

function isInterruption(error: unknown): boolean {
  if (error instanceof SuppressedError) {
    return isInterruption(error.suppressed) && isInterruption(error.error);
  }
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isInterruption);
  return error instanceof ScriptInterruptedError;
}

function errorText(error: unknown): string {
  if (error instanceof SuppressedError) {
    // That it was interrupted has been told.
    const told = [error.suppressed, error.error].filter((part) => !isInterruption(part));
    return told.map(errorText).join("\n");
  }
  if (!(error instanceof Error)) return `Error: ${error}`;
  const isProgramming = error instanceof TypeError || error instanceof ReferenceError;
  return `Error: ${error.message}${isProgramming ? `\n${error.stack ?? ""}` : ""}`;
}
