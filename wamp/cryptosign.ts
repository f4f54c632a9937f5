/** Signatures of WAMP-cryptosign: Ed25519 over a challenge (wire spec 5.5). @module */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** Bytes of a seed, of a public key and of a challenge. */
export const CRYPTOSIGN_BYTES = 32;

// What stands before the 32 bytes in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410), which Ed25519 keys share.
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/**
 * Makes the private key of a seed.
 *
 * @throws {RangeError} If the seed does not have 32 bytes.
 */
export function cryptosignKey(seed: Uint8Array): KeyObject {
  if (seed.length !== CRYPTOSIGN_BYTES) {
    throw new RangeError(`Cannot make an Ed25519 key: the seed has ${seed.length} bytes, expected 32`);
  }
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: "der", type: "pkcs8" });
}

/** Gives the public key of a private one, in 64 hexadecimal digits as routers list it. */
export function cryptosignPublicKey(key: KeyObject): string {
  // Safe: the export of a public key as DER is bytes.
  const der = createPublicKey(key).export({ format: "der", type: "spki" }) as Uint8Array;
  return Buffer.from(der.subarray(-CRYPTOSIGN_BYTES)).toString("hex");
}

/** Signs a challenge without channel binding: 64 bytes of signature and the 32 bytes that were signed, in hex. */
export function cryptosignSignature(key: KeyObject, challenge: Uint8Array): string {
  const message = Buffer.from(challenge);
  return Buffer.concat([sign(null, message, key), message]).toString("hex");
}

/**
 * Tells whether a proof is this key's signature of this very challenge; anything malformed is not.
 *
 * @param publicKey 64 hexadecimal digits.
 * @param proof As it came with AUTHENTICATE.
 */
export function isCryptosignSignature(publicKey: string, challenge: Uint8Array, proof: string): boolean {
  const key = parseCryptosignHex(publicKey);
  const bytes = /^[0-9a-f]{192}$/i.test(proof) ? Buffer.from(proof, "hex") : undefined;
  if (key === undefined || bytes === undefined) return false;
  // The bytes behind the signature say what was signed: those of another challenge are a proof that was seen before.
  if (!bytes.subarray(64).equals(challenge)) return false;
  const spki = Buffer.concat([PUBLIC_PREFIX, key]);
  try {
    const object = createPublicKey({ key: spki, format: "der", type: "spki" });
    return verify(null, Buffer.from(challenge), object, bytes.subarray(0, 64));
  } catch {
    return false; // 32 bytes that are no point of the curve
  }
}

/** Reads 64 hexadecimal digits, of a key or a challenge; undefined for anything else. */
export function parseCryptosignHex(text: unknown): Uint8Array | undefined {
  if (typeof text !== "string" || !/^[0-9a-f]{64}$/i.test(text)) return undefined;
  return Uint8Array.from(Buffer.from(text, "hex"));
}
