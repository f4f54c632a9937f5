/** Who is let in: anonymous, ticket, wampcra, cryptosign (spec 5.1 to 5.5). @module */
import { createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import type { Hello } from "../../wamp/message.ts";
import { CryptosignDoor } from "./cryptosign_door.ts";
import { NO_DETAILS } from "./errors_out.ts";
import type { AuthenticationConfig, WampCraPrincipal } from "./options.ts";
import { isoTime, type RealmParts } from "./realm_parts.ts";
import { randomAuthid } from "./random.ts";
import { dictOf } from "./session.ts";
import { type Accepted, authidOf, type Challenged, ownEntry, type Refused, wrongProof } from "./verdict.ts";

/** The authentication of one path. */
export class Authentication {
  readonly #config: AuthenticationConfig;
  readonly #parts: Pick<RealmParts, "random" | "clock">;
  readonly #keys = new Map<WampCraPrincipal, string>();
  readonly #fakeSecret: string;
  readonly #cryptosign: CryptosignDoor | undefined;

  /** Makes the authentication of a path; without configuration anyone is role `anonymous`. */
  constructor(config: AuthenticationConfig | undefined, parts: Pick<RealmParts, "random" | "clock">) {
    this.#config = config ?? { anonymous: { role: "anonymous" } };
    this.#parts = parts;
    // Beforehand, because a derivation at the first login would tell by its time which names exist.
    for (const user of Object.values(this.#config.wampcra?.users ?? {})) this.#keys.set(user, keyOf(user));
    this.#fakeSecret = Array.from(parts.random.bytes(16), (byte) => byte.toString(16)).join("");
    const { cryptosign } = this.#config;
    this.#cryptosign = cryptosign === undefined
      ? undefined
      : new CryptosignDoor(cryptosign.principals, parts);
  }

  /** Decides what a HELLO gets. `session` is the id the session will have. */
  begin(hello: Hello, session: number): Accepted | Challenged | Refused {
    const { authmethods } = hello.details;
    const wanted: readonly unknown[] = Array.isArray(authmethods) ? authmethods : ["anonymous"];
    for (const method of wanted) {
      if (method === "anonymous" && this.#config.anonymous !== undefined) {
        const { role, authid = randomAuthid(this.#parts.random) } = this.#config.anonymous;
        const authextra = dictOf(hello.details.authextra) ?? NO_DETAILS;
        return { outcome: "accepted", authid, role, authmethod: "anonymous", authextra };
      }
      if (method === "ticket" && this.#config.ticket !== undefined) return this.#ticket(hello);
      if (method === "wampcra" && this.#config.wampcra !== undefined) return this.#wampcra(hello, session);
      if (method === "cryptosign" && this.#cryptosign !== undefined) return this.#cryptosign.begin(hello);
    }
    return {
      outcome: "refused",
      reason: "wamp.error.no_auth_method",
      text: "cannot authenticate using any of the offered authmethods",
      isFailure: false,
    };
  }

  // An unknown authid gets a challenge like any other, so that names cannot be probed.
  #ticket(hello: Hello): Challenged {
    const authid = authidOf(hello);
    const principal = ownEntry(this.#config.ticket?.principals, authid);
    return {
      outcome: "challenged",
      authid,
      method: "ticket",
      extra: NO_DETAILS,
      verify: ({ signature }) => {
        const isRight = sameText(signature, principal?.ticket ?? this.#fakeSecret);
        if (!isRight || principal === undefined) return wrongProof();
        return {
          outcome: "accepted",
          authid,
          role: principal.role,
          authmethod: "ticket",
          authextra: NO_DETAILS,
        };
      },
    };
  }

  #wampcra(hello: Hello, session: number): Challenged {
    const authid = authidOf(hello);
    const users = this.#config.wampcra?.users ?? {};
    const user = ownEntry(users, authid);
    const challenge = JSON.stringify({
      authid,
      authrole: user?.role ?? Object.values(users)[0]?.role ?? "anonymous",
      authmethod: "wampcra",
      authprovider: "static",
      nonce: Array.from(this.#parts.random.bytes(16), (byte) => byte.toString(16).padStart(2, "0")).join(""),
      timestamp: isoTime(this.#parts.clock.now()),
      session,
    });
    const shown = user ?? this.#fakeUser(authid, Object.values(users)[0]);
    return {
      outcome: "challenged",
      authid,
      method: "wampcra",
      extra: {
        challenge,
        ...(shown.salt === undefined
          ? {}
          : { salt: shown.salt, iterations: shown.iterations ?? 1000, keylen: shown.keylen ?? 32 }),
      },
      verify: ({ signature }) => {
        const key = this.#keys.get(shown) ?? shown.secret;
        const isRight = sameText(signature, wampcraSignature(key, challenge));
        if (!isRight || user === undefined) return wrongProof();
        return { outcome: "accepted", authid, role: user.role, authmethod: "wampcra", authextra: NO_DETAILS };
      },
    };
  }

  // Salted like the first real user; the salt must be the same whenever the same name is asked for.
  #fakeUser(authid: string, model: WampCraPrincipal | undefined): WampCraPrincipal {
    const digest = createHmac("sha256", this.#fakeSecret).update(authid).digest("base64");
    if (model?.salt === undefined) return { secret: digest, role: "" };
    return {
      ...model,
      secret: digest,
      derived: true,
      salt: digest.repeat(1 + Math.floor(model.salt.length / digest.length)).slice(0, model.salt.length),
    };
  }
}

function keyOf(user: WampCraPrincipal): string {
  const { secret, salt, iterations = 1000, keylen = 32, derived = false } = user;
  return salt === undefined || derived ? secret : deriveKey(secret, { salt, iterations, keylen });
}

/** Derives the key of a salted secret: PBKDF2 with HMAC-SHA256, as base64 text with padding. */
export function deriveKey(
  secret: string,
  options: { readonly salt: string; readonly iterations: number; readonly keylen: number },
): string {
  return pbkdf2Sync(secret, options.salt, options.iterations, options.keylen, "sha256").toString("base64");
}

/** Signs a challenge: base64 of HMAC-SHA256 with the key's text. */
export function wampcraSignature(key: string, challenge: string): string {
  return createHmac("sha256", key).update(challenge).digest("base64");
}

/** Compares in a time that does not tell how much is right; digests make the lengths equal. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
