/** Which agent classes Python's launcher on this host knows. @module */
import { PYTHON_LAUNCHER } from "../../internal/agent_command.ts";
import { runProgram } from "../../internal/run_program.ts";

/** `unknown`: there is a launcher, but it does not tell. */
export type PythonPlugins = ReadonlySet<string> | "unknown";

// Python reads all plugins for this.
const LIST_MS = 20_000;
const SCRIPT =
  "import json; from ocs import agent_cli; print(json.dumps(sorted(agent_cli.build_agent_list())))";

/** Asks the Python that the launcher on the PATH runs with; undefined where there is no launcher. */
export async function pythonPlugins(signal?: AbortSignal): Promise<PythonPlugins | undefined> {
  const launcher = await findOnPath(PYTHON_LAUNCHER);
  if (launcher === undefined) return undefined;
  const [, interpreter] = /^#! *(\S+)/.exec((await Deno.readTextFile(launcher)).slice(0, 500)) ?? [];
  if (interpreter === undefined) return "unknown";
  try {
    const { stdout } = await runProgram(interpreter, ["-c", SCRIPT], { timeoutMs: LIST_MS, signal });
    const names: unknown = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    return Array.isArray(names) ? new Set(names.map(String)) : "unknown";
  } catch {
    // A launcher of another make; it says itself what it does not know.
    return "unknown";
  }
}

/** The file that a command of this name runs. */
async function findOnPath(name: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (folder === "") continue;
    try {
      const { isFile } = await Deno.stat(`${folder}/${name}`);
      if (isFile) return `${folder}/${name}`;
    } catch {
      // Folders of the PATH need not be there.
    }
  }
  return undefined;
}
