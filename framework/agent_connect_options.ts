/** How an agent gets to its router. @module */
import type { ConnectOptions } from "../client/connect_options.ts";

/** Where the router is; the agent connects for ever and reconnects by itself. */
export type AgentConnectOptions = Pick<
  ConnectOptions,
  | "url"
  | "realm"
  | "authentication"
  | "caCerts"
  | "openTransport"
  | "attemptTimeoutMs"
  | "maxMessageBytes"
  | "softQueueBytes"
  | "hardQueueBytes"
  | "stuckMs"
  | "clock"
>;
