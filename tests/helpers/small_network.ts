// deno-lint-ignore-file no-console -- whoever runs the tests must see why some were skipped
/** Hosts of their own, in network namespaces on one switch, with cables that can be pulled. @module */
import type { PeerTest } from "./interop_test.ts";
import { Program, type ProgramOptions } from "./process.ts";
import { untilTrue } from "./until.ts";

/** One host: its own interfaces, addresses and host name; the files are those of this machine. */
export interface NetworkHost {
  readonly name: string;
  readonly address: string;
  /** Starts a program there; whoever does disposes of it. */
  start(options: ProgramOptions): Program;
  /** Pulls its cable out of the switch: what it sends is lost, and nobody is told. */
  unplug(): Promise<void>;
  /** Puts it back. */
  plug(): Promise<void>;
}

/** Hosts on a switch. Dispose of it when no program runs there any more. */
export interface SmallNetwork<Name extends string> extends AsyncDisposable {
  readonly hosts: Readonly<Record<Name, NetworkHost>>;
}

/**
 * Makes hosts that reach each other and nobody else, `10.77.0.1` and on. Needs the rights of root.
 *
 * Each lives as long as a `cat` that waits for the end of this process, so that nothing stays, whatever ends a test.
 *
 * @throws {Error} If this user may not, or a program for it is missing.
 */
export async function smallNetwork<Name extends string>(names: readonly Name[]): Promise<SmallNetwork<Name>> {
  const spaces = new AsyncDisposableStack();
  try {
    const networkSwitch = spaces.use(await Namespace.open());
    await networkSwitch.run("ip link add switch type bridge");
    await networkSwitch.run("ip link set switch up");
    const hosts: [Name, NetworkHost][] = [];
    for (const [at, name] of names.entries()) {
      const host = spaces.use(await Namespace.open());
      const [address, port] = [`10.77.0.${at + 1}`, `port${at + 1}`];
      await host.run(`hostname ${name}`);
      await host.run("ip link set lo up");
      await networkSwitch.run(`ip link add ${port} type veth peer name eth0 netns ${host.pid}`);
      await networkSwitch.run(`ip link set ${port} master switch up`);
      await host.run(`ip address add ${address}/24 dev eth0`);
      await host.run("ip link set eth0 up");
      hosts.push([name, {
        name,
        address,
        start: (options) => Program.start(host.inside(options)),
        unplug: () => networkSwitch.run(`ip link set ${port} down`),
        plug: () => networkSwitch.run(`ip link set ${port} up`),
      }]);
    }
    return {
      // Safe: each name has just been given its host.
      hosts: Object.fromEntries(hosts) as Record<Name, NetworkHost>,
      [Symbol.asyncDispose]: () => spaces.disposeAsync(),
    };
  } catch (error) {
    await spaces.disposeAsync();
    throw error;
  }
}

/** The same tests where this user may make such a network; elsewhere they are skipped, with the reason. */
export async function whereNetworksMayBeMade<T>(test: PeerTest<T>): Promise<PeerTest<T>> {
  try {
    await using _network = await smallNetwork(["one", "two"]);
    return test;
  } catch (error) {
    console.log(
      `skipped: tests with hosts of their own: ${error instanceof Error ? error.message : String(error)}`,
    );
    return (name) => Deno.test({ name, ignore: true, fn: () => {} });
  }
}

/** A network and a host name, held by a process that does nothing. */
class Namespace implements AsyncDisposable {
  readonly pid: number;
  readonly #holder: Deno.ChildProcess;
  readonly #stderr: Promise<string>;
  #ended = false;

  private constructor(holder: Deno.ChildProcess) {
    this.#holder = holder;
    this.pid = holder.pid;
    this.#stderr = new Response(holder.stderr).text();
    void holder.status.then(() => this.#ended = true);
  }

  static async open(): Promise<Namespace> {
    const holder = new Deno.Command("unshare", {
      args: ["--net", "--uts", "--", "cat"],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const space = new Namespace(holder);
    try {
      const ours = await Deno.readLink("/proc/self/ns/net");
      await untilTrue(
        async () => space.#ended || await Deno.readLink(`/proc/${space.pid}/ns/net`) !== ours,
        { what: "a network of its own" },
      );
      if (space.#ended) throw new Error(`Cannot make a network: ${(await space.#stderr).trim()}`);
      return space;
    } catch (error) {
      await space[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The same program, in here. */
  inside({ command, args, ...options }: ProgramOptions): ProgramOptions {
    return { ...options, command: "nsenter", args: [...this.#enter(), command, ...args] };
  }

  /** Runs a command in here to its end; its words have no blanks. */
  async run(line: string): Promise<void> {
    const args = [...this.#enter(), ...line.split(" ")];
    const { success, stderr } = await new Deno.Command("nsenter", { args }).output();
    if (!success) throw new Error(`Cannot run "${line}": ${new TextDecoder().decode(stderr).trim()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It is broken already where the process has ended.
    await this.#holder.stdin.close().catch(() => {});
    await this.#stderr;
    await this.#holder.status;
  }

  #enter(): string[] {
    return ["--target", String(this.pid), "--net", "--uts", "--"];
  }
}
