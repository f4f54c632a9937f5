/** Answers to a router that asks who we are. @module */
import { Buffer } from "node:buffer";
import { createHmac, type KeyObject, pbkdf2Sync } from "node:crypto";
import {
  cryptosignKey,
  cryptosignPublicKey,
  cryptosignSignature,
  parseCryptosignHex,
} from "../wamp/cryptosign.ts";

/** Who we are; without it a session is anonymous. */
export type Authentication = TicketAuthentication | WampCraAuthentication | CryptosignAuthentication;

/** A secret that is sent as it is: only over TLS or on one machine. */
export interface TicketAuthentication {
  /** Which of the methods this is. */
  readonly method: "ticket";
  /** Who we claim to be. */
  readonly authId: string;
  /** The secret. */
  readonly ticket: string;
}

/** A secret that is never sent (WAMP-CRA, plain or salted). */
export interface WampCraAuthentication {
  /** Which of the methods this is. */
  readonly method: "wampcra";
  /** Who we claim to be. */
  readonly authId: string;
  /** The secret as text, also where the router keeps it salted. */
  readonly secret: string;
}

/** An Ed25519 key of which the router knows the public half (WAMP-cryptosign), without channel binding. */
export interface CryptosignAuthentication {
  /** Which of the methods this is. */
  readonly method: "cryptosign";
  /** Who we claim to be. Default: whoever the router knows by this key. */
  readonly authId?: string | undefined;
  /** The private key: its 32 bytes in 64 hexadecimal digits. `readKeyFile` finds it in a file. */
  readonly privateKey: string;
}

/** Bounds the work that a router can ask for; sites use 1000. */
const MAX_ITERATIONS = 1_000_000;

/** The methods to announce in HELLO; none for an anonymous session, as Python's OCS does. */
export function authMethods(authentication: Authentication | undefined): string[] | undefined {
  return authentication === undefined ? undefined : [authentication.method];
}

/**
 * What HELLO says beside method and name: cryptosign's public key.
 *
 * @throws {TypeError} If the private key is none.
 */
export function authExtra(authentication: Authentication | undefined): Record<string, unknown> | undefined {
  if (authentication?.method !== "cryptosign") return undefined;
  return { pubkey: cryptosignPublicKey(keyOf(authentication)), channel_binding: null };
}

/**
 * The signature for a CHALLENGE.
 *
 * @throws {TypeError} If the router asks by another method than announced, or with fields that make no sense.
 */
export function answerChallenge(
  authentication: Authentication | undefined,
  method: string,
  extra: Readonly<Record<string, unknown>>,
): string {
  if (authentication === undefined || authentication.method !== method) {
    const ours = authentication?.method ?? "anonymous";
    throw new TypeError(`Cannot answer the challenge "${method}": this client authenticates by ${ours}`);
  }
  if (authentication.method === "ticket") return authentication.ticket;
  if (authentication.method === "cryptosign") return signedChallenge(authentication, extra);
  const { challenge, salt } = extra;
  if (typeof challenge !== "string") {
    throw new TypeError('Cannot answer the challenge "wampcra": it has no text to sign');
  }
  const key = typeof salt === "string" && salt !== ""
    ? deriveKey(authentication.secret, salt, extra.iterations, extra.keylen)
    : authentication.secret;
  return createHmac("sha256", key).update(challenge).digest("base64");
}

function signedChallenge(
  authentication: CryptosignAuthentication,
  { challenge, channel_binding: binding }: Readonly<Record<string, unknown>>,
): string {
  if (binding !== undefined && binding !== null) {
    throw new TypeError(
      'Cannot answer the challenge "cryptosign": it asks for channel binding, expected none',
    );
  }
  const bytes = parseCryptosignHex(challenge);
  if (bytes === undefined) {
    throw new TypeError('Cannot answer the challenge "cryptosign": it is not 32 bytes in hexadecimal digits');
  }
  return cryptosignSignature(keyOf(authentication), bytes);
}

function keyOf({ privateKey }: CryptosignAuthentication): KeyObject {
  const seed = parseCryptosignHex(privateKey);
  if (seed === undefined) {
    throw new TypeError("Cannot use the private key: it is not 32 bytes in hexadecimal digits");
  }
  return cryptosignKey(seed);
}

function deriveKey(secret: string, salt: string, iterations: unknown, keyLength: unknown): string {
  // Missing fields mean 1000 and 32 for autobahn-js and nexus.
  const rounds = positiveInteger(iterations ?? 1000, MAX_ITERATIONS, "iterations");
  const length = positiveInteger(keyLength ?? 32, 512, "keylen");
  return Buffer.from(pbkdf2Sync(secret, salt, rounds, length, "sha256")).toString("base64");
}

function positiveInteger(value: unknown, max: number, name: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > max) {
    throw new TypeError(`Cannot answer the challenge "wampcra": ${name} is not an integer from 1 to ${max}`);
  }
  return value;
}
