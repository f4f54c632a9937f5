/** What a HELLO and a proof come to, for every method of authentication. @module */
import type { Authenticate, Dict, Hello } from "../../wamp/message.ts";

/** A proof of identity that was accepted; the role may not exist in the realm. */
export interface Accepted {
  /** Tells the three apart. */
  readonly outcome: "accepted";
  /** Who it says it is. */
  readonly authid: string;
  /** Name of its role. */
  readonly role: string;
  /** How it was proved. */
  readonly authmethod: string;
  /** What WELCOME gives back. */
  readonly authextra: Dict;
}

/** The peer must prove who it is; `verify` looks at its answer. */
export interface Challenged {
  /** Tells the three apart. */
  readonly outcome: "challenged";
  /** Who it says it is. */
  readonly authid: string;
  /** Name of the method. */
  readonly method: string;
  /** What CHALLENGE says. */
  readonly extra: Dict;
  /** Looks at the peer's answer. */
  readonly verify: (answer: Authenticate) => Accepted | Refused;
}

/** The peer is sent away with an ABORT. */
export interface Refused {
  /** Tells the three apart. */
  readonly outcome: "refused";
  /** Reason of the ABORT. */
  readonly reason: string;
  /** What ABORT tells in words; nothing about what was wrong with a proof. */
  readonly text: string;
  /** Whether it was a wrong proof, which is counted and slowed down. */
  readonly isFailure: boolean;
}

/** What every wrong proof gets, of whatever method and whoever it came from. */
export function wrongProof(): Refused {
  return {
    outcome: "refused",
    reason: "wamp.error.authentication_failed",
    text: "authentication failed",
    isFailure: true,
  };
}

/** Who a client says it is; empty for nobody. */
export function authidOf(hello: Hello): string {
  return typeof hello.details.authid === "string" ? hello.details.authid : "";
}

/** An entry of a configuration dict, but never something inherited such as `constructor`. */
export function ownEntry<T>(entries: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return entries !== undefined && Object.hasOwn(entries, key) ? entries[key] : undefined;
}
