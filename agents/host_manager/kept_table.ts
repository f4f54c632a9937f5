/** The manager's table as it is kept, and as the next manager makes it again. @module */
import { HostProgram } from "./host_program.ts";
import type { HostPrograms } from "./host_programs.ts";
import type { KeptInstance } from "./kept_state.ts";
import { baseClass, ManagedInstance } from "./managed_instance.ts";
import type { FoundChildren } from "./find_children.ts";

/** What there is to keep of the table. */
export function keptInstances(
  table: ReadonlyMap<string, ManagedInstance>,
  programs: HostPrograms | undefined,
): readonly KeptInstance[] {
  return [...table].flatMap(([id, one]) => {
    const process = one.unit instanceof HostProgram ? one.unit.identity : undefined;
    // What is retired counts for as long as it runs: the next manager has to end it.
    const management = one.management === "retired" ? process && "host" : one.management;
    if (management === undefined || one.passive) return [];
    const commandLine = programs?.commandLineOf(id);
    const agentClass = baseClass(one.agentClass);
    return [{ instanceId: id, agentClass, management, target: one.target, process, commandLine }];
  });
}

/** Puts what was kept into an empty table; nothing of it is known to run yet. */
export function restoreInstances(
  kept: readonly KeptInstance[],
  { table, servicePrefix }: {
    readonly table: Map<string, ManagedInstance>;
    readonly servicePrefix: string;
  },
): void {
  for (const each of kept) {
    const one = new ManagedInstance(each);
    if (each.management === "docker") one.service = `${servicePrefix}${each.instanceId}`;
    table.set(each.instanceId, one);
  }
}

/** Takes over children that run, and what ended ones have left. */
export function adoptChildren(
  { running, left }: FoundChildren,
  { table, programs, nowSeconds, say }: {
    readonly table: ReadonlyMap<string, ManagedInstance>;
    readonly programs: HostPrograms;
    readonly nowSeconds: number;
    readonly say: (text: string) => void;
  },
): void {
  const take = (id: string): { readonly fullName: string; readonly program: HostProgram } | undefined => {
    const one = table.get(id);
    if (one === undefined || one.isRunning || one.service !== undefined || one.predecessor !== undefined) {
      return undefined;
    }
    const program = one.unit instanceof HostProgram ? one.unit : programs.make(id);
    one.unit = program;
    one.nextAction = "up";
    one.upSinceSeconds = nowSeconds;
    return { fullName: one.fullName, program };
  };
  for (const [id, process] of running) {
    const taken = take(id);
    if (taken === undefined) continue;
    taken.program.adopt(process);
    say(`Agent instance ${taken.fullName} runs already (process ${process.pid}) and is taken over.`);
  }
  for (const [id, group] of left) take(id)?.program.takeLeft(group);
}
