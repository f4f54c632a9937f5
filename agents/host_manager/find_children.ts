/** Children of a manager that is no more, found again by the one that comes after it. @module */
import { logPaths } from "./host_program.ts";
import {
  allProcesses,
  isSameProcess,
  type ProcessIdentity,
  type ProcessInfo,
} from "../../internal/process_table.ts";

/** What is known of a child that may still run. */
export interface SoughtChild {
  readonly instanceId: string;
  /** As it was kept; undefined when the manager was cut off before it could write it. */
  readonly process?: ProcessIdentity | undefined;
  /** Command lines it was or would be started with. */
  readonly commandLines: readonly (readonly string[])[];
}

/** What runs of children. */
export interface FoundChildren {
  /** Their programs, by instance id. */
  readonly running: ReadonlyMap<string, ProcessIdentity>;
  /** Process groups of which the program has ended meanwhile, and something runs that it has started. */
  readonly left: ReadonlyMap<string, number>;
}

/**
 * Finds the processes of children: by id and start time as they were kept, and by the log file they write to.
 *
 * The log file also finds one that was started just before its manager was cut off, and one that has changed its command
 * line, as Python's agents do (`ocs-agent:<instance id>`).
 */
export function findChildren(
  logs: string,
  sought: readonly SoughtChild[],
): FoundChildren {
  const all = allProcesses();
  const leaders = all.filter(({ leadsSession }) => leadsSession);
  const running = new Map<string, ProcessIdentity>();
  const left = new Map<string, number>();
  for (const child of sought) {
    const { out } = logPaths(logs, child.instanceId);
    const ours = leaders.filter((process) => isChild(process, out, child));
    // The oldest is the agent: what it has started itself may write to the same file.
    const process = ours.find((one) => child.process?.pid === one.pid) ?? ours[0];
    if (process !== undefined) {
      const { pid, startTicks, bootId } = process;
      running.set(child.instanceId, { pid, startTicks, bootId });
    } else {
      // By its output as well: the number of a group may have been given to others since.
      const rest = all.find(({ group, outputPath }) => group === child.process?.pid && outputPath === out);
      if (rest !== undefined) left.set(child.instanceId, rest.group);
    }
  }
  return { running, left };
}

function isChild(process: ProcessInfo, out: string, child: SoughtChild): boolean {
  const { commandLine, outputPath } = process;
  const isKept = child.process !== undefined && child.process.pid === process.pid &&
    isSameProcess(child.process);
  const [title = ""] = commandLine;
  const isNamed = title.startsWith(`ocs-agent:${child.instanceId}`) ||
    followed(commandLine, "--instance-id") === child.instanceId ||
    child.commandLines.some((one) => endsWith(commandLine, one.slice(1)));
  return isKept ? isNamed || outputPath === out : isNamed && outputPath === out;
}

function followed(words: readonly string[], option: string): string | undefined {
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
}

/** A script's command line has its interpreter before it. */
function endsWith(words: readonly string[], end: readonly string[]): boolean {
  const from = words.length - end.length;
  return from >= 0 && end.every((word, i) => words[from + i] === word);
}
