/**
 * Starts, watches and stops the other agents of its host.
 *
 *     deno run -A agents/host_manager.ts --instance-id hm-daq1
 *
 * @module
 */
import { createHash } from "node:crypto";
import { runProgram } from "../internal/run_program.ts";
import { stateFolder } from "../internal/state_folder.ts";
import { type Agent, anything, flag, runAgent } from "../framework/mod.ts";
import { findSiteFile, type SiteOptions } from "../site/mod.ts";
import type { OptionValues } from "../site/option_specs.ts";
import type { RunDocker } from "./host_manager/docker_state.ts";
import { pullImages, removeOrphans } from "./host_manager/docker_tasks.ts";
import { DockerWatch } from "./host_manager/docker_watch.ts";
import {
  DIE_DOC,
  DOCKER_PULL_DOC,
  MANAGER_DOC,
  REMOVE_ORPHANS_DOC,
  UPDATE_DOC,
} from "./host_manager/docs.ts";
import { hasKeptState } from "./host_manager/kept_state.ts";
import { Manager } from "./host_manager/manager.ts";
import { HOST_MANAGER } from "./host_manager/options.ts";

/** Options of the host manager; those of its site file tell where its agents are listed. */
export type HostManagerOptions = OptionValues<typeof HOST_MANAGER.options> & SiteOptions;

/** Docker may have to fetch an image for what it is told to start. */
const ACT_SECONDS = 600;
const END_SECONDS = 1;

/** The host manager. */
export class HostManager implements AsyncDisposable {
  readonly #manager: Manager;
  #cancelEnd: () => void = () => {};

  /**
   * Registers the process `manager` and four tasks.
   *
   * @throws {Error} Where there is no `/proc` to know agents again by.
   */
  constructor(agent: Agent, options: HostManagerOptions) {
    if (Deno.build.os !== "linux") {
      throw new Error(
        `Cannot manage agents on ${Deno.build.os}: they are known again by /proc, which Linux has`,
      );
    }
    const { clock, log } = agent;
    // A manager that loses its router goes on; its agents need it all the same.
    agent.worksWithoutRouter = true;
    const composeFiles = commaList(options.dockerCompose);
    const act = docker(ACT_SECONDS);
    const stateDir = options.stateDir ?? defaultStateDir(agent, options);
    const manager = this.#manager = new Manager(agent, {
      site: options,
      stateDir,
      servicePrefix: options.dockerServicePrefix,
      starts: {
        maxStarting: options.maxStarting,
        startSeconds: options.startSeconds,
        first: commaList(options.startFirst),
      },
      docker: ({ say }) =>
        new DockerWatch({
          composeFiles,
          look: docker(options.dockerTimeout),
          act,
          clock,
          say,
          warn: (text) => log.warn(text),
        }),
    });

    agent.registerProcess(
      "manager",
      {
        doc: MANAGER_DOC,
        blocking: false,
        // What operators have asked for since counts more than how things were to begin.
        startup: options.initialState === undefined || hasKeptState(stateDir)
          ? true
          : { requests: [["all", options.initialState]] },
        params: { reload_config: flag({ default: true }), requests: anything({ default: [] }) },
        // Peer ocs (HostManager._stop_manager).
        stop: (session) => {
          if (session.status === "done") return undefined;
          session.setStatus("stopping");
          manager.stop();
          return [true, "Stop initiated."];
        },
      },
      (session, { reload_config, requests }) =>
        manager.run(session, { reloadConfig: reload_config, requests }),
    );

    agent.registerTask(
      "update",
      {
        doc: UPDATE_DOC,
        blocking: false,
        params: { reload_config: flag({ default: false }), requests: anything({ default: [] }) },
      },
      (session, { reload_config, requests }) =>
        manager.update(session, { reloadConfig: reload_config, requests }),
    );

    agent.registerTask("remove_orphans", { doc: REMOVE_ORPHANS_DOC, blocking: false }, (session) => {
      return removeOrphans(session, { orphans: [...manager.docker.orphans.values()], run: act });
    });

    agent.registerTask("docker_pull", { doc: DOCKER_PULL_DOC, blocking: false }, (session) => {
      return pullImages(session, { composeFiles, run: act });
    });

    agent.registerTask("die", {
      doc: DIE_DOC,
      blocking: false,
      params: { disown_dockers: flag({ default: false }), disown_agents: flag({ default: false }) },
    }, async (session, { disown_dockers, disown_agents }) => {
      if (disown_dockers) manager.disownDockers();
      if (!manager.isRunning) session.addMessage("Manager process is not running.");
      else {
        session.addMessage("Requesting exit of manager process.");
        if (disown_agents) manager.leave();
        else manager.stop();
        session.addMessage(
          await manager.ended(10)
            ? "... manager Process has exited."
            : "... timed-out waiting for manager Process exit!",
        );
      }
      this.#cancelEnd = clock.setTimer(END_SECONDS * 1000, () => void agent.stop());
      return "This HostManager should terminate in about 1 second.";
    });
  }

  /** Leaves no child behind, unless that was asked for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelEnd();
    await this.#manager[Symbol.asyncDispose]();
  }
}

function commaList(text = ""): readonly string[] {
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

/** Docker's own command line client, with a bound. */
function docker(timeoutSeconds: number): RunDocker {
  return (args, signal) => runProgram("docker", args, { timeoutMs: timeoutSeconds * 1000, signal });
}

/** Two managers of one name on one machine differ in their site file. */
function defaultStateDir(agent: Agent, site: SiteOptions): string {
  const found = findSiteFile(site);
  const digest = createHash("sha256").update("path" in found ? found.path : "").digest("hex").slice(0, 8);
  return `${stateFolder()}/host_manager/${encodeURIComponent(agent.address)}-${digest}`;
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(HostManager, HOST_MANAGER, { args });
}

if (import.meta.main) Deno.exit(await main());
