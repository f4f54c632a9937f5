/** The names under which Python's `ocs-client-cli shell` has its agents. @module */
import type { ConnectedClient } from "../client/mod.ts";
import type { SiteLink } from "../verbs/site_link.ts";
import type { AgentVariables } from "./agent_variables.ts";

/** What the names are made of. */
export interface DefineClientsOptions {
  readonly link: Pick<SiteLink, "client">;
  readonly variables: Pick<AgentVariables, "clientOf">;
}

/**
 * Makes `clients` global, and `client` where it is one, until disposed of; nothing for no ids.
 *
 * Each is the client that the agent's own variable holds at that moment, so it is renewed when the agent was restarted.
 *
 * @throws {ControlClientError} If one of the agents is not reached.
 * @throws {NotConnectedError} If the router is not.
 */
export async function defineClients(
  instanceIds: readonly string[],
  { link, variables }: DefineClientsOptions,
): Promise<Disposable> {
  if (instanceIds.length === 0) return { [Symbol.dispose]() {} };
  const first = await Promise.all(instanceIds.map((id) => link.client(id)));
  const current = (): (ConnectedClient | undefined)[] =>
    instanceIds.map((id, at) => variables.clientOf(id) ?? first[at]);
  const getters: Record<string, () => unknown> = {
    clients: current,
    ...(instanceIds.length === 1 ? { client: () => current()[0] } : {}),
  };
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(globalThis, name, {
      get,
      // What the operator puts there is the operator's.
      set: (value: unknown) =>
        void Object.defineProperty(globalThis, name, {
          value,
          writable: true,
          configurable: true,
          enumerable: true,
        }),
      configurable: true,
      enumerable: true,
    });
  }
  return {
    [Symbol.dispose]() {
      for (const name of Object.keys(getters)) Reflect.deleteProperty(globalThis, name);
    },
  };
}

/** Says how to reach the agents, in the words of Python's shell (spec ocs 7.2); undefined for no ids. */
export function clientsBanner(instanceIds: readonly string[]): string | undefined {
  const [only, ...more] = instanceIds;
  if (only === undefined) return undefined;
  if (more.length === 0) return `ocs client -- use client.<op_name> to talk to ${only}`;
  return [
    "ocs client --",
    ...instanceIds.map((id, at) => `  -- use clients[${at}].<op_name> to talk to ${id}`),
  ]
    .join("\n");
}
