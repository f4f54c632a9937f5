/** What carries out the functions of a SMuRF card: sodetlib in Python, or the simulated crate. @module */

import type { Logger } from "../../../internal/log.ts";

/** Functions by the names of the protocol (smurf 2.9); the last row is ours, for what the reference does in the agent. */
export type FunctionName =
  | "take_noise"
  | "take_iv"
  | "run_uxm_setup"
  | "run_uxm_relock"
  | "take_bias_steps"
  | "take_bias_waves"
  | "take_bgmap"
  | "test"
  | "overbias_tes"
  | "set_biases"
  | "bias_dets"
  | "all_off"
  | "restart_rssi"
  | "stream"
  | "stream_off"
  | "check_state";

/** Which function is called, and with what. */
export interface FunctionCall {
  readonly funcName: FunctionName;
  /** Positional arguments; default none. */
  readonly args?: readonly unknown[];
  /** Keyword arguments; default none. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** Passed on; there is no main process that could run a function, so it changes nothing. Default false. */
  readonly runInMainProcess?: boolean;
}

/** What came of a function; the keys are those of the protocol, and of `result` in the session data. */
export interface FunctionRecord {
  readonly success: boolean;
  readonly return_val: unknown;
  /** Text of the failure; null where there was none. */
  readonly traceback: string | null;
}

/** Whoever waits for a function. */
export interface FunctionWatcher {
  /** Aborted when the function should end before its time. */
  readonly signal: AbortSignal;
  /** Called with what the function wants to be seen in the session data while it works. */
  onData(data: Readonly<Record<string, unknown>>): void;
  /** Called with a line for the messages of the session. */
  onMessage(text: string): void;
  /** Called with the text of a failure after which the function goes on. */
  onError(text: string): void;
  /** Gets what the function prints; default the agent's log. */
  readonly log?: Logger;
}

/** How long a function that is asked to end may take. */
export interface Patience {
  /** Seconds until it is ended by force, looked at when it is asked; may be `Infinity`. */
  readonly endWithinSeconds: () => number;
  /** Seconds that it may go on ending when the agent has gone before it. */
  readonly orphanSeconds: number;
}

/**
 * Carries out functions, one process or one simulation for each call. The controller disposes of it.
 *
 * No method rejects because a function fails: the record says so.
 */
export interface SmurfBackend extends AsyncDisposable {
  /** Whether there is no hardware behind it. */
  readonly simulated: boolean;
  /** Calls a function and waits for its end; on abort it is ended by force after a short grace. */
  call(call: FunctionCall, watcher: FunctionWatcher): Promise<FunctionRecord>;
  /** Calls a function that goes on until it is stopped: on abort it is asked to end in good order. */
  follow(call: FunctionCall, watcher: FunctionWatcher, patience: Patience): Promise<FunctionRecord>;
}

/** A record of a function that did not come to its end. */
export function failedRecord(traceback: string): FunctionRecord {
  return { success: false, return_val: null, traceback };
}

/** The last line of a traceback: class and text of the error. */
export function lastLine(traceback: string | null): string {
  return traceback?.trimEnd().split("\n").at(-1)?.trim() || "no reason given";
}
