// deno-lint-ignore-file no-console -- a program that prints
/**
 * Sets up and tunes every crate that is there, all at the same time, and says which ones failed.
 *
 *     ocs run scripts/examples/tune_all.ts --minimum 2
 *
 * @module
 */
import { parseArgs } from "node:util";
import { ActiveSet, discoverAgents, fanOut, runScript, type Script } from "../../mod.ts";

/** Which crates, and what to do there. */
export interface TuneChoice {
  /** Class of the agents: PysmurfController. */
  readonly agentClass: string;
  /** Tasks in their order: uxm_setup. A crate where one fails is left out of the next. */
  readonly tasks: readonly string[];
  /** Fewer crates than this make the script fail. */
  readonly minimum: number;
  /** How long each task may take, in seconds. */
  readonly timeoutSeconds: number;
}

/** Tunes all crates; gives the ids of those that are tuned. */
export async function tuneAll(script: Script, choice: TuneChoice): Promise<string[]> {
  const { agentClass, tasks, minimum, timeoutSeconds } = choice;
  const ids = await discoverAgents({ agentClass, connect: (id, options) => script.connect(id, options) });
  script.say(`${agentClass}: ${ids.join(", ") || "none"}`);
  const crates = new ActiveSet(await script.connectAll(ids), { minimum });
  for (const task of tasks) {
    script.say(`${task}: started on ${crates.active.map(({ instanceId }) => instanceId).join(", ")}`);
    const outcomes = await fanOut(crates.active.map((crate) => crate.operation(task)), {}, {
      timeoutSeconds,
    });
    for (const { operation, error } of outcomes) {
      script.say(`${operation.agent}.${task}: ${error === undefined ? "ok" : `FAILED: ${error.message}`}`);
    }
    crates.dropFailed(outcomes);
  }
  return crates.active.map(({ instanceId }) => instanceId);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      class: { type: "string", default: "PysmurfController" },
      minimum: { type: "string", default: "1" },
      timeout: { type: "string", default: "1800" },
    },
  });
  const tasks = positionals.length === 0 ? ["uxm_setup"] : positionals;
  const [minimum, timeoutSeconds] = [Number(values.minimum), Number(values.timeout)];
  const choice = { agentClass: values.class, tasks, minimum, timeoutSeconds };
  Deno.exit(
    await runScript(async (script) => console.log("Tuned:", (await tuneAll(script, choice)).join(", "))),
  );
}
