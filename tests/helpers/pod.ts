/** Programs as containers have them: a network, a host name and a file system of their own. Needs Linux and root. @module */
import { Program, type ProgramOptions } from "./process.ts";

/** A folder that a contained program sees. */
export interface Mount {
  readonly source: string;
  /** Where it sees it, such as `/config`. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** A program in a root of its own, as a container runs it. */
export interface ContainedProgram {
  readonly name: string;
  /** Found on the image's `PATH`. */
  readonly command: readonly string[];
  /** The whole environment but for `PATH` and `HOME`. */
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** Numeric user and group. */
  readonly user: string;
}

/**
 * Makes the root: the machine's `/usr`, read only, and nothing else of it. `$1` root, `$2` user, `$3` number of mounts, then
 * three words for each, then the command.
 */
const ENTER = `
set -e
root=$1 user=$2 count=$3; shift 3
mount -t tmpfs -o mode=755 pod "$root"
cd "$root"
mkdir usr proc dev tmp etc
chmod 1777 tmp
for name in bin sbin lib lib64; do [ ! -L /$name ] || ln -s usr/$name $name; done
mount --rbind /usr usr
mount -o remount,bind,ro usr
mount -t proc proc proc
mount --rbind /dev dev
while [ "$count" -gt 0 ]; do
  count=$((count - 1))
  if [ -d "$1" ]; then mkdir -p "./$2"; else mkdir -p "./$(dirname "$2")"; touch "./$2"; fi
  mount --bind "$1" "./$2"
  [ "$3" = rw ] || mount -o remount,bind,ro "./$2"
  shift 3
done
exec chroot --userspec="$user:$user" "$root" "$@"
`;

/** Programs that reach each other at 127.0.0.1 and nothing else anywhere. Dispose of it after the programs in it. */
export class Pod implements AsyncDisposable {
  readonly #holder: Program;
  readonly #folder: string;

  private constructor(holder: Program, folder: string) {
    this.#holder = holder;
    this.#folder = folder;
  }

  /**
   * Makes the network.
   *
   * @param options Host name within, and names that all mean 127.0.0.1 there.
   * @throws {Error} If this is not allowed here.
   */
  static async make(
    { hostname, names }: { readonly hostname: string; readonly names: readonly string[] },
  ): Promise<Pod> {
    const folder = await Deno.makeTempDir({ prefix: "pod_" });
    const holder = Program.start({
      name: "pod",
      command: "unshare",
      args: [
        ...["--net", "--uts", "sh", "-ec"],
        'hostname "$1"; ip link set lo up; echo ready; exec sleep 100000',
        "pod",
        hostname,
      ],
    });
    const pod = new Pod(holder, folder);
    try {
      await Deno.mkdir(`${folder}/root`);
      await Deno.writeTextFile(`${folder}/hosts`, `127.0.0.1 localhost ${hostname} ${names.join(" ")}\n`);
      await Deno.writeTextFile(`${folder}/nsswitch.conf`, "hosts: files\n");
      await Deno.writeTextFile(`${folder}/passwd`, "ocs:x:9000:9000::/home/ocs:/bin/sh\n");
      // For whoever is another user there; a file made for this one alone is not read.
      await Deno.chmod(folder, 0o755);
      await holder.untilLog("ready");
    } catch (error) {
      await pod[Symbol.asyncDispose]();
      throw error;
    }
    return pod;
  }

  /** Command line of a program of this machine in the pod's network. */
  inside(command: string, args: readonly string[]): Pick<ProgramOptions, "command" | "args"> {
    return { command: "nsenter", args: ["--target", `${this.#holder.pid}`, "--net", "--", command, ...args] };
  }

  /** Command line of a program in a root, process ids and all else of its own. Its `PATH` begins with `/image/bin`. */
  contained({ name, command, env, mounts, user }: ContainedProgram): Omit<ProgramOptions, "graceMs"> {
    const settings = ["hosts", "nsswitch.conf", "passwd"].map((file) => ({
      source: `${this.#folder}/${file}`,
      target: `/etc/${file}`,
      readOnly: true,
    }));
    const all = [...settings, ...mounts];
    const variables = Object.entries({
      PATH: "/image/bin:/usr/local/bin:/usr/bin:/bin",
      HOME: "/tmp",
      ...env,
    });
    return {
      name,
      command: "nsenter",
      args: [
        ...["--target", `${this.#holder.pid}`, "--net", "--uts", "--"],
        ...["unshare", "--mount", "--pid", "--fork", "--kill-child", "--"],
        ...["sh", "-c", ENTER, "pod", `${this.#folder}/root`, user, String(all.length)],
        ...all.flatMap(({ source, target, readOnly }) => [source, target, readOnly ? "ro" : "rw"]),
        ...["env", "-i", ...variables.map(([key, value]) => `${key}=${value}`), ...command],
      ],
    };
  }

  /** Ends the network. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Why pods cannot be made here; undefined where they can. */
export async function podRefusal(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "they are made of Linux's namespaces";
  const args = [
    "--net",
    "--uts",
    "--mount",
    "--pid",
    "--fork",
    "sh",
    "-ec",
    "hostname pod; ip link set lo up",
  ];
  return await Program.run({ name: "unshare", command: "unshare", args }).then(() => undefined, String);
}

/** Signals the first process of a contained program, as `docker stop` does. */
export async function signalContained(program: Program, signal: Deno.Signal): Promise<void> {
  const children = await Deno.readTextFile(`/proc/${program.pid}/task/${program.pid}/children`);
  const first = Number(children.trim().split(" ")[0]);
  if (!(first > 0)) throw new Error(`Cannot signal "${program.name}": it has no process\n${program.tail()}`);
  Deno.kill(first, signal);
}
