/** An agent's command line, its entry in the site file and the environment, as one (spec 6.6, 7.1). @module */
import { type Argument, mergeArguments } from "./arguments.ts";
import { MACHINE, type SiteEnvironment } from "./environment.ts";
import { OptionError, SiteError } from "./errors.ts";
import { launcherArguments, OPTION_VARIABLES } from "./launcher_arguments.ts";
import { formatOptionHelp } from "./option_help.ts";
import type { OptionSpecs, OptionValues } from "./option_specs.ts";
import { describeProblem, readOptions } from "./parse_options.ts";
import type { ResolvedSite } from "./resolved_site.ts";
import { resolveSite } from "./resolve_site.ts";
import { SITE_OPTIONS, type SiteOptions } from "./site_options.ts";
import { checkWampUrl } from "./value_checks.ts";

/** What is parsed, for whom. */
export interface ParseAgentArgsOptions<S extends OptionSpecs> {
  /** Looked for in the site file where no instance id is given. */
  readonly agentClass: string;
  /** The agent's own options. */
  readonly options: S;
  /** The command line without program name. */
  readonly args: readonly string[];
  /** One or two sentences for `--help`. */
  readonly summary?: string | undefined;
  /** Default: this machine. */
  readonly environment?: SiteEnvironment | undefined;
}

/** An agent's settings, or the help text that was asked for. */
export type AgentArgs<S extends OptionSpecs> =
  | { readonly help: string }
  | { readonly help?: undefined; readonly site: ResolvedSite; readonly values: OptionValues<S> };

/**
 * Parses what an agent is started with.
 *
 * The command line wins over the environment, both over the entry's `arguments`, these over host and hub.
 * `--help` anywhere gives the help text and nothing else is looked at.
 *
 * @throws {OptionError} If options do not fit; lists every problem, those of the site file with their place. Also for a
 * router address that is no WebSocket URL.
 * @throws {SiteError} If site file, host or instance are not found.
 */
export async function parseAgentArgs<S extends OptionSpecs>(
  { agentClass, options, args, summary, environment = MACHINE }: ParseAgentArgsOptions<S>,
): Promise<AgentArgs<S>> {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(SITE_OPTIONS, name)) {
      throw new TypeError(
        `Cannot declare option "${name}" of ${agentClass}: every agent has one of that name`,
      );
    }
  }
  if (args.includes("-h") || args.includes("--help")) {
    return { help: agentHelp({ agentClass, options, summary }) };
  }
  const commandLine = launcherArguments(args, environment);
  const known: OptionSpecs = { ...options, ...SITE_OPTIONS };
  const early = readOptions(known, commandLine);
  // Safe: `known` holds SITE_OPTIONS, whose values the reader makes; a wrong one is left undefined.
  const siteOptions = early.values as SiteOptions;
  let found: ResolvedSite;
  try {
    found = await resolveSite(siteOptions, { match: "agent", agentClass, environment });
  } catch (error) {
    // A misspelt --site-file is the likelier cause of "no site file": tell both.
    const wrong = early.problems.filter(({ argument }) => argument !== undefined);
    if (wrong.length === 0 || !(error instanceof SiteError)) throw error;
    throw new OptionError([...wrong.map(describeProblem), error.message], { cause: error });
  }
  const { merged } = mergeArguments(found.instance?.arguments ?? [], commandLine);
  const { values, problems } = readOptions(known, merged);
  if (problems.length > 0) {
    throw new OptionError([...problems.map(describeProblem), `Try --help for the options of ${agentClass}`]);
  }
  // Safe: `known` is made of SITE_OPTIONS and `options`, and the reader has found nothing wrong.
  const all = values as OptionValues<S> & SiteOptions;
  const site = layOver(found, all);
  checkRouter(site, merged);
  return { site, values: all };
}

/**
 * Refuses a router address that can never be reached: an agent would try for ever.
 *
 * @throws {OptionError} Says where the address is from.
 */
function checkRouter({ wampServer, sourceFile }: ResolvedSite, elements: readonly Argument[]): void {
  const expected = wampServer === undefined ? undefined : checkWampUrl(wampServer);
  if (wampServer === undefined || expected === undefined) return;
  const at = elements.findLast(({ text }) => text === wampServer || text === `--site-hub=${wampServer}`);
  const where = at === undefined
    ? `"wamp_server" of "${sourceFile}"`
    : `${at.origin ?? "the command line"}: --site-hub`;
  throw new OptionError([`${where} is ${JSON.stringify(wampServer)}: expected ${expected}`]);
}

/** Options of the merged command line over what the file gave; arguments of the entry may hold site options too. */
function layOver(found: ResolvedSite, options: SiteOptions): ResolvedSite {
  return {
    ...found,
    wampServer: options.siteHub ?? found.wampServer,
    wampHttp: options.siteHttp ?? found.wampHttp,
    realm: options.siteRealm ?? found.realm,
    addressRoot: options.addressRoot ?? found.addressRoot,
    accessPolicy: options.accessPolicy ?? found.accessPolicy,
    instanceId: options.instanceId ?? found.instanceId,
    logDir: options.logDir ?? found.logDir,
    workingDir: options.workingDir ?? found.workingDir,
    crossbarTimeoutSeconds: options.crossbarTimeout ?? found.crossbarTimeoutSeconds,
  };
}

/** Writes the help text of an agent: its own options first, then those of every agent. */
function agentHelp(
  { agentClass, options, summary }: {
    readonly agentClass: string;
    readonly options: OptionSpecs;
    readonly summary?: string | undefined;
  },
): string {
  const groups = formatOptionHelp([
    { title: `Options of ${agentClass}`, specs: options },
    { title: "Options of every agent", specs: SITE_OPTIONS },
  ]);
  const variables = Object.entries(OPTION_VARIABLES).map(([variable, option]) => `${variable} (--${option})`);
  return `Usage: ${agentClass} [OPTION]...\n\n${summary === undefined ? "" : `${summary}\n\n`}${groups}\n` +
    `Environment: OCS_CONFIG_DIR (folder of default.yaml), LOGLEVEL,\n${variables.join(", ")}.\n`;
}
