/** The one connection that a verb works through. @module */
import {
  type ConnectedClient,
  connectWamp,
  OCSClient,
  readLogin,
  type WampConnection,
} from "../client/mod.ts";
import type { ClientSite } from "../client/mod.ts";
import type { AgentApi, Privs } from "../ocs/mod.ts";
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
  /** A link that is there already, such as the prompt's: it is borrowed, and `site` is not looked at. */
  readonly link?: SiteLink | undefined;
}

/** How one agent's client works. */
export interface LinkClientOptions extends Pick<VerbOptions, "timeoutSeconds" | "privs" | "signal"> {
  /** What the agent says of itself, where that is known already: then it is not asked. */
  readonly api?: AgentApi | undefined;
}

/** A connection to a site; whoever opened it closes it. */
export interface SiteLink extends AsyncDisposable {
  readonly connection: WampConnection;
  readonly clientSite: ClientSite;
  /** With the site file's hosts, where there is one. */
  readonly resolved: ResolvedSite;
  readonly timeoutSeconds: number;
  /** The client of one agent, on this connection; options over those of the link. */
  client(instanceId: string, options?: LinkClientOptions): Promise<ConnectedClient>;
  /** Has the next `client` of this agent made anew: it was restarted, or is gone. Default: those of all agents. */
  forget(instanceId?: string): void;
}

/** Deadline of a request where nobody names one. */
export const DEFAULT_TIMEOUT_SECONDS = 10;
/** A router on this network answers in milliseconds or not at all. */
const CONNECT_SECONDS = 3;

/**
 * Finds the site and joins its router, or borrows the link that the options name.
 *
 * Where a borrowed link's router is away, it is waited for within the deadline; disposing of it closes nothing.
 *
 * @throws {SiteError} If the site is not known.
 * @throws {JoinError} If the router is not reached within 3 s, or the deadline if that is less. With a borrowed link: within
 * the deadline.
 */
export async function openSite(options: VerbOptions): Promise<SiteLink> {
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, privs, signal } = options;
  if (options.link !== undefined) return await borrow(options.link, { timeoutSeconds, privs, signal });
  const { resolved, clientSite, url } = await findClientSite(options.site);
  const connection = await connectWamp({
    url,
    realm: clientSite.realm,
    authentication: await readLogin(clientSite.login),
    timeoutMs: Math.max(1, Math.min(CONNECT_SECONDS, timeoutSeconds) * 1000),
    signal,
  });
  return {
    connection,
    clientSite,
    resolved,
    timeoutSeconds,
    client: (instanceId, over = {}) =>
      OCSClient.connect(instanceId, {
        connection,
        site: clientSite,
        timeoutSeconds: over.timeoutSeconds ?? timeoutSeconds,
        privs: over.privs ?? privs ?? "",
        signal: over.signal ?? signal,
        api: over.api,
      }),
    forget: () => {},
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/** Where a site is, as clients want to know it. */
export async function findClientSite(
  options: SiteOptions | undefined,
): Promise<{ readonly resolved: ResolvedSite; readonly clientSite: ClientSite; readonly url: string }> {
  const resolved = await resolveSite(options);
  const url = needSetting(resolved, "wampServer");
  const clientSite: ClientSite = {
    wampServer: url,
    wampHttp: resolved.wampHttp,
    realm: needSetting(resolved, "realm"),
    addressRoot: needSetting(resolved, "addressRoot"),
    login: resolved.login,
  };
  return { resolved, clientSite, url };
}

async function borrow(
  link: SiteLink,
  options: LinkClientOptions & { readonly timeoutSeconds: number },
): Promise<SiteLink> {
  const { timeoutSeconds, signal } = options;
  await joinedOrAborted(link.connection, timeoutSeconds * 1000, signal);
  return {
    ...link,
    timeoutSeconds,
    client: (instanceId, over = {}) => link.client(instanceId, { ...options, ...over }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function joinedOrAborted(
  connection: WampConnection,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true, signal: over.signal });
  });
  try {
    await Promise.race([connection.joined(timeoutMs), aborted]);
  } finally {
    over.abort();
  }
}
