/** Several operations as an operator wants to see them: trouble first, one line each. @module */
import { pyStr } from "../ocs/mod.ts";
import type { Look } from "./look.ts";
import { type ManyRow, rowResult } from "./many_rows.ts";
import { isActive, type Match, type Matches } from "./match_targets.ts";
import { sessionState, stateStyle } from "./session_text.ts";
import { formatTable } from "./table.ts";
import { printable } from "./fit_text.ts";
import { safeText } from "./terminal_text.ts";

/** What is going to be done, and what is not. */
export interface Plan {
  readonly verb: "start" | "stop" | "abort" | "wait";
  readonly pattern: string;
  readonly found: Matches;
  readonly chosen: readonly Match[];
}

/** The plan, for whoever has to agree to it. */
export function planText(plan: Plan, look: Look): string {
  const { verb, chosen } = plan;
  const width = Math.max(...chosen.map(({ target }) => target.length));
  const lines = [look.style("bold", `${verb} ${chosen.length} operations:`)];
  for (const { target, reply: { session } } of chosen) {
    lines.push(`  ${target.padEnd(width)}  ${look.style(stateStyle(session), sessionState(session))}`);
  }
  return [...lines, ...notes(plan, look)].join("\n");
}

/** What was done, operation by operation. */
export function manyText(rows: readonly ManyRow[], plan: Plan, look: Look): string {
  const waited = plan.verb === "wait";
  const parts: string[] = [];
  if (rows.length > 0) {
    const bad = rows.filter((row) => rowResult(row, waited) !== "ok");
    const sorted = [...bad, ...rows.filter((row) => !bad.includes(row))];
    parts.push(formatTable(
      ["OPERATION", "STATE", "ANSWER"],
      sorted.map((
        row,
      ) => [look.style("bold", printable(row.target)), stateCell(row, look), answerCell(row, waited, look)]),
      look,
    ));
    if (bad.length > 0) {
      const names = bad.map(({ target }) => printable(target)).join(", ");
      parts.push(`${look.style(["bold", "red"], `${bad.length} of ${rows.length} failed:`)} ${names}`);
    }
  } else {
    parts.push(nothingText(plan));
  }
  parts.push(...notes(plan, look));
  return parts.join("\n");
}

/** How operations are, trouble first. */
export function statusText(
  rows: readonly ManyRow[],
  { gone }: { readonly gone: readonly string[] },
  look: Look,
): string {
  const sorted = rows.toSorted((a, b) => urgency(a) - urgency(b));
  const table = formatTable(
    ["OPERATION", "STATE", "LAST MESSAGE"],
    sorted.map((
      row,
    ) => [look.style("bold", printable(row.target)), stateCell(row, look), messageCell(row, look)]),
    look,
  );
  return [rows.length === 0 ? "" : table, ...goneNote(gone, look)].filter((part) => part !== "").join("\n");
}

function stateCell({ reply, error }: ManyRow, look: Look): string {
  if (error !== undefined) return look.style(["bold", "red"], "not known");
  return look.style(stateStyle(reply.session), sessionState(reply.session));
}

function answerCell(row: ManyRow, waited: boolean, look: Look): string {
  if (row.error !== undefined) return look.style("red", safeText(row.error.message, look));
  const result = rowResult(row, waited);
  const style = { ok: "green", failed: "red", timeout: "yellow" } as const;
  const word = { ok: "OK", failed: "ERROR", timeout: "TIMEOUT" }[row.reply.ok ? "ok" : result];
  return `${look.style(style[result], word)}${
    row.reply.message === "" ? "" : ` - ${safeText(row.reply.message, look)}`
  }`;
}

function messageCell({ reply, error }: ManyRow, look: Look): string {
  if (error !== undefined) return look.style("red", safeText(error.message, look));
  // The lines that every session has say no more than the column before.
  const said = (reply.session.messages ?? []).filter(([, text]) => !/^Status is now "/.test(pyStr(text)));
  const last = said.at(-1);
  return look.style("dim", last === undefined ? "-" : safeText(pyStr(last[1]), look).replaceAll(/\s+/g, " "));
}

/** Small numbers come first. */
function urgency({ reply, error }: ManyRow): number {
  if (error !== undefined) return 0;
  const { session } = reply;
  if (session.success === false) return 1;
  if (session.degraded === true && isActive(session)) return 2;
  if (isActive(session)) return 3;
  return session.status === undefined ? 5 : 4;
}

/** What the pattern means as well, and what is not touched: an operator must know of it. */
function notes({ verb, found, chosen }: Plan, look: Look): string[] {
  const others = found.matches.filter((match) => !chosen.includes(match) && isActive(match.reply.session));
  const lines: string[] = [];
  if (others.length > 0 && (verb === "stop" || verb === "abort")) {
    const names = others.map(({ target }) => target).join(", ");
    const kind = verb === "stop" ? "tasks, which abort ends" : "processes, which stop ends";
    lines.push(look.style("yellow", `not touched: ${names} (${kind})`));
  }
  return [...lines, ...goneNote(found.gone, look)];
}

function goneNote(gone: readonly string[], look: Look): string[] {
  return gone.length === 0 ? [] : [look.style("yellow", `not heard any more: ${gone.join(", ")}`)];
}

function nothingText({ verb, pattern, found }: Plan): string {
  const kind = verb === "abort" ? "task" : "process";
  const count = found.matches.length;
  const matching = count === 1 ? "1 operation matches" : `${count} operations match`;
  return `Nothing to ${verb}: ${matching} "${pattern}", and none of them is a ${kind} that runs.`;
}
