/** Which crossbar a host runs, by the site file. @module */
import type { SiteHost } from "../../site/mod.ts";

/** How crossbar is run. */
export interface CrossbarProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Folder of its configuration; undefined: where crossbar looks by itself. */
  readonly configDir: string | undefined;
}

/**
 * Plans the crossbar of a host's block, `{}` with defaults as in Python's tools (spec ocs 6.2).
 *
 * @returns Undefined where the block has none.
 */
export function planCrossbarProgram(host: SiteHost | undefined): CrossbarProgram | undefined {
  if (host?.crossbar === undefined) return undefined;
  const { bin, configDir } = host.crossbar;
  return {
    command: bin ?? "crossbar",
    args: ["start", ...(configDir === undefined ? [] : ["--cbdir", configDir])],
    configDir,
  };
}
