/** What one agent can do. @module */
import type { AgentApi, ApiOperation } from "../ocs/mod.ts";
import type { Look } from "./look.ts";
import type { Outcome } from "./outcome.ts";
import { sessionState, stateStyle } from "./session_text.ts";
import { openSite, type VerbOptions } from "./site_link.ts";
import { safeText } from "./terminal_text.ts";

/** An agent's description as `--json` writes it: the answer to `get_api`, and who answered. */
export interface AgentDescription {
  readonly agent: string;
  readonly address: string;
  readonly api: AgentApi;
}

/** Asks an agent for its operations and feeds. */
export async function show(
  instanceId: string,
  options: VerbOptions = {},
): Promise<Outcome<AgentDescription>> {
  await using link = await openSite(options);
  const { api, address } = await link.client(instanceId);
  return {
    result: "ok",
    data: { agent: instanceId, address, api },
    text: (look) => describe(address, api, look),
  };
}

function describe(address: string, api: AgentApi, look: Look): string {
  const head = [
    `${look.style("bold", address)}  ${api.agent_class ?? "(no class)"}`,
    `host ${api.instance_hostname ?? "?"}, pid ${api.instance_pid ?? "?"}` +
    (api.access_control === undefined ? "" : `, access policy ${api.access_control.policy}`),
  ].join("\n");
  const groups = [
    ["Tasks", api.tasks],
    ["Processes", api.processes],
  ] as const;
  const parts = groups.filter(([, operations]) => operations.length > 0).map(([title, operations]) =>
    [look.style("bold", title), ...operations.map((operation) => describeOperation(operation, look))].join(
      "\n",
    )
  );
  const feeds = api.feeds.map(([name, feed]) =>
    `  ${name}${feed.record ? look.style("dim", "  (recorded)") : ""}`
  );
  if (feeds.length > 0) parts.push([look.style("bold", "Feeds"), ...feeds].join("\n"));
  return [head, ...parts].join("\n\n");
}

function describeOperation([name, session, info]: ApiOperation, look: Look): string {
  const past = session.status === "no_history" ? {} : session;
  const notes = [look.style(stateStyle(past), sessionState(past))];
  if (info.min_privs > 1) notes.push(`needs level ${info.min_privs}`);
  if (info.op_type === "task" && info.abortable === true) notes.push("can be aborted");
  const lines = [`  ${look.style("cyan", name)}  ${notes.join(", ")}`];
  for (const line of dedent(safeText(info.docstring ?? "", look))) {
    lines.push(look.style("dim", `      ${line}`.trimEnd()));
  }
  return lines.join("\n");
}

/** A docstring as Python shows it: first line as it is, the others without their common indentation. */
function dedent(docstring: string): string[] {
  const [first = "", ...more] = docstring.trim().split("\n");
  const indents = more.filter((line) => line.trim() !== "").map((line) =>
    line.length - line.trimStart().length
  );
  const common = Math.min(...indents, 80);
  return docstring.trim() === "" ? [] : [first, ...more.map((line) => line.slice(common).trimEnd())];
}
