/** Why an agent could not register, in words that help. @module */
import type { WampConnection } from "../client/wamp_connection.ts";
import { pyStr } from "../ocs/python_text.ts";
import { WampError } from "../wamp/errors.ts";
import type { AgentLog } from "./agent_log.ts";
import { errorText } from "./run_outcome.ts";

const ASK_HOLDER_MS = 2000;
const UNKNOWN = { agent_class: null, instance_hostname: null, instance_pid: null };

/** Logs Python's hints, and for a duplicate who it is that runs already. Bounded by 2 s. */
export async function explainRefusal(
  error: unknown,
  { connection, address, log }: {
    readonly connection: WampConnection;
    readonly address: string;
    readonly log: AgentLog;
  },
): Promise<void> {
  log.error(`Failed to register basic handlers!  Error: ${errorText(error)}`);
  if (!(error instanceof WampError)) return;
  if (error.uri === "wamp.error.not_authorized") {
    log.error(
      "Are the WAMP realm and OCS address_root consistent in OCS site config and crossbar config.json?",
    );
  }
  if (error.uri === "wamp.error.procedure_already_exists") await explainHolder({ connection, address, log });
}

/** Logs who has an agent's address. Bounded by 2 s. */
export async function explainHolder(
  { connection, address, log }: {
    readonly connection: WampConnection;
    readonly address: string;
    readonly log: AgentLog;
  },
): Promise<void> {
  log.error(`Is this agent already running? agent_address="${address}"`);
  try {
    const api = await connection.call(address, ["get_api"], { timeoutMs: ASK_HOLDER_MS });
    const known = { ...UNKNOWN, ...(typeof api === "object" ? api : {}) };
    log.error(
      `"${address}" is a ${pyStr(known.agent_class)} on host ${pyStr(known.instance_hostname)}, ` +
        `process ${pyStr(known.instance_pid)}`,
    );
  } catch (cause) {
    log.error(`Whoever holds "${address}" does not answer: ${errorText(cause)}`);
  }
}
