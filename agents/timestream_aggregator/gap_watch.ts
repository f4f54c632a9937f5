/** Tells which frames of a stream never came, when and why. @module */
import type { RawFrame } from "../../g3/mod.ts";
import type { Clock } from "../../internal/clock.ts";
import { Float } from "../../internal/float.ts";
import type { LimitedLog } from "../../internal/limited_log.ts";
import type { FlowName } from "./frame_facts.ts";
import { FrameGaps } from "./frame_gaps.ts";
import type { MissingFrames, StreamReport } from "./stream_report.ts";

/** Where it tells it. */
export interface GapWatchOptions {
  readonly report: StreamReport;
  readonly log: LimitedLog;
  readonly clock: Clock;
}

/** Looks at every frame that came, and counts what is missing between them. */
export class GapWatch {
  readonly #options: GapWatchOptions;
  readonly #gaps = new FrameGaps();
  /** What had been counted when the numbered frame before came. */
  #before = { seconds: 0, connections: 0, damaged: 0 };

  /** Begins with nothing known. */
  constructor(options: GapWatchOptions) {
    this.#options = options;
  }

  /** Looks at a frame. */
  note(frame: RawFrame, flow: FlowName | undefined): void {
    // Not START: in the middle of a session it may be the latest frame of type none, and is sent again to a new client.
    if (flow === "END") this.#gaps.end();
    if (flow !== undefined) return;
    const { report, log, clock } = this.#options;
    const gap = this.#gaps.note(frame);
    if (gap === undefined) return;
    const { connections, frames } = report.data;
    const now = {
      seconds: clock.now(),
      connections: connections.made,
      damaged: frames.dropped["damaged"] ?? 0,
    };
    if (gap !== "in order") {
      const cause = this.#cause(now);
      const { sessionId, first, last } = gap;
      report.missing({
        session_id: sessionId,
        first,
        last,
        after: new Float(this.#before.seconds),
        before: new Float(now.seconds),
        cause,
      });
      log.say("missing", `Frames ${first} to ${last} of session ${sessionId} are missing: ${cause}`);
    }
    this.#before = now;
  }

  #cause(
    { connections, damaged }: { readonly connections: number; readonly damaged: number },
  ): MissingFrames["cause"] {
    if (damaged !== this.#before.damaged) return "damaged";
    return connections === this.#before.connections ? "not sent" : "no connection";
  }
}
