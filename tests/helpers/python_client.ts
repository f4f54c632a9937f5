/** Python scripts that drive the system under test and answer with JSON. @module */
import { Program } from "./process.ts";
import type { PythonPeers } from "./python_peers.ts";

/** How a Python script is run. */
export interface PythonScriptOptions {
  readonly peers: PythonPeers;
  /** For messages. */
  readonly name?: string | undefined;
  /** The script's text; it prints one JSON value as its last line. */
  readonly script: string;
  /** Arguments, `sys.argv[1:]`. */
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Runs a Python script in the peers' environment.
 *
 * @returns The JSON value of the last line it printed; whatever the script says it is, so check it.
 * @throws {Error} With the script's output, if it fails, takes too long or prints no JSON.
 */
export async function pythonJson(options: PythonScriptOptions): Promise<unknown> {
  const { stdout, stderr } = await Program.run({
    name: options.name ?? "Python script",
    command: options.peers.python,
    args: ["-u", "-", ...options.args ?? []],
    stdin: options.script,
    cwd: options.cwd,
    env: { PATH: `${options.peers.folder}/bin:${Deno.env.get("PATH") ?? ""}`, ...options.env },
    timeoutMs: options.timeoutMs ?? 60_000,
  });
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`Cannot read JSON from "${options.name}": ${line}\n${stderr}`, { cause });
  }
}
