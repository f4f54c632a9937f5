/** Modules with tables of agents, as environment and site file name them. @module */
import { dirname, resolve } from "node:path";
import { originOf } from "./arguments.ts";
import type { SiteEnvironment } from "./environment.ts";
import type { Site, SiteHost } from "./site.ts";

/** A module with a table of agents. */
export interface PluginModule {
  /** A URL or an absolute path. */
  readonly module: string;
  /** Who names it, for messages: `/etc/ocs/default.yaml:3:18`, `the environment (OCS_PLUGINS)`. */
  readonly origin: string;
}

/** The environment variable that names such modules, with commas between them. */
export const PLUGINS_VARIABLE = "OCS_PLUGINS";

const IS_URL = /^[a-z]+:/;

/** The lists that a site file names for a host, or for all where it has none of its own; paths become absolute. */
export function sitePlugins(site: Site, host: SiteHost | undefined): readonly PluginModule[] {
  const folder = dirname(site.file);
  return (host?.plugins ?? site.hub.plugins ?? []).map((plugin) => ({
    module: absolute(plugin.module, folder),
    origin: originOf(site.file, plugin),
  }));
}

/**
 * All lists in the order in which they count: of a class that two have, the first is taken.
 *
 * Those of the environment come first, their paths from the current folder; then those of the site file. A module that
 * both name counts once.
 */
export function pluginModules(
  plugins: readonly PluginModule[],
  environment: SiteEnvironment,
): readonly PluginModule[] {
  const origin = `the environment (${PLUGINS_VARIABLE})`;
  const named = (environment.getVariable(PLUGINS_VARIABLE) ?? "").split(",").map((name) => name.trim());
  const all = [
    ...named.filter((name) => name !== "").map((name) => ({
      module: IS_URL.test(name) ? name : resolve(environment.absolute(name)),
      origin,
    })),
    ...plugins,
  ];
  return all.filter(({ module }, at) => all.findIndex((other) => other.module === module) === at);
}

function absolute(module: string, folder: string): string {
  return IS_URL.test(module) ? module : resolve(folder, module);
}
