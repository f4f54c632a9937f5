/**
 * The site file and the options every program of an observatory shares.
 *
 * @example Find out where the router is
 * ```ts
 * import { resolveSite } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const site = await resolveSite({
 *   site: "none",
 *   siteHub: "ws://127.0.0.1:8001/ws",
 *   siteRealm: "test_realm",
 *   addressRoot: "observatory",
 * });
 * assert.equal(site.wampServer, "ws://127.0.0.1:8001/ws");
 * assert.equal(site.crossbarTimeoutSeconds, 10);
 * ```
 *
 * @module
 */
export { type Argument, mergeArguments, toArguments } from "./arguments.ts";
export { checkSite, type CheckSiteOptions, type KnownClass } from "./check_site.ts";
export { clientEnvironment, type ClientSiteOptions, readClientEnvironment } from "./client_environment.ts";
export { MACHINE, type SiteEnvironment } from "./environment.ts";
export { findPlugins } from "./find_plugins.ts";
export { OptionError, SiteError, SiteFileError } from "./errors.ts";
export { findSiteFile, type FoundSiteFile, loadSite, readSiteText } from "./load_site.ts";
export {
  launcherArguments,
  OPTION_VARIABLES,
  readLauncherOptions,
  withSiteVariables,
} from "./launcher_arguments.ts";
export { nearMiss } from "./near_miss.ts";
export { formatOptionHelp, type OptionGroup } from "./option_help.ts";
export type {
  OptionProperty,
  OptionSpec,
  OptionSpecs,
  OptionType,
  OptionValue,
  OptionValues,
} from "./option_specs.ts";
export { type AgentArgs, parseAgentArgs, type ParseAgentArgsOptions } from "./parse_agent_args.ts";
export { type OptionProblem, parseOptions, type ReadOptions } from "./parse_options.ts";
export { type PluginModule, pluginModules, PLUGINS_VARIABLE } from "./plugin_modules.ts";
export { needSetting, type ResolvedSite, type SiteSetting } from "./resolved_site.ts";
export { type ResolveOptions, resolveSite } from "./resolve_site.ts";
export {
  type AgentExe,
  type CrossbarSettings,
  type Hub,
  type Manage,
  type Site,
  type SiteHost,
  type SiteInstance,
  type SiteLogin,
  type SitePlugin,
} from "./site.ts";
export { SITE_OPTIONS, type SiteOptions, type SiteOptionValues } from "./site_options.ts";
export { formatProblem, type Place, type SiteProblem } from "./site_problem.ts";
