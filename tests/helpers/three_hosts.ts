/** The demo observatory on three hosts: `router`, `control` and `smurf`. @module */
import assert from "node:assert/strict";
import { planRecording, withShortFrames } from "../../cli/demo/recording.ts";
import { preparePysmurf } from "../../cli/demo/pysmurf_demo.ts";
import { DEMO_AGENTS, type DemoAgent } from "../../cli/demo_site.ts";
import type { Program, ProgramEnd } from "./process.ts";
import { ADDRESS_ROOT, REALM } from "./router_fixture.ts";
import { type NetworkHost, type SmallNetwork, smallNetwork } from "./small_network.ts";
import { within } from "./until.ts";

/** Names of the hosts, in the order in which an operator brings them up. */
export const HOSTS = ["router", "control", "smurf"] as const;
export type HostName = typeof HOSTS[number];

/** Where each agent of the demo runs. */
export const PLACES: Readonly<Record<string, HostName>> = {
  "registry": "router",
  "faker2": "control",
  "barebones1": "control",
  "aggregator": "control",
  "timestream-agg": "control",
  "faker1": "smurf",
  "pysmurf-monitor": "smurf",
  "pysmurf-controller": "smurf",
  "smurf-stream": "smurf",
};

const MAIN = new URL("../../cli/main.ts", import.meta.url).href;
const TOUR = new URL("../tools/demo_tour.ts", import.meta.url).href;

/** Three hosts, the site file that all of them have, and a folder of data. Dispose of it. */
export class ThreeHosts implements AsyncDisposable {
  readonly hosts: Readonly<Record<HostName, NetworkHost>>;
  readonly folder: string;
  /** Path of the site file. */
  readonly siteFile: string;
  /** The stand-in tune script. */
  readonly script: string;
  readonly #network: SmallNetwork<HostName>;
  readonly #publisher: Readonly<Record<string, string>>;

  private constructor(
    network: SmallNetwork<HostName>,
    parts: Pick<ThreeHosts, "folder" | "siteFile" | "script"> & {
      publisher: Readonly<Record<string, string>>;
    },
  ) {
    this.#network = network;
    this.hosts = network.hosts;
    this.folder = parts.folder;
    this.siteFile = parts.siteFile;
    this.script = parts.script;
    this.#publisher = parts.publisher;
  }

  /** Makes the hosts and the site file; nothing runs yet. */
  static async open(): Promise<ThreeHosts> {
    const folder = await Deno.makeTempDir({ prefix: "three_hosts_" });
    const pysmurf = await preparePysmurf(folder);
    const publisher = takePublisher();
    const agents = [...withShortFrames(DEMO_AGENTS), ...pysmurf.agents, ...planRecording(folder).agents];
    assert.deepEqual(agents.map(({ instanceId }) => instanceId).sort(), Object.keys(PLACES).sort());
    const siteFile = `${folder}/default.yaml`;
    const network = await smallNetwork(HOSTS);
    await Deno.writeTextFile(siteFile, siteText(network.hosts, agents));
    return new ThreeHosts(network, { folder, siteFile, script: pysmurf.script ?? "", publisher });
  }

  /** Runs `ocs up` on a host, which finds its entry by the host's name, with something added to its environment. */
  up(name: HostName, env: Readonly<Record<string, string>> = {}): Program {
    return this.#start(name, [MAIN, "up"], {
      name: `ocs up on ${name}`,
      env: { ...this.#publisher, ...env },
    });
  }

  /** Runs an `ocs` command on a host to its end, whatever its exit code. */
  async ocs(name: HostName, ...args: readonly string[]): Promise<ProgramEnd> {
    await using program = this.#start(name, [MAIN, ...args], { name: `ocs ${args[0]} on ${name}` });
    return await within(program.ended, 45_000, `the end of ocs ${args.join(" ")}`);
  }

  /** Runs the demo's tour on the control host. */
  async tour(): Promise<ProgramEnd> {
    const args = [TOUR, this.siteFile, this.script, this.folder];
    await using program = this.#start("control", args, { name: "the tour" });
    return await within(program.ended, 90_000, "the end of the tour");
  }

  /** Nothing of ours may run there any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#network[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }

  #start(
    host: HostName,
    args: readonly string[],
    { name, env = {} }: { readonly name: string; readonly env?: Readonly<Record<string, string>> },
  ): Program {
    return this.hosts[host].start({
      name,
      command: Deno.execPath(),
      args: ["run", "-A", "--unstable-net", "--quiet", ...args],
      env: {
        ...{
          OCS_CONFIG_DIR: this.folder,
          INSTANCE_ID: "",
          SITE_HUB: "",
          SITE_HTTP: "",
          SITE_HOST: "",
          LOGLEVEL: "info",
        },
        ...env,
      },
      graceMs: 15_000,
    });
  }
}

/** As an operator writes it. Hosts away from the router wait for it however long a cable is out. */
function siteText(hosts: Readonly<Record<HostName, NetworkHost>>, agents: readonly DemoAgent[]): string {
  const blocks = HOSTS.map((host) =>
    `  ${host}:\n${host === "router" ? "" : "    crossbar_timeout: 0\n"}    agent-instances:\n` +
    agents.filter(({ instanceId }) => PLACES[instanceId] === host).map(({ instanceId, agentClass, args }) =>
      `      - agent-class: ${agentClass}\n` +
      `        instance-id: ${instanceId}\n` +
      // The recorder of the stream is on another host than its sender.
      `        arguments: ${JSON.stringify(args).replace('"127.0.0.1"', `"${hosts.smurf.address}"`)}\n`
    ).join("")
  );
  const { address } = hosts.router;
  return `hub:\n  wamp_server: ws://${address}:8001/ws\n  wamp_http: http://${address}:8001/call\n` +
    `  wamp_realm: ${REALM}\n  address_root: ${ADDRESS_ROOT}\n\nhosts:\n${blocks.join("")}`;
}

/** What the demo puts into the environment of its own process goes into that of the smurf host. */
function takePublisher(): Record<string, string> {
  const taken = Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith("SMURFPUB_"));
  for (const [name] of taken) Deno.env.delete(name);
  return Object.fromEntries(taken);
}
