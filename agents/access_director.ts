/**
 * Tells all agents which password gives which rights, and lends some of them exclusively for a time.
 *
 *     deno run -A agents/access_director.ts --instance-id access-director --config-file access.yaml
 *
 * @module
 */
import { printable } from "../internal/limited_log.ts";
import { pyStr } from "../ocs/python_text.ts";
import { type Agent, runAgent, type Session, type WampInvocation } from "../framework/mod.ts";
import { bindArguments } from "../framework/bind_arguments.ts";
import { callerText } from "../framework/refusals.ts";
import { accessConfigPath } from "../site/read_access_config.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { Announcements } from "./access_director/announcements.ts";
import { readConfigFile } from "./access_director/config_file.ts";
import { MANAGER_DOC, RELOAD_CONFIG_DOC } from "./access_director/docs.ts";
import {
  type EncodedGrant,
  ExclusiveGrants,
  type ExclusiveReply,
} from "./access_director/exclusive_grants.ts";
import { ACCESS_DIRECTOR } from "./access_director/options.ts";

/** Options of the Access Director. */
export type AccessDirectorOptions = OptionValues<typeof ACCESS_DIRECTOR.options>;

/** All agents are told all rules again after so many seconds. */
const RESET_MS = 60_000;

/** The Access Director. */
export class AccessDirector {
  readonly #agent: Agent;
  readonly #announcements = new Announcements();
  readonly #grants: ExclusiveGrants;
  #refused = 0;

  /**
   * Reads the configuration, and registers the feed `controls`, two operations and two procedures.
   *
   * @throws {Error} If the configuration cannot be used; lists what is wrong with it.
   */
  constructor(agent: Agent, options: AccessDirectorOptions) {
    this.#agent = agent;
    const { log, clock } = agent;
    const path = accessConfigPath(options.configFile, agent.siteFile);
    let config = readConfigFile(path, log);
    this.#announcements.changed();
    const announcements = this.#announcements;
    this.#grants = new ExclusiveGrants({
      config: () => config,
      now: () => clock.now(),
      changed: () => {
        announcements.changed();
        return announcements.step;
      },
      step: () => announcements.step,
    });
    const controls = agent.registerFeed("controls");

    // Ours come back with every reconnect, and before `manager` runs: requests wait for it.
    agent.registerProcedure(`${agent.address}.agent_poll`, (call) => this.#poll(call));
    agent.registerProcedure(`${agent.address}.request_exclusive`, (call) => this.#requestExclusive(call), {
      floats: "keep",
    });

    agent.registerProcess("manager", {
      doc: MANAGER_DOC,
      blocking: false,
      startup: true,
      params: {},
      stop: (session) => {
        if (session.status === "stopping" || session.status === "done") {
          return [false, "Already done/stopping."];
        }
        session.setStatus("stopping");
        session.abort();
        return [true, "Stop initiated."];
      },
    }, async (session: Session<{ grants?: readonly EncodedGrant[] }>) => {
      let lastResetMs = -Infinity;
      while (!session.signal.aborted) {
        // Once more after a stop, so that nobody's request is left for the next start.
        await session.sleep(1);
        for (const name of this.#grants.expire()) log.info(`Grant expiring: ${name}`);
        session.data.grants = this.#grants.active;
        for (const message of announcements.take([...config.rules, ...this.#grants.rules()])) {
          if ("reset" in message) lastResetMs = clock.monotonicMs();
          controls.publish(message);
        }
        if (clock.monotonicMs() - lastResetMs > RESET_MS) announcements.again();
      }
      return "Exited.";
    });

    agent.registerTask("reload_config", { doc: RELOAD_CONFIG_DOC, blocking: false, params: {} }, () => {
      config = readConfigFile(path, log);
      announcements.changed();
      log.info(
        `Configuration read again from "${path}": ${config.rules.length} rules (step ${announcements.step})`,
      );
      return "Update requested.";
    });
  }

  /** An agent asks for its rules, on joining. */
  #poll({ args, kwargs }: WampInvocation): boolean {
    const { log } = this.#agent;
    const { instance_id: instanceId, agent_class: agentClass } = bindArguments(
      { name: "AccessDirector.agent_poll", required: ["instance_id", "agent_class"], optional: [] },
      args,
      kwargs,
    );
    log.info(printable(`agent-poll received from ${pyStr(agentClass)}:${pyStr(instanceId)}`));
    // Peer ocs takes names with "," and "!" as well, and its manager crashes on them.
    if (
      typeof instanceId !== "string" || typeof agentClass !== "string" || /[,!]/.test(instanceId + agentClass)
    ) {
      log.error('Failed validation: expected instance_id and agent_class as texts without "," and "!"');
      return false;
    }
    this.#announcements.ask({ instanceId, agentClass });
    return true;
  }

  /** Somebody wants a grant, or gives it back. */
  #requestExclusive(call: WampInvocation): ExclusiveReply {
    const request = bindArguments(
      {
        name: "AccessDirector.request_exclusive",
        required: [],
        optional: ["grant_name", "password", "action", "expire_at", "grantee", "strict"],
      },
      call.args,
      call.kwargs,
    );
    const before = this.#grants.active.find(({ name }) => name === request.grant_name);
    const reply = this.#grants.request(request);
    this.#tell(reply, {
      action: request.action,
      grantee: request.grantee,
      before,
      who: callerText({ session: call.caller, authId: call.callerAuthId, authRole: call.callerAuthRole }),
    });
    return reply;
  }

  /** The log tells who got what, and who did not; never a password. */
  #tell(
    reply: ExclusiveReply,
    { action, grantee, before, who }: {
      readonly action: unknown;
      readonly grantee: unknown;
      readonly before: EncodedGrant | undefined;
      readonly who: string;
    },
  ): void {
    const { log } = this.#agent;
    const by = printable(`grantee ${pyStr(grantee ?? null)}${who === "" ? "" : `, ${who}`}`);
    if (reply === null) {
      log.warn(printable(`Exclusive access: no action "${pyStr(action ?? null)}" (${by})`));
    } else if ("error" in reply) {
      this.#refused++;
      log.warn(
        printable(
          `Exclusive access refused: ${pyStr(reply["error"])} (${by}; ${this.#refused} refused so far)`,
        ),
      );
    } else if (action === "acquire") {
      if (before !== undefined) {
        log.warn(`Exclusive access taken from ${before.grantee ?? "None"}: ${before.name}`);
      }
      log.info(`Exclusive access granted: ${pyStr(reply["grant_name"])} (${by})`);
    } else if (action === "release" && before !== undefined) {
      log.info(`Exclusive access relinquished: ${before.name} (${by})`);
    } else if (action === "renew") {
      log.info(`Exclusive access renewed: ${pyStr(reply["grant_name"])} (${by})`);
    }
  }
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(AccessDirector, ACCESS_DIRECTOR, { args });
}

if (import.meta.main) Deno.exit(await main());
