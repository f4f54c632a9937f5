/** A configuration of crossbar, as OCS's template makes it (spec ocs 12.1). @module */
import { SiteError } from "../../site/mod.ts";

/** What of a site crossbar has to know. */
export interface CrossbarSite {
  /** The one realm. */
  readonly realm: string;
  /** First part of every address; nothing outside it is allowed. */
  readonly addressRoot: string;
  /** Port to listen on. */
  readonly port: number;
  /** Path of the WebSocket, such as `/ws`. */
  readonly webSocketPath: string;
  /** Path of the HTTP bridge, such as `/call`. */
  readonly callPath: string;
}

/** Crossbar's names of paths: one part. */
const PATH = /^\/([A-Za-z0-9_-]+)$/;

/**
 * Writes the text of a `config.json`.
 *
 * @throws {SiteError} If crossbar cannot serve the site's paths.
 */
export function crossbarConfig({ realm, addressRoot, port, webSocketPath, callPath }: CrossbarSite): string {
  const [ws, call] = [pathKey(webSocketPath, "wamp_server"), pathKey(callPath, "wamp_http")];
  if (ws === call) {
    throw new SiteError(
      `Cannot write crossbar's configuration: wamp_server and wamp_http both have the path "${callPath}", expected two`,
    );
  }
  const permission = (register: boolean) => ({
    uri: `${addressRoot}.`,
    match: "prefix",
    allow: { call: true, register, publish: true, subscribe: true },
    disclose: { caller: false, publisher: false },
    cache: true,
  });
  const config = {
    version: 2,
    workers: [{
      type: "router",
      options: { pythonpath: [".."] },
      realms: [{
        name: realm,
        roles: [
          { name: "iocs_agent", permissions: [permission(true)] },
          { name: "iocs_controller", permissions: [permission(false)] },
        ],
      }],
      transports: [{
        type: "web",
        endpoint: { type: "tcp", port },
        paths: {
          [ws]: {
            type: "websocket",
            auth: { anonymous: { type: "static", role: "iocs_agent" } },
            options: {
              open_handshake_timeout: 2500,
              close_handshake_timeout: 1000,
              auto_ping_interval: 10_000,
              auto_ping_timeout: 5000,
              // Peer ocs: its template says 4, with which crossbar 26.10 does not start ("must be between 12 and 125").
              auto_ping_size: 12,
            },
          },
          [call]: { type: "caller", realm, role: "iocs_controller", options: {} },
        },
      }],
    }],
  };
  return `${JSON.stringify(config, undefined, 4)}\n`;
}

function pathKey(path: string, name: string): string {
  const [, key] = PATH.exec(path) ?? [];
  if (key === undefined) {
    throw new SiteError(
      `Cannot write crossbar's configuration: the path of ${name} is "${path}", expected one part of letters, digits, ` +
        '"_" and "-", such as /ws',
    );
  }
  return key;
}
