/** Where programs keep what is to outlive them. @module */
import { homedir } from "node:os";
import { isAbsolute } from "node:path";

/**
 * The state folder of all sites: `$XDG_STATE_HOME/ocs`, default `~/.local/state/ocs`. It may not exist.
 *
 * A relative `XDG_STATE_HOME` is ignored, as the XDG rules want it.
 */
export function stateFolder(): string {
  const state = Deno.env.get("XDG_STATE_HOME") ?? "";
  return isAbsolute(state) ? `${state}/ocs` : `${homedir()}/.local/state/ocs`;
}
