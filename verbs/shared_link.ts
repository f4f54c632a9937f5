/** One link for many verbs, as the prompt needs it. @module */
import {
  type ConnectedClient,
  OCSClient,
  readLogin,
  type RequestGuard,
  WampConnection,
} from "../client/mod.ts";
import type { Logger } from "../internal/log.ts";
import {
  DEFAULT_TIMEOUT_SECONDS,
  findClientSite,
  type LinkClientOptions,
  type SiteLink,
  type VerbOptions,
} from "./site_link.ts";

/** A router that is back should be seen soon: somebody sits in front of it. */
const MAX_PAUSE_MS = 2000;

/** How a shared link is opened. */
export interface SharedLinkOptions extends Pick<VerbOptions, "site" | "timeoutSeconds" | "privs"> {
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** Stands between the agents' clients and their requests. */
  readonly guard?: RequestGuard | undefined;
}

/**
 * Opens one reconnecting connection to a site for many verbs; whoever opened it closes it.
 *
 * The router need not be there yet: `link.connection` tells, and a verb that borrows the link waits for it within its own
 * deadline. The clients of agents are kept until `forget`, which is `FleetWatch`'s work: it hears when an agent expires
 * or is restarted.
 *
 * @throws {SiteError} If the site is not known.
 */
export async function openSharedLink(options: SharedLinkOptions = {}): Promise<SiteLink> {
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, privs, logger, guard } = options;
  const { resolved, clientSite, url } = await findClientSite(options.site);
  const connection = new WampConnection({
    url,
    realm: clientSite.realm,
    authentication: await readLogin(clientSite.login),
    maxPauseMs: MAX_PAUSE_MS,
    logger,
  });
  const clients = new Map<string, ConnectedClient>();
  return {
    connection,
    clientSite,
    resolved,
    timeoutSeconds,
    client: async (instanceId, over: LinkClientOptions = {}) => {
      const chosen = over.privs ?? privs ?? "";
      const key = JSON.stringify([instanceId, chosen]);
      const known = clients.get(key);
      if (known !== undefined) return known;
      const client = await OCSClient.connect(instanceId, {
        connection,
        site: clientSite,
        timeoutSeconds: over.timeoutSeconds ?? timeoutSeconds,
        privs: chosen,
        signal: over.signal,
        api: over.api,
        guard,
        logger,
      });
      clients.set(key, client);
      return client;
    },
    forget: (instanceId) => {
      for (const [key, client] of clients) {
        if (instanceId === undefined || client.instanceId === instanceId) clients.delete(key);
      }
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
