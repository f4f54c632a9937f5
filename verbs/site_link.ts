/** The one connection that a verb works through. @module */
import { type ConnectedClient, connectWamp, OCSClient, type WampConnection } from "../client/mod.ts";
import type { ClientSite } from "../client/mod.ts";
import type { Privs } from "../ocs/mod.ts";
import { needSetting, type ResolvedSite, resolveSite, type SiteOptions } from "../site/mod.ts";

/** What every verb may be told. */
export interface VerbOptions {
  /** Which site; default as every OCS program finds it. */
  readonly site?: SiteOptions | undefined;
  /** Deadline of each request, in seconds; default 10. */
  readonly timeoutSeconds?: number | undefined;
  /** A password, or the level (2 or 3) to find one for. */
  readonly privs?: Privs | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** A connection to a site; whoever opened it closes it. */
export interface SiteLink extends AsyncDisposable {
  readonly connection: WampConnection;
  readonly clientSite: ClientSite;
  /** With the site file's hosts, where there is one. */
  readonly resolved: ResolvedSite;
  readonly timeoutSeconds: number;
  /** The client of one agent, on this connection. */
  client(instanceId: string): Promise<ConnectedClient>;
}

const DEFAULT_TIMEOUT_SECONDS = 10;
/** A router on this network answers in milliseconds or not at all. */
const CONNECT_SECONDS = 3;

/**
 * Finds the site and joins its router.
 *
 * @throws {SiteError} If the site is not known.
 * @throws {JoinError} If the router is not reached within 3 s, or the deadline if that is less.
 */
export async function openSite(options: VerbOptions): Promise<SiteLink> {
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, privs, signal } = options;
  const resolved = await resolveSite(options.site);
  const clientSite: ClientSite = {
    wampServer: needSetting(resolved, "wampServer"),
    wampHttp: resolved.wampHttp,
    realm: needSetting(resolved, "realm"),
    addressRoot: needSetting(resolved, "addressRoot"),
  };
  const connection = await connectWamp({
    url: needSetting(resolved, "wampServer"),
    realm: clientSite.realm,
    timeoutMs: Math.max(1, Math.min(CONNECT_SECONDS, timeoutSeconds) * 1000),
    signal,
  });
  return {
    connection,
    clientSite,
    resolved,
    timeoutSeconds,
    client: (instanceId) =>
      OCSClient.connect(instanceId, {
        connection,
        site: clientSite,
        timeoutSeconds,
        privs: privs ?? "",
        signal,
      }),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
