/** Which lists of agents are in force, from options, environment and site file. @module */
import { MACHINE, type SiteEnvironment } from "./environment.ts";
import { findSiteFile } from "./load_site.ts";
import { type PluginModule, pluginModules } from "./plugin_modules.ts";
import { resolveSite } from "./resolve_site.ts";
import type { SiteOptions } from "./site_options.ts";

/**
 * Finds the lists of agents for this host; those of the environment alone where there is no site file.
 *
 * @throws {SiteFileError} If the site file is unusable.
 */
export async function findPlugins(
  options: SiteOptions = {},
  environment: SiteEnvironment = MACHINE,
): Promise<readonly PluginModule[]> {
  const hasFile = options.site !== "none" && "path" in findSiteFile(options, environment);
  return pluginModules(hasFile ? (await resolveSite(options, { environment })).plugins : [], environment);
}
