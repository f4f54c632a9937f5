/** What a host manager says of itself and its agents (spec ocs 10.6.2). @module */
import { pyStr, type ReplySession } from "../../ocs/mod.ts";

/** An agent in the words of its manager. */
export interface Child {
  readonly instance: string;
  readonly agentClass: string;
  readonly state: string;
  readonly target: string;
  readonly stability: number;
  readonly restartRequired: boolean;
  readonly pid: number | null;
  readonly failures: number;
  readonly nextLaunchSeconds: number | null;
  /** Whether it waits for its turn to be launched. */
  readonly waits: boolean;
  readonly lastError: string | null;
  /** Last lines of its run. */
  readonly out: readonly string[];
  readonly err: readonly string[];
  /** File of its standard output on its host; that of standard error ends in `.err`. */
  readonly log: string | null;
  /** Its docker service; null for programs, and with Python's host manager. */
  readonly container: {
    readonly service: string;
    readonly composeFile: string;
    /** Null where there is none at the moment. */
    readonly id: string | null;
  } | null;
}

/** A session of the process `manager`. */
export interface ManagerSession {
  readonly state: "up" | "stopping" | "sleeping";
  /** By instance id, in the manager's order; undefined until it has said so. */
  readonly children: ReadonlyMap<string, Child> | undefined;
  /** Site and compose files that it cannot use, and targets that it cannot keep. */
  readonly problems: readonly string[];
}

/** The class of host managers, here and in Python. */
export const HOST_MANAGER_CLASS = "HostManager";

/** Instance ids in session data of `manager`. */
export function childIds(data: unknown): readonly string[] {
  const states = fieldOf(data, "child_states");
  return (Array.isArray(states) ? states : []).map((one: unknown) => fieldOf(one, "instance_id"))
    .filter((id) => typeof id === "string");
}

/** Reads a session of `manager`; it may be of Python's host manager, or of anything that calls itself one. */
export function readManager(session: ReplySession): ManagerSession {
  const { status, data, degraded } = session;
  const state = status === "running" || status === "starting"
    ? "up"
    : status === "stopping"
    ? "stopping"
    : "sleeping";
  const problems: string[] = [];
  for (const [source, entry] of Object.entries(recordOf(fieldOf(data, "config_parse_status")))) {
    if (!Array.isArray(entry) || entry[0] === true) continue;
    problems.push(`${source === "[SCF]" ? "site file" : source}: ${pyStr(entry[2])}`);
  }
  if (degraded === true && state === "up") problems.push("it cannot keep the targets on its disk");
  const states: unknown = fieldOf(data, "child_states");
  // What a process that has ended says is of then.
  if (state === "sleeping" || !Array.isArray(states)) return { state, children: undefined, problems };
  const more = recordOf(fieldOf(data, "children"));
  const containers = recordOf(fieldOf(data, "containers"));
  const waiting: unknown = fieldOf(fieldOf(data, "starts"), "waiting");
  const waits = new Set<unknown>(Array.isArray(waiting) ? waiting : []);
  const children = new Map<string, Child>();
  for (const one of states) {
    const instance = fieldOf(one, "instance_id");
    // The first one counts, as in Python's ocsbow.
    if (typeof instance !== "string" || children.has(instance)) continue;
    children.set(
      instance,
      readChild(instance, one, {
        ...recordOf(ownOf(more, instance)),
        container: ownOf(containers, instance),
        waits: waits.has(instance),
      }),
    );
  }
  return { state, children, problems };
}

function readChild(instance: string, one: unknown, more: unknown): Child {
  const err = linesOf(fieldOf(more, "err"));
  const log = fieldOf(more, "log");
  const container: unknown = fieldOf(more, "container");
  const [service, composeFile, id] = [
    fieldOf(container, "service"),
    fieldOf(container, "compose_file"),
    fieldOf(container, "container_id"),
  ];
  return {
    instance,
    agentClass: pyStr(fieldOf(one, "agent_class") ?? "?"),
    state: pyStr(fieldOf(one, "next_action") ?? "?"),
    target: pyStr(fieldOf(one, "target_state") ?? "?"),
    stability: numberOf(fieldOf(one, "stability")) ?? 1,
    restartRequired: fieldOf(one, "restart_required") === true,
    pid: numberOf(fieldOf(more, "pid")),
    failures: numberOf(fieldOf(more, "failures")) ?? 0,
    nextLaunchSeconds: numberOf(fieldOf(more, "next_launch")),
    waits: fieldOf(more, "waits") === true,
    lastError: tellingLine(err) ?? null,
    out: linesOf(fieldOf(more, "out")),
    err,
    log: typeof log === "string" ? log : null,
    container: typeof service === "string" && typeof composeFile === "string"
      ? { service, composeFile, id: typeof id === "string" ? id : null }
      : null,
  };
}

// Below the line that says what is wrong: Deno's stack, and our agents' advice.
const BELOW_AN_ERROR = /^\s+(at |\^|\d+: <)|^Stack backtrace:|^\s+(info|hint): /;
const ADVICE = /^Try --help for the options of /;

/** The last line that says why a program has ended. */
function tellingLine(err: readonly string[]): string | undefined {
  const lines = err.filter((line) => line.trim() !== "" && !ADVICE.test(line));
  const last = lines.at(-1);
  if (last === undefined || !BELOW_AN_ERROR.test(last)) return last;
  return lines.findLast((line) => /^error: |^(Uncaught )?\w*Error: /.test(line)) ?? last;
}

function linesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((line) => typeof line === "string") : [];
}

function ownOf(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A number of the wire, which may be a `Float` or a big integer. */
function numberOf(value: unknown): number | null {
  if (value === null || value === undefined || typeof value === "boolean") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** A field of what may be anything. */
export function fieldOf(value: unknown, name: string): unknown {
  return ownOf(recordOf(value), name);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  // An object's keys are texts.
  return value as Readonly<Record<string, unknown>>;
}
