/** Reads a crossbar configuration, so that a site can change the router and nothing else (spec 5.7). @module */
import { parseCryptosignHex } from "../../wamp/cryptosign.ts";
import type { MatchPolicy } from "../../wamp/uri.ts";
import type {
  Action,
  AuthenticationConfig,
  CryptosignPrincipal,
  PermissionConfig,
  RealmConfig,
  RoleConfig,
  TicketPrincipal,
  WampCraPrincipal,
} from "./options.ts";
import type { CertificateFiles } from "../certificate.ts";
import { ConfigNode } from "./config_node.ts";
import {
  type CrossbarBridgeOptions,
  type CrossbarWebSocketOptions,
  readBridgeOptions,
  readWebSocketOptions,
} from "./crossbar_path_options.ts";

/** A bridge path of a crossbar configuration. */
export interface CrossbarBridge extends CrossbarBridgeOptions {
  /** `caller` or `publisher`. */
  readonly kind: "caller" | "publisher";
  /** Realm it calls in. */
  readonly realm: string;
  /** Role it has there. */
  readonly role: string;
}

/** A listening port of a crossbar configuration. */
export interface CrossbarTransport {
  /** Address to listen on; crossbar's default is all of them. */
  readonly hostname: string;
  /** Port to listen on. */
  readonly port: number;
  /** Files of the certificate, where TLS is to be spoken; relative ones are in the configuration's folder. */
  readonly tls?: CertificateFiles;
  /** WebSocket paths with a slash in front. */
  readonly webSocketPaths: readonly string[];
  /** Authentication by WebSocket path; a path without `auth` is not in it. */
  readonly authentication: Readonly<Record<string, AuthenticationConfig>>;
  /** How each WebSocket path behaves. */
  readonly webSocketOptions: Readonly<Record<string, CrossbarWebSocketOptions>>;
  /** Bridges by path. */
  readonly bridges: Readonly<Record<string, CrossbarBridge>>;
}

/** What of a crossbar configuration matters to the embedded router. */
export interface CrossbarConfig {
  /** Realms of the first worker. */
  readonly realms: readonly RealmConfig[];
  /** Its web transports. */
  readonly transports: readonly CrossbarTransport[];
  /** What was not understood and is not acted on, with its place. */
  readonly warnings: readonly string[];
}

/**
 * Reads the text of a `config.json` as `ocsbow` writes it.
 *
 * @param environment Looks up the variables that tickets name (`$NAME`).
 * @throws {SyntaxError} If it is no JSON, or if something that matters is missing or of the wrong type; the text
 * names every place.
 */
export function readCrossbarConfig(
  text: string,
  environment: (name: string) => string | undefined = () => undefined,
): CrossbarConfig {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    // The place and not the whole message: that quotes the text, which may be a secret.
    const [place] = /line \d+ column \d+/.exec(String(cause)) ?? [];
    throw new SyntaxError(
      `Cannot read crossbar configuration: it is no JSON${place === undefined ? "" : `, see ${place}`}`,
      { cause },
    );
  }
  const root = ConfigNode.root(data);
  root.known("version", "workers", "controller", "$schema");
  const [worker, ...others] = root.list("workers");
  if (worker === undefined) root.fault("workers is empty, expected one router worker");
  for (const other of others) other.warn("only the first worker is read");
  worker?.known("type", "id", "options", "realms", "transports");
  const realms = worker?.list("realms").map(readRealm) ?? [];
  const transports = worker?.list("transports").flatMap((node) => readTransport(node, environment)) ?? [];
  const { faults, warnings } = root.report;
  if (faults.length > 0) throw new SyntaxError(`Cannot read crossbar configuration: ${faults.join("; ")}`);
  return { realms, transports, warnings };
}

function readRealm(node: ConfigNode): RealmConfig {
  node.known("name", "roles", "id", "options");
  return { name: node.text("name"), roles: node.list("roles").map(readRole) };
}

function readRole(node: ConfigNode): RoleConfig {
  node.known("name", "permissions", "id");
  return { name: node.text("name"), permissions: node.list("permissions").map(readPermission) };
}

function readPermission(node: ConfigNode): PermissionConfig {
  node.known("uri", "match", "allow", "disclose", "cache");
  const match = node.optionalText("match");
  const allowed: Partial<Record<Action, boolean>> = {};
  const allow = node.child("allow");
  for (const action of ["call", "register", "publish", "subscribe"] as const) {
    const value = allow?.flag(action);
    if (value !== undefined) allowed[action] = value;
  }
  allow?.known("call", "register", "publish", "subscribe");
  const disclose = node.child("disclose");
  const [caller, publisher] = [disclose?.flag("caller"), disclose?.flag("publisher")];
  return {
    uri: node.text("uri"),
    ...(match === undefined ? {} : { match: matchPolicy(node, match) }),
    allow: allowed,
    // Crossbar discloses only where the configuration says so, whatever a client asks for.
    disclose: { caller: caller ?? false, publisher: publisher ?? false },
  };
}

function matchPolicy(node: ConfigNode, match: string): MatchPolicy {
  if (match === "exact" || match === "prefix" || match === "wildcard") return match;
  node.fault(`match is "${match}", expected exact, prefix or wildcard`);
  return "exact";
}

