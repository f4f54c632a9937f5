/** Where an observatory's router is. @module */
import type { SiteLogin } from "../site/mod.ts";

/** What a client has to know of its site. */
export interface ClientSite {
  /** WebSocket URL of the router; the carrier `wamp` needs it. */
  readonly wampServer?: string | undefined;
  /** URL of the router's HTTP bridge; the carrier `http` needs it. */
  readonly wampHttp?: string | undefined;
  /** WAMP realm. */
  readonly realm: string;
  /** First part of every agent's address. */
  readonly addressRoot: string;
  /** How to log in to the router. Default: anonymously. */
  readonly login?: SiteLogin | undefined;
}

/** Which site is meant. */
export interface SiteChoice {
  /** The site itself, without a site file. */
  readonly site?: ClientSite | undefined;
  /** Site file to read instead of the one that `OCS_CONFIG_DIR` names. */
  readonly siteFile?: string | undefined;
  /** Host whose entry in the site file is taken; default this machine's. */
  readonly siteHost?: string | undefined;
}

/**
 * Finds the site as every OCS program does; what `ocs run` was told of it comes by the environment (`OCS_SITE_HUB` and
 * so on, see `readClientEnvironment` in `site/`).
 *
 * @throws {SiteError} If there is no site file, or it does not say what is needed; see `site/`.
 */
export async function findSite(options: SiteChoice): Promise<ClientSite> {
  if (options.site !== undefined) return options.site;
  // Loaded when needed: it brings a YAML parser.
  const { needSetting, readClientEnvironment, resolveSite } = await import("../site/mod.ts");
  const { siteFile, siteHost } = options;
  // A script that names its site file means all of it.
  const outer = siteFile === undefined ? readClientEnvironment() : { siteFile };
  const found = await resolveSite({ ...outer, ...(siteHost === undefined ? {} : { siteHost }) });
  return {
    wampServer: found.wampServer,
    wampHttp: found.wampHttp,
    realm: needSetting(found, "realm"),
    addressRoot: needSetting(found, "addressRoot"),
    login: found.login,
  };
}
