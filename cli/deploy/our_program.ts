/** How a program of this toolkit is started by a service. @module */
import { AGENT_TABLE } from "../../agents/table.ts";
import { agentCommand } from "../../internal/agent_command.ts";
import type { ServiceProgram } from "./systemd_service.ts";

/** The program of a class that a list of agents has: `ocs agent`, which finds the list in the site file. */
export function pluginProgram(agentClass: string): ServiceProgram {
  const [bin, ...words] = agentCommand(new URL("../main.ts", import.meta.url));
  return { kind: "ours", bin, words: [...words, "agent", agentClass], killMode: "mixed" };
}

/**
 * The program of an agent's class, or of the `router`: this same Deno and checkout, or this same compiled program.
 */
export function ourProgram(name: string): ServiceProgram {
  const entry = AGENT_TABLE[name];
  // Its children outlive it on purpose: a restarted manager finds them again.
  const killMode = name === "HostManager" ? "process" : "mixed";
  const bin = Deno.execPath();
  if (Deno.build.standalone) {
    return { kind: "ours", bin, words: entry === undefined ? [name] : ["agent", name], killMode };
  }
  const file = new URL(entry === undefined ? "../main.ts" : `../../agents/${entry.file}`, import.meta.url);
  const [, ...words] = agentCommand(file, { v8Flags: entry?.v8Flags });
  return { kind: "ours", bin, words: entry === undefined ? [...words, name] : words, killMode };
}
