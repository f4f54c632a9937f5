/** `ocs demo`: a whole observatory in this process, and a short tour of it. @module */
import { ListenError, Router } from "../../router/mod.ts";
import { ExitCode } from "../../verbs/exit_code.ts";
import { DEMO_AGENTS } from "../demo_site.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { consoleLogger } from "../log_line.ts";
import { type Console, styled } from "../output.ts";
import { DEFAULT_PORT } from "../router_plan.ts";
import { FleetInProcess } from "../up/fleet_in_process.ts";
import type { AgentReports } from "../up/agent_lines.ts";
import { makeDemoFolder } from "./demo_site_file.ts";
import { preparePysmurf } from "./pysmurf_demo.ts";
import { planRecording, withShortFrames } from "./recording.ts";
import { stayUp } from "./stay_up.ts";
import { tour } from "./tour.ts";

/** What `ocs demo` was given. */
export interface DemoCommand {
  /** Ends after the tour instead of staying up. */
  readonly once: boolean;
  /** First port to try; default 8001. */
  readonly port?: number | undefined;
  /** Folder of what is recorded. */
  readonly dataDir: string;
  readonly json: boolean;
}

const REALM = "test_realm";
const ADDRESS_ROOT = "observatory";
/** How many ports are tried, one after the other, before any free one is taken. */
const PORTS_TO_TRY = 20;

/** Brings the demo observatory up, shows it, and keeps it up until Ctrl-C. */
export async function runDemo(command: DemoCommand, console: Console): Promise<ExitCode> {
  using interrupt = listenForInterrupt();
  const { out } = console;
  const say = (text: string) => command.json ? Promise.resolve() : out.print(text);
  const startedMs = performance.now();
  const { router, taken } = await startOnFreePort(command.port ?? DEFAULT_PORT, console);
  await using _router = router;
  if (taken.length > 0) {
    await say(
      `${
        taken.length === 1 ? `Port ${taken[0]} is` : `Ports ${taken.join(", ")} are`
      } taken by other programs; ` +
        `this observatory is on port ${router.port}.`,
    );
  }
  await using demo = await makeDemoFolder();
  const pysmurf = await preparePysmurf(demo.folder);
  const recording = planRecording(command.dataDir);
  const agents = [...withShortFrames(DEMO_AGENTS), ...pysmurf.agents, ...recording.agents];
  const hub = { url: router.url, httpUrl: router.httpUrl, realm: REALM, addressRoot: ADDRESS_ROOT };
  const siteFile = await demo.writeSite(hub, agents);
  const trouble = troubleReports(console);
  await using fleet = new FleetInProcess({ lines: trouble, router, level: "info" });
  await fleet.start(
    agents.map(({ instanceId, agentClass, args }) => ({
      instanceId,
      agentClass,
      ours: true,
      args: ["--site-file", siteFile, "--site-host", "localhost", "--instance-id", instanceId, ...args],
    })),
    interrupt.signal,
  );
  const upSeconds = await fleet.ready;
  if (upSeconds === undefined) return ExitCode.FAILED;
  const seconds = (performance.now() - startedMs) / 1000;
  const width = Math.max(...agents.map(({ instanceId }) => instanceId.length));
  await say([
    `${styled(out.look, "bold", "A demo observatory is up")}, in ${
      seconds.toFixed(1)
    } s and in this one process:`,
    "",
    `  router    ${router.url}`,
    `            ${router.httpUrl}  (HTTP bridge for Python's OCSClient)`,
    `            realm "${REALM}", address root "${ADDRESS_ROOT}"`,
    ...agents.map(({ instanceId, agentClass }, at) =>
      `  ${at === 0 ? "agents  " : "        "}  ${instanceId.padEnd(width)}  ${
        styled(out.look, "dim", agentClass)
      }`
    ),
    `  records   into ${recording.folder}`,
    `            (rm -r ${recording.folder} removes it)`,
    ...(pysmurf.missing === undefined ? [] : ["", pysmurf.missing]),
  ].join("\n"));
  try {
    await tour({
      site: { wampServer: router.url, wampHttp: router.httpUrl, realm: REALM, addressRoot: ADDRESS_ROOT },
      console,
      json: command.json,
      script: pysmurf.script,
      recording,
      signal: interrupt.signal,
    });
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  }
  if (!command.once && !interrupt.signal.aborted) {
    const { signal } = interrupt;
    await stayUp({ hub, folder: demo.folder, script: pysmurf.script, console, json: command.json, signal });
  }
  await fleet.stop();
  await router.stop();
  await say(`\n${styled(out.look, "dim", "The demo observatory is down.")}`);
  return ExitCode.OK;
}

/** Takes the first free port from the one wished for, or any; says which were taken. */
async function startOnFreePort(
  firstPort: number,
  console: Console,
): Promise<{ readonly router: Router; readonly taken: readonly number[] }> {
  const taken: number[] = [];
  const logger = consoleLogger(console.err, { name: "router" });
  const quiet = { ...logger, info() {} };
  for (let port = firstPort; port !== 0 && port < firstPort + PORTS_TO_TRY && port < 65_536; port++) {
    try {
      return { router: await startRouter(port, quiet), taken };
    } catch (error) {
      if (!(error instanceof ListenError) || error.code !== "EADDRINUSE") throw error;
      taken.push(port);
    }
  }
  return { router: await startRouter(0, quiet), taken };
}

function startRouter(port: number, logger: ReturnType<typeof consoleLogger>): Promise<Router> {
  return Router.start({ hostname: "127.0.0.1", port, realm: REALM, addressRoot: ADDRESS_ROOT, logger });
}

/** The demo keeps quiet about what agents log; only the end of one is told. */
function troubleReports(console: Console): AgentReports {
  return {
    line() {},
    ended(name, how) {
      console.err.log(styled(console.err.look, ["bold", "red"], `${name} ended: ${how}`));
    },
  };
}
