/** The embedded router in crossbar's place, from crossbar's own configuration. @module */
import { dirname, resolve } from "node:path";
import {
  type CertificateFiles,
  crossbarRouterOptions,
  readCrossbarConfig,
  type RouterOptions,
} from "../../router/mod.ts";
import { findSiteFile, MACHINE, type SiteEnvironment, SiteError, type SiteOptions } from "../../site/mod.ts";
import {
  metricsPathOf,
  openToAll,
  planRouter,
  type RouterChoice,
  tlsFiles,
  webOptions,
} from "../router_plan.ts";

/** What `ocs router --crossbar-config` starts. */
export interface CrossbarRouterPlan {
  /** All that the configuration says, and where to listen. */
  readonly options: RouterOptions;
  /** Name of the first realm. */
  readonly realm: string;
  /** First part of the addresses that its first role may use; undefined where no prefix says it. */
  readonly addressRoot: string | undefined;
  /** What is not served, and what does not fit the site file. */
  readonly warnings: readonly string[];
}

/** Larger than any configuration; a log file named by mistake is not read whole. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads crossbar's `config.json`; `choice` goes over it.
 *
 * The site file, where there is one, is compared with it only: agents that look for another realm find nobody.
 *
 * @throws {SiteError} If the file cannot be read or served; the text names every place that is wrong.
 */
export async function planCrossbarRouter(
  file: string,
  choice: RouterChoice & { readonly site: SiteOptions },
  environment: SiteEnvironment = MACHINE,
): Promise<CrossbarRouterPlan> {
  const text = await readText(file, environment);
  let fromFile: RouterOptions;
  let warnings: readonly string[];
  try {
    const config = readCrossbarConfig(text, (name) => environment.getVariable(name));
    warnings = config.warnings.map((warning) => `${file}: ${warning}`);
    fromFile = crossbarRouterOptions(config);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SiteError(`Cannot run a router from "${file}": ${error.message}`, { cause: error });
  }
  const { webSocketPath = "/ws", bridge = {} } = fromFile;
  const metricsPath = metricsPathOf(choice, [webSocketPath, ...Object.keys(bridge)]);
  const tls = tlsFiles(choice) ?? besideFile(file, fromFile.tls, environment);
  const options = {
    ...fromFile,
    ...(tls === undefined ? {} : { tls }),
    ...(choice.bind === undefined ? {} : { hostname: choice.bind }),
    ...(choice.port === undefined ? {} : { port: choice.port }),
    ...(metricsPath === undefined ? {} : { metricsPath }),
  };
  const realm = options.realms?.[0]?.name ?? "";
  const prefix = options.realms?.[0]?.roles[0]?.permissions.find(({ match }) => match === "prefix")?.uri;
  const addressRoot = prefix?.replace(/\.$/, "") || undefined;
  const differences = await compareWithSite({ options, realm, addressRoot }, choice.site, environment);
  const listening = { hostname: options.hostname ?? "127.0.0.1", port: options.port ?? 0, tls };
  const open = letsAnyoneIn(options)
    ? openToAll(listening)
    : openToAll({ ...listening, onlyBridges: openBridges(options) });
  const web = webOptions(choice, { realm, addressRoot: addressRoot ?? "observatory", siteFile: undefined });
  return {
    options: { ...options, ...(web === undefined ? {} : { web }) },
    realm,
    addressRoot,
    warnings: [...warnings, ...differences, ...open],
  };
}

/** Paths in crossbar's configuration are relative to its folder. */
function besideFile(
  file: string,
  tls: CertificateFiles | undefined,
  environment: SiteEnvironment,
): CertificateFiles | undefined {
  if (tls === undefined) return undefined;
  const at = (path: string) => resolve(dirname(environment.absolute(file)), path);
  return {
    certificateFile: at(tls.certificateFile),
    keyFile: at(tls.keyFile),
    chainFiles: (tls.chainFiles ?? []).map(at),
  };
}

/** Whether sessions need no secret. */
function letsAnyoneIn({ authentication }: RouterOptions): boolean {
  return authentication === undefined ||
    Object.values(authentication).some(({ anonymous }) => anonymous !== undefined);
}

/** Paths of the bridges that take unsigned requests from anywhere. */
function openBridges({ bridge = {} }: RouterOptions): readonly string[] {
  return Object.entries(bridge)
    .filter(([, { signature, requireIp }]) => signature === undefined && requireIp === undefined)
    .map(([path]) => path);
}

async function readText(file: string, environment: SiteEnvironment): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await environment.readFile(environment.absolute(file));
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file, expected crossbar's config.json"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new SiteError(`Cannot read crossbar configuration "${file}": ${why}`, { cause: error });
  }
  if (bytes.length > MAX_BYTES) {
    throw new SiteError(
      `Cannot read crossbar configuration "${file}": it has ${bytes.length} bytes, expected at most ${MAX_BYTES}`,
    );
  }
  return new TextDecoder().decode(bytes);
}

async function compareWithSite(
  found: Omit<CrossbarRouterPlan, "warnings">,
  site: SiteOptions,
  environment: SiteEnvironment,
): Promise<readonly string[]> {
  const named = site.site !== undefined || site.siteFile !== undefined || site.siteHub !== undefined;
  if (!named && "none" in findSiteFile(site, environment)) return [];
  const { tls } = found.options;
  const choice = tls === undefined ? {} : { tlsCert: tls.certificateFile, tlsKey: tls.keyFile };
  const wanted = await planRouter(site, choice, environment);
  const { webSocketPath, bridge, port } = found.options;
  const pairs: readonly (readonly [string, string | number, string | number | undefined])[] = [
    ["realm", wanted.realm, found.realm],
    // A configuration without prefixes allows what no comparison of texts finds out.
    ["address root", wanted.addressRoot, found.addressRoot ?? wanted.addressRoot],
    ["WebSocket path", wanted.webSocketPath, webSocketPath],
    ["scheme", new URL(wanted.url).protocol, tls === undefined ? "ws:" : "wss:"],
    // Nobody wants a fixed port of --port 0.
    ["port", wanted.port, port === 0 ? wanted.port : port],
  ];
  const differences = pairs.filter(([, of, is]) => of !== is)
    .map(([what, of, is]) => `The site's ${what} is "${of}", but the router's is "${is}"`);
  const callers = Object.keys(bridge ?? {});
  if (!callers.includes(wanted.callPath)) {
    differences.push(
      `The site's HTTP bridge is at "${wanted.callPath}", but the router has ${
        callers.length === 0 ? "none" : `"${callers.join('", "')}"`
      }`,
    );
  }
  return differences;
}
