/** The process `stream`: data flow until it is stopped (smurf 2.7). @module */
import type { RunResult } from "../../../framework/operation.ts";
import { choice, flag, float, text } from "../../../framework/params.ts";
import type { Session } from "../../../framework/session.ts";
import { Float } from "../../../internal/float.ts";
import { STREAM_DOC } from "./docs.ts";
import { KWARGS, TAG } from "./function_params.ts";
import { isObject } from "./function_record.ts";
import { addData, type FunctionParts, markSimulated, underLock } from "./run_function.ts";
import { type FunctionCall, lastLine } from "./smurf_backend.ts";

// sodetlib waits until the last file is closed.
const CLOSE_SECONDS = 120;
// The agent waits 8 s for its operations. A stream that takes longer is better closed behind its back than not at all.
const ORPHAN_SECONDS = 30;

/** Registers it. */
export function registerStream(parts: FunctionParts): void {
  parts.agent.registerProcess(
    "stream",
    {
      doc: STREAM_DOC,
      params: {
        duration: float({ default: null, min: 0, help: "Seconds; null until it is stopped." }),
        kwargs: KWARGS,
        load_tune: flag({ default: true }),
        stream_type: choice(["obs", "oper"], { default: "obs" }),
        subtype: text({ default: null }),
        tag: TAG,
        test_mode: flag({ default: false }),
      },
      stop: (session) => {
        session.setStatus("stopping");
        session.abort();
        return [true, "Requesting to end stream"];
      },
    },
    (session, { duration, load_tune, test_mode, stream_type, subtype, tag, kwargs }) =>
      underLock(parts, session, {
        label: "stream",
        work: () =>
          stream(parts, session, {
            funcName: "stream",
            kwargs: {
              duration: duration === null ? null : new Float(duration),
              load_tune,
              test_mode,
              // Peer socs (PysmurfController.stream): the type is passed as the tag (smurf B21).
              kwargs: {
                stream_type,
                ...kwargs,
                ...(subtype === null ? {} : { subtype }),
                ...(tag === null ? {} : { tag }),
              },
            },
          }),
      }),
  );
}

async function stream(parts: FunctionParts, session: Session, call: FunctionCall): Promise<RunResult> {
  const { agent: { clock, log, signal: shutdown }, backend } = parts;
  const now = () => new Float(clock.now());
  markSimulated(parts, session);
  addData(session, { stream_on: false, last_updated: now() });
  const record = await backend.follow(call, {
    signal: session.signal,
    onData: (data) => addData(session, data),
    onMessage: (message) => session.addMessage(message),
    onError: (error) => log.error(`stream: ${error}`),
  }, { endWithinSeconds: () => shutdown.aborted ? Infinity : CLOSE_SECONDS, orphanSeconds: ORPHAN_SECONDS });
  if (record.success) {
    addData(session, isObject(record.return_val) ? record.return_val : {});
    addData(session, { stream_on: false, last_updated: now() });
    return "Finished streaming data";
  }
  log.error(`stream failed:\n${record.traceback ?? ""}`);
  await closeAfterFailure(parts, session);
  return [false, `Operation failed: ${lastLine(record.traceback)}`];
}

/** A helper that died may have left its stream open: data would flow on without anybody knowing. */
async function closeAfterFailure({ agent, backend }: FunctionParts, session: Session): Promise<void> {
  if (session.data["stream_on"] !== true) return;
  session.addMessage("The stream may still be open: trying to close it");
  // The session's own signal is aborted already when it was stopped.
  const closed = await backend.call({ funcName: "stream_off" }, {
    signal: AbortSignal.any([agent.signal, AbortSignal.timeout(CLOSE_SECONDS * 1000)]),
    onData: () => {},
    onMessage: (message) => session.addMessage(message),
    onError: (error) => agent.log.error(`stream_off: ${error}`),
  });
  if (closed.success) {
    addData(session, { stream_on: false, last_updated: new Float(agent.clock.now()) });
    session.addMessage("The stream is closed");
  } else {
    session.degraded = true;
    session.addMessage(`Cannot close the stream, it may still be open: ${lastLine(closed.traceback)}`);
  }
}
