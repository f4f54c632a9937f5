/** What a program's command line, site file and environment say of the agent to run. @module */
import type { OptionSpecs, OptionValues } from "../site/option_specs.ts";
import { parseOptions } from "../site/parse_options.ts";
import { SITE_OPTIONS } from "../site/site_options.ts";

/** Everything a runner needs to know. */
export interface AgentSettings<S extends OptionSpecs> {
  readonly url: string;
  readonly realm: string;
  readonly addressRoot: string;
  readonly instanceId: string;
  readonly accessPolicy: string | undefined;
  readonly crossbarTimeoutSeconds: number;
  readonly logDir: string | undefined;
  readonly workingDir: string | undefined;
  /** The class's own options. */
  readonly options: OptionValues<S>;
}

/** Settings from a command line. */
export function agentSettings<S extends OptionSpecs>(own: S, args: readonly string[]): AgentSettings<S> {
  const site = parseOptions({ ...own, ...SITE_OPTIONS }, args);
  // Both halves of one parse: what the class declared, and the options of every agent.
  const options = site as unknown as OptionValues<S>;
  const values = site as unknown as OptionValues<typeof SITE_OPTIONS>;
  return {
    url: values.siteHub ?? "ws://127.0.0.1:8001/ws",
    realm: values.siteRealm ?? "test_realm",
    addressRoot: values.addressRoot ?? "observatory",
    instanceId: values.instanceId ?? "unnamed",
    accessPolicy: values.accessPolicy,
    crossbarTimeoutSeconds: values.crossbarTimeout ?? 10,
    logDir: values.logDir,
    workingDir: values.workingDir,
    options,
  };
}
