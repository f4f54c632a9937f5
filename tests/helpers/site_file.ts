/** Site files as Python and we read them. @module */
import type { RouterFixture } from "./router_fixture.ts";

/** One agent of a site file. */
export interface SiteAgent {
  readonly agentClass: string;
  readonly instanceId: string;
  /** As in the file: pairs or a flat list. */
  readonly arguments?: readonly unknown[];
  readonly manage?: string;
}

/** A temporary folder with a `default.yaml`. Dispose of it. */
export interface SiteFolder extends AsyncDisposable {
  readonly folder: string;
  /** Path of the site file. */
  readonly file: string;
  /** The router its hub names. */
  readonly router: RouterFixture;
}

/** Writes a site file for one host, `localhost`, and a router. */
export async function writeSite(router: RouterFixture, agents: readonly SiteAgent[]): Promise<SiteFolder> {
  const folder = await Deno.makeTempDir({ prefix: "site_" });
  const site = {
    hub: {
      wamp_server: router.url,
      wamp_http: router.httpUrl,
      wamp_realm: router.realm,
      address_root: router.addressRoot,
      registry_address: `${router.addressRoot}.registry`,
    },
    hosts: {
      localhost: {
        "agent-instances": agents.map((agent) => ({
          "agent-class": agent.agentClass,
          "instance-id": agent.instanceId,
          ...(agent.manage === undefined ? {} : { manage: agent.manage }),
          arguments: agent.arguments ?? [],
        })),
      },
    },
  };
  const file = `${folder}/default.yaml`;
  // JSON is YAML, and both readers take it.
  await Deno.writeTextFile(file, JSON.stringify(site, null, 2) + "\n");
  return {
    folder,
    file,
    router,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
