/** The lines around the view of a feed. @module */
import { duration } from "./duration.ts";
import type { FeedCondition, FeedWatch } from "./feed_watch.ts";
import { padText, printable, textWidth } from "./fit_text.ts";
import type { Look } from "./look.ts";

/** How fresh a view is: `live`, or what is in the way and since when. */
function conditionText(condition: FeedCondition, instanceId: string, look: Look): string {
  switch (condition.kind) {
    case "live":
      return look.style("green", "live");
    case "router-lost":
      return look.style(["bold", "red"], `router lost for ${duration(condition.forSeconds)}`);
    case "agent-silent":
      return look.style(["bold", "red"], `${instanceId} not heard for ${duration(condition.forSeconds)}`);
  }
}

/** The first line: what is shown, how fresh it is, and the time at the right. */
export function headLine(
  title: string,
  watch: Pick<FeedWatch, "condition" | "found">,
  { look, columns, now }: { readonly look: Look; readonly columns: number; readonly now: Date },
): string {
  const condition = conditionText(watch.condition, watch.found.instanceId, look);
  const isLive = watch.condition.kind === "live";
  const time = now.toTimeString().slice(0, 8);
  const left = `${look.style("bold", title)}  ${condition}`;
  // Trouble stands first where there is room for one of them only.
  if (textWidth(left) > columns && !isLive) return `${condition}  ${title}`;
  if (textWidth(left) + 2 + time.length > columns) return left;
  return padText(left, columns - time.length) + look.style("dim", time);
}

/** The last line: how to leave, what else is to be known, and further keys where there is room. */
export function footLine(
  look: Look,
  { notes, keys = "" }: { readonly notes: readonly string[]; readonly keys?: string },
): string {
  const parts = [look.style("dim", "q quits"), ...notes, look.style("dim", keys)];
  return parts.filter((part) => part !== "").join("  ");
}

/** Events that were lost on the way, in words; empty for none. */
export function lossText(watch: FeedWatch, look: Look): string {
  const parts = [
    watch.malformed === 0 ? "" : `${watch.malformed} unreadable: ${printable(watch.problem ?? "")}`,
    watch.events.dropped === 0 ? "" : `${watch.events.dropped} events dropped`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : look.style("yellow", parts.join(", "));
}
