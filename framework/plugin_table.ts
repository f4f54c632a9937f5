/** What a module exports, read as a table of agents. @module */
import { isRecord } from "../internal/is_record.ts";
import type { ModuleExports } from "./load_module.ts";
import type { PluginAgent } from "./plugin_agent.ts";
import type { AgentProgram } from "./program.ts";

const OPTION_TYPES: readonly unknown[] = ["string", "int", "float", "flag"];
const MAX_NAMED = 12;

/**
 * The table that a module exports as `agents` or by default, unread.
 *
 * @throws {Error} If it exports none.
 */
export function tableOf(exports: ModuleExports, module: string): readonly (readonly [string, unknown])[] {
  const name = ["agents", "default"].find((one) => Object.hasOwn(exports, one));
  const table = name === undefined ? undefined : exports[name];
  if (isRecord(table)) return Object.entries(table);
  const names = Object.keys(exports).slice(0, MAX_NAMED).join(", ");
  const what = name === undefined
    ? `it exports ${names === "" ? "nothing" : `${names}, and no "agents"`}`
    : `its "${name}" is ${kindOf(table)}`;
  throw new Error(
    `Cannot use the list of agents "${module}": ${what}; expected a table such as { MyAgent: pluginAgent(MyAgent, MY_AGENT) }`,
  );
}

/**
 * Reads one entry of the table.
 *
 * @throws {TypeError} If it is no agent, with what it is.
 */
export function readPluginAgent(entry: unknown, name: string): PluginAgent {
  if (!isRecord(entry) || typeof entry.main !== "function" || typeof entry.launch !== "function") {
    throw new TypeError(`it is ${kindOf(entry)}, expected pluginAgent(${name}, ...)`);
  }
  readAgentProgram(entry.program, name);
  // Safe as far as it can be seen: `pluginAgent` makes functions of these types, and the program has been read.
  return entry as unknown as PluginAgent;
}

/**
 * Reads the data of an agent's class.
 *
 * @throws {TypeError} If they are none, or those of another class.
 */
export function readAgentProgram(program: unknown, name: string): AgentProgram {
  if (!isRecord(program) || !isRecord(program.options)) {
    throw new TypeError("its program has no options, expected at least {}");
  }
  if (program.name !== name) {
    throw new TypeError(`its program's name is "${String(program.name)}", expected the same as in the table`);
  }
  for (const [option, spec] of Object.entries(program.options)) {
    if (isRecord(spec) && OPTION_TYPES.includes(spec.type) && typeof spec.help === "string") continue;
    throw new TypeError(
      `its option "${option}" has no type and help, expected a type of ${OPTION_TYPES.join(", ")}`,
    );
  }
  // Safe: what the parser of options relies on has been looked at.
  return program as unknown as AgentProgram;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return "a function or class";
  return typeof value === "object" ? "another object" : `of type ${typeof value}`;
}
