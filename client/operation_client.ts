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
