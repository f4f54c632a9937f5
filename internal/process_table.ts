/** Processes of this machine as `/proc` shows them: how a child is known again by one that did not start it. @module */

/** What tells one process from every other, also from one that gets its id later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in clock ticks since the machine was. */
  readonly startTicks: number;
  /** Which start of the machine. */
  readonly bootId: string;
}

/** A process that runs. */
export interface ProcessInfo extends ProcessIdentity {
  /** Id of its process group. */
  readonly group: number;
  /** Whether it leads a session of its own, as every program that a manager started does. */
  readonly leadsSession: boolean;
  /** Its arguments; a program may have changed them. */
  readonly commandLine: readonly string[];
  /** Path of the file that its standard output goes to; undefined for anything else. */
  readonly outputPath: string | undefined;
}

let bootId: string | undefined;

/** Which start of the machine this is. */
function currentBootId(): string {
  // Does not change while any process lives.
  return bootId ??= Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim();
}

/** Looks a process up; undefined when there is none, or only its exit code is left of it. */
export function findProcess(pid: number): ProcessInfo | undefined {
  let stat: string;
  try {
    stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return undefined;
  }
  // The name, in parentheses, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", , group, session] = fields;
  if (state === "Z" || state === "X") return undefined;
  return {
    pid,
    startTicks: Number(fields[19]),
    bootId: currentBootId(),
    group: Number(group),
    leadsSession: Number(session) === pid,
    commandLine: readOr(() => Deno.readTextFileSync(`/proc/${pid}/cmdline`), "").split("\0").slice(0, -1),
    outputPath: readOr(() => Deno.readLinkSync(`/proc/${pid}/fd/1`), undefined)?.replace(/ \(deleted\)$/, ""),
  };
}

/** Whether a process still runs. */
export function isSameProcess({ pid, startTicks, bootId }: ProcessIdentity): boolean {
  const found = findProcess(pid);
  return found !== undefined && found.startTicks === startTicks && found.bootId === bootId;
}

/** Ids of the processes of a group; where there is no `/proc`, the group's own for all. */
export function groupOf(group: number): number[] {
  const all = readOr(allProcesses, undefined);
  if (all === undefined) return [group];
  return all.flatMap((process) => process.group === group ? [process.pid] : []);
}

/** All processes, oldest first. */
export function allProcesses(): ProcessInfo[] {
  const found: ProcessInfo[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    const process = /^\d+$/.test(name) ? findProcess(Number(name)) : undefined;
    if (process !== undefined) found.push(process);
  }
  return found.sort((a, b) => a.startTicks - b.startTicks);
}

/** Some files are of other users, or of a process that has just ended. */
function readOr<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
