/** What an operation is: a function and what is declared of it. @module */
import type { ParamSpecs, Strays } from "./params.ts";
import type { Session, SessionData } from "./session.ts";

/**
 * How a run ends: a text means success; `[ok, message]` and `{ ok, message }` say both.
 *
 * Anything else ends the run as a crash.
 */
export type RunResult = string | readonly [ok: boolean, message: string] | {
  readonly ok: boolean;
  readonly message: string;
};

/**
 * An operation's code. What it throws ends the run as a failure: `ParamError` with `ERROR: ...`, anything else with
 * `CRASH: ...`; the agent lives on.
 */
export type Run<P, D extends object = SessionData> = (
  session: Session<D>,
  params: P,
) => RunResult | Promise<RunResult>;

/**
 * Called on `stop` or `abort` instead of the usual: status `stopping` and `session.signal` aborted.
 *
 * Its result is only logged.
 *
 * @param session The run to end; `session.abort()` aborts its signal.
 * @param params What the caller sent along, unchecked.
 */
export type Stopper = (session: Session, params: unknown) => unknown;

/** What can be said of any operation. */
export interface OperationSpec<S extends ParamSpecs = ParamSpecs> {
  /**
   * Help for operators, shown by clients: kind, parameters, shape of the session data. First line as Python has it,
   * such as `acq(test_mode=False)`.
   */
  readonly doc?: string | undefined;
  /**
   * Parameters in the order in which they are checked. `{}` means none and refuses any; absent means that anything is
   * accepted and handed over as it came.
   */
  readonly params?: S | undefined;
  /** What becomes of params that are not declared. Default `refuse`. */
  readonly strays?: Strays | undefined;
  /** Started when the agent joins for the first time: `true`, or the params to start with. */
  readonly startup?: boolean | Readonly<Record<string, unknown>> | undefined;
  /** Credential level a caller needs to start or end it: 1 (default), 2 or 3 (OCS 11.1). */
  readonly minPrivs?: number | undefined;
  /**
   * Reported to clients; default true. Everything runs in one event loop here, so it only decides whether a stop has
   * taken effect in the reply to it (not with `true`, as in Python).
   */
  readonly blocking?: boolean | undefined;
}

/** A task: an operation with an end of its own. */
export interface TaskSpec<S extends ParamSpecs = ParamSpecs> extends OperationSpec<S> {
  /**
   * Whether `abort` reaches it; default false, and then a request is answered politely and logged. With `true` its code
   * looks at `session.signal`. A function is called instead of the usual.
   */
  readonly abortable?: boolean | Stopper | undefined;
}

/** A process: an operation that runs until it is told to stop. */
export interface ProcessSpec<S extends ParamSpecs = ParamSpecs> extends OperationSpec<S> {
  /** Called on `stop` instead of the usual. */
  readonly stop?: Stopper | undefined;
}
