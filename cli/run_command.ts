/** From a command that was understood to the module that carries it out. @module */
import { withSiteVariables } from "../site/launcher_arguments.ts";
import type { SiteOptions } from "../site/mod.ts";
import type { SiteFlags } from "../verbs/common_options.ts";
import type { Command } from "./command_line.ts";
import type { ExitCode } from "../verbs/exit_code.ts";
import type { Console } from "./output.ts";

/** Carries out a command; loads what it needs and nothing else. */
export async function runCommand(command: Command, console: Console): Promise<ExitCode | number> {
  switch (command.command) {
    case "router": {
      const { runRouter } = await import("./run_router.ts");
      return await runRouter(command, { site: siteOptions(command), console });
    }
    case "up": {
      const { runUp } = await import("./up/run_up.ts");
      return await runUp(command, { site: siteOptions(command), console });
    }
    case "demo": {
      const { runDemo } = await import("./demo/run_demo.ts");
      return await runDemo(command, console);
    }
    case "repl": {
      const { runReplCommand } = await import("./run_repl.ts");
      return await runReplCommand(command, { site: siteOptions(command), console });
    }
    case "run": {
      const { runScriptCommand } = await import("./run_script.ts");
      return await runScriptCommand(command, { site: siteOptions(command), console });
    }
    case "config check": {
      const { runConfigCheck } = await import("./run_config.ts");
      return await runConfigCheck(command, { site: siteOptions(command), console });
    }
    case "config show": {
      const { runConfigShow } = await import("./run_config.ts");
      return await runConfigShow(command, { site: siteOptions(command), console });
    }
    case "crossbar-config": {
      const { runCrossbarConfig } = await import("./deploy/run_crossbar_config.ts");
      return await runCrossbarConfig(command, { site: siteOptions(command), console });
    }
    case "systemd": {
      const { runSystemd } = await import("./deploy/run_systemd.ts");
      return await runSystemd(command, { site: siteOptions(command), console });
    }
    case "client shell":
    case "client scan":
    case "client listen":
    case "client status":
    case "client up":
    case "client down": {
      const { runClient } = await import("./client/run_client.ts");
      return await runClient(command, { site: siteOptions(command), console });
    }
    case "grafana": {
      const { runGrafana } = await import("./deploy/run_grafana.ts");
      return await runGrafana(command, { site: siteOptions(command), console });
    }
    case "init": {
      const { runInit } = await import("./run_init.ts");
      return await runInit(command, console);
    }
    case "version": {
      const { runVersion } = await import("./run_version.ts");
      return await runVersion(command, console);
    }
    case "agent": {
      // main.ts takes these words before the parser does, but for --help; the parser has them for help and completions.
      const { runAgentCommand } = await import("./run_agent_command.ts");
      return await runAgentCommand(command.agentClass === undefined ? [] : [command.agentClass], console);
    }
    default: {
      const { runVerbCommand } = await import("./run_verb.ts");
      return await runVerbCommand(command, { site: siteOptions(command), console });
    }
  }
}

/** The site options of a command, or of the environment where it has none, in the form that `site/` takes. */
export function siteOptions(flags: SiteFlags): SiteOptions {
  const { site, siteFile, siteHost, siteHub, siteHttp, siteRealm, addressRoot } = flags;
  return withSiteVariables({ site, siteFile, siteHost, siteHub, siteHttp, siteRealm, addressRoot });
}
