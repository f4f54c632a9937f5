/** Hosts and their agents as an operator wants to see them. @module */
import { duration } from "../duration.ts";
import { printable, textWidth } from "../fit_text.ts";
import type { Look, Style } from "../look.ts";
import { formatTable } from "../table.ts";
import { safeText } from "../terminal_text.ts";
import type { HostedAgent, HostView, ManagerView } from "./host_view.ts";

/** Below this an agent ends so often that it counts as unstable, as in Python's ocsbow (spec ocs 7.3). */
const UNSTABLE = 0.5;

const WORDS: Readonly<Record<string, string>> = {
  start: "starting",
  wait_start: "starting",
  start_at: "waiting",
  wait_dead: "stopping",
  "?": "cannot run",
};

const MANAGER_STYLES: Readonly<Record<ManagerView["state"], Style | readonly Style[]>> = {
  up: "green",
  stopping: "yellow",
  sleeping: ["bold", "red"],
  away: ["bold", "red"],
};

/** Where an agent stands, in one word or two. */
export function stateWord(
  { state, stability, manager }: Pick<HostedAgent, "state" | "stability" | "manager">,
): string {
  if (state === null) return manager === null ? "-" : "?";
  if (state !== "down" && stability !== null && stability <= UNSTABLE) return "unstable";
  return WORDS[state] ?? state;
}

/** Whether somebody has to look after an agent: it is not as wanted, and not on its way. */
export function needsCare(agent: HostedAgent): boolean {
  const { state, target, unmanaged } = agent;
  if (unmanaged !== null) return state !== null;
  if (state === "?") return target !== "down";
  if (state === "start_at" || stateWord(agent) === "unstable") return true;
  return agent.restartRequired;
}

/** Lists hosts, with what is wrong below. */
export function hostsText(hosts: readonly HostView[], look: Look): string {
  if (hosts.length === 0) {
    return "No host manager is heard, and no site file names hosts; expected --site-file or OCS_CONFIG_DIR.";
  }
  const rows = hosts.flatMap((host) => [
    ...host.managers.map((manager) => ({ host: host.host, cells: managerCells(manager, look) })),
    ...host.agents.map((agent) => ({ host: host.host, cells: agentCells(agent, look) })),
  ]);
  const titles = ["  AGENT", "CLASS", "STATE", "TARGET", "NOTE"];
  // Tables of their own below each host, with the columns of all.
  const widths = titles.map((title, at) =>
    at === titles.length - 1
      ? 0
      : Math.max(title.length, ...rows.map(({ cells }) => textWidth(cells[at] ?? "")))
  );
  const padded = titles.map((title, at) => title.padEnd(widths[at] ?? 0));
  const parts: string[] = [];
  for (const { host } of hosts) {
    const own = rows.filter((row) => row.host === host).map(({ cells }) => cells);
    const [first = "", ...lines] = formatTable(padded, own, look).split("\n");
    if (parts.length === 0) parts.push(first);
    parts.push(look.style(["bold", "cyan"], printable(host)), ...own.length === 0 ? ["  no agents"] : lines);
  }
  return [...parts, ...notes(hosts, look)].join("\n");
}

function managerCells({ instance, state }: ManagerView, look: Look): readonly string[] {
  return [
    `  ${look.style("bold", printable(instance))}`,
    "HostManager",
    look.style(MANAGER_STYLES[state], state),
    "-",
    "",
  ];
}

function agentCells(agent: HostedAgent, look: Look): readonly string[] {
  const word = stateWord(agent);
  const style = word === "up"
    ? "green"
    : word === "down" || word === "-"
    ? "dim"
    : needsCare(agent)
    ? ["bold", "red"] as const
    : "yellow";
  return [
    `  ${look.style("bold", printable(agent.instance))}`,
    printable(agent.agentClass ?? "-"),
    look.style(style, word),
    printable(agent.target ?? "-"),
    noteOf(agent, look),
  ];
}

function noteOf(agent: HostedAgent, look: Look): string {
  const words: string[] = [];
  const { unmanaged, classInFile, failures, nextLaunchSeconds, lastError } = agent;
  if (unmanaged !== null) words.push(look.style("dim", printable(unmanaged)));
  if (agent.state === "?") words.push(look.style("red", "nobody there knows how to start it"));
  if (classInFile !== null) {
    words.push(look.style("yellow", `${printable(classInFile)} in the site file here`));
  }
  if (agent.restartRequired) words.push(look.style("yellow", "its image is newer: restart it"));
  if (agent.waits) words.push(look.style("yellow", "waits for its turn to be started"));
  if (nextLaunchSeconds !== null) {
    const seconds = nextLaunchSeconds - Date.now() / 1000;
    const ended = failures > 1 ? `has ended ${failures} times in a row; ` : "has ended; ";
    const why = lastError === null ? "" : `: ${safeText(lastError, look).trim()}`;
    words.push(look.style("red", `${ended}next launch in ${duration(seconds)}${why}`));
  }
  return words.join("; ");
}

function notes(hosts: readonly HostView[], look: Look): readonly string[] {
  const lines: string[] = [];
  for (const { instance, state, problems } of hosts.flatMap(({ managers }) => managers)) {
    if (state === "sleeping") {
      lines.push(
        `${
          look.style(["bold", "red"], `${printable(instance)} sleeps:`)
        } its process manager does not run, ` +
          "nor does anything of its host; ocs hosts up starts both",
      );
    }
    for (const problem of problems) {
      lines.push(`${look.style(["bold", "red"], `${printable(instance)}:`)} ${safeText(problem, look)}`);
    }
  }
  const agents = hosts.flatMap((host) => host.agents);
  const bad = agents.filter(needsCare);
  if (bad.length > 0) {
    const names = bad.map((agent) => `${printable(agent.instance)} (${stateWord(agent)})`).join(", ");
    lines.push(`${look.style(["bold", "red"], `${bad.length} of ${agents.length} in trouble:`)} ${names}`);
  }
  return lines.length === 0 ? [] : ["", ...lines];
}
