/** The runner of an agent's own program. @module */
import { catchUnhandled } from "../internal/catch_unhandled.ts";
import { onStopSignals } from "../internal/stop_signals.ts";
import { readLogin } from "../client/site_login.ts";
import type { OptionSpecs, OptionValues } from "../site/option_specs.ts";
import { parseAgentArgs } from "../site/parse_agent_args.ts";
import { needSetting } from "../site/resolved_site.ts";
import { agentAddress } from "../ocs/addresses.ts";
import type { AgentConnectOptions } from "./agent_connect_options.ts";
import { type AgentLog, createLog, type LogLevel, type LogSink, parseLogLevel } from "./agent_log.ts";
import { consoleSink, openLogFile, type WriterSink } from "./log_sinks.ts";
import type { AgentClass, AgentProgram } from "./program.ts";
import { errorText } from "./run_outcome.ts";
import { launchAgent, type RunningAgent } from "./start_agent.ts";

/** What a runner takes from the process it runs in. */
export interface RunAgentOptions {
  /** Command line without program name; default that of the process. */
  readonly args?: readonly string[] | undefined;
}

/** Exit codes of an agent's program. */
const EXIT = { OK: 0, FAILED: 1, USAGE: 2, KILLED: 130 } as const;

// What is left of the log at the end gets this long to reach a slow console.
const FLUSH_MS = 500;

/**
 * Runs an agent as the program of this process, from command line to exit code.
 *
 * Site options and the class's own come from the command line, the environment and the site file (OCS 6), the log level
 * from `LOGLEVEL`. The agent tries for ever to reach the router at first; after a loss it gives up after
 * `--crossbar-timeout`. SIGINT, SIGTERM and SIGHUP (a closed terminal) end it within 10 s, at once when nothing runs; a
 * second one ends the process on the spot. With `OCS_STOP_WITH_STDIN=1` in the environment, as `ocs up` sets it, the end of standard input ends the
 * agent like SIGTERM.
 *
 * @returns The exit code, for `Deno.exit`, so that a timer somebody forgot cannot keep the process: 0 for every orderly
 * end, 2 for wrong options, 1 when the agent could not be made.
 *
 * @example An agent file
 * ```ts ignore
 * export const COUNTER = { name: "CounterAgent", options: {} } satisfies AgentProgram;
 * if (import.meta.main) Deno.exit(await runAgent(CounterAgent, COUNTER));
 * ```
 */
export async function runAgent<const S extends OptionSpecs, T extends object>(
  agentClass: AgentClass<S, T>,
  program: AgentProgram<S>,
  { args = Deno.args }: RunAgentOptions = {},
): Promise<number> {
  const sink = consoleSink();
  try {
    return await run(agentClass, program, { args, sinks: [sink] });
  } finally {
    await flushed(sink);
  }
}

async function run<const S extends OptionSpecs, T extends object>(
  agentClass: AgentClass<S, T>,
  program: AgentProgram<S>,
  { args, sinks }: { readonly args: readonly string[]; readonly sinks: LogSink[] },
): Promise<number> {
  let level: LogLevel;
  let settings: AgentSettings<S> | string;
  try {
    // Peer ocs: an empty one is not valid, as compose files write for a variable that nobody has set.
    level = parseLogLevel(Deno.env.get("LOGLEVEL") || "info");
  } catch (error) {
    await writeError(errorText(error));
    return EXIT.FAILED;
  }
  try {
    settings = await readSettings(program, args);
  } catch (error) {
    await writeError(errorText(error));
    return EXIT.USAGE;
  }
  if (typeof settings === "string") {
    await Deno.stdout.write(new TextEncoder().encode(settings));
    return EXIT.OK;
  }
  // An option of that name, which Python's host manager has too, is for programs that run in the background.
  if ("quiet" in settings.options && settings.options.quiet === true) sinks.splice(0);
  const log = createLog({ level, sinks });
  using file = openLogFile(
    { ...settings, address: agentAddress(settings.addressRoot, settings.instanceId) },
    log,
  );
  if (file !== undefined) sinks.push(file);
  if (args.some((arg) => /^(--access-policy=)?override:/.test(arg))) {
    log.warn(
      "The passwords of --access-policy can be seen by everybody on this machine (ps); put it in the site file",
    );
  }
  log.info(`log_file is apparently ${file?.path ?? "None"}`);
  if (settings.entryClass !== undefined && settings.entryClass !== program.name) {
    log.warn(
      `The site file's entry of "${settings.instanceId}" is for the agent-class ${settings.entryClass}; this is ${program.name}, ` +
        "started with its arguments",
    );
  }
  let running: RunningAgent<T>;
  try {
    running = launchAgent(agentClass, { ...settings, agentClass: program.name, log });
  } catch (error) {
    // An author's mistake needs its stack; a port that is taken does not.
    const isMistake = error instanceof TypeError || error instanceof ReferenceError;
    log.critical(`Cannot start ${program.name}: ${isMistake ? stackOf(error) : errorText(error)}`);
    if (!isMistake) log.debug(stackOf(error));
    return EXIT.FAILED;
  }
  // Nobody waits for it here; `ended` tells of an agent that never came to be ready.
  running.ready.catch(() => {});
  using _guard = guardAgainstStrays(log);
  using _signals = onSignals(log, running);
  if (Deno.env.get("OCS_STOP_WITH_STDIN") === "1") void stopWithInput(log, running);
  await running.ended;
  log.info("stopping reactor");
  return EXIT.OK;
}

