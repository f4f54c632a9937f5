/** The demo observatory's site file, for the tools of other terminals. @module */
import { DEMO_AGENTS } from "../demo_site.ts";

/** Where the router of the demo is. */
export interface DemoHub {
  readonly url: string;
  readonly httpUrl: string;
  readonly realm: string;
  readonly addressRoot: string;
}

/** A site file in a folder of its own, removed at the end. */
export interface DemoSiteFile extends AsyncDisposable {
  /** For `OCS_CONFIG_DIR`. */
  readonly folder: string;
  /** The file in it. */
  readonly path: string;
}

/** Writes `default.yaml` into a new temporary folder. */
export async function writeDemoSite(hub: DemoHub): Promise<DemoSiteFile> {
  const folder = await Deno.makeTempDir({ prefix: "ocs-demo-" });
  const path = `${folder}/default.yaml`;
  await Deno.writeTextFile(path, demoSiteText(hub));
  return {
    folder,
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The text of the site file; the arguments are those the demo runs its agents with. */
function demoSiteText({ url, httpUrl, realm, addressRoot }: DemoHub): string {
  const instances = DEMO_AGENTS.map(({ instanceId, agentClass, args }) =>
    `      - agent-class: ${agentClass}\n` +
    `        instance-id: ${instanceId}\n` +
    `        arguments: ${JSON.stringify(args)}\n`
  ).join("");
  return `# The demo observatory. Gone when the demo ends.\n` +
    `hub:\n  wamp_server: ${url}\n  wamp_http: ${httpUrl}\n  wamp_realm: ${realm}\n  address_root: ${addressRoot}\n\n` +
    `hosts:\n  localhost:\n    agent-instances:\n${instances}`;
}
