/** What a router is started with: options over site file over defaults. @module */
import { basename } from "node:path";
import { UsageError } from "./explain_error.ts";
import { isThisHost } from "./local_host.ts";
import type { CertificateFiles, WebOptions } from "../router/mod.ts";
import {
  findSiteFile,
  MACHINE,
  type ResolvedSite,
  resolveSite,
  type SiteEnvironment,
  SiteError,
  type SiteLogin,
  type SiteOptions,
} from "../site/mod.ts";

/** Where a site without a file has its router. */
export const DEFAULT_PORT = 8001;

/** Own options of `ocs router` and `ocs up`. */
export interface RouterChoice {
  /** Address to listen on. */
  readonly bind?: string | undefined;
  readonly port?: number | undefined;
  /** Whether it serves metrics for Prometheus. */
  readonly metrics?: boolean | undefined;
  /** Folder of a web page to serve. */
  readonly web?: string | undefined;
  /** Where browsers see it, when that is known beforehand. */
  readonly webUrl?: string | undefined;
  /** PEM file of the certificate with its chain; with it TLS is spoken. */
  readonly tlsCert?: string | undefined;
  /** PEM file of its key. */
  readonly tlsKey?: string | undefined;
}

/** Where Prometheus looks when nobody tells it otherwise. */
const METRICS_PATH = "/metrics";

/** What the router is started with. */
export interface RouterPlan {
  readonly hostname: string;
  readonly port: number;
  readonly realm: string;
  readonly addressRoot: string;
  readonly webSocketPath: string;
  readonly callPath: string;
  /** Path of the metrics; undefined when there are to be none. */
  readonly metricsPath: string | undefined;
  /** The web page to serve; undefined for none. */
  readonly web: WebOptions | undefined;
  /** Undefined: no TLS. */
  readonly tls: CertificateFiles | undefined;
  /** Where the site says that it is. */
  readonly url: string;
  /** How the site's programs log in; undefined: anonymously. */
  readonly login: SiteLogin | undefined;
  /** Whether that is this machine. */
  readonly isThisHost: boolean;
  /** Undefined when the defaults stand in for a site file. */
  readonly sourceFile: string | undefined;
  /** What does not fit together, for the operator. */
  readonly warnings: readonly string[];
}

/**
 * Plans the router of a site.
 *
 * Port and paths come from the hub's URLs. It listens on 127.0.0.1 when the hub names this machine as `localhost` or
 * 127.*, and on every address otherwise, for the agents of other hosts.
 *
 * @throws {SiteError} If the site file is wrong, or its URLs are none.
 */
export async function planRouter(
  options: SiteOptions,
  choice: RouterChoice = {},
  environment: SiteEnvironment = MACHINE,
): Promise<RouterPlan> {
  const site = await siteOrNothing(options, environment);
  const server = parseUrl(site?.wampServer ?? options.siteHub, "wamp_server");
  const http = parseUrl(site?.wampHttp ?? options.siteHttp, "wamp_http");
  const port = choice.port ?? portOf(server) ?? portOf(http) ?? DEFAULT_PORT;
  const warnings: string[] = [];
  const tls = tlsFiles(choice);
  warnings.push(...schemeWarnings({ server, http, tls: tls !== undefined }));
  for (const [name, url] of [["wamp_server", server], ["wamp_http", http]] as const) {
    if (url !== undefined && portOf(url) !== port) {
      warnings.push(`${name} is "${url.href}", but the router listens on port ${port}`);
    }
  }
  if (site?.host?.crossbar !== undefined) {
    warnings.push(
      `host "${site.host.name}" of the site file has crossbar, which ocs up starts; this is the router of this toolkit`,
    );
  }
  if (site?.login !== undefined) {
    warnings.push(
      `The site's programs log in by ${site.login.method}, but this router has no logins and refuses them; ` +
        "--crossbar-config names a file with some",
    );
  }
  const hostname = choice.bind ??
    (server === undefined || isLoopback(server.hostname) ? "127.0.0.1" : "0.0.0.0");
  warnings.push(...openToAll({ hostname, port, tls }));
  const [webSocketPath, callPath] = [pathOf(server) ?? "/ws", pathOf(http) ?? "/call"];
  const realm = site?.realm ?? options.siteRealm ?? "test_realm";
  const addressRoot = site?.addressRoot ?? options.addressRoot ?? "observatory";
  return {
    hostname,
    port,
    realm,
    addressRoot,
    webSocketPath,
    callPath,
    metricsPath: metricsPathOf(choice, [webSocketPath, callPath]),
    web: webOptions(choice, { realm, addressRoot, siteFile: site?.sourceFile }),
    tls,
    url: server?.href ?? `ws${tls === undefined ? "" : "s"}://127.0.0.1:${port}/ws`,
    login: site?.login,
    isThisHost: server === undefined || isThisHost(server.hostname),
    sourceFile: site?.sourceFile,
    warnings,
  };
}

/**
 * The path of the metrics; undefined when there are to be none.
 *
 * @throws {SiteError} If it is one of those that are taken.
 */
