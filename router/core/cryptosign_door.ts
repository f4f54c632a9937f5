/** Who is let in by WAMP-cryptosign (spec 5.5). @module */
import { Buffer } from "node:buffer";
import { CRYPTOSIGN_BYTES, isCryptosignSignature, parseCryptosignHex } from "../../wamp/cryptosign.ts";
import type { Hello } from "../../wamp/message.ts";
import { NO_DETAILS } from "./errors_out.ts";
import type { CryptosignPrincipal } from "./options.ts";
import type { RealmParts } from "./realm_parts.ts";
import { dictOf } from "./session.ts";
import { authidOf, type Challenged, ownEntry, type Refused, wrongProof } from "./verdict.ts";

// An unknown principal's proof is checked with this key where the client named none, so that both take the same time.
const NOBODY = "00".repeat(CRYPTOSIGN_BYTES);

/** The cryptosign authentication of one path. */
export class CryptosignDoor {
  readonly #principals: Readonly<Record<string, CryptosignPrincipal>>;
  readonly #random: RealmParts["random"];
  /** Authids by key in small letters; undefined for a key of two principals, which names nobody. */
  readonly #authids = new Map<string, string | undefined>();

  /** Takes the principals by authid. */
  constructor(
    principals: Readonly<Record<string, CryptosignPrincipal>>,
    { random }: Pick<RealmParts, "random">,
  ) {
    this.#principals = principals;
    this.#random = random;
    for (const [authid, { authorizedKeys }] of Object.entries(principals)) {
      for (const key of new Set(authorizedKeys.map((text) => text.toLowerCase()))) {
        this.#authids.set(key, this.#authids.has(key) ? undefined : authid);
      }
    }
  }

  /** Decides what a HELLO gets; names and keys that nobody has get a challenge like any other. */
  begin(hello: Hello): Challenged | Refused {
    const { pubkey, channel_binding: binding } = dictOf(hello.details.authextra) ?? NO_DETAILS;
    // Deno tells neither tls-unique nor exporter values, so nothing could be bound to.
    if (binding !== undefined && binding !== null) {
      return {
        outcome: "refused",
        reason: "wamp.error.authentication_failed",
        text: "channel binding not supported",
        isFailure: false,
      };
    }
    const key = parseCryptosignHex(pubkey) === undefined ? undefined : String(pubkey).toLowerCase();
    const authid = authidOf(hello) || this.#authids.get(key ?? "") || "";
    const principal = ownEntry(this.#principals, authid);
    const challenge = this.#random.bytes(CRYPTOSIGN_BYTES);
    return {
      outcome: "challenged",
      authid,
      method: "cryptosign",
      extra: { challenge: Buffer.from(challenge).toString("hex"), channel_binding: null },
      verify: ({ signature }) => {
        const isRight = isCryptosignSignature(key ?? NOBODY, challenge, signature);
        const isTheirs = principal !== undefined && key !== undefined &&
          principal.authorizedKeys.some((known) => known.toLowerCase() === key);
        const isHere = principal?.realm === undefined || principal.realm === hello.realm;
        if (!isRight || !isTheirs || !isHere) return wrongProof();
        return {
          outcome: "accepted",
          authid,
          role: principal.role,
          authmethod: "cryptosign",
          authextra: NO_DETAILS,
        };
      },
    };
  }
}
