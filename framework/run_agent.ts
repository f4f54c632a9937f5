/** The runner of an agent's own program. @module */
import { formatOptionHelp } from "../site/option_help.ts";
import type { OptionSpecs } from "../site/option_specs.ts";
import { SITE_OPTIONS } from "../site/site_options.ts";
import { agentAddress } from "../ocs/addresses.ts";
import { agentSettings } from "./_agent_settings.ts";
import { type AgentLog, createLog, type LogLevel, type LogSink, parseLogLevel } from "./agent_log.ts";
import { consoleSink, openLogFile, type WriterSink } from "./log_sinks.ts";
import type { AgentClass, AgentProgram } from "./program.ts";
import { errorText } from "./run_outcome.ts";
import { launchAgent, type RunningAgent } from "./start_agent.ts";

/** What a runner takes from the process it runs in. */
export interface RunAgentOptions {
  /** Command line without program name; default that of the process. */
  readonly args?: readonly string[] | undefined;
  /** Called at the very end; default ends the process. */
  readonly exit?: ((code: number) => void) | undefined;
}

/** Exit codes of an agent's program. */
const EXIT = { OK: 0, FAILED: 1, USAGE: 2, KILLED: 130 } as const;

// What is left of the log at the end gets this long to reach a slow console.
const FLUSH_MS = 500;

/**
 * Runs an agent as the program of this process, from command line to exit code.
 *
 * Site options and the class's own come from the command line and the site file (OCS 6), the log level from `LOGLEVEL`.
 * The agent tries for ever to reach the router at first; after a loss it gives up after `--crossbar-timeout`. SIGINT and
 * SIGTERM end it within 10 s, at once when nothing runs; a second one ends the process on the spot. Exit code 0 for every
 * orderly end, 2 for wrong options, 1 when the agent could not be made.
 *
 * @example An agent file
 * ```ts ignore
 * export const program = { name: "CounterAgent", options: {} } satisfies AgentProgram;
 * if (import.meta.main) await runAgent(CounterAgent, program);
 * ```
 */
export async function runAgent<const S extends OptionSpecs, T extends object>(
  agentClass: AgentClass<S, T>,
  program: AgentProgram<S>,
  { args = Deno.args, exit = Deno.exit }: RunAgentOptions = {},
): Promise<void> {
  const sink = consoleSink();
  const sinks: LogSink[] = [sink];
  let code: number = EXIT.FAILED;
  try {
    if (args.some((arg) => arg === "-h" || arg === "--help")) {
      await writeOut(helpText(program));
      code = EXIT.OK;
    } else {
      code = await run(agentClass, program, { args, sinks });
    }
  } finally {
    await flushed(sink);
    exit(code);
  }
}

async function run<const S extends OptionSpecs, T extends object>(
  agentClass: AgentClass<S, T>,
  program: AgentProgram<S>,
  { args, sinks }: { readonly args: readonly string[]; readonly sinks: LogSink[] },
): Promise<number> {
  let level: LogLevel;
  let settings: Awaited<ReturnType<typeof agentSettings<S>>>;
  try {
    level = parseLogLevel(Deno.env.get("LOGLEVEL") ?? "info");
  } catch (error) {
    await writeError(errorText(error));
    return EXIT.FAILED;
  }
  try {
    settings = await agentSettings(program.options, args);
  } catch (error) {
    await writeError(errorText(error));
    return EXIT.USAGE;
  }
  const log = createLog({ level, sinks });
  const address = agentAddress(settings.addressRoot, settings.instanceId);
  const file = openLogFile({ logDir: settings.logDir, workingDir: settings.workingDir, address }, log);
  if (file !== undefined) sinks.push(file);
  log.info(`log_file is apparently ${file?.path ?? "None"}`);
  let running: RunningAgent<T>;
  try {
    running = launchAgent(agentClass, {
      ...settings,
      agentClass: program.name,
      connection: { url: settings.url, realm: settings.realm },
      log,
    });
  } catch (error) {
    log.critical(`Cannot start ${program.name}: ${errorText(error)}`);
    return EXIT.FAILED;
  }
  // Nobody waits for it here; `ended` tells of an agent that never came to be ready.
  running.ready.catch(() => {});
  using _guard = guardAgainstStrays(log);
  using _signals = onSignals(log, running);
  await running.ended;
  log.info("stopping reactor");
  return EXIT.OK;
}

/** Stops the agent on the first signal and the process on the second. */
function onSignals(log: AgentLog, running: RunningAgent): Disposable {
  let caught = false;
  const on = (signal: Deno.Signal) => () => {
    if (caught) Deno.exit(EXIT.KILLED);
    caught = true;
    log.info(`caught ${signal}!`);
    void running.stop();
  };
  const handlers = (["SIGINT", "SIGTERM"] as const).map((signal) => [signal, on(signal)] as const);
  for (const [signal, handler] of handlers) Deno.addSignalListener(signal, handler);
  return {
    [Symbol.dispose]() {
      for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}

/** An error that an author's timer or promise let slip is logged, as Twisted does, and the agent lives on. */
function guardAgainstStrays(log: AgentLog): Disposable {
  const onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    log.critical(`Unhandled error: ${stackOf(event.reason)}`);
  };
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    log.critical(`Unhandled error: ${stackOf(event.error)}`);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  return {
    [Symbol.dispose]() {
      globalThis.removeEventListener("unhandledrejection", onRejection);
      globalThis.removeEventListener("error", onError);
    },
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : errorText(error);
}

function helpText({ name, summary, options }: AgentProgram): string {
  const groups = [{ title: "Agent Options", specs: options }, {
    title: "Site Config Options",
    specs: SITE_OPTIONS,
  }];
  return `${name}${summary === undefined ? "" : `: ${summary}`}\n\n${formatOptionHelp(groups)}`;
}

async function flushed(sink: WriterSink): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, FLUSH_MS));
  await Promise.race([sink.flush(), late]);
  clearTimeout(timer);
}

async function writeOut(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(text));
}

async function writeError(text: string): Promise<void> {
  await Deno.stderr.write(new TextEncoder().encode(`${text}\n`));
}
