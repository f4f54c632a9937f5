/** From a crossbar configuration to the options of the embedded router. @module */
import { DEFAULT_LIMITS } from "./core/options.ts";
import type { CrossbarConfig, CrossbarTransport } from "./core/crossbar_config.ts";
import type { BridgeServiceOptions, RouterOptions } from "./router_options.ts";

/**
 * Makes the options of a router that does what the configuration says.
 *
 * @throws {SyntaxError} If the configuration asks for more than one port or one WebSocket path, or for none.
 */
export function crossbarRouterOptions({ realms, transports }: CrossbarConfig): RouterOptions {
  if (realms.length === 0) throw refusal("it has no realm, expected one at least");
  const transport = only(transports, "web transport");
  const path = only(transport.webSocketPaths, "WebSocket path");
  const { allowedOrigins, allowNullOrigin, requireSubprotocol, subprotocols, ...bounds } =
    transport.webSocketOptions[path] ?? {};
  const { openHandshakeMs, pingIntervalMs, pingTimeoutMs, maxMessageBytes } = bounds;
  return {
    hostname: transport.hostname,
    port: transport.port,
    ...(transport.tls === undefined ? {} : { tls: transport.tls }),
    realms,
    authentication: transport.authentication,
    webSocketPath: path,
    bridge: bridgeOf(transport, realms),
    limits: {
      ...(pingIntervalMs === undefined ? {} : { pingIntervalMs }),
      // Crossbar's word for "never gives up".
      ...(pingTimeoutMs === undefined ? {} : { pingTimeoutMs: pingTimeoutMs || Infinity }),
      ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    },
    coreLimits: { helloMs: Math.max(openHandshakeMs ?? 0, DEFAULT_LIMITS.helloMs) },
    ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
    ...(allowNullOrigin === undefined ? {} : { allowNullOrigin }),
    ...(requireSubprotocol === undefined ? {} : { requireSubprotocol }),
    ...(subprotocols === undefined ? {} : { subprotocols }),
  };
}

function bridgeOf(
  { bridges }: CrossbarTransport,
  realms: CrossbarConfig["realms"],
): Record<string, BridgeServiceOptions> {
  for (const [path, { realm, role }] of Object.entries(bridges)) {
    const roles = realms.find(({ name }) => name === realm)?.roles.map(({ name }) => name);
    if (roles === undefined) throw refusal(`path "${path}" names realm "${realm}", which is not there`);
    if (role !== "trusted" && !roles.includes(role)) {
      throw refusal(
        `path "${path}" names role "${role}", expected one of realm "${realm}": ${roles.join(", ")}`,
      );
    }
  }
  return { ...bridges };
}

function only<T>(entries: readonly T[], what: string): T {
  const [first, ...others] = entries;
  if (first === undefined || others.length > 0) {
    throw refusal(`it has ${entries.length === 0 ? "no" : entries.length} ${what}s, expected one`);
  }
  return first;
}

function refusal(text: string): SyntaxError {
  return new SyntaxError(`Cannot serve crossbar configuration: ${text}`);
}