export function metricsPathOf({ metrics }: RouterChoice, taken: readonly string[]): string | undefined {
  if (!metrics) return undefined;
  if (!taken.includes(METRICS_PATH)) return METRICS_PATH;
  throw new SiteError(
    `Cannot serve metrics at "${METRICS_PATH}": that path is the WebSocket's or the HTTP bridge's, expected another for it`,
  );
}

/**
 * The files that `--tls-cert` and `--tls-key` name.
 *
 * @throws {SiteError} If only one of the two is there.
 */
export function tlsFiles({ tlsCert, tlsKey }: RouterChoice): CertificateFiles | undefined {
  if (tlsCert !== undefined && tlsKey !== undefined) return { certificateFile: tlsCert, keyFile: tlsKey };
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  const [there, missing] = tlsCert === undefined ? ["--tls-key", "--tls-cert"] : ["--tls-cert", "--tls-key"];
  throw new SiteError(`Cannot start the router: ${there} is there without ${missing}, expected both or none`);
}

/** What to say where the URLs of a site do not fit a router with or without TLS. */
export function schemeWarnings(
  { server, http, tls }: {
    readonly server: URL | undefined;
    readonly http: URL | undefined;
    readonly tls: boolean;
  },
): readonly string[] {
  return ([["wamp_server", server, "ws"], ["wamp_http", http, "http"]] as const).flatMap(
    ([name, url, plain]) => {
      if (url === undefined || (url.protocol === `${plain}s:`) === tls) return [];
      const advice = tls
        ? `this router speaks TLS, and agents and clients need ${plain}s://`
        : `this router speaks no TLS; give it --tls-cert and --tls-key, or put a TLS proxy before it`;
      return [`${name} is a ${url.protocol}// URL: ${advice}`];
    },
  );
}

/**
 * What to say of a router without authentication: nothing where only this machine reaches it.
 *
 * @param router `onlyBridges` are paths of the HTTP bridges without it, where sessions need a login.
 */
export function openToAll(
  { hostname, port, tls, onlyBridges }: Pick<RouterPlan, "hostname" | "port" | "tls"> & {
    readonly onlyBridges?: readonly string[] | undefined;
  },
): readonly string[] {
  if (isLoopback(hostname) || onlyBridges?.length === 0) return [];
  const where = hostname === "0.0.0.0" || hostname === "::" ? "on all addresses" : `on ${hostname}`;
  if (onlyBridges !== undefined) {
    return [
      `Sessions need a login, but not the HTTP bridge "${
        onlyBridges.join('", "')
      }": whoever reaches port ${port} can ` +
      'operate every agent that has no access policy through it; keep it for this machine with "require_ip": ' +
      '["127.0.0.1"] in its options, give it "key" and "secret", or take its path out',
    ];
  }
  return [
    `It listens ${where} without authentication: whoever reaches port ${port} can operate every agent that has no ` +
    "access policy, and answer in an agent's place; keep others away with a firewall" +
    (tls === undefined ? "" : " (TLS shows who the router is, not who comes to it)"),
  ];
}

/**
 * What of a router's web page the command line and the site say; undefined where none is asked for.
 *
 * It is named after the site file, or the address root where that is called `default.yaml`, as most are.
 *
 * @throws {UsageError} If only a URL is given, or none that a browser can go to.
 */
export function webOptions(
  { web: folder, webUrl: url }: RouterChoice,
  site: { readonly realm: string; readonly addressRoot: string; readonly siteFile: string | undefined },
): WebOptions | undefined {
  if (folder === undefined) {
    if (url === undefined) return undefined;
    throw new UsageError("Cannot use --web-url without --web: there is no page to be seen there");
  }
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new UsageError(
      `Cannot use --web-url "${url}": expected a URL such as https://observatory.example/ocs/`,
    );
  }
  const { realm, addressRoot, siteFile } = site;
  const fileName = siteFile === undefined ? "default" : basename(siteFile).replace(/\.ya?ml$/, "");
  return { folder, url, realm, addressRoot, name: fileName === "default" ? addressRoot : fileName };
}

async function siteOrNothing(
  options: SiteOptions,
  environment: SiteEnvironment,
): Promise<ResolvedSite | undefined> {
  const named = options.site !== undefined || options.siteFile !== undefined;
  if (!named && "none" in findSiteFile(options, environment)) return undefined;
  return await resolveSite(options, { environment });
}

function parseUrl(text: string | undefined, name: string): URL | undefined {
  if (text === undefined) return undefined;
  if (!URL.canParse(text)) {
    throw new SiteError(
      `Cannot start the router: ${name} is "${text}", expected a URL such as ws://10.0.0.3:8001/ws`,
    );
  }
  return new URL(text);
}

function portOf(url: URL | undefined): number | undefined {
  if (url === undefined) return undefined;
  if (url.port !== "") return Number(url.port);
  return url.protocol === "wss:" || url.protocol === "https:" ? 443 : 80;
}

function pathOf(url: URL | undefined): string | undefined {
  return url === undefined || url.pathname === "/" ? undefined : url.pathname;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.startsWith("127.") || hostname === "[::1]" ||
    hostname === "::1";
}
