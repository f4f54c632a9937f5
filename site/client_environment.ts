/** The site options of a program that starts scripts, handed on to their clients by the environment. @module */
import { MACHINE, type SiteEnvironment } from "./environment.ts";
import type { SiteOptions } from "./site_options.ts";

/** The site options that a client has use for. */
export type ClientSiteOptions = Pick<
  SiteOptions,
  "site" | "siteFile" | "siteHost" | "siteHub" | "siteHttp" | "siteRealm" | "addressRoot"
>;

/** Which variable stands for which option. */
const VARIABLES = {
  OCS_SITE: "site",
  OCS_SITE_FILE: "siteFile",
  OCS_SITE_HOST: "siteHost",
  OCS_SITE_HUB: "siteHub",
  OCS_SITE_HTTP: "siteHttp",
  OCS_SITE_REALM: "siteRealm",
  OCS_ADDRESS_ROOT: "addressRoot",
} as const satisfies Readonly<Record<string, keyof ClientSiteOptions>>;

/**
 * Reads the site options that the environment says; `ocs run` puts them there for the scripts it starts.
 *
 * An empty variable counts as not set, and so does one that this program may not read.
 */
export function readClientEnvironment(environment: SiteEnvironment = MACHINE): ClientSiteOptions {
  const options: Record<string, string> = {};
  for (const [variable, option] of Object.entries(VARIABLES)) {
    const value = readVariable(variable, environment);
    if (value !== undefined && value !== "") options[option] = value;
  }
  return options;
}

function readVariable(name: string, environment: SiteEnvironment): string | undefined {
  try {
    return environment.getVariable(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/**
 * Writes site options as environment variables; a path becomes absolute.
 *
 * What is not given becomes an empty variable, so that nothing of an outer program shines through.
 */
export function clientEnvironment(
  options: ClientSiteOptions,
  environment: SiteEnvironment = MACHINE,
): Record<string, string> {
  const { siteFile } = options;
  const given = siteFile === undefined ? options : { ...options, siteFile: environment.absolute(siteFile) };
  return Object.fromEntries(
    Object.entries(VARIABLES).map(([variable, option]) => [variable, given[option] ?? ""]),
  );
}
