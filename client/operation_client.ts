/** Operations of an agent as a script sees them. @module */
import type { OCSReply, OperationInfo, OperationKind } from "../ocs/mod.ts";

/** How a request is bounded. */
export interface RequestOptions {
  /** Deadline for the agent's answer in seconds; default the client's, normally 30. */
  readonly timeoutSeconds?: number | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** How a wait is bounded. */
export interface WaitOptions {
  /**
   * How long the operation may go on, in seconds; the reply has the status TIMEOUT when it does. Default: without
   * limit, but the agent is asked again every 20 s, so that one that is gone or hangs is noticed.
   */
  readonly timeoutSeconds?: number | undefined;
  /** Gives up waiting; the operation goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** How `running()` starts an operation and holds it. */
export interface RunningOptions<Params extends object = Readonly<Record<string, unknown>>> {
  /** Parameters of `start`. */
  readonly params?: Params | undefined;
  /** How long it may take from the start until it runs, in seconds. Default 60. */
  readonly timeoutSeconds?: number | undefined;
  /** How long it may take to end, in seconds, from the request on. Default 60. */
  readonly stopSeconds?: number | undefined;
  /**
   * What to do when it runs already: `refuse` (default) throws, since whoever started it wants it otherwise;
   * `join` makes use of it and leaves it running at the end. A join takes it with the parameters it has.
   */
  readonly ifRunning?: "refuse" | "join" | undefined;
  /** Whether this process, asked to end, stops it first. Default: what its client says. */
  readonly stopOnSignals?: boolean | undefined;
  /** Gives up starting it; what was started is stopped. */
  readonly signal?: AbortSignal | undefined;
}

/** An operation that runs until the end of a scope (`await using`). */
export interface RunningOperation<Data = Readonly<Record<string, unknown>>> extends AsyncDisposable {
  /** Name of the operation. */
  readonly opName: string;
  /** Instance id of its agent. */
  readonly agent: string;
  /** Task or process. */
  readonly kind: OperationKind;
  /** Session in which it runs. */
  readonly sessionId: number | undefined;
  /** False when it ran before and was joined: then the end of the scope does not end it. */
  readonly owned: boolean;
  /** Asks for its session. */
  status(options?: RequestOptions): Promise<OCSReply<Data>>;
  /** Waits until it has ended by itself. */
  wait(options?: WaitOptions): Promise<OCSReply<Data>>;
  /** Ends it before the end of the scope, and waits for that. Not for one that was joined. */
  end(): Promise<void>;
}

/** What tasks and processes have in common. */
export interface OperationClient<Params extends object, Data> {
  /** Name of the operation at its agent. */
  readonly opName: string;
  /** Task or process. */
  readonly kind: OperationKind;
  /** Instance id of its agent. */
  readonly agent: string;
  /** What the agent says of it; `docstring` is its help text. */
  readonly info: OperationInfo;
  /** Aborted when the script that its client belongs to is asked to end; undefined without a script. */
  readonly interrupted: AbortSignal | undefined;
  /** Starts it. A reply whose `ok` is false says why the agent refused. */
  start(params?: Params, options?: RequestOptions): Promise<OCSReply<Data>>;
  /**
   * Waits until it has ended. Goes on after a restart of the router.
   *
   * @throws {ControlClientError} If the agent is gone or does not answer.
   * @throws {OperationLostError} If it ended unseen: the agent was restarted, or another run was started.
   */
  wait(options?: WaitOptions): Promise<OCSReply<Data>>;
  /** Asks for its current or last session. */
  status(options?: RequestOptions): Promise<OCSReply<Data>>;
  /**
   * Starts it, sees that it runs, and ends it on every way out of the scope: a process by `stop`, a task by `abort`.
   *
   * @example Acquire as long as the block runs
   * ```ts no-run
   * import { OCSClient } from "./mod.ts";
   *
   * await using faker = await OCSClient.connect("faker1");
   * await using acq = await faker.operation("acq").running();
   * console.log(acq.sessionId);
   * ```
   *
   * @returns The operation; dispose of it. That throws if the operation could not be ended within `stopSeconds`.
   * @throws {OperationFailedError} If it was refused, did not come to run, or runs already.
   */
  running(options?: RunningOptions<Params>): Promise<RunningOperation<Data>>;
}

/** A task. Calling it starts it and, unless that is refused, waits for its end. */
export interface TaskClient<
  Params extends object = Readonly<Record<string, unknown>>,
  Data = Readonly<Record<string, unknown>>,
> extends OperationClient<Params, Data> {
  (params?: Params, options?: WaitOptions): Promise<OCSReply<Data>>;
  /** Asks it to end early. */
  abort(options?: RequestOptions): Promise<OCSReply<Data>>;
}

/** A process. Calling it asks for its status. */
export interface ProcessClient<
  Params extends object = Readonly<Record<string, unknown>>,
  Data = Readonly<Record<string, unknown>>,
> extends OperationClient<Params, Data> {
  (): Promise<OCSReply<Data>>;
  /** Asks it to end. */
  stop(options?: RequestOptions): Promise<OCSReply<Data>>;
}
