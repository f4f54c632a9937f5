/** The steps from an instance id to an agent that can be asked. @module */
import type { Logger } from "../internal/log.ts";
import { toError } from "../internal/to_error.ts";
import { type AgentApi, parseAgentApi, type Privs } from "../ocs/mod.ts";
import { WampError } from "../wamp/mod.ts";
import type { Carrier } from "./_carrier.ts";
import type { ClientOptions } from "./client_options.ts";
import type { ClientSite } from "./client_site.ts";
import { ControlClientError } from "./errors.ts";

/** Reads what an agent says of itself; an error names the agent. */
export function parseApi(instanceId: string, value: unknown): AgentApi {
  try {
    return parseAgentApi(value);
  } catch (cause) {
    const text = toError(cause).message;
    throw new ControlClientError(
      `Cannot use "${instanceId}" as an agent: ${text}`,
      "wamp.error.invalid_payload",
      {
        cause,
        args: [text],
      },
    );
  }
}

/** Opens the way that the options ask for. */
export async function openCarrier(
  site: ClientSite,
  options: ClientOptions & { readonly timeoutMs: number },
): Promise<Carrier> {
  if (options.carrier === "http") {
    if (site.wampHttp === undefined) {
      throw new TypeError(`Cannot use the carrier "http": the site has no wamp_http`);
    }
    const { HttpCarrier } = await import("./_http_carrier.ts");
    return new HttpCarrier(site.wampHttp);
  }
  const { WampCarrier } = await import("./_wamp_carrier.ts");
  if (options.connection !== undefined) {
    await options.connection.joined(options.timeoutMs);
    return new WampCarrier(options.connection, false);
  }
  if (site.wampServer === undefined) {
    throw new TypeError(`Cannot use the carrier "wamp": the site has no wamp_server`);
  }
  const { connectWamp } = await import("./wamp_connection.ts");
  const { readLogin } = await import("./site_login.ts");
  const connection = await connectWamp({
    url: site.wampServer,
    realm: site.realm,
    authentication: await readLogin(site.login),
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    logger: options.logger,
  });
  return new WampCarrier(connection, true);
}

/** The password to send, empty for none; told where the agent cannot take it. */
export async function choosePasswordFor(
  instanceId: string,
  { api, privs, logger }: { readonly api: AgentApi; readonly privs: Privs; readonly logger: Logger },
): Promise<string> {
  if (privs === undefined || privs === null || privs === 1) return "";
  const { findPassword } = await import("./passwords.ts");
  const password = await findPassword(privs, { agentClass: api.agent_class ?? "", instanceId }, { logger });
  if (password !== "" && api.access_control === undefined) {
    // Python prints this; sending the password would be an error there.
    logger.warn(
      "client wants to pass a password to agent instance, but it does not support passwords. " +
        `Agent "${instanceId}"; no password is sent`,
    );
    return "";
  }
  return password;
}

/** Looks who is there when someone is not, where that can be seen and there is time for it. */
export async function lookAround(
  error: unknown,
  { carrier, addressRoot, leftMs }: {
    readonly carrier: Carrier | undefined;
    readonly addressRoot: string;
    readonly leftMs: number;
  },
): Promise<string[] | undefined> {
  if (!(error instanceof WampError) || error.uri !== "wamp.error.no_such_procedure") return undefined;
  if (carrier?.session === undefined) return undefined;
  const { seenAgents } = await import("./_seen_agents.ts");
  return await seenAgents(carrier.session, { addressRoot, leftMs });
}
