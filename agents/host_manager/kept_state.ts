/** What outlives the manager: what is wanted of each agent, and which process it is. @module */
import { isRecord } from "../../internal/is_record.ts";
import { toError } from "../../internal/to_error.ts";
import { lockFile } from "../../internal/file_lock.ts";
import type { Target } from "./managed_instance.ts";
import type { ProcessIdentity } from "../../internal/process_table.ts";

/** One instance as it is kept. */
export interface KeptInstance {
  readonly instanceId: string;
  readonly agentClass: string;
  readonly management: "host" | "docker";
  readonly target: Target;
  readonly process?: ProcessIdentity | undefined;
  /** Command line it was or would be started with. */
  readonly commandLine?: readonly string[] | undefined;
}

const VERSION = 1;

/**
 * The state file of one manager, and the lock that keeps a second one away.
 *
 * The file is there while the process `manager` runs, and stays when that has been cut off: then the next one goes on from
 * it. Written whole to another file, forced to the disk, and renamed.
 */
export class KeptState implements Disposable {
  readonly #folder: string;
  readonly #lock: Deno.FsFile;
  #written: string | undefined;

  private constructor(folder: string, lock: Deno.FsFile) {
    this.#folder = folder;
    this.#lock = lock;
  }

  /**
   * Takes a folder for this manager alone; makes it where it is missing.
   *
   * @throws {Error} If it cannot be made or written, or another manager has it.
   */
  static async open(folder: string): Promise<KeptState> {
    let lock: Deno.FsFile;
    try {
      await Deno.mkdir(`${folder}/logs`, { recursive: true });
      lock = await Deno.open(`${folder}/lock`, { read: true, write: true, create: true });
    } catch (error) {
      throw new Error(`Cannot keep targets in "${folder}": ${toError(error).message}`, { cause: error });
    }
    if (!await lockFile(lock)) {
      lock.close();
      throw new Error(
        `Cannot keep targets in "${folder}": another host manager has the lock, or this file system has none; ` +
          "expected a --state-dir of its own on a local disk",
      );
    }
    return new KeptState(folder, lock);
  }

  /** Folder of the logs of children. */
  get logs(): string {
    return `${this.#folder}/logs`;
  }

  /**
   * What was kept by a manager that was cut off; undefined when there is nothing.
   *
   * @throws {Error} If there is a file that cannot be used. It has been put aside then.
   */
  read(): readonly KeptInstance[] | undefined {
    let text: string;
    try {
      text = Deno.readTextFileSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw new Error(`Cannot read "${this.#path}": ${toError(error).message}`, { cause: error });
    }
    try {
      return parseKept(text);
    } catch (error) {
      const aside = `${this.#path}.unreadable`;
      Deno.renameSync(this.#path, aside);
      throw new Error(`Cannot use "${this.#path}": ${toError(error).message}; it is "${aside}" now`, {
        cause: error,
      });
    }
  }

  /**
   * Keeps the instances, when they are not what was kept last.
   *
   * @throws {Error} If the disk does not take it; what was kept last stays.
   */
  write(instances: readonly KeptInstance[]): void {
    const text = `${JSON.stringify({ version: VERSION, instances }, null, 1)}\n`;
    if (text === this.#written) return;
    try {
      this.#replace(text);
    } catch (error) {
      throw new Error(`Cannot write "${this.#path}": ${toError(error).message}`, { cause: error });
    }
    this.#written = text;
  }

  #replace(text: string): void {
    const next = `${this.#path}.next`;
    {
      using file = Deno.openSync(next, { write: true, create: true, truncate: true });
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      file.syncDataSync();
    }
    Deno.renameSync(next, this.#path);
    try {
      // Or the machine's end may bring the old one back.
      using folder = Deno.openSync(this.#folder);
      folder.syncSync();
    } catch {
      // Not every file system does that for a folder.
    }
  }

  /** Forgets everything: the manager has ended in order. */
  clear(): void {
    this.#written = undefined;
    try {
      Deno.removeSync(this.#path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Gives the folder back. */
  [Symbol.dispose](): void {
    this.#lock.close();
  }

  get #path(): string {
    return statePath(this.#folder);
  }
}

/** Whether a manager was cut off that used this folder. */
export function hasKeptState(folder: string): boolean {
  try {
    return Deno.statSync(statePath(folder)).isFile;
  } catch {
    return false;
  }
}

function statePath(folder: string): string {
  return `${folder}/targets.json`;
}

function parseKept(text: string): readonly KeptInstance[] {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || value["version"] !== VERSION || !Array.isArray(value["instances"])) {
    throw new Error(`it is no list of targets of version ${VERSION}`);
  }
  return value["instances"].map(parseInstance);
}

function parseInstance(value: unknown): KeptInstance {
  if (isRecord(value)) {
    const { instanceId, agentClass, management, target, process, commandLine } = value;
    if (
      typeof instanceId === "string" && typeof agentClass === "string" &&
      (management === "host" || management === "docker") &&
      (target === "up" || target === "down" || target === "passive")
    ) {
      return {
        instanceId,
        agentClass,
        management,
        target,
        process: parseIdentity(process),
        commandLine: Array.isArray(commandLine) ? commandLine.map(String) : undefined,
      };
    }
  }
  throw new Error(`an instance in it is ${JSON.stringify(value)}`);
}

function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (!isRecord(value)) return undefined;
  const { pid, startTicks, bootId } = value;
  if (typeof pid !== "number" || typeof startTicks !== "number" || typeof bootId !== "string") {
    return undefined;
  }
  return { pid, startTicks, bootId };
}
