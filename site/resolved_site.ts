/** What a program knows of its site once options, environment and site file are put together. @module */
import { SiteError } from "./errors.ts";
import type { PluginModule } from "./plugin_modules.ts";
import type { SiteHost, SiteInstance, SiteLogin } from "./site.ts";

/** The effective settings; what nobody said is undefined. */
export interface ResolvedSite {
  /** WebSocket URL of the router. */
  readonly wampServer: string | undefined;
  /** URL of its HTTP bridge. */
  readonly wampHttp: string | undefined;
  /** WAMP realm. */
  readonly realm: string | undefined;
  /** First part of every agent's address. */
  readonly addressRoot: string | undefined;
  /** Such as `director:access-dir`. */
  readonly accessPolicy: string | undefined;
  /** How programs log in to the router; undefined: anonymously. Only a site file says it. */
  readonly login: SiteLogin | undefined;
  /** The block of the site file that matched this machine or `--site-host`. */
  readonly host: SiteHost | undefined;
  /** The entry of this agent. */
  readonly instance: SiteInstance | undefined;
  /** The agent's name, last part of its address. */
  readonly instanceId: string | undefined;
  /** Folder of the log files; a relative one is below `workingDir`. */
  readonly logDir: string | undefined;
  /** Base of relative paths. */
  readonly workingDir: string | undefined;
  /** Seconds an agent tries to reconnect before it exits; 0 for ever. */
  readonly crossbarTimeoutSeconds: number;
  /** Lists of agents that the site file names for this host. */
  readonly plugins: readonly PluginModule[];
  /** Absolute path of the site file; undefined without one. */
  readonly sourceFile: string | undefined;
}

/** Settings that may be absent. */
export type SiteSetting = "wampServer" | "wampHttp" | "realm" | "addressRoot" | "instanceId";

const SAID_BY: Readonly<Record<SiteSetting, string>> = {
  wampServer: '"wamp_server" in the site file\'s hub, or --site-hub',
  wampHttp: '"wamp_http" in the site file\'s hub, or --site-http',
  realm: '"wamp_realm" in the site file\'s hub, or --site-realm',
  addressRoot: '"address_root" in the site file\'s hub, or --address-root',
  instanceId: "--instance-id",
};

/**
 * Gives a setting that the caller cannot do without.
 *
 * @throws {SiteError} If nobody said it, with where to say it.
 */
export function needSetting(site: ResolvedSite, setting: SiteSetting): string {
  const value = site[setting];
  if (value !== undefined) return value;
  const where = site.sourceFile === undefined ? "no site file is used" : `read "${site.sourceFile}"`;
  throw new SiteError(`Cannot go on without ${setting}: ${where}; expected ${SAID_BY[setting]}`);
}
