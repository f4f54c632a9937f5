/** The agent that `ocs init` writes. @module */

/** `FRAMEWORK_MOD` stands for where the framework is imported from. */
export const EXAMPLE_AGENT = `/**
 * An agent of your own: a process that publishes readings, and a task.
 *
 *     deno run -A example_agent.ts --site-file default.yaml
 */
import { type Agent, type AgentProgram, float, runAgent } from "FRAMEWORK_MOD";

/** Options of the command line and of the site file's "arguments". */
export const EXAMPLE = {
  name: "ExampleAgent",
  summary: "Publishes a number now and then.",
  options: {
    "period": { type: "float", default: 1, min: 0.1, help: "Seconds between readings.", placeholder: "SECONDS" },
  },
} as const satisfies AgentProgram;

export class ExampleAgent {
  constructor(agent: Agent, options: { readonly period: number }) {
    let level = 20;
    const feed = agent.registerFeed("readings", { record: true, fields: { level: "float" } });

    agent.registerProcess("acq", {
      doc: "acq()\\n\\n**Process** - Publishes the level until stopped.",
      startup: true,
    }, async (session) => {
      while (!session.signal.aborted) {
        const timestamp = Date.now() / 1000;
        const reading = level + Math.random();
        feed.publish({ blockName: "readings", timestamp, data: { level: reading } });
        session.data = { level: reading, timestamp };
        await session.sleep(options.period);
      }
      return "Acquisition exited cleanly.";
    });

    agent.registerTask("set_level", {
      doc: "set_level(level)\\n\\n**Task** - Sets what the readings are around.",
      params: { level: float({ min: 0, max: 100 }) },
    }, (_session, params) => {
      level = params.level;
      return \`Level is now \${level}\`;
    });
  }
}

/** Runs it; \`ocs agent --agent example_agent.ts\` calls this as well. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(ExampleAgent, EXAMPLE, { args });
}

if (import.meta.main) Deno.exit(await main());
`;
