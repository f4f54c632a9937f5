/** The `ocs` command as a program of its own. @module */
import { readdir } from "node:fs/promises";
import { Program } from "../../helpers/process.ts";
import type { SiteFolder } from "../../helpers/site_file.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url);

/** Starts `ocs` with a command line; whoever starts it disposes of it. */
export function startOcs(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  return Program.start({
    name: `ocs ${args[0]}`,
    command: Deno.execPath(),
    args: ["run", "-A", MAIN.href, ...args],
    // An empty folder name is no folder: the tests must not find the site file of whoever runs them.
    env: { OCS_CONFIG_DIR: "", LOGLEVEL: "info", ...env },
  });
}

/** The site options that name a site of the tests. */
export function siteArgs({ file }: SiteFolder): string[] {
  return ["--site-file", file, "--site-host", "localhost"];
}

/** Names and process ids of the agents that a program has started, from their command lines. */
export async function childrenOf(program: Program): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = await Deno.readTextFile(`/proc/${entry}/stat`);
      const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
      if (Number(parent) !== program.pid) continue;
      const words = (await Deno.readTextFile(`/proc/${entry}/cmdline`)).split("\0");
      found.set(words[words.indexOf("--instance-id") + 1] ?? "", Number(entry));
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** Whether a process is there and not just waiting to be buried. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** The JSON objects a program has printed, one a line; throws for a line that is none. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) throw new SyntaxError(`Cannot read "${line}"`);
    return value as Record<string, unknown>; // An object of JSON has string keys.
  });
}
