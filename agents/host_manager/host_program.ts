/** A program of this host that a manager starts, or finds running. @module */
import { toError } from "../../internal/to_error.ts";
import { ChildLog } from "./child_log.ts";
import { LeftGroup } from "../../internal/left_group.ts";
import type { Unit } from "./managed_instance.ts";
import { findProcess, isSameProcess, type ProcessIdentity } from "../../internal/process_table.ts";

/** How a program is started. */
export interface LaunchCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
}

/** What a program needs of its manager. */
export interface HostProgramOptions {
  /** Files for its output are `<logs>/<name>.out` and `<logs>/<name>.err`. */
  readonly logs: string;
  readonly instanceId: string;
  /** Asked for at each start, so that a changed site file counts. */
  readonly command: () => LaunchCommand;
  /** Called when something has changed: it has ended. */
  readonly onChange: () => void;
  /** Takes what operators have to know. */
  readonly say: (text: string) => void;
}

// A shell opens the log files and becomes the program: the process id stays, and the files need no manager.
const SCRIPT = 'out=$1; err=$2; shift 2; exec "$@" >>"$out" 2>>"$err"';

/** One agent's program. It lives on when the manager dies, and a new manager finds it again. */
export class HostProgram implements Unit {
  readonly out: ChildLog;
  readonly err: ChildLog;
  readonly #options: HostProgramOptions;
  #identity: ProcessIdentity | undefined;
  #child: Deno.ChildProcess | undefined;
  /** What it has left running when it ended. */
  #left: LeftGroup | undefined;
  #asked = false;
  #exitCode: number | string = "unknown";
  #startError: string | undefined;
  #adopted = false;
  #started = false;

  /** Runs nothing yet. */
  constructor(options: HostProgramOptions) {
    this.#options = options;
    const paths = logPaths(options.logs, options.instanceId);
    this.out = new ChildLog(paths.out);
    this.err = new ChildLog(paths.err);
  }

  /** Which process it is; undefined when it does not run, or has only left something running. */
  get identity(): ProcessIdentity | undefined {
    return this.isRunning ? this.#identity : undefined;
  }

  /** True for a process that this manager has found, not started. */
  get isAdopted(): boolean {
    return this.#adopted;
  }

  /** Looks whether it runs, or something that it has left. */
  get isRunning(): boolean {
    if (this.#identity === undefined) {
      if (this.#left !== undefined && !this.#left.isRunning) this.#left = undefined;
      return this.#left !== undefined;
    }
    // The system tells of the end of our own child; one that was found must be looked for.
    if (this.#child !== undefined || isSameProcess(this.#identity)) return true;
    this.#ended(this.#identity.pid);
    return this.#left !== undefined;
  }

  /** Whether it has been started, or could not be, and does not run. */
  get hasEnded(): boolean {
    return this.#started && !this.isRunning;
  }

  /** Exit code, 128 and the signal's number for a signal; `unknown` where the system told another manager. */
  get exitCode(): number | string {
    return this.#exitCode;
  }

  /** Last lines of standard error, or why it could not be started. */
  get errorLines(): readonly string[] {
    return this.#startError === undefined ? this.err.lines : [this.#startError];
  }

  /** Takes a process that runs for this program. */
  adopt(identity: ProcessIdentity): void {
    this.#identity = identity;
    this.#adopted = true;
    this.#asked = false;
  }

  /** Ends what a program has left that ended while no manager ran. */
  takeLeft(group: number): void {
    this.#ended(group);
  }

  /** Starts it unless it runs. */
  start(): void {
    if (this.isRunning) return;
    this.#started = true;
    this.#asked = false;
    this.#adopted = false;
    this.#startError = undefined;
    this.#exitCode = "unknown";
    this.out.begin();
    this.err.begin();
    try {
      this.#start();
    } catch (error) {
      this.#startError = `Cannot start "${this.#options.instanceId}": ${toError(error).message}`;
    }
  }

  /** SIGINT, once in its life. */
  stop(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#signal("SIGINT");
  }

  /** SIGKILL to it and to all that it has started in its group. */
  kill(): void {
    if (this.identity !== undefined) send(-this.identity.pid, "SIGKILL");
    this.#left?.kill();
  }

  #start(): void {
    const { command, args, env, workingDir } = this.#options.command();
    // The shell could not say why it cannot open them.
    Deno.mkdirSync(this.#options.logs, { recursive: true });
    for (const { path } of [this.out, this.err]) Deno.openSync(path, { append: true, create: true }).close();
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT, "sh", this.out.path, this.err.path, command, ...args],
      cwd: workingDir,
      // The end of this program's input, where it is looked at, says nothing to its children.
      env: { ...env, OCS_STOP_WITH_STDIN: "0" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      // A session of its own: a Ctrl-C at a terminal is for the manager.
      detached: true,
    }).spawn();
    this.#child = child;
    const found = findProcess(child.pid);
    this.#identity = { pid: child.pid, startTicks: found?.startTicks ?? 0, bootId: found?.bootId ?? "" };
    void this.#follow(child);
  }

  async #follow(child: Deno.ChildProcess): Promise<void> {
    const { code } = await child.status;
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#exitCode = code;
    this.#ended(child.pid);
    this.#options.onChange();
  }

  #ended(pid: number): void {
    this.#identity = undefined;
    this.#left = LeftGroup.find(pid);
    if (this.#left === undefined) return;
    const { instanceId, say } = this.#options;
    say(
      `The program of "${instanceId}" has ended and left processes running (${
        this.#left.members.join(", ")
      }): ` +
        "they are asked to end before it is started again, and killed after 11 s.",
    );
  }

  #signal(signal: Deno.Signal): void {
    if (this.identity !== undefined) send(this.identity.pid, signal);
  }
}

/** Where the output of an instance goes; any id makes a name that stays in the folder. */
export function logPaths(logs: string, instanceId: string): { readonly out: string; readonly err: string } {
  const name = encodeURIComponent(instanceId).slice(0, 200);
  return { out: `${logs}/${name}.out`, err: `${logs}/${name}.err` };
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended between the look and the signal.
  }
}
