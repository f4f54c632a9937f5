/** What all operations do around a function: the lock, the session, the record. @module */
import type { RunResult } from "../../../framework/operation.ts";
import type { Session } from "../../../framework/session.ts";
import { jsonText } from "../../../wamp/json_encode.ts";
import type { ControllerParts } from "../controller_parts.ts";
import { isObject } from "./function_record.ts";
import type { ResultFeeds } from "./result_feeds.ts";
import { type FunctionCall, type FunctionRecord, lastLine, type SmurfBackend } from "./smurf_backend.ts";

// Peers take messages of 1 MiB; the rest is for the session around its data.
const SESSION_BYTES = 1_030_000;

// Datagrams of a function that has returned may still be on their way, as those of scripts (smurf 2.2, step 7).
const GRACE_SECONDS = 1;

/** What the operations on functions share. */
export interface FunctionParts extends ControllerParts {
  /** Carries the functions out. */
  readonly backend: SmurfBackend;
  /** Where results go. */
  readonly feeds: ResultFeeds;
}

/**
 * Does work under the agent-wide lock, tried once, and with the session as the one that relayed data go to.
 *
 * The reference drops what sodetlib publishes meanwhile; attaching it is the superset of smurf 2.5 (B6).
 *
 * @param label The job others see.
 */
export async function underLock(
  { lock, current }: FunctionParts,
  session: Session,
  { label, work }: { readonly label: string; readonly work: () => Promise<RunResult> },
): Promise<RunResult> {
  using held = await lock.acquireTimeout({ timeoutSeconds: 0, job: label });
  if (!held.acquired) return [false, `Operation failed: ${lock.job} is running.`];
  using _current = current.attach(session);
  return await work();
}

/** Says where nobody can overlook it that there is no hardware behind a run. */
export function markSimulated({ backend, agent }: FunctionParts, session: Session): void {
  if (!backend.simulated) return;
  agent.log.warn(`SIMULATED: ${session.opName} runs on a made-up crate, no hardware is touched`);
  session.data = { ...session.data, simulated: true };
}

/** Calls a function for a run; what it says on the way goes into the session. */
export async function callFunction(
  parts: FunctionParts,
  session: Session,
  call: FunctionCall,
): Promise<FunctionRecord> {
  markSimulated(parts, session);
  const record = await parts.backend.call(call, {
    signal: session.signal,
    onData: (data) => addData(session, data),
    onMessage: (text) => session.addMessage(text),
    onError: (text) => parts.agent.log.error(`${session.opName}: ${text}`),
  });
  if (!record.success && !session.signal.aborted) {
    session.addMessage(`${session.opName} failed: ${lastLine(record.traceback)}`);
    parts.agent.log.error(`${session.opName} failed:\n${record.traceback ?? ""}`);
  }
  return record;
}

/**
 * Calls one of the functions that the reference runs in a subprocess too, and shows its record (smurf 2.7).
 *
 * The function's keys go into the session data, beside what was relayed on the way, and the record as `result`.
 *
 * @param message The last message, which says the same whether the function succeeded or not; but not when it was aborted.
 * @param publish Called with what a successful function returned.
 */
export async function runFunction(
  parts: FunctionParts,
  session: Session,
  { call, message, publish }: {
    readonly call: FunctionCall;
    readonly message: string;
    readonly publish?: ((returned: Readonly<Record<string, unknown>>) => void) | undefined;
  },
): Promise<RunResult> {
  const record = await callFunction(parts, session, call);
  if (parts.options.monitorId !== undefined && !parts.backend.simulated) await session.sleep(GRACE_SECONDS);
  const returned = isObject(record.return_val) ? record.return_val : {};
  showRecord(session, record, returned);
  if (record.success) {
    try {
      publish?.(returned);
    } catch (error) {
      // The measurement is good; that a feed cannot take it must not make it look failed.
      parts.agent.log.error(`Cannot publish the results of ${session.opName}: ${String(error)}`);
    }
  }
  return session.signal.aborted && !record.success ? abortedResult(session) : [record.success, message];
}

/**
 * Calls one of the functions that the reference runs in the agent: no `result` in the session data.
 *
 * @param message The last message of a success.
 */
export async function runPlainFunction(
  parts: FunctionParts,
  session: Session,
  { call, message }: {
    readonly call: FunctionCall;
    readonly message: string | ((returned: Readonly<Record<string, unknown>>) => RunResult);
  },
): Promise<RunResult> {
  const record = await callFunction(parts, session, call);
  if (!record.success) {
    return session.signal.aborted
      ? abortedResult(session)
      : [false, `Operation failed: ${lastLine(record.traceback)}`];
  }
  const returned = isObject(record.return_val) ? record.return_val : {};
  return typeof message === "string" ? message : message(returned);
}

/** Lays new keys over the session's data. */
export function addData(session: Session, data: Readonly<Record<string, unknown>>): void {
  session.data = { ...session.data, ...data };
}

/**
 * Puts a record into the session data, as far as a session can be sent: nobody could read one of more than a message.
 *
 * The reference has everything in it twice; of a large result one copy is left.
 */
function showRecord(
  session: Session,
  record: FunctionRecord,
  returned: Readonly<Record<string, unknown>>,
): void {
  const data = { ...session.data, ...returned };
  const bytes = new TextEncoder().encode(jsonText(data, { nonFiniteAsNull: true })).length;
  const alone = { ...record, return_val: null };
  if (bytes <= SESSION_BYTES / 2) session.data = { ...data, result: record };
  else if (bytes <= SESSION_BYTES) session.data = { ...data, result: alone };
  else {
    session.data = { ...session.data, result: alone };
    session.addMessage(`The result of ${session.opName} is too large to be shown: ${bytes} bytes`);
  }
}

function abortedResult({ opName }: Session): RunResult {
  return [false, `Aborted ${opName}`];
}
