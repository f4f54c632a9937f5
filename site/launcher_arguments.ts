/** What a launcher of agents takes from the environment, and what it reads of a command line (spec 7.1). @module */
import { type Argument, toArguments } from "./arguments.ts";
import { MACHINE, type SiteEnvironment } from "./environment.ts";
import { SiteError } from "./errors.ts";
import { readOptions } from "./parse_options.ts";
import { SITE_OPTIONS, type SiteOptions } from "./site_options.ts";
import { checkHttpUrl, checkWampUrl } from "./value_checks.ts";

/** Environment variables that stand for options, as Python's `ocs-agent-cli` reads them. */
export const OPTION_VARIABLES = {
  INSTANCE_ID: "instance-id",
  SITE_HUB: "site-hub",
  SITE_HTTP: "site-http",
  SITE_HOST: "site-host",
  CROSSBAR_TIMEOUT: "crossbar-timeout",
} as const satisfies Readonly<Record<string, keyof typeof SITE_OPTIONS>>;

/**
 * A command line with the options that variables stand for.
 *
 * These come first, so that the command line wins however it writes the option (`--instance-id=x`, `--inst x`).
 * Peer ocs: an empty variable is passed on, and ends the program with an index error; here it counts as not set.
 */
export function launcherArguments(args: readonly string[], environment: SiteEnvironment): Argument[] {
  const variables = Object.entries(OPTION_VARIABLES).flatMap(([variable, option]) => {
    const text = environment.getVariable(variable);
    if (text === undefined || text === "") return [];
    const origin = `the environment (${variable})`;
    return [{ text: `--${option}`, origin }, { text, origin }];
  });
  return [...variables, ...toArguments(args)];
}

/** Site options of a command line whose other options nobody knows yet; one that does not fit is left undefined. */
export function readLauncherOptions(args: readonly string[], environment: SiteEnvironment): SiteOptions {
  return readOptions(SITE_OPTIONS, launcherArguments(args, environment)).values;
}

/** Variables that the `ocs` command reads as well, and what is wrong with a value of theirs. */
const SITE_VARIABLES = [
  { variable: "SITE_HUB", option: "siteHub", check: checkWampUrl },
  { variable: "SITE_HTTP", option: "siteHttp", check: checkHttpUrl },
  { variable: "SITE_HOST", option: "siteHost", check: () => undefined },
] as const;

/**
 * Site options of a command, with what the environment says where they are silent: the same variables send an agent
 * and whoever looks for it to the same router.
 *
 * Peer ocs: clients do not read these variables.
 *
 * @throws {SiteError} If a variable holds no URL.
 */
export function withSiteVariables(
  options: SiteOptions,
  environment: SiteEnvironment = MACHINE,
): SiteOptions {
  const said: { -readonly [K in keyof SiteOptions]: SiteOptions[K] } = {};
  for (const { variable, option, check } of SITE_VARIABLES) {
    const text = environment.getVariable(variable);
    if (options[option] !== undefined || text === undefined || text === "") continue;
    const expected = check(text);
    if (expected !== undefined) {
      throw new SiteError(`Cannot use ${variable} of the environment, "${text}": expected ${expected}`);
    }
    said[option] = text;
  }
  return { ...options, ...said };
}
