/** The session data of `manager` (OCS 10.6.2). @module */
import { Float } from "../../internal/float.ts";
import type { DockerWatch, ParseStatus } from "./docker_watch.ts";
import type { DockerService, Orphan } from "./docker_state.ts";
import { DockerUnit } from "./docker_unit.ts";
import { HostProgram } from "./host_program.ts";
import type { ManagedInstance } from "./managed_instance.ts";
import type { StartsData } from "./start_gate.ts";

/** What clients see. The first four are Python's; the others are more than Python shows. */
export type ManagerData = Readonly<Record<string, unknown>> & {
  readonly child_states: readonly ChildState[];
  readonly config_parse_status: Readonly<Record<string, readonly [boolean, Float, string]>>;
  readonly orphans: Readonly<Record<string, Orphan>>;
  readonly new_tags: Readonly<Record<string, string>>;
  readonly children: Readonly<Record<string, ChildData>>;
  readonly containers: Readonly<Record<string, ContainerData>>;
  readonly starts: StartsData;
};

/** Where docker runs an instance; names as in the list of orphans. */
export type ContainerData = Pick<DockerService, "compose_file" | "service" | "container_id">;

/** One instance, in Python's words. */
export interface ChildState {
  readonly next_action: string;
  readonly target_state: string;
  readonly stability: Float;
  readonly agent_class: string;
  readonly instance_id: string;
  readonly operable: boolean;
  readonly restart_required: boolean;
}

/** What is known of the program of an instance. */
export interface ChildData {
  readonly pid: number | null;
  /** Unix seconds at which it came up, or was taken over. */
  readonly started: Float | null;
  /** Whether an earlier manager has started it. */
  readonly adopted: boolean;
  /** Unix seconds of the next launch, while that is waited for. */
  readonly next_launch: Float | null;
  /** How often in a row it has ended soon after its start. */
  readonly failures: number;
  /** File of its standard output; that of standard error ends in `.err`. */
  readonly log: string;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

const LINES = 10;
const LINE_CHARACTERS = 300;
/** Of the lines of all children together: a reply must fit into a message. */
const ALL_CHARACTERS = 120_000;

/** Describes everything that is managed. */
export function managerData(
  table: ReadonlyMap<string, ManagedInstance>,
  { docker, siteStatus, starts }: {
    readonly docker: DockerWatch;
    readonly siteStatus: ParseStatus | undefined;
    readonly starts: StartsData;
  },
): ManagerData {
  const status = [...(siteStatus === undefined ? [] : [["[SCF]", siteStatus] as const]), ...docker.status];
  const programs = [...table.values()].filter(({ unit }) => unit instanceof HostProgram).length;
  const lines = Math.min(LINES, Math.floor(ALL_CHARACTERS / (2 * LINE_CHARACTERS * Math.max(1, programs))));
  const children: Record<string, ChildData> = {};
  const containers: Record<string, ContainerData> = {};
  for (const [id, one] of table) {
    if (one.unit instanceof HostProgram) children[id] = describeProgram(one, one.unit, lines);
    if (one.unit instanceof DockerUnit) {
      const { compose_file, service, container_id } = one.unit.service;
      containers[id] = { compose_file, service, container_id };
    }
  }
  return {
    child_states: [...table.values()].map((one) => ({
      next_action: one.nextAction,
      target_state: one.target,
      stability: new Float(one.stability),
      agent_class: one.agentClass,
      instance_id: one.instanceId,
      operable: one.isOperable,
      restart_required: one.restartRequired,
    })),
    config_parse_status: Object.fromEntries(
      status.map(([source, { ok, timeSeconds, message }]) => [
        source,
        [ok, new Float(timeSeconds), message] as const,
      ]),
    ),
    orphans: Object.fromEntries(docker.orphans),
    new_tags: docker.newTags,
    children,
    containers,
    starts,
  };
}

function describeProgram(one: ManagedInstance, program: HostProgram, lines: number): ChildData {
  const { identity } = program;
  const last = (all: readonly string[]): string[] =>
    lines === 0 ? [] : all.slice(-lines).map((line) => line.slice(0, LINE_CHARACTERS));
  return {
    pid: identity?.pid ?? null,
    started: identity === undefined ? null : new Float(one.upSinceSeconds),
    adopted: identity !== undefined && program.isAdopted,
    next_launch: one.nextAction === "start_at" ? new Float(one.atSeconds) : null,
    failures: one.quickFailures,
    log: program.out.path,
    out: last(program.out.lines),
    err: last(program.errorLines),
  };
}
