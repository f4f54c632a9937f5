/** The hosts of a site as their managers and the site file describe them. @module */

/** How a host manager stands. `sleeping`: the agent answers, but its process `manager` does not run. */
export type ManagerState = "up" | "stopping" | "sleeping" | "away";

/** A host manager. */
export interface ManagerView {
  readonly instance: string;
  readonly state: ManagerState;
  /** Name of the machine that it runs on; null where it did not say. */
  readonly machine: string | null;
  /** What is wrong: why it is away, a site file or a compose file that it cannot use. */
  readonly problems: readonly string[];
}

/** An agent, docker service or other program of a host. */
export interface HostedAgent {
  readonly instance: string;
  /** As the host manager has it, with `[d]` and the like (spec ocs 10.6.2); else as the site file has it. */
  readonly agentClass: string | null;
  /** Class in the site file, where the manager has another one. */
  readonly classInFile: string | null;
  /** Name of the host in the site file; that of the machine where no site file says. */
  readonly host: string;
  /** Whether the site file gives its whole command line: such a program need not be an agent. */
  readonly ownCommand: boolean;
  /** Instance id of the host manager that runs it; null where none does. */
  readonly manager: string | null;
  /** Why none does. */
  readonly unmanaged: string | null;
  /** Where it stands, in the words of spec ocs 10.6.2; null where nobody says. */
  readonly state: string | null;
  /** What is wanted of it: `up`, `down`, or `passive` for docker services that are only watched. */
  readonly target: string | null;
  /** 1 is stable, 0 is not. */
  readonly stability: number | null;
  /** Whether its container runs an image that is not the one of its tag any more. */
  readonly restartRequired: boolean;
  /** Process on its host; null where it has none, and with Python's host manager. */
  readonly pid: number | null;
  /** How often in a row it has ended soon after its start; 0 with Python's host manager. */
  readonly failures: number;
  /** Unix seconds of its next launch, while that is waited for. */
  readonly nextLaunchSeconds: number | null;
  /** Whether it waits for its turn to be launched, where the host manager has a limit. */
  readonly waits: boolean;
  /** Its last line on standard error. */
  readonly lastError: string | null;
}

/** One host: those who manage it, and what runs there. */
export interface HostView {
  readonly host: string;
  readonly managers: readonly ManagerView[];
  /** In the order of the site file, then what only a manager knows. */
  readonly agents: readonly HostedAgent[];
}
