/** Options, host and instance matching put together (spec 6.3, 6.5, 6.7). @module */
import { pyRepr } from "../ocs/python_text.ts";
import { MACHINE, type SiteEnvironment } from "./environment.ts";
import { SiteError } from "./errors.ts";
import { findSiteFile, loadSite } from "./load_site.ts";
import { nearMiss } from "./near_miss.ts";
import { sitePlugins } from "./plugin_modules.ts";
import type { ResolvedSite } from "./resolved_site.ts";
import { DEFAULT_CROSSBAR_TIMEOUT_SECONDS, type Site, type SiteHost, type SiteInstance } from "./site.ts";
import type { SiteOptions } from "./site_options.ts";

/** What must be found in the site file. */
export interface ResolveOptions {
  /**
   * `control` (default): a client, needs neither host nor instance. `host`: needs a host block. `agent`: needs a host
   * block and in it the instance with the id given, or the only one of `agentClass`.
   */
  readonly match?: "control" | "host" | "agent" | undefined;
  /** For `agent`. */
  readonly agentClass?: string | undefined;
  /** Default: this machine. */
  readonly environment?: SiteEnvironment | undefined;
}

/**
 * Finds out router, realm, address root and the rest as every OCS program does.
 *
 * Precedence: options, then the host's block, then the hub. Without a site file (`site: "none"`, or no file named and
 * hub, realm and address root given) what the options do not say is absent and the timeout is 10 s.
 *
 * @throws {SiteError} If there is no site file, no matching host or no matching instance.
 * @throws {SiteFileError} If the site file is unusable.
 */
export async function resolveSite(
  options: SiteOptions = {},
  { match = "control", agentClass, environment = MACHINE }: ResolveOptions = {},
): Promise<ResolvedSite> {
  if (runsWithoutFile(options, environment)) return withoutFile(options);
  const site = await loadSite(options, environment);
  const host = matchHost(site, options.siteHost, environment);
  if (host === undefined && match !== "control") throw noHost(site, options.siteHost, environment);
  const instance = match === "agent" && host !== undefined
    ? matchInstance(host, options.instanceId, { agentClass, file: site.file })
    : undefined;
  return withFile(options, { site, host, instance });
}

/** Tells whether the options say all that a site file would. */
function runsWithoutFile(options: SiteOptions, environment: SiteEnvironment): boolean {
  if (options.site === "none") return true;
  if (options.site !== undefined || options.siteFile !== undefined) return false;
  // A longer way round than Python's (it needs --site none): with these three nothing of a file is missing.
  const enough = options.siteHub !== undefined && options.siteRealm !== undefined &&
    options.addressRoot !== undefined;
  return enough && "none" in findSiteFile(options, environment);
}

function withoutFile(options: SiteOptions): ResolvedSite {
  return {
    wampServer: options.siteHub,
    wampHttp: options.siteHttp,
    realm: options.siteRealm,
    addressRoot: options.addressRoot,
    accessPolicy: options.accessPolicy,
    login: undefined,
    host: undefined,
    instance: undefined,
    instanceId: options.instanceId,
    logDir: options.logDir,
    workingDir: options.workingDir,
    crossbarTimeoutSeconds: options.crossbarTimeout ?? DEFAULT_CROSSBAR_TIMEOUT_SECONDS,
    plugins: [],
    sourceFile: undefined,
  };
}

/** Lays options over what the file says. */
function withFile(
  options: SiteOptions,
  found: {
    readonly site: Site;
    readonly host: SiteHost | undefined;
    readonly instance: SiteInstance | undefined;
  },
): ResolvedSite {
  const { site, host, instance } = found;
  return {
    wampServer: options.siteHub ?? host?.wampServer ?? site.hub.wampServer,
    wampHttp: options.siteHttp ?? host?.wampHttp ?? site.hub.wampHttp,
    realm: options.siteRealm ?? host?.realm ?? site.hub.realm,
    addressRoot: options.addressRoot ?? site.hub.addressRoot,
    accessPolicy: options.accessPolicy ?? site.hub.accessPolicy,
    login: host?.login ?? site.hub.login,
    host,
    instance,
    instanceId: options.instanceId ?? instance?.instanceId,
    logDir: options.logDir ?? host?.logDir,
    workingDir: options.workingDir,
    crossbarTimeoutSeconds: options.crossbarTimeout ?? host?.crossbarTimeoutSeconds ??
      DEFAULT_CROSSBAR_TIMEOUT_SECONDS,
    plugins: sitePlugins(site, host),
    sourceFile: site.file,
  };
}

function hostCandidates(siteHost: string | undefined, environment: SiteEnvironment): readonly string[] {
  return [siteHost ?? environment.hostname(), "localhost"];
}

/** The block of `--site-host` or this machine, else that of `localhost`, which stands for any host. */
function matchHost(
  site: Site,
  siteHost: string | undefined,
  environment: SiteEnvironment = MACHINE,
): SiteHost | undefined {
  for (const name of hostCandidates(siteHost, environment)) {
    const host = site.hosts.get(name);
    if (host !== undefined) return host;
  }
  return undefined;
}

function noHost(site: Site, siteHost: string | undefined, environment: SiteEnvironment): SiteError {
  const candidates = hostCandidates(siteHost, environment);
  const names = [...site.hosts.keys()];
  const near = nearMiss(candidates[0] ?? "", names);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  // The first sentence is Python's.
  return new SiteError(
    `Site config has no entry in "hosts" for ${pyRepr(candidates)}: "${site.file}" has ${
      quoted(names)
    }${hint}`,
  );
}

/**
 * Finds an agent's entry: by id where one is given (the class is not compared then), else by class.
 *
 * @throws {SiteError} In Python's words: no match, or several of the class.
 */
function matchInstance(
  host: SiteHost,
  instanceId: string | undefined,
  { agentClass, file }: { readonly agentClass: string | undefined; readonly file: string },
): SiteInstance {
  const where = `host "${host.name}" of "${file}"`;
  if (instanceId !== undefined) {
    const found = host.instances.find((instance) => instance.instanceId === instanceId);
    if (found !== undefined) return found;
    const ids = host.instances.flatMap((instance) => instance.instanceId ?? []);
    const near = nearMiss(instanceId, ids);
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    throw new SiteError(
      `Could not find matching device description. No instance-id "${instanceId}" in ${where}, which has ${
        quoted(ids)
      }${hint}`,
    );
  }
  const found = host.instances.filter((instance) => instance.agentClass === agentClass);
  const ids = quoted(found.flatMap((instance) => instance.instanceId ?? []));
  if (found.length > 1) {
    throw new SiteError(
      `Multiple matches found for agent-class=${agentClass} ... you probably need to pass --instance-id= ` +
        `(in ${where}: ${ids})`,
    );
  }
  const [only] = found;
  if (only !== undefined) return only;
  throw new SiteError(
    `Could not find matching device description. No agent-class "${agentClass}" in ${where}; expected --instance-id ` +
      "or an entry of that class",
  );
}

function quoted(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, 20).map((name) => `"${name}"`).join(", ");
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}
