/** `ocs up`: the router and every agent of this host, in the foreground. @module */
import { AGENT_TABLE } from "../../agents/table.ts";
import { type LogLevel, parseLogLevel } from "../../framework/agent_log.ts";
import { listPlugins } from "../../framework/list_plugins.ts";
import { readLogin } from "../../client/mod.ts";
import { ListenError, type Router } from "../../router/mod.ts";
import { findPlugins, type SiteOptions } from "../../site/mod.ts";
import { toError } from "../../internal/to_error.ts";
import { ExitCode } from "../../verbs/exit_code.ts";
import { UsageError } from "../explain_error.ts";
import { listenForInterrupt, untilAborted } from "../interrupt.ts";
import { consoleLogger } from "../log_line.ts";
import { type Console, styled } from "../output.ts";
import { planRouter, type RouterChoice, type RouterPlan } from "../router_plan.ts";
import { startRouter } from "../run_router.ts";
import { agentAddress } from "../../ocs/addresses.ts";
import { untilAnswering } from "./answering.ts";
import { AgentLines } from "./agent_lines.ts";
import { type Fleet, FleetFailure } from "./fleet.ts";
import { CROSSBAR_NAME, SiteCrossbar } from "./site_crossbar.ts";
import { planUp, type UpPlan } from "./up_plan.ts";

/** What `ocs up` was given. */
export interface UpCommand extends RouterChoice {
  /** All our agents in this process instead of one process each. */
  readonly together: boolean;
  /** A router runs elsewhere. */
  readonly noRouter: boolean;
  /** Only these, when there are any. */
  readonly instanceIds: readonly string[];
  readonly verbose: boolean;
  readonly json: boolean;
}

/**
 * Runs router (ours, or crossbar where the host's block of the site file has it) and agents until Ctrl-C or SIGTERM, then
 * stops the agents, then the router; a second Ctrl-C ends all at once.
 *
 * Ends by itself, with failure, when no agent is left. One agent's end is told and leaves the others alone.
 */
export async function runUp(
  command: UpCommand,
  { site, console }: { readonly site: SiteOptions; readonly console: Console },
): Promise<ExitCode> {
  using interrupt = listenForInterrupt();
  const level = logLevel(command);
  const routerPlan = await planRouter(site, command);
  // Everything that can be wrong is found before anything is started.
  const { agents: plugins, problems } = await listPlugins(await findPlugins(site), {
    taken: new Set(Object.keys(AGENT_TABLE)),
    signal: interrupt.signal,
  });
  const choice = { instanceIds: command.instanceIds, router: routerPlan, plugins };
  const check = await planUp(site, choice);
  // --port or --bind say that our router is wanted all the same.
  const asked = command.port !== undefined || command.bind !== undefined;
  const crossbarProgram = command.noRouter || asked ? undefined : check.crossbar;
  // A router of another host is not started a second time here.
  const isElsewhere = !routerPlan.isThisHost && !asked;
  const noRouter = command.noRouter || isElsewhere || crossbarProgram !== undefined;
  if (noRouter) {
    refuseRouterOptions(command, routerPlan, crossbarProgram === undefined ? "elsewhere" : "as crossbar");
  }
  const moved = !noRouter && command.port !== undefined;
  if (check.agents.length === 0) throw new FleetFailure(`Cannot start any agent: ${nothingToDo(check)}`);
  await using router = noRouter ? undefined : await openRouter(routerPlan, console, command);
  const hubUrl = moved ? router?.url : undefined;
  const plan = hubUrl === undefined ? check : await planUp(site, { ...choice, hubUrl });
  const names = plan.agents.map(({ instanceId }) => instanceId);
  const lines = new AgentLines(console, {
    json: command.json,
    names: crossbarProgram === undefined ? names : [CROSSBAR_NAME, ...names],
  });
  const { url: siteUrl, realm } = routerPlan;
  const where = crossbarProgram === undefined ? routerText(router, routerPlan) : `Crossbar, ${siteUrl}`;
  lines.tell("start", `${where}, realm "${realm}"; ${countOf(names)} of ${plan.source}`, {
    url: crossbarProgram === undefined ? router?.url : siteUrl,
    metricsUrl: router?.metricsUrl,
    webUrl: router?.webUrl,
    agents: names,
  });
  for (const { origin, text } of problems) lines.tell("plugin", `${origin}: ${text}`, { origin, text });
  for (const { instanceId, why } of plan.skipped) {
    lines.tell("skip", `Skipped ${instanceId}: ${why}`, { instanceId, why });
  }

  const { signal } = interrupt;
  await using crossbar = crossbarProgram === undefined
    ? undefined
    : await SiteCrossbar.start(crossbarProgram, {
      lines,
      url: siteUrl,
      realm,
      authentication: await readLogin(routerPlan.login),
      signal,
      verbose: command.verbose,
    });
  if (signal.aborted) return ExitCode.OK;
  await using fleet = await openFleet(command, { plan, lines, router, routerPlan, level });
  interrupt.onSecond(() => {
    fleet.killNow();
    crossbar?.killNow();
  });
  const logger = consoleLogger(console.err, { name: "ocs up" });
  await fleet.start(plan.agents, signal);
  const stopped = untilAborted(signal).then(() => true);
  void fleet.ready.then((seconds) => {
    if (seconds === undefined || signal.aborted) return;
    const mark = styled(console.out.look, ["bold", "green"], "up");
    lines.tell(
      "up",
      `${plan.agents.length === 1 ? "The agent is" : `All ${plan.agents.length} agents are`} ${mark} after ` +
        `${seconds.toFixed(1)} s. Ctrl-C stops ${plan.agents.length === 1 ? "it" : "them"}.`,
      { seconds },
    );
  });
  if (!await Promise.race([stopped, fleet.allEnded.then(() => false)])) {
    logger.error("no agent is left");
    return ExitCode.FAILED;
  }
  lines.tell("stop", "Stopping all agents, then the router; Ctrl-C again ends them at once", {});
  await fleet.stop();
  await crossbar?.stop();
  await router?.stop();
  lines.tell("stopped", "All has stopped", {});
  return ExitCode.OK;
}