/** Everything that comes from outside. */
interface AgentSettings<S extends OptionSpecs> {
  readonly connection: AgentConnectOptions;
  readonly addressRoot: string;
  readonly instanceId: string;
  /** The `agent-class` of the site file's entry. */
  readonly entryClass: string | undefined;
  readonly accessPolicy: string | undefined;
  readonly siteFile: string | undefined;
  readonly crossbarTimeoutSeconds: number;
  readonly logDir: string | undefined;
  readonly workingDir: string | undefined;
  readonly options: OptionValues<S>;
}

/** Settings, or the help text when that was asked for. */
async function readSettings<const S extends OptionSpecs>(
  { name, options, summary, accessPolicy }: AgentProgram<S>,
  args: readonly string[],
): Promise<AgentSettings<S> | string> {
  const parsed = await parseAgentArgs({ agentClass: name, options, args, summary });
  if (parsed.help !== undefined) return parsed.help;
  const { site, values } = parsed;
  return {
    connection: {
      url: needSetting(site, "wampServer"),
      realm: needSetting(site, "realm"),
      authentication: await readLogin(site.login),
    },
    addressRoot: needSetting(site, "addressRoot"),
    instanceId: needSetting(site, "instanceId"),
    entryClass: site.instance?.agentClass,
    accessPolicy: accessPolicy ?? site.accessPolicy,
    siteFile: site.sourceFile,
    crossbarTimeoutSeconds: site.crossbarTimeoutSeconds,
    logDir: site.logDir,
    workingDir: site.workingDir,
    options: values,
  };
}

/** Stops the agent on the first signal and the process on the second. */
function onSignals(log: AgentLog, running: RunningAgent): Disposable {
  return onStopSignals((signal) => {
    log.info(`caught ${signal}!`);
    void running.stop();
  }, () => Deno.exit(EXIT.KILLED));
}

/** Stops the agent when its standard input ends: whoever started it holds the other end, and is gone then. */
async function stopWithInput(log: AgentLog, running: RunningAgent): Promise<void> {
  const buffer = new Uint8Array(64);
  try {
    while (await Deno.stdin.read(buffer) !== null);
  } catch {
    // An input that cannot be read has ended as well.
  }
  log.info("standard input has ended: the program that started this agent is gone");
  await running.stop();
}

/** An error that an author's timer or promise let slip is logged, as Twisted does, and the agent lives on. */
function guardAgainstStrays(log: AgentLog): Disposable {
  return catchUnhandled((_what, error) => log.critical(`Unhandled error: ${stackOf(error)}`));
}

function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : errorText(error);
}

async function flushed(sink: WriterSink): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, FLUSH_MS));
  await Promise.race([sink.flush(), late]);
  clearTimeout(timer);
}

async function writeError(text: string): Promise<void> {
  await Deno.stderr.write(new TextEncoder().encode(`${text}\n`));
}
