/** What a reader of lines is told beside them: a pipe has no first line that says how fresh all of it is. @module */
import type { Clock } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";
import type { FeedWatch } from "./feed_watch.ts";
import { printable } from "./fit_text.ts";

/** What is looked at. */
export type NoticeSource = Pick<FeedWatch, "condition" | "malformed" | "problem"> & {
  readonly found: Pick<FeedWatch["found"], "instanceId">;
};

/** Who is told. */
export interface NoticeOptions {
  readonly clock: Clock;
  readonly say: (text: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const LOOK_MS = 500;

/** Tells when the agent is not heard any more, when it is again, and once that an event could not be read. */
export async function tellNotices(
  watch: NoticeSource,
  { clock, say, signal }: NoticeOptions,
): Promise<void> {
  const { instanceId } = watch.found;
  let wasSilent = false;
  let hadMalformed = false;
  while (!signal.aborted) {
    const { kind } = watch.condition;
    const isSilent = kind === "agent-silent";
    // While the router is lost nobody can tell; that is told as well.
    if (isSilent !== wasSilent && kind !== "router-lost") {
      say(isSilent ? `${instanceId} is not heard any more; waiting for it` : `${instanceId} is heard again`);
      wasSilent = isSilent;
    }
    if (watch.malformed > 0 && !hadMalformed) {
      hadMalformed = true;
      say(`Events that cannot be read are left out: ${printable(watch.problem ?? "")}`);
    }
    await pause(LOOK_MS, { clock, signal });
  }
}
