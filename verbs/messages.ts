/** What an operation has said. @module */
import { pyStr, type ReplySession, type SessionMessage } from "../ocs/mod.ts";
import { type FollowOptions, followSession } from "./follow.ts";
import { jsonText } from "../internal/json_text.ts";
import type { Look } from "./look.ts";
import type { Outcome, VerbResult } from "./outcome.ts";
import { sessionHead } from "./session_text.ts";
import type { VerbOptions } from "./site_link.ts";
import { clockTime, safeText } from "./terminal_text.ts";
import { withOperation } from "./with_operation.ts";

/** How many messages. */
export interface MessagesOptions extends VerbOptions {
  /** The last so many; default 100 on a terminal, all otherwise. */
  readonly count?: number | undefined;
}

/** Messages as `--json` writes them. */
export interface MessagesData {
  readonly agent: string;
  readonly op: string;
  /** Null for an operation that never ran. */
  readonly session_id: number | null;
  readonly messages: readonly SessionMessage[];
}

const MOST_ON_TERMINAL = 100;

/** Reads the messages of the current or last session. */
export function messages(target: string, options: MessagesOptions = {}): Promise<Outcome<MessagesData>> {
  const { count, signal } = options;
  return withOperation(target, options, async (operation, link) => {
    const { session } = await operation.status({ timeoutSeconds: link.timeoutSeconds, signal });
    const all = messagesOf(session);
    const { agent, opName: op } = operation;
    return {
      result: "ok",
      data: {
        agent,
        op,
        session_id: session.session_id ?? null,
        messages: all.slice(-(count ?? all.length)),
      },
      text: (look) => {
        const most = count ?? (Number.isFinite(look.columns) ? MOST_ON_TERMINAL : all.length);
        return messagesText(target, { session, most }, look);
      },
    };
  });
}

/**
 * Prints the messages, then each that comes, until the run ends or the signal is aborted; see `followSession`.
 *
 * @param options `json`: one object a message, `{time, session_id, message}`.
 */
export async function followMessages(
  target: string,
  options: MessagesOptions & FollowOptions & { readonly json?: boolean | undefined },
): Promise<VerbResult> {
  const { terminal, json = false, count } = options;
  let sessionId: number | undefined;
  let last: SessionMessage | undefined;
  return await followSession(target, async (session) => {
    const { look } = terminal;
    const all = messagesOf(session);
    const isNew = session.session_id !== sessionId;
    if (session.session_id === undefined) return;
    const fresh = isNew ? all : newMessages(all, last);
    const most = isNew ? count ?? (look.columns === Infinity ? all.length : MOST_ON_TERMINAL) : fresh.length;
    if (isNew && !json) await terminal.print(sessionHead(target, session, look));
    for (const message of fresh.slice(fresh.length - Math.min(most, fresh.length))) {
      const [time, text] = message;
      await terminal.print(
        json ? jsonText({ time, session_id: session.session_id, message: text }) : messageLine(message, look),
      );
    }
    sessionId = session.session_id;
    last = all.at(-1) ?? last;
  }, options);
}

/** Those behind the last one that was printed. A session forgets old messages (spec ocs 3.4), so that may be gone. */
function newMessages(
  all: readonly SessionMessage[],
  last: SessionMessage | undefined,
): readonly SessionMessage[] {
  if (last === undefined) return all;
  const at = all.findLastIndex(([time, text]) => time === last[0] && pyStr(text) === pyStr(last[1]));
  return all.slice(at + 1);
}

function messagesText(
  target: string,
  { session, most }: { readonly session: ReplySession; readonly most: number },
  look: Look,
): string {
  const all = messagesOf(session);
  const shown = all.slice(all.length - Math.min(most, all.length));
  const earlier = all.length - shown.length;
  return [
    sessionHead(target, session, look),
    ...(earlier > 0 ? [look.style("yellow", `… ${earlier} earlier; -n ${all.length} shows them`)] : []),
    ...shown.map((message) => messageLine(message, look)),
  ].join("\n");
}

/** One message: local time and text; its further lines are indented. */
function messageLine([time, text]: SessionMessage, look: Look): string {
  const lines = safeText(pyStr(text), look).replaceAll("\n", `\n${" ".repeat(9)}`);
  return `${look.style("dim", clockTime(time))} ${lines}`;
}

function messagesOf(session: ReplySession): readonly SessionMessage[] {
  const { messages: all } = session;
  // An agent may send anything.
  return Array.isArray(all) ? all.filter((entry) => Array.isArray(entry) && entry.length === 2) : [];
}
