/** How a router is set up, and what it is without being told. @module */
import type { Logger } from "../internal/log.ts";
import type { BridgeService } from "./bridge.ts";
import type { CertificateFiles } from "./certificate.ts";
import { ocsRealm } from "./core/ocs_realm.ts";
import type { AuthenticationConfig, CoreBehaviour, CoreLimits, RealmConfig } from "./core/options.ts";
import type { RouterLimits } from "./limits.ts";
import type { OriginRules } from "./negotiation.ts";
import type { WebOptions } from "./web/web_site.ts";

/** A service of the HTTP bridge at one path. */
export interface BridgeServiceOptions extends BridgeService {
  /** Role of its session in the realm. Default `iocs_controller`. */
  readonly role?: string;
  /** Realm of its session. Default: the router's first. */
  readonly realm?: string;
}

/** How a router is set up; everything has a default. */
export interface RouterOptions extends OriginRules {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly hostname?: string;
  /** Port to listen on; 0 (default) takes any free one. */
  readonly port?: number;
  /**
   * With it, the port speaks TLS and nothing else: `wss://` and `https://`. Renewed files are served to those who connect
   * from then on, a minute later at most.
   */
  readonly tls?: CertificateFiles;
  /** Realm of the site. Default `test_realm`. */
  readonly realm?: string;
  /**
   * First component of every address of the site. Default `observatory`; with `realms`, where it only says whose
   * heartbeats are measured, any.
   */
  readonly addressRoot?: string;
  /** Realms and roles in place of those that OCS has; the first one is the bridge's. */
  readonly realms?: readonly RealmConfig[];
  /** Authentication by WebSocket path in place of anonymous `iocs_agent`s. */
  readonly authentication?: Readonly<Record<string, AuthenticationConfig>>;
  /** Path of the WebSocket. Default `/ws`. */
  readonly webSocketPath?: string;
  /** Services of the HTTP bridge by path. Default: a caller at `/call`. */
  readonly bridge?: Readonly<Record<string, BridgeServiceOptions>>;
  /** Path of the metrics for Prometheus, such as `/metrics`. Default: there are none. */
  readonly metricsPath?: string;
  /** A web page at every path that is not used otherwise. Default: none. */
  readonly web?: WebOptions;
  /** Whether a WebSocket client must name a subprotocol. Default true; without one, JSON is spoken. */
  readonly requireSubprotocol?: boolean;
  /** Subprotocols that are spoken. Default: all six. */
  readonly subprotocols?: readonly string[];
  /** Where the router tells what happens. Default: nowhere. */
  readonly logger?: Logger;
  /** Bounds of connections and queues that differ from `DEFAULT_ROUTER_LIMITS`. */
  readonly limits?: Partial<RouterLimits>;
  /** Bounds of the core that differ from its defaults. */
  readonly coreLimits?: Partial<CoreLimits>;
  /** Behaviour of the core that differs from its default. */
  readonly behaviour?: Partial<CoreBehaviour>;
  /** Product and version, as told to clients. */
  readonly agent?: string;
}

/** Path of the WebSocket. */
export const DEFAULT_WEBSOCKET_PATH = "/ws";
/** First component of every address. */
export const DEFAULT_ADDRESS_ROOT = "observatory";
/** Services of the HTTP bridge. */
export const DEFAULT_BRIDGE: Readonly<Record<string, BridgeServiceOptions>> = { "/call": { kind: "caller" } };

/** The realms of a router: those it is given, or that of OCS. */
export function realmsOf(options: RouterOptions): readonly RealmConfig[] {
  if (options.realms !== undefined) return options.realms;
  return [
    ocsRealm({
      realm: options.realm ?? "test_realm",
      addressRoot: options.addressRoot ?? DEFAULT_ADDRESS_ROOT,
    }),
  ];
}
