/** How a process `record` answers a request to stop. @module */
import type { Session } from "./session.ts";

/**
 * Ends a recording with the words of Python's recorders (OCS 10.3, 10.7), for `ProcessSpec.stop`.
 *
 * A degraded session is a running one here; Python's publishers cannot be stopped then.
 */
export function stopRecording(session: Session): readonly [boolean, string] {
  if (session.status === "starting" || session.status === "running") {
    session.setStatus("stopping");
    session.abort();
    return [true, "Stopping aggregation"];
  }
  if (session.status === "stopping") return [true, "record process status is already 'stopping'"];
  return [false, "record process not currently running"];
}
