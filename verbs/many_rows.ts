/** What became of each of several operations. @module */
import { ControlClientError } from "../client/mod.ts";
import { toError } from "../internal/to_error.ts";
import { type OCSReply, ResponseCode } from "../ocs/mod.ts";
import type { VerbResult } from "./outcome.ts";

/** One operation: the agent's reply, or why there is none. */
export type ManyRow =
  | { readonly target: string; readonly reply: OCSReply; readonly error?: undefined }
  | { readonly target: string; readonly reply?: undefined; readonly error: Error };

/** A row as `--json` writes it. */
export type ManyData =
  | {
    readonly agent: string;
    readonly op: string;
    readonly status: number;
    readonly message: string;
    readonly session: OCSReply["session"];
  }
  | { readonly agent: string; readonly op: string | null; readonly error: string; readonly uri?: string };

/** Carries out one request and gives its row, whatever became of it. */
export async function rowOf(target: string, request: () => Promise<OCSReply>): Promise<ManyRow> {
  try {
    return { target, reply: await request() };
  } catch (error) {
    return { target, error: toError(error) };
  }
}

/** How a row ended: an operation that was waited for fails by its session, any other by the agent's answer. */
export function rowResult({ reply, error }: ManyRow, waited: boolean): VerbResult {
  if (error !== undefined) {
    return error instanceof ControlClientError && error.uri === "wamp.error.timeout" ? "timeout" : "failed";
  }
  if (reply.status === ResponseCode.TIMEOUT) return "timeout";
  const isGood = !waited || (reply.session.success ?? true) === true;
  return reply.ok && isGood ? "ok" : "failed";
}

/** How all ended: the worst of them. */
export function worstOf(results: readonly VerbResult[]): VerbResult {
  if (results.includes("failed")) return "failed";
  return results.includes("timeout") ? "timeout" : "ok";
}

/** A row as data. */
export function rowData({ target, reply, error }: ManyRow): ManyData {
  const at = target.lastIndexOf(".");
  const agent = at < 0 ? target : target.slice(0, at);
  const op = at < 0 ? null : target.slice(at + 1);
  if (error !== undefined) {
    const uri = error instanceof ControlClientError ? { uri: error.uri } : {};
    return { agent, op, error: error.message, ...uri };
  }
  const { status, message, session } = reply;
  return { agent, op: op ?? "", status, message, session };
}
