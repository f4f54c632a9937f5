/** An operation's reply as an operator wants to see it. @module */
import { type OCSReply, pyRepr, ResponseCode } from "../ocs/mod.ts";
import { duration } from "./duration.ts";
import type { Look, Style } from "./look.ts";
import { clockTime, safeText } from "./terminal_text.ts";

/** One look at a session: how it is and since when. */
export function sessionState(session: OCSReply["session"], now = Date.now() / 1000): string {
  const { status, degraded, start_time: start, end_time: end, success } = session;
  if (status === undefined || typeof start !== "number") return "never run";
  const since = degraded === true ? `${status}, degraded,` : status;
  if (typeof end !== "number") return `${since} for ${duration(now - start)}`;
  const word = success === true ? "succeeded" : success === false ? "failed" : "ended";
  return `${word} ${duration(now - end)} ago, after ${duration(end - start)}`;
}

/** Colour of a session's state: trouble must be seen. */
export function stateStyle(session: OCSReply["session"]): Style {
  if (session.success === false) return "red";
  if (session.status === "running") return session.degraded === true ? "yellow" : "green";
  return session.status === "stopping" || session.status === "starting" ? "yellow" : "dim";
}

/** One line on whose session it is and how it stands. */
export function sessionHead(target: string, session: OCSReply["session"], look: Look): string {
  const state = look.style(stateStyle(session), sessionState(session));
  const number = session.session_id === undefined ? "" : ` session ${session.session_id}`;
  return `${look.style("bold", target)}${number}: ${state}`;
}

/** Writes a reply: answer, state, the session's last messages and its data. */
export function replyText(target: string, reply: OCSReply, look: Look): string {
  const { session, status, message } = reply;
  const code = status === ResponseCode.OK
    ? look.style("green", "OK")
    : status === ResponseCode.TIMEOUT
    ? look.style("yellow", "TIMEOUT")
    : look.style(["bold", "red"], "ERROR");
  const lines = [
    `${look.style("bold", target)}: ${code}${message === "" ? "" : ` - ${safeText(message, look)}`}`,
  ];
  const [, needed] = /^The action requires credential level ([23])-/.exec(message) ?? [];
  if (needed !== undefined && status === ResponseCode.ERROR) {
    lines.push(`  --privs ${needed} sends the password of that level`);
  }
  if (session.session_id === undefined) {
    if (status === ResponseCode.OK) lines.push("  never run");
    return lines.join("\n");
  }
  lines.push(`  session ${session.session_id}: ${look.style(stateStyle(session), sessionState(session))}`);
  const messages = Array.isArray(session.messages) ? session.messages : [];
  for (const entry of messages.slice(-6)) {
    if (Array.isArray(entry)) {
      lines.push(look.style("dim", `  ${clockTime(entry[0])} ${safeText(String(entry[1]), look)}`));
    }
  }
  const { data } = session;
  if (data !== null && typeof data === "object" && Object.keys(data).length > 0) {
    lines.push("  data:");
    const width = Math.min(24, Math.max(...Object.keys(data).map((key) => key.length)));
    for (const [key, value] of Object.entries(data)) {
      lines.push(`    ${key.padEnd(width)} ${dataText(value, look.columns - width - 5)}`);
    }
  }
  return lines.join("\n");
}

/** A value on one line; lists are cut where a terminal ends. */
function dataText(value: unknown, room: number): string {
  const text = pyRepr(value);
  return text.length > room && Number.isFinite(room) ? `${text.slice(0, Math.max(10, room - 1))}…` : text;
}