function readTransport(
  node: ConfigNode,
  environment: (name: string) => string | undefined,
): CrossbarTransport[] {
  const type = node.text("type");
  if (type !== "web") {
    node.warn(`transport of type "${type}" is not served, only web`);
    return [];
  }
  node.known("type", "id", "endpoint", "paths", "options");
  const endpoint = node.child("endpoint");
  if (endpoint === undefined) node.fault("endpoint is missing");
  endpoint?.known("type", "port", "interface", "backlog", "version", "tls");
  const tls = endpoint?.child("tls");
  const webSocketPaths: string[] = [];
  const authentication: Record<string, AuthenticationConfig> = {};
  const webSocketOptions: Record<string, CrossbarWebSocketOptions> = {};
  const bridges: Record<string, CrossbarBridge> = {};
  for (const [name, path] of node.child("paths")?.children() ?? []) {
    const kind = path.text("type");
    const at = name === "/" ? name : `/${name}`;
    if (kind === "websocket") {
      path.known("type", "auth", "options", "url", "serializers", "debug");
      webSocketPaths.push(at);
      webSocketOptions[at] = readWebSocketOptions(path);
      const auth = path.child("auth");
      if (auth !== undefined) authentication[at] = readAuthentication(auth, environment);
    } else if (kind === "caller" || kind === "publisher") {
      path.known("type", "realm", "role", "options");
      const [realm, role] = [path.text("realm"), path.text("role")];
      bridges[at] = { kind, realm, role, ...readBridgeOptions(path) };
      // The router's own /info is there in any case.
    } else if (kind !== "nodeinfo" || at !== "/info") path.warn(`path of type "${kind}" is not served`);
  }
  return [{
    hostname: endpoint?.optionalText("interface") ?? "0.0.0.0",
    port: endpoint?.integer("port") ?? 0,
    ...(tls === undefined ? {} : { tls: readTls(tls) }),
    webSocketPaths,
    authentication,
    webSocketOptions,
    bridges,
  }];
}

function readTls(node: ConfigNode): CertificateFiles {
  node.known("certificate", "key", "chain_certificates", "ca_certificates", "ciphers", "dhparam");
  // With these, crossbar lets in only who shows a certificate; without, everybody would come in.
  if (node.optionalTexts("ca_certificates") !== undefined) {
    node.fault("ca_certificates is there, but certificates of clients are not asked for here, expected none");
  }
  for (const key of ["ciphers", "dhparam"]) {
    if (node.optionalText(key) !== undefined) {
      node.warn(`${key} has no effect: TLS 1.2 and 1.3 as Deno has them`);
    }
  }
  return {
    certificateFile: node.text("certificate"),
    keyFile: node.text("key"),
    chainFiles: node.optionalTexts("chain_certificates") ?? [],
  };
}

function readAuthentication(
  node: ConfigNode,
  environment: (name: string) => string | undefined,
): AuthenticationConfig {
  node.known("anonymous", "ticket", "wampcra", "cryptosign");
  const [anonymous, ticket, wampcra, cryptosign] = ["anonymous", "ticket", "wampcra", "cryptosign"].map((
    key,
  ) => staticMethod(node, key));
  const authid = anonymous?.optionalText("authid");
  return {
    ...(anonymous === undefined
      ? {}
      : { anonymous: { role: anonymous.text("role"), ...(authid === undefined ? {} : { authid }) } }),
    ...(ticket === undefined ? {} : {
      ticket: { principals: byName(ticket.child("principals"), (entry) => principal(entry, environment)) },
    }),
    ...(wampcra === undefined ? {} : { wampcra: { users: byName(wampcra.child("users"), user) } }),
    ...(cryptosign === undefined
      ? {}
      : { cryptosign: { principals: byName(cryptosign.child("principals"), keyHolder) } }),
  };
}

function staticMethod(node: ConfigNode, key: string): ConfigNode | undefined {
  const method = node.child(key);
  const type = method?.text("type");
  if (type === undefined || type === "static") return method;
  method?.fault(`type is "${type}", only static is served`);
  return undefined;
}

function principal(node: ConfigNode, environment: (name: string) => string | undefined): TicketPrincipal {
  const given = node.text("ticket");
  const ticket = given.startsWith("$") ? environment(given.slice(1)) : given;
  if (ticket === undefined || ticket === "") node.fault(`ticket names a variable that is not set`);
  return { ticket: ticket ?? "", role: node.text("role") };
}

function user(node: ConfigNode): WampCraPrincipal {
  const salt = node.optionalText("salt");
  const [iterations, keylen] = [node.optionalInteger("iterations"), node.optionalInteger("keylen")];
  return {
    // With an empty one anybody who knows the name could log in.
    secret: node.filledText("secret"),
    role: node.text("role"),
    ...(salt === undefined ? {} : { salt }),
    ...(iterations === undefined ? {} : { iterations }),
    ...(keylen === undefined ? {} : { keylen }),
  };
}

function keyHolder(node: ConfigNode): CryptosignPrincipal {
  node.known("authorized_keys", "role", "realm");
  const realm = node.optionalText("realm");
  const authorizedKeys = node.optionalTexts("authorized_keys") ?? [];
  if (authorizedKeys.length === 0) node.fault("authorized_keys is missing, expected a list of public keys");
  for (const key of authorizedKeys) {
    if (parseCryptosignHex(key) === undefined) {
      node.fault("authorized_keys has something that is no public key, expected 64 hexadecimal digits each");
    }
  }
  return { authorizedKeys, role: node.text("role"), ...(realm === undefined ? {} : { realm }) };
}

function byName<T>(node: ConfigNode | undefined, read: (entry: ConfigNode) => T): Record<string, T> {
  return Object.fromEntries((node?.children() ?? []).map(([name, entry]) => [name, read(entry)]));
}
