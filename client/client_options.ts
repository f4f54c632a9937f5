/** How a client reaches its agent. @module */
import type { Logger } from "../internal/log.ts";
import type { AgentApi, Privs } from "../ocs/mod.ts";
import type { SiteChoice } from "./client_site.ts";
import type { RequestGuard } from "./request_guard.ts";
import type { WampConnection } from "./wamp_connection.ts";

/** How an agent is reached. */
export interface ClientOptions extends SiteChoice {
  /** `wamp` (default) has feeds; `http` uses the router's bridge, one request each, without a connection. */
  readonly carrier?: "wamp" | "http" | undefined;
  /**
   * A connection that several clients share. It must be to the site's router and realm; whoever made it closes
   * it. Default: a connection of the client's own.
   */
  readonly connection?: WampConnection | undefined;
  /** What the agent says of itself, where that is known already: then it is not asked. */
  readonly api?: AgentApi | undefined;
  /** A password, or the level (2 or 3) to find one for in the passwords file. Default: none. */
  readonly privs?: Privs;
  /** Deadline of `connect` and of every request that names none, in seconds. Default 30. */
  readonly timeoutSeconds?: number | undefined;
  /** Gives up connecting. */
  readonly signal?: AbortSignal | undefined;
  /** Stands between the client and its requests; `script.connect` puts the script there. */
  readonly guard?: RequestGuard | undefined;
  /**
   * Whether this process, asked to end by Ctrl-C or SIGTERM, first stops what `running()` of this client holds.
   * Default true without a guard, and for programs that do not listen to these signals themselves.
   */
  readonly stopOnSignals?: boolean | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}
