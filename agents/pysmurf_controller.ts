/**
 * Runs pysmurf scripts for one SMuRF slot, and shows what they publish while they run.
 *
 *     deno run -A agents/pysmurf_controller.ts --instance-id pysmurf-controller --monitor-id pysmurf-monitor
 *
 * @module
 */
import { type Agent, anything, list, ParamError, runAgent, text, TimeoutLock } from "../framework/mod.ts";
import { agentAddress, feedTopic } from "../ocs/addresses.ts";
import { pyStr } from "../ocs/python_text.ts";
import type { ControllerParts } from "./pysmurf_controller/controller_parts.ts";
import { CurrentSession } from "./pysmurf_controller/current_session.ts";
import { ABORT_DOC, RUN_DOC, TUNE_SQUIDS_DOC } from "./pysmurf_controller/docs.ts";
import { registerFunctions } from "./pysmurf_controller/functions/register_functions.ts";
import { PYSMURF_CONTROLLER, type PysmurfControllerOptions } from "./pysmurf_controller/options.ts";
import { relayMessage } from "./pysmurf_controller/relay.ts";
import { ScriptRunner } from "./pysmurf_controller/script_runner.ts";

/** Parameters that `run` and `tune_squids` have in common. */
const OUTPUT_PARAMS = {
  args: list({ default: [], kinds: "keep" }),
  log: anything({
    default: true,
    check: (value) => {
      if (typeof value === "boolean" || typeof value === "string") return true;
      throw new ParamError(`Param 'log'=${pyStr(value)} is neither True nor False nor a path`);
    },
  }),
};

/** The pysmurf controller. */
export class PysmurfController implements AsyncDisposable {
  readonly #runner: ScriptRunner;
  readonly #functions: AsyncDisposable;

  /** Registers the tasks `run`, `abort` and `tune_squids` and the operations on the card, and listens to the monitor. */
  constructor(agent: Agent, options: PysmurfControllerOptions) {
    const { monitorId, slot, publisherId, tuneScript } = options;
    const parts: ControllerParts = {
      agent,
      options,
      lock: new TimeoutLock({ clock: agent.clock }),
      current: new CurrentSession(),
      childEnvironment: () => ({
        ...Deno.env.toObject(),
        // Peer socs (smurf B7): the slot reaches only what runs inside the agent.
        ...(slot === undefined ? {} : { SLOT: String(slot) }),
      }),
    };
    const runner = this.#runner = new ScriptRunner(parts);

    agent.registerTask("run", {
      doc: RUN_DOC,
      abortable: true,
      blocking: false,
      // Peer socs: nothing is declared, so whatever else is sent is let through.
      strays: "drop",
      params: { script: text({ check: (script) => script !== "" }), ...OUTPUT_PARAMS },
    }, (session, { script, args, log }) => runner.run(session, { script, args, log: logMode(log) }));

    agent.registerTask("abort", { doc: ABORT_DOC, blocking: false }, () => runner.abort());

    agent.registerTask("tune_squids", {
      doc: TUNE_SQUIDS_DOC,
      abortable: true,
      blocking: false,
      strays: "drop",
      params: OUTPUT_PARAMS,
    }, (session, { args, log }) => runner.run(session, { script: tuneScript, args, log: logMode(log) }));

    this.#functions = registerFunctions(parts);

    if (monitorId !== undefined) {
      const topic = feedTopic(agentAddress(agent.addressRoot, monitorId), "pysmurf_session_data");
      const relay = {
        current: parts.current,
        ownId: () => Deno.env.get("SMURFPUB_ID"),
        otherIds: publisherId,
        log: agent.log,
      };
      agent.subscribe(topic, ({ args }) => relayMessage(args, relay), { floats: "keep" });
    }
  }

  /** Kills scripts and helpers that are still there when the agent ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#runner[Symbol.asyncDispose](), this.#functions[Symbol.asyncDispose]()]);
  }
}

/** What the check of the parameter has let through. */
function logMode(log: unknown): boolean | string {
  return typeof log === "string" ? log : log === true;
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(PysmurfController, PYSMURF_CONTROLLER, { args });
}

if (import.meta.main) Deno.exit(await main());
