/** A host manager as a program, with a site file that a test writes. @module */
import { allProcesses, type ProcessInfo } from "../../../internal/process_table.ts";
import { bridgeCall } from "../../helpers/bridge.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import type { Program } from "../../helpers/process.ts";
import type { RouterFixture } from "../../helpers/router_fixture.ts";
import { type SiteFolder, writeSite } from "../../helpers/site_file.ts";
import { untilTrue } from "../../helpers/until.ts";

/** One entry of the site file; a list as `exe` is run exactly as it is. */
export interface BedAgent {
  readonly id: string;
  readonly class?: string;
  readonly manage?: string;
  readonly exe?: string | readonly string[];
  readonly arguments?: readonly unknown[];
}

/** A program that does nothing until it is asked to end. */
export const IDLE: readonly string[] = ["sleep", "1000"];

/** A child as session data show it. */
export interface ShownChild {
  readonly next_action: string;
  readonly target_state: string;
  readonly stability: number;
  readonly agent_class: string;
  readonly instance_id: string;
  readonly operable: boolean;
  readonly restart_required: boolean;
}

/** What a session of `manager` shows. */
export interface ShownManager {
  readonly status: string;
  readonly op_code: number;
  readonly success: boolean | null;
  readonly degraded: boolean;
  readonly messages: readonly (readonly [number, string])[];
  readonly data: {
    readonly child_states: readonly ShownChild[];
    readonly config_parse_status: Readonly<Record<string, readonly [boolean, number, string]>>;
    readonly orphans: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly new_tags: Readonly<Record<string, string>>;
    readonly starts: {
      readonly max_starting: number;
      readonly start_first: readonly string[];
      readonly waiting: readonly string[];
    };
    readonly children: Readonly<
      Record<string, {
        readonly pid: number | null;
        readonly adopted: boolean;
        readonly next_launch: number | null;
        readonly failures: number;
        readonly out: readonly string[];
        readonly err: readonly string[];
      }>
    >;
  };
}

/** Reply of an operation: code, message, session. */
export type Reply = readonly [code: number, message: string, session: ShownManager];

/** The host manager `hm1` of a site, with a state folder of its own. Dispose of it: no child outlives it. */
export class HostBed implements AsyncDisposable {
  readonly site: SiteFolder;
  readonly stateDir: string;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #program: Program | undefined;

  private constructor(
    site: SiteFolder,
    { args, env }: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> },
  ) {
    this.site = site;
    this.stateDir = `${Deno.realPathSync(site.folder)}/state`;
    this.#args = args;
    this.#env = env;
  }

  /** Writes the site file; nothing runs yet. */
  static async make(
    router: RouterFixture,
    agents: readonly BedAgent[],
    { args = [], env = {} }: {
      readonly args?: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<HostBed> {
    const bed = new HostBed(await writeSite(router, []), { args, env });
    await bed.writeAgents(agents);
    return bed;
  }

  /** The program; throws while there is none. */
  get program(): Program {
    if (this.#program === undefined) throw new Error("Cannot use the host manager: it does not run");
    return this.#program;
  }

  /** Text of the site file for these agents. */
  siteText(agents: readonly BedAgent[]): string {
    const { url, httpUrl, realm, addressRoot } = this.site.router;
    const entries = [{ id: "hm1", class: "HostManager" }, ...agents];
    const site = {
      hub: { wamp_server: url, wamp_http: httpUrl, wamp_realm: realm, address_root: addressRoot },
      hosts: {
        localhost: {
          "agent-instances": entries.map((
            { id, class: agentClass = "Thing", manage, exe, ...rest }: BedAgent,
          ) => ({
            "agent-class": agentClass,
            "instance-id": id,
            ...(manage === undefined ? {} : { manage }),
            ...(exe === undefined ? {} : { "agent-exe": exe }),
            arguments: rest.arguments ?? [],
          })),
        },
      },
    };
    return `${JSON.stringify(site, null, 2)}\n`;
  }

  /** Writes the site file anew, and makes it look as if that had been a while ago. */
  async writeAgents(agents: readonly BedAgent[]): Promise<void> {
    await this.writeText(this.siteText(agents));
  }

  /** The same with any text. In one step: an agent that starts just then must not see half of it. */
  async writeText(text: string): Promise<void> {
    const next = `${this.site.file}.next`;
    await Deno.writeTextFile(next, text);
    const old = Date.now() / 1000 - 60;
    await Deno.utime(next, old, old);
    await Deno.rename(next, this.site.file);
  }

  /** Starts the manager and waits until it answers. */
  async start(args: readonly string[] = []): Promise<void> {
    this.#program = await startOurAgent(this.site, {
      agentClass: "HostManager",
      instanceId: "hm1",
      args: ["--state-dir", this.stateDir, ...this.#args, ...args],
      env: this.#env,
    });
  }

  /** Kills the manager alone, as `kill -9` does. */
  async kill(): Promise<void> {
    await this.program.kill();
    this.#program = undefined;
  }

  /** Calls the manager. */
  async call(action: string, op: string, params: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
    const kept = action === "wait" ? [action, op, 30] : [action, op, params];
    const [reply] = await bridgeCall(this.site.router, "observatory.hm1.ops", kept);
    // The shape is that of the specification, which the assertions of the tests check.
    return reply as unknown as Reply;
  }

  /** Starts a task and waits for its end. */
  async task(op: string, params: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
    await this.call("start", op, params);
    return await this.call("wait", op);
  }

  /** The session of `manager` as it is now. */
  async shown(): Promise<ShownManager> {
    return (await this.call("status", "manager"))[2];
  }

  /** Waits until the session of `manager` is as wanted. */
  async until(
    what: string,
    condition: (shown: ShownManager) => unknown,
    timeoutMs = 20_000,
  ): Promise<ShownManager> {
    let last: ShownManager | undefined;
    try {
      return await untilTrue(async () => {
        last = await this.shown();
        return condition(last) ? last : undefined;
      }, { what, timeoutMs, pollMs: 50 });
    } catch (error) {
      throw new Error(`Cannot see ${what}: ${JSON.stringify(last, null, 1)}`, { cause: error });
    }
  }

  /** Waits until these agents are in this state. */
  untilState(ids: readonly string[], state: string, timeoutMs?: number): Promise<ShownManager> {
    return this.until(
      `${ids.join(", ")} ${state}`,
      ({ data }) => ids.every((id) => stateOf(data.child_states, id) === state),
      timeoutMs,
    );
  }

  /** Processes that write to logs of this manager's children, one for each child. */
  children(): readonly ProcessInfo[] {
    return allProcesses().filter(({ leadsSession, outputPath }) =>
      leadsSession && outputPath?.startsWith(`${this.stateDir}/`)
    );
  }

  /** Process ids of the children, by instance id. */
  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.children().map(({ outputPath = "", pid }) => [outputPath.replace(/^.*\/|\.out$/g, ""), pid]),
    );
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.stop();
    for (const { pid } of this.children()) Deno.kill(-pid, "SIGKILL");
    await this.site[Symbol.asyncDispose]();
  }
}

/** `next_action` of an instance; undefined where there is none. */
export function stateOf(states: readonly ShownChild[], id: string): string | undefined {
  return states.find(({ instance_id }) => instance_id === id)?.next_action;
}

/** All messages of a session as one text. */
export function textsOf({ messages }: Pick<ShownManager, "messages">): string {
  return messages.map(([, text]) => text).join("\n");
}