/** What only a router that is started here can do. */
function refuseRouterOptions({ metrics }: UpCommand, { url, web, tls }: RouterPlan, where: string): void {
  const runs = `the router runs ${where}, at ${url}`;
  if (metrics) {
    throw new FleetFailure(`Cannot serve metrics: ${runs}; expected --metrics where it is started`);
  }
  if (web !== undefined) {
    throw new FleetFailure(
      `Cannot serve web page "${web.folder}": ${runs}; expected --web where it is started`,
    );
  }
  if (tls !== undefined) {
    throw new FleetFailure(
      `Cannot serve certificate "${tls.certificateFile}": ${runs}; expected --tls-cert where it is started`,
    );
  }
}

async function openRouter(plan: RouterPlan, console: Console, { verbose }: UpCommand): Promise<Router> {
  try {
    return await startRouter(plan, console, verbose);
  } catch (error) {
    if (!(error instanceof ListenError) || error.code !== "EADDRINUSE") throw error;
    throw new FleetFailure(
      `${error.message}; if a router runs there already, leave it to it with --no-router, ` +
        "otherwise choose another port with --port",
      { cause: error },
    );
  }
}

async function openFleet(
  { together }: UpCommand,
  parts: {
    readonly plan: UpPlan;
    readonly lines: AgentLines;
    readonly router: Router | undefined;
    readonly routerPlan: RouterPlan;
    readonly level: LogLevel;
  },
): Promise<Fleet> {
  if (together) {
    const { FleetInProcess } = await import("./fleet_in_process.ts");
    return new FleetInProcess(parts);
  }
  const { FleetOfChildren } = await import("./fleet_of_children.ts");
  const { lines, router, routerPlan } = parts;
  const authentication = router === undefined ? await readLogin(routerPlan.login) : undefined;
  return new FleetOfChildren({
    lines,
    untilAnswering: (instanceIds, signal) =>
      untilAnswering({
        addresses: instanceIds.map((instanceId) => agentAddress(routerPlan.addressRoot, instanceId)),
        url: router?.url ?? routerPlan.url,
        realm: routerPlan.realm,
        authentication,
        openTransport: router === undefined ? undefined : () => Promise.resolve(router.connectInProcess()),
        signal,
        onLate: (addresses) => lines.tell("late", `No answer yet of ${addresses.join(", ")}`, { addresses }),
      }),
  });
}

function routerText(router: Router | undefined, { url }: RouterPlan): string {
  if (router === undefined) return `Router elsewhere, ${url}`;
  const { metricsUrl, webUrl } = router;
  return `Router ${router.url}` +
    (metricsUrl === undefined ? "" : `, metrics at ${metricsUrl}`) +
    (webUrl === undefined ? "" : `, web page at ${webUrl}`);
}

/** What agents are to write; their own programs read `LOGLEVEL` themselves, and each would fail on a wrong one. */
function logLevel({ verbose }: UpCommand): LogLevel {
  try {
    const level = parseLogLevel(Deno.env.get("LOGLEVEL") || "info");
    return verbose ? "debug" : level;
  } catch (cause) {
    throw new UsageError(toError(cause).message, { cause });
  }
}

function countOf({ length }: readonly unknown[]): string {
  return `${length} agent${length === 1 ? "" : "s"}`;
}

function nothingToDo({ source, skipped }: UpPlan): string {
  if (skipped.length === 0) return `${source} lists none`;
  return `${source} lists only ${
    skipped.map(({ instanceId, why }) => `${instanceId} (${why})`).join(", ")
  }; ` +
    "name one with --instance-id to start it all the same";
}
