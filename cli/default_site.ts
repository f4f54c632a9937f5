/** The site that is meant where nobody names one. @module */
import { findSiteFile, MACHINE, type SiteEnvironment, type SiteOptions } from "../site/mod.ts";
import { DEFAULT_PORT } from "./router_plan.ts";

/** What `ocs up` and `ocs demo` run without a site file, and what the verbs talk to then. */
const DEFAULT_SITE = {
  siteHub: `ws://127.0.0.1:${DEFAULT_PORT}/ws`,
  siteHttp: `http://127.0.0.1:${DEFAULT_PORT}/call`,
  siteRealm: "test_realm",
  addressRoot: "observatory",
} as const;

/**
 * Fills in the demo site where neither options nor `OCS_CONFIG_DIR` name a site file.
 *
 * @returns The options, and whether something was filled in.
 */
export function withDefaultSite(
  options: SiteOptions,
  environment: SiteEnvironment = MACHINE,
): { readonly site: SiteOptions; readonly assumed: boolean } {
  const named = options.site !== undefined || options.siteFile !== undefined;
  if (named || !("none" in findSiteFile(options, environment))) return { site: options, assumed: false };
  const { siteHub = DEFAULT_SITE.siteHub, siteHttp, siteRealm = DEFAULT_SITE.siteRealm } = options;
  const { addressRoot = DEFAULT_SITE.addressRoot } = options;
  return {
    site: { ...options, site: "none", siteHub, siteHttp, siteRealm, addressRoot },
    assumed: options.siteHub === undefined,
  };
}
