/** What one agent can do. @module */
import type { AccessControl, AgentApi, ApiOperation } from "../ocs/mod.ts";
import { eventTime } from "./event_time.ts";
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
  /** Requests that were refused for want of a password, where the agent counts them. */
  readonly refusals?: AgentRefusals;
}

/** Requests that an agent refused since it was started. */
export interface AgentRefusals {
  readonly count: number;
  /** The last ones, oldest first. */
  readonly last: readonly unknown[];
}

/** Asks an agent for its operations and feeds. */
export async function show(
  instanceId: string,
  options: VerbOptions = {},
): Promise<Outcome<AgentDescription>> {
  await using link = await openSite(options);
  const client = await link.client(instanceId);
  const { address } = client;
  // The prompt's client may be old; steps of access rules and sessions go on.
  const api = options.link === undefined ? client.api : await client.getApi({ signal: options.signal });
  const refusals = readRefusals(await client.management("get_refusals", { signal: options.signal }));
  return {
    result: "ok",
    data: { agent: instanceId, address, api, ...(refusals === undefined ? {} : { refusals }) },
    text: (look) => describe({ address, api, refusals }, look),
  };
}

/** Undefined for Python's agents, which do not count. */
function readRefusals(value: unknown): AgentRefusals | undefined {
  if (typeof value !== "object" || value === null || !("count" in value) || !("last" in value)) {
    return undefined;
  }
  const { count, last } = value;
  return typeof count === "number" && Array.isArray(last) ? { count, last } : undefined;
}

function describe(
  { address, api, refusals }: {
    readonly address: string;
    readonly api: AgentApi;
    readonly refusals: AgentRefusals | undefined;
  },
  look: Look,
): string {
  const head = [
    `${look.style("bold", address)}  ${api.agent_class ?? "(no class)"}`,
    `host ${api.instance_hostname ?? "?"}, pid ${api.instance_pid ?? "?"}` +
    (api.access_control === undefined ? "" : `, access policy ${accessText(api.access_control)}`),
    ...(refusals === undefined || refusals.count === 0 ? [] : [look.style("yellow", refusalsText(refusals))]),
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

/** Such as `director, rules of step 5`; an agent that waits for rules is blocked. */
function accessText({ policy, update_count, step }: AccessControl): string {
  if (policy !== "director") return policy;
  return update_count === 0 ? "director, blocked: no rules yet" : `director, rules of step ${step}`;
}

function refusalsText({ count, last }: AgentRefusals): string {
  const newest: unknown = last.at(-1);
  const entries: Readonly<Record<string, unknown>> = typeof newest === "object" && newest !== null
    ? { ...newest }
    : {};
  const { timestamp, action, op_name: op, caller } = entries;
  const when = typeof timestamp === "number" ? `, ${eventTime(timestamp)}` : "";
  const who = typeof caller === "string" ? ` by ${caller}` : "";
  return `${count} ${count === 1 ? "request" : "requests"} refused for want of rights; last: ` +
    `${String(action)} of ${String(op)}${who}${when}`;
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
