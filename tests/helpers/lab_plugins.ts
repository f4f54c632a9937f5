/** A folder with lists of agents, good and bad. @module */

const FRAMEWORK = new URL("../../framework/mod.ts", import.meta.url).href;

/** A list of one agent, whose class is named so; it logs `mode is MODE`, and has a task `greet`. */
export function goodList(agentClass = "LabAgent"): string {
  return `
import { type Agent, type AgentProgram, pluginAgent, type PluginTable } from "${FRAMEWORK}";
const LAB = {
  name: "${agentClass}",
  summary: "Stands in a laboratory.",
  options: { "mode": { type: "string", choices: ["idle", "acq"], default: "idle", help: "What to begin with." } },
} as const satisfies AgentProgram;
class LabAgent {
  constructor(agent: Agent, { mode }: { readonly mode: string }) {
    agent.log.info(\`mode is \${mode}\`);
    agent.registerTask("greet", {}, () => "Hello from the laboratory.");
  }
}
export const agents = { ${agentClass}: pluginAgent(LabAgent, LAB) } satisfies PluginTable;
`;
}

/** Lists that must not keep the good one from being used, by file name. */
export const BAD_LISTS: Readonly<Record<string, string>> = {
  "throws.ts": "function open() { throw new Error('no device'); }\nopen();\nexport {};\n",
  "syntax.ts": "export const agents = {;\n",
  "nonsense.ts": "export const agents = 3;\n",
  "nothing.ts": "export const other = 3;\n",
  "exits.ts": "console.error('bye'); Deno.exit(3);\n",
  "stray.ts": "Promise.reject(new Error('stray')); export const agents = {};\n",
  "noisy.ts": "console.log('{'); export default {};\n",
};

/** A temporary folder with files. Dispose of it. */
export async function folderWith(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "lab_" });
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${path}/${name}`, text);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
