import { type Agent, type AgentProgram, runAgent } from "../../../../framework/mod.ts";
import type { OptionValues } from "../../../../site/option_specs.ts";

const PROGRAM = {
  name: "ProgramAgent",
  summary: "Counts, and breaks where it is told to.",
  options: {
    "break": {
      type: "string",
      choices: ["nothing", "constructor", "stray"],
      default: "nothing",
      help: "What fails.",
    },
  },
} as const satisfies AgentProgram;

class ProgramAgent {
  constructor(agent: Agent, options: OptionValues<typeof PROGRAM.options>) {
    if (options.break === "constructor") throw new Error("no such port");
    agent.registerProcess("count", { startup: true }, async (session) => {
      if (options.break === "stray") setTimeout(() => Promise.reject(new Error("lost promise")), 0);
      while (!session.signal.aborted) await session.sleep(0.05);
      return "stopped counting";
    });
    agent.registerProcess("deaf", {}, () => new Promise(() => {}));
  }
}

if (import.meta.main) Deno.exit(await runAgent(ProgramAgent, PROGRAM));
