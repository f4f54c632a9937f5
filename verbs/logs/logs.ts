/** What the program of an agent has written. @module */
import { jsonText } from "../../internal/json_text.ts";
import type { FleetWatch } from "../fleet_watch.ts";
import type { Look } from "../look.ts";
import type { Outcome, VerbResult } from "../outcome.ts";
import { openSite, type VerbOptions } from "../site_link.ts";
import type { VerbTerminal } from "../terminal.ts";
import { safeText } from "../terminal_text.ts";
import { followLines, type LastLines, readLastLines } from "./log_lines.ts";
import { findLogSource, type LogSource, type LogStream } from "./log_source.ts";

/** How lines are shown. */
export interface LogsOptions extends VerbOptions {
  readonly terminal: VerbTerminal;
  /** The prompt's watch. */
  readonly fleet?: FleetWatch | undefined;
  /** Lines of each stream; default 100. */
  readonly count?: number | undefined;
  /** JSON is wanted: where the lines come from is in it. */
  readonly json?: boolean | undefined;
}

/** Lines as `--json` writes them. */
export interface LogsData extends LastLines {
  readonly agent: string;
  readonly host: string;
  readonly manager: string | null;
  /** Where they were read. */
  readonly source: LogSource["kind"];
  /** Paths on this machine, where they are files. */
  readonly files: readonly string[];
}

const LINES = 100;

/** Shows the last lines of an agent's program, standard output, then standard error. See `findLogSource`. */
export async function logs(instance: string, options: LogsOptions): Promise<Outcome<LogsData>> {
  const { terminal, fleet, count = LINES, json = false, signal } = options;
  await using link = await openSite(options);
  const source = await findLogSource(instance, { link, fleet, signal });
  const lines = await readLastLines(source, { count, timeoutSeconds: link.timeoutSeconds, signal });
  terminal.progress(undefined);
  const found = lines.out.length + lines.err.length;
  if (!json) await tellWhere(terminal, whereText(source, found));
  const { agent, host, manager, kind } = source;
  const files = kind === "files" ? source.files.map(({ path }) => path) : [];
  return {
    result: "ok",
    data: { agent, host, manager, source: kind, files, out: lines.out, err: lines.err },
    text: (look) =>
      (["out", "err"] as const).flatMap((stream) => lines[stream].map((line) => lineText(stream, line, look)))
        .join("\n"),
  };
}

/** Shows the last lines of an agent's program, then each that comes, until the signal is aborted. */
export async function followLogs(
  instance: string,
  options: LogsOptions,
): Promise<VerbResult> {
  const { terminal, fleet, count = LINES, json = false, signal } = options;
  await using link = await openSite(options);
  const source = await findLogSource(instance, { link, fleet, signal });
  terminal.progress(undefined);
  if (!json) await tellWhere(terminal, `${whereText(source, undefined)}; Ctrl-C ends`);
  await followLines(source, {
    onLine: (stream, line) =>
      terminal.print(json ? jsonText({ stream, line }) : lineText(stream, line, terminal.look)),
    onNote: (text) => terminal.say(text),
  }, { count, timeoutSeconds: link.timeoutSeconds, signal });
  return "ok";
}

/** Above the lines on a terminal, beside them in a pipe: whoever counts or searches lines wants those of the agent only. */
async function tellWhere(terminal: VerbTerminal, text: string): Promise<void> {
  if (Number.isFinite(terminal.look.columns)) await terminal.print(terminal.look.style("dim", text));
  else terminal.say(text);
}

function lineText(stream: LogStream, line: string, look: Look): string {
  const text = safeText(line, look);
  return stream === "err" ? look.style("yellow", text) : text;
}

/** Where lines come from, and what may be missing. */
function whereText(source: LogSource, found: number | undefined): string {
  const { agent, host } = source;
  const nothing = found === 0 ? ", nothing yet" : "";
  switch (source.kind) {
    case "files":
      return `${agent} on ${host}: ${pathsText(source.files.map(({ path }) => path))}${nothing}`;
    case "manager":
      return `${agent} on ${host}: the last lines of its run that ${source.manager} shows; all are on ${host}${nothing}`;
    case "docker":
      return `${agent} on ${host}: container ${source.container.slice(0, 12)}${nothing}`;
  }
}

/** The two files of a child as a shell takes them. */
function pathsText([first = "", second]: readonly string[]): string {
  return second === undefined ? first : first.replace(/\.out$/, ".{out,err}");
}
