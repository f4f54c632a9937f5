/**
 * One list of agents in a program of its own: what is in it as one line of JSON, or one of its agents.
 *
 *     deno run -A framework/plugin_program.ts list MODULE
 *     deno run -A framework/plugin_program.ts run MODULE CLASS --instance-id ID
 *
 * @module
 */
import { catchUnhandled } from "../internal/catch_unhandled.ts";
import { toError } from "../internal/to_error.ts";
import { loadPlugins } from "./load_plugins.ts";
import type { PluginAgent } from "./plugin_agent.ts";
import type { Plugins } from "./plugin_collector.ts";

/** Loads one list. */
async function loadOne(module: string): Promise<Plugins<PluginAgent>> {
  return await loadPlugins([{ module, origin: "" }], { taken: new Set() });
}

/** The line that tells of a list: its programs and its problems. */
async function describe(module: string): Promise<string> {
  // What a list lets slip shows when one of its agents is run.
  using _guard = catchUnhandled(() => {});
  const { agents, problems } = await loadOne(module);
  return JSON.stringify({
    agents: [...agents.values()].map(({ value: { program } }) => program),
    problems: problems.map(({ text, concerns }) => ({ text, concerns })),
  });
}

/** Runs an agent of a list; resolves with the exit code. */
async function run(module: string, agentClass: string, args: readonly string[]): Promise<number> {
  // The agent's own program tells in its log what slips from here on; before it has one, this must.
  using _guard = catchUnhandled((what, error) =>
    void write(Deno.stderr, `${what} in "${module}": ${toError(error).message}`)
  );
  const { agents, problems } = await loadOne(module);
  for (const { text } of problems) await write(Deno.stderr, text);
  const found = agents.get(agentClass);
  if (found === undefined) {
    await write(Deno.stderr, `Cannot run agent "${agentClass}": "${module}" does not have it (any more)`);
    return 2;
  }
  return await found.value.main(args);
}

async function write(to: { write(bytes: Uint8Array): Promise<number> }, line: string): Promise<void> {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

if (import.meta.main) {
  const [what, module = "", agentClass = "", ...args] = Deno.args;
  if (what === "run") Deno.exit(await run(module, agentClass, args));
  // What the list itself has written may have no line end.
  await write(Deno.stdout, `\n${await describe(module)}`);
  Deno.exit(0);
}
