/** Private keys of WAMP-cryptosign in the files that people have. @module */
import { Buffer } from "node:buffer";
import { createPrivateKey } from "node:crypto";
import { readSmallFile } from "../internal/read_small_file.ts";

/** Larger than any key; a log file named by mistake is not read whole. */
const MAX_BYTES = 64 * 1024;
const SEED_BYTES = 32;
const EXPECTED =
  "expected an Ed25519 key without a password: OpenSSH's, PEM, or 32 bytes, raw or in hexadecimal digits";

/**
 * Reads the private key of a file, for `CryptosignAuthentication`.
 *
 * Known are OpenSSH's private keys (`ssh-keygen -t ed25519`), PEM (`openssl genpkey -algorithm ed25519`), autobahn's raw
 * 32 bytes, 64 hexadecimal digits, and crossbar's `key.priv` with its line `private-key-ed25519: ...`.
 *
 * @returns 64 hexadecimal digits.
 * @throws {TypeError} If the file cannot be read or holds no such key; the text names the file and nothing of its content.
 */
export async function readKeyFile(path: string): Promise<string> {
  const refused = (why: string, cause?: unknown) =>
    new TypeError(`Cannot use key file "${path}": ${why}, ${EXPECTED}`, { cause });
  const bytes = await readSmallFile(path, { maxBytes: MAX_BYTES, refused });
  let seed: Uint8Array | string;
  try {
    seed = seedOf(bytes);
  } catch (cause) {
    throw refused("it is damaged", cause);
  }
  if (typeof seed === "string") throw refused(seed);
  return Buffer.from(seed).toString("hex");
}

/** The key's 32 bytes, or what is in their place. */
function seedOf(bytes: Uint8Array): Uint8Array | string {
  if (bytes.length === SEED_BYTES) return bytes;
  const text = new TextDecoder().decode(bytes);
  const [, hex] = /^(?:[\s\S]*^private-key-ed25519:)?\s*([0-9a-f]{64})\s*$/im.exec(text) ?? [];
  if (hex !== undefined) return Buffer.from(hex, "hex");
  const [, label, body] = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]+?)-----END/.exec(text) ?? [];
  if (label === undefined || body === undefined) return "it holds no key";
  if (label === "OPENSSH PRIVATE KEY") return opensshSeed(Buffer.from(body, "base64"));
  if (label === "ENCRYPTED PRIVATE KEY") return "it is locked with a password";
  if (label !== "PRIVATE KEY") return `it holds "${label}"`;
  const key = createPrivateKey(text);
  if (key.asymmetricKeyType !== "ed25519") return `it holds a key of kind "${key.asymmetricKeyType}"`;
  // Safe: the export of a private key as DER is bytes. PKCS #8 of Ed25519 ends with the seed (RFC 8410).
  const der = key.export({ format: "der", type: "pkcs8" }) as Uint8Array;
  return der.subarray(-SEED_BYTES);
}

/** Reads OpenSSH's own format (PROTOCOL.key of OpenSSH). */
function opensshSeed(data: Buffer): Uint8Array | string {
  let at = "openssh-key-v1\0".length;
  if (data.subarray(0, at).toString("latin1") !== "openssh-key-v1\0") {
    return "it holds an unknown OpenSSH key";
  }
  const number = () => (at += 4, data.readUInt32BE(at - 4));
  const block = () => {
    const length = number();
    if (at + length > data.length) throw new RangeError("a length goes beyond the end of the data");
    return (at += length, data.subarray(at - length, at));
  };
  const [cipher] = [block().toString("latin1"), block(), block()];
  if (cipher !== "none") return "it is locked with a password";
  const count = number();
  if (count !== 1) return `it holds ${count} keys`;
  block();
  // Of the private part: twice the same check number, kind, public key, and seed with public key.
  number();
  number();
  number();
  const kind = block().toString("latin1");
  if (kind !== "ssh-ed25519") return `it holds a key of kind "${kind}"`;
  block();
  return block().subarray(0, SEED_BYTES);
}
