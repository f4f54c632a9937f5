/**
 * The embedded WAMP router: WebSocket, HTTP bridge and status on one port.
 *
 * @example A router for a site, until the block ends
 * ```ts
 * import assert from "node:assert/strict";
 *
 * await using router = await Router.start({ realm: "test_realm", addressRoot: "observatory" });
 * const info = await fetch(`http://127.0.0.1:${router.port}/info`);
 * assert.equal(info.status, 200);
 * await info.body?.cancel();
 * ```
 *
 * @module
 */
export type { BridgeService } from "./bridge.ts";
export type { SignatureRules } from "./bridge_signature.ts";
export type { Logger } from "../internal/log.ts";
export type { CertificateFiles } from "./certificate.ts";
export type { CoreCounters, CoreGauges } from "./core/counters.ts";
export type {
  Action,
  AuthenticationConfig,
  CoreBehaviour,
  CoreLimits,
  CryptosignPrincipal,
  PermissionConfig,
  RealmConfig,
  RoleConfig,
  TicketPrincipal,
  WampCraPrincipal,
} from "./core/options.ts";
export { ocsAuthentication, ocsRealm, type OcsRealmOptions } from "./core/ocs_realm.ts";
export { type CrossbarConfig, readCrossbarConfig } from "./core/crossbar_config.ts";
export { crossbarRouterOptions } from "./crossbar_router_options.ts";
export { CertificateError, ListenError, WebFolderError } from "./errors.ts";
export type { RouterStatus } from "./info.ts";
export { DEFAULT_ROUTER_LIMITS, type OverflowPolicy, type RouterLimits } from "./limits.ts";
export type { MatchPolicy } from "../wamp/uri.ts";
export type { OriginRules } from "./negotiation.ts";
export { Router } from "./router.ts";
export type { BridgeServiceOptions, RouterOptions } from "./router_options.ts";
export type { WebOptions } from "./web/web_site.ts";
export type { WireCounters } from "./wire_counters.ts";
