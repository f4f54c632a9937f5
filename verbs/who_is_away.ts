/** Why a request to an agent got no answer. @module */
import { ControlClientError } from "../client/mod.ts";

/** Who is not there, for the moment or for good. */
export type Away = "router" | "agent";

/** Tells a router that is lost from an agent that is; undefined for errors that are neither. */
export function whoIsAway(error: unknown): Away | undefined {
  if (!(error instanceof ControlClientError)) return undefined;
  switch (error.uri) {
    case "wamp.close.transport_lost":
      return "router";
    case "wamp.error.no_such_procedure":
    case "wamp.error.canceled":
    case "wamp.error.timeout":
      return "agent";
    default:
      return undefined;
  }
}
