/** The demo observatory's site file, for the tools of other terminals. @module */
import type { DemoAgent } from "../demo_site.ts";

/** Where the router of the demo is. */
export interface DemoHub {
  readonly url: string;
  readonly httpUrl: string;
  readonly realm: string;
  readonly addressRoot: string;
}

/** A folder of the demo's own, removed at the end. */
export interface DemoFolder extends AsyncDisposable {
  /** For `OCS_CONFIG_DIR`. */
  readonly folder: string;
  /** Writes the site file; gives its path. */
  writeSite(hub: DemoHub, agents: readonly DemoAgent[]): Promise<string>;
}

/** Makes a temporary folder, and in it `default.yaml` when asked to. */
export async function makeDemoFolder(): Promise<DemoFolder> {
  const folder = await Deno.makeTempDir({ prefix: "ocs-demo-" });
  return {
    folder,
    async writeSite(hub, agents) {
      const path = `${folder}/default.yaml`;
      await Deno.writeTextFile(path, demoSiteText(hub, agents));
      return path;
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The text of the site file; the arguments are those the demo runs its agents with. */
function demoSiteText(
  { url, httpUrl, realm, addressRoot }: DemoHub,
  agents: readonly DemoAgent[],
): string {
  const instances = agents.map(({ instanceId, agentClass, args }) =>
    `      - agent-class: ${agentClass}\n` +
    `        instance-id: ${instanceId}\n` +
    `        arguments: ${JSON.stringify(args)}\n`
  ).join("");
  return `# The demo observatory. Gone when the demo ends.\n` +
    `hub:\n  wamp_server: ${url}\n  wamp_http: ${httpUrl}\n  wamp_realm: ${realm}\n  address_root: ${addressRoot}\n\n` +
    `hosts:\n  localhost:\n    agent-instances:\n${instances}`;
}
