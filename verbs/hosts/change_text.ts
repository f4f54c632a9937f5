/** The plan of `hosts up`, `down` and `restart`, and what became of it, as text. @module */
import { printable } from "../fit_text.ts";
import type { Look } from "../look.ts";
import { formatTable } from "../table.ts";
import { safeText } from "../terminal_text.ts";
import type { HostsRow } from "./hosts_outcome.ts";
import { stateWord } from "./hosts_text.ts";
import { HOSTS_VERB_WORDS, type HostsPlan, type UntouchedAgent } from "./plan_hosts.ts";

/** The plan, for whoever has to agree to it. */
export function planText(plan: HostsPlan, look: Look): string {
  const { verb, chosen } = plan;
  const table = formatTable(
    ["AGENT", "HOST", "THROUGH", "NOW", "THEN"],
    chosen.map(({ agent, manager }) => [
      look.style("bold", printable(agent.instance)),
      printable(agent.host),
      printable(manager.instance),
      stateWord(agent),
      verb === "restart" ? "down, then up" : verb,
    ]),
    look,
  );
  const count = chosen.length === 1 ? "1 agent" : `${chosen.length} agents`;
  return [
    look.style("bold", `${HOSTS_VERB_WORDS[verb]} ${count}:`),
    table,
    ...wakingText(plan, look),
    ...untouchedText(plan.untouched, look),
  ]
    .join("\n");
}

/** Starting a process of a manager is more than was asked for: it is said. */
function wakingText({ chosen }: HostsPlan, look: Look): readonly string[] {
  const asleep = new Set(
    chosen.filter(({ manager }) => manager.state === "sleeping").map(({ manager }) => manager.instance),
  );
  return [...asleep].map((instance) =>
    look.style(
      "yellow",
      `${printable(instance)} sleeps: its process manager is started, and whatever else it runs stays down`,
    )
  );
}

/** One line for each reason. */
function untouchedText(untouched: readonly UntouchedAgent[], look: Look): readonly string[] {
  return [...Map.groupBy(untouched, ({ why }) => why)].map(([why, agents]) => {
    const names = agents.map(({ agent }) => printable(agent.instance)).join(", ");
    const failed = agents.some((one) => one.failed);
    return look.style(failed ? "red" : "dim", `not touched: ${names}: ${safeText(why, look)}`);
  });
}

/** What was done, trouble first. */
export function changeText(rows: readonly HostsRow[], plan: HostsPlan, look: Look): string {
  const done = rows.filter(({ result }) => result !== "skipped");
  const bad = done.filter(({ result }) => result !== "ok");
  const parts: string[] = [];
  if (done.length > 0) {
    parts.push(formatTable(
      ["AGENT", "HOST", "STATE", "ANSWER"],
      [...bad, ...done.filter((row) => !bad.includes(row))].map((row) => [
        look.style("bold", printable(row.agent)),
        printable(row.host),
        stateCell(row),
        answerCell(row, look),
      ]),
      look,
    ));
  } else parts.push("Nothing to do.");
  parts.push(...untouchedText(plan.untouched.filter(({ failed }) => !failed), look));
  if (bad.length > 0) {
    const names = bad.map(({ agent }) => printable(agent)).join(", ");
    parts.push(`${look.style(["bold", "red"], `${bad.length} of ${done.length} not as wanted:`)} ${names}`);
  }
  return parts.join("\n");
}

function stateCell({ state, manager }: HostsRow): string {
  return stateWord({ state, manager, stability: null });
}

function answerCell({ result, message }: HostsRow, look: Look): string {
  const text = message === "" ? "" : ` - ${safeText(message, look)}`;
  if (result === "ok") return `${look.style("green", "OK")}${text}`;
  return result === "timeout"
    ? `${look.style("yellow", "TIMEOUT")}${text}`
    : `${look.style("red", "ERROR")}${text}`;
}
