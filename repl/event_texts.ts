/** What happens on the site, as the prompt tells it. @module */
import { pyStr } from "../ocs/mod.ts";
import type { FleetEvent } from "../verbs/fleet_event.ts";
import { printable } from "../verbs/fit_text.ts";
import type { Look } from "../verbs/look.ts";
import { clockTime } from "../verbs/terminal_text.ts";

/** What the text depends on. */
export interface EventContext {
  readonly look: Look;
  /** Whether it is the end of an operation that this prompt has started. */
  readonly isOwn: (event: FleetEvent) => boolean;
  /** Operations of an agent that this prompt has started and that still run as far as it knows. */
  readonly ownOf: (agent: string) => readonly string[];
  readonly now?: Date | undefined;
}

/** So many of a kind are told one by one; more of them in one line. */
const MOST = 4;
/** Names in one line. */
const MAX_NAMES = 8;

/** Writes what has happened since the last time; many of one kind become one line. */
export function eventTexts(events: readonly FleetEvent[], context: EventContext): string[] {
  const { look, now = new Date() } = context;
  const time = look.style("dim", now.toTimeString().slice(0, 8));
  const lines = events.flatMap((event) => {
    const text = eventText(event, context);
    return text === undefined ? [] : [{ kind: event.kind, event, text }];
  });
  const kinds = Map.groupBy(lines, ({ kind }) => kind);
  return [...kinds.values()].flatMap((group) => {
    if (group.length <= MOST) return group.map(({ text }) => `${time} ${text}`);
    const names = group.map(({ event }) => nameOf(event));
    const rest = names.length - MAX_NAMES;
    const more = rest > 0 ? ` and ${rest} more` : "";
    const [first] = group;
    const word = first === undefined ? "" : WORDS[first.kind];
    return [
      `${time} ${look.style("yellow", `${group.length} ${word}`)}: ${
        names.slice(0, MAX_NAMES).join(", ")
      }${more}`,
    ];
  });
}

const WORDS: Readonly<Record<FleetEvent["kind"], string>> = {
  "agent-appeared": "agents are there",
  "agent-expired": "agents are gone",
  "agent-returned": "agents are back",
  "operation-started": "operations have started",
  "operation-ended": "operations have ended",
  "router-lost": "times the router was lost",
  "router-back": "times the router was back",
};

function nameOf(event: FleetEvent): string {
  if ("op" in event) return printable(`${event.agent}.${event.op}`);
  return "agent" in event ? printable(event.agent) : "router";
}

/** One event; undefined for what nobody at this prompt asked about. */
function eventText(event: FleetEvent, { look, isOwn, ownOf }: EventContext): string | undefined {
  const bad = (text: string) => look.style(["bold", "red"], text);
  // Agents and operations may be called anything.
  const list = (names: readonly string[]) => names.map(printable).join(", ");
  const name = nameOf(event);
  switch (event.kind) {
    case "agent-appeared":
      return `${name} is there`;
    case "agent-expired": {
      // What was just started may not have been in a heartbeat yet.
      const running = [...new Set([...event.running, ...ownOf(event.agent)])];
      const what = running.length === 0 ? "" : `; when it was last heard, ${list(running)} ran`;
      return `${bad(`${name} is not heard any more`)}${what}`;
    }
    case "agent-returned": {
      const { restarted, lost } = event;
      if (!restarted) return `${name} is heard again`;
      const what = lost.length === 0 ? "" : `; ${bad(`${list(lost)} ended with the old one`)}`;
      return `${name} was restarted${what}`;
    }
    case "operation-started":
      return undefined;
    case "operation-ended": {
      const { success, messages } = event;
      if (success) {
        return isOwn(event) ? `${name} has ended: ${look.style("green", "succeeded")}` : undefined;
      }
      const last = messages.map(([seconds, text]) =>
        `\n         ${clockTime(seconds)} ${printable(pyStr(text))}`
      );
      return `${bad(`${name} has failed`)}${look.style("dim", last.join(""))}`;
    }
    case "router-lost":
      return bad("The router is lost; agents go on, and commands wait for it");
    case "router-back":
      return look.style("green", "The router is back");
  }
}
