/** Stopping a run: the usual way, or the operation's own. @module */
import type { Clock } from "../internal/clock.ts";
import { pyStr } from "../ocs/python_text.ts";
import type { AgentLog } from "./agent_log.ts";
import type { ProcessSpec, Stopper, TaskSpec } from "./operation.ts";
import { errorText } from "./run_outcome.ts";
import type { Session } from "./session.ts";

/** Whether `abort` reaches a task. */
export function isAbortable(spec: TaskSpec): boolean {
  return spec.abortable !== undefined && spec.abortable !== false;
}

/** Whose run is stopped, and what for. */
export interface CallStopperOptions {
  readonly kind: "task" | "process";
  readonly name: string;
  readonly spec: TaskSpec & ProcessSpec;
  readonly blocking: boolean;
  /** What came with the request. */
  readonly params: unknown;
  readonly log: AgentLog;
  readonly clock: Clock;
}

/**
 * Stops a run, and logs how that went in Python's words.
 *
 * @throws Whatever a stopper of an operation that does not block throws at once.
 */
export function callStopper(
  session: Session,
  { kind, name, spec, blocking, params, log, clock }: CallStopperOptions,
): void {
  if (kind === "task" && !isAbortable(spec)) {
    log.warn(`Task "${name}" has no aborter: it goes on to its end`);
    return;
  }
  const own = kind === "process" ? spec.stop : spec.abortable;
  const stopper: Stopper = typeof own === "function" ? own : stopAsUsual;
  const report = (result: unknown): void => {
    const [ok, message] = Array.isArray(result) && result.length === 2 ? result : [true, result];
    log.info(`Stopper for "${name}" terminated with ok=${pyStr(ok)} and message ${pyStr(message)}`);
  };
  const failed = (error: unknown): void => {
    log.error(`Error calling stopper for "${name}": ${errorText(error)}`);
  };
  if (blocking) {
    // Python runs it in a thread: the reply is formed before it has had an effect.
    clock.setTimer(0, () => void call(stopper, session, params).then(report, failed));
  } else {
    void Promise.resolve(stopper(session, params)).then(report, failed);
  }
}

/** Makes sure that what a function throws at once is a rejection too. */
async function call(stopper: Stopper, session: Session, params: unknown): Promise<unknown> {
  return await stopper(session, params);
}

function stopAsUsual(session: Session): undefined {
  if (session.status !== "done") session.setStatus("stopping");
  session.abort();
}
