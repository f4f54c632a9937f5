/** What an operation has to show: its session's data. @module */
import type { ReplySession } from "../ocs/mod.ts";
import { lookUp, parseDataPath } from "./data_path.ts";
import { changesBetween, changesText, dataText } from "./data_text.ts";
import { NoSessionError } from "./errors.ts";
import { type FollowOptions, followSession } from "./follow.ts";
import { jsonText } from "../internal/json_text.ts";
import type { Outcome, VerbResult } from "./outcome.ts";
import { sessionHead } from "./session_text.ts";
import type { VerbOptions } from "./site_link.ts";
import { clockTime } from "./terminal_text.ts";
import { withOperation } from "./with_operation.ts";

/** Which data, and how much of it. */
export interface DataOptions extends VerbOptions {
  /** Into the data, such as `fields.channel_00`; default all. */
  readonly path?: string | undefined;
  /** Nothing is left out on a terminal. */
  readonly all?: boolean | undefined;
}

/**
 * Reads session data now.
 *
 * @throws {NoSessionError} If the operation never ran.
 * @throws {DataPathError} If there is nothing at the path.
 */
export function data(target: string, options: DataOptions = {}): Promise<Outcome<unknown>> {
  const { path = "", all, signal } = options;
  const steps = parseDataPath(path);
  return withOperation(target, options, async (operation, link) => {
    const { session } = await operation.status({ timeoutSeconds: link.timeoutSeconds, signal });
    if (session.session_id === undefined) throw neverRan(target);
    const value = lookUp(session.data ?? {}, steps, target);
    return {
      result: "ok",
      data: value,
      text: (look) => {
        const text = dataText(value, { look, all });
        // For a reader at a terminal only: a program wants the value.
        return Number.isFinite(look.columns) ? `${sessionHead(target, session, look)}\n${text}` : text;
      },
    };
  });
}

/**
 * Prints session data, then each change of it, until the run ends or the signal is aborted; see `followSession`.
 *
 * What changes twice between two looks is seen once.
 *
 * @param options `json`: one object a change, `{time, session_id, data}`, with all of what is at the path.
 */
export async function followData(
  target: string,
  options: DataOptions & FollowOptions & { readonly json?: boolean | undefined },
): Promise<VerbResult> {
  const { path = "", all, terminal, json = false } = options;
  const steps = parseDataPath(path);
  let last: { readonly sessionId: number; readonly value: unknown; readonly text: string } | undefined;
  return await followSession(target, async (session) => {
    const sessionId = session.session_id;
    if (sessionId === undefined) return;
    const value = valueAt(session, steps);
    const text = jsonText(value ?? null);
    if (last?.sessionId === sessionId && last.text === text) return;
    const { look } = terminal;
    const time = Date.now() / 1000;
    if (json) {
      await terminal.print(jsonText({ time, session_id: sessionId, data: value ?? null }));
    } else if (last?.sessionId !== sessionId) {
      const head = sessionHead(target, session, look);
      await terminal.print(value === undefined ? head : `${head}\n${dataText(value, { look, all })}`);
    } else {
      const changes = changesText(changesBetween(last.value, value, path), { look, all });
      await terminal.print(`${look.style("dim", clockTime(time))} ${changes}`);
    }
    last = { sessionId, value, text };
  }, options);
}

/** What is not there yet may come. */
function valueAt(session: ReplySession, steps: ReturnType<typeof parseDataPath>): unknown {
  try {
    return lookUp(session.data ?? {}, steps, "");
  } catch {
    return undefined;
  }
}

function neverRan(target: string): NoSessionError {
  return new NoSessionError(
    `Cannot read the data of "${target}": it has never run; ocs start ${target} does so`,
  );
}
