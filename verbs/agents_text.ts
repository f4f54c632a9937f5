/** Agents as an operator wants to see them. @module */
import { OpCode, opCodeName } from "../ocs/mod.ts";
import type { AgentRow } from "./agent_row.ts";
import { duration } from "./duration.ts";
import { printable } from "./fit_text.ts";
import type { Look, Style } from "./look.ts";
import { formatTable } from "./table.ts";

/** What is told beside the rows. */
export interface AgentsTextOptions {
  readonly look: Look;
  /** Those of the rows that somebody has to look after. */
  readonly trouble: readonly AgentRow[];
  readonly addressRoot: string;
  /** Where the router is. */
  readonly url: string;
  /** How long it is lost; undefined while it is there. */
  readonly routerLostSeconds: number | undefined;
  /** Whether there may be more in a moment. */
  readonly listening: boolean;
}

/** Below this width host and process are left to `show`, so that the operations have room. */
const WIDE_COLUMNS = 100;

const NOT_RUNNING: ReadonlySet<string> = new Set([
  opCodeName(OpCode.NONE) ?? "NONE",
  opCodeName(OpCode.SUCCEEDED) ?? "SUCCEEDED",
]);

const STYLES: Readonly<Record<AgentRow["state"], Style | readonly Style[]>> = {
  up: "green",
  late: "yellow",
  unknown: "yellow",
  stuck: ["bold", "red"],
  expired: ["bold", "red"],
  silent: ["bold", "red"],
  off: "dim",
};

/** Writes a table, with what is wrong above and below it. */
export function agentsText(rows: readonly AgentRow[], options: AgentsTextOptions): string {
  const { look, trouble, routerLostSeconds, listening, addressRoot, url } = options;
  const parts: string[] = [];
  if (routerLostSeconds !== undefined) {
    const head = look.style(
      ["bold", "red"],
      `The router at ${url} has been lost for ${duration(routerLostSeconds)}`,
    );
    parts.push(rows.length === 0 ? `${head}.` : `${head}; this is what was heard last.`);
  }
  if (rows.length > 0) parts.push(tableText(rows, look));
  else if (!listening && routerLostSeconds === undefined) {
    parts.push(`No agents heard under "${addressRoot}" on ${url}.`);
  }
  if (listening) parts.push(look.style("dim", "Listening for heartbeats; there may be more in a moment."));
  if (trouble.length > 0) {
    const count = look.style(["bold", "red"], `${trouble.length} of ${rows.length} in trouble:`);
    parts.push(`\n${count} ${trouble.map(troubleText).join(", ")}`);
  }
  return parts.join("\n");
}

function tableText(rows: readonly AgentRow[], look: Look): string {
  const isWide = look.columns >= WIDE_COLUMNS;
  const titles = ["INSTANCE", "CLASS", ...(isWide ? ["HOST", "PID"] : []), "STATE", "HEARD", "OPERATIONS"];
  return formatTable(
    titles,
    rows.map((row) => [
      instanceCell(row, look),
      printable(row.agentClass ?? "-"),
      ...(isWide ? [printable(row.host ?? "-"), row.pid === null ? "-" : String(row.pid)] : []),
      look.style(STYLES[row.state], row.state),
      heardCell(row, look),
      operationsCell(row, look),
    ]),
    look,
  );
}

/** At the prompt an agent is a variable; its name is told where it is another one. */
function instanceCell({ instance, variable }: AgentRow, look: Look): string {
  const name = look.style("bold", printable(instance));
  return variable === undefined || variable === instance
    ? name
    : `${name} ${look.style("dim", `= ${variable}`)}`;
}

function heardCell({ state, heartbeatAgeSeconds: age }: AgentRow, look: Look): string {
  if (age === null) return "never";
  const isOld = state !== "up" && state !== "stuck";
  return isOld ? look.style("yellow", duration(age)) : duration(age);
}

function operationsCell({ state, operations }: AgentRow, look: Look): string {
  if (state === "expired" || state === "off") return look.style("dim", "-");
  const cells = Object.entries(operations).filter(([, code]) => !NOT_RUNNING.has(code))
    // What failed is read first.
    .sort(([, a], [, b]) => Number(b === "FAILED") - Number(a === "FAILED"))
    .map(([name, code]) => operationCell(name, code, look));
  return cells.join(" ") || look.style("dim", "-");
}

function operationCell(name: string, code: string, look: Look): string {
  if (code === "RUNNING") return look.style("green", printable(name));
  return look.style(
    code === "FAILED" ? ["bold", "red"] : "yellow",
    `${printable(name)}:${code.toLowerCase()}`,
  );
}

function troubleText({ instance, state, host, heartbeatAgeSeconds: age }: AgentRow): string {
  const name = printable(instance);
  const where = host === null ? "" : ` on ${printable(host)}`;
  if (state === "expired" && age !== null) return `${name} (expired${where}, heard ${duration(age)} ago)`;
  return `${name} (${state}${where})`;
}
