import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { readKeyFile } from "../../../client/key_file.ts";
import { cryptosignKey } from "../../../wamp/cryptosign.ts";

const SEED = Uint8Array.from({ length: 32 }, (_, i) => i);
const HEX = Buffer.from(SEED).toString("hex");

// Made with ssh-keygen -t ed25519 -N "" (and -N "secret"), for this test alone.
const OPENSSH = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACDMGI/pX7m/XzqP4NnR75liTBpmRNJevnyvwsjH4uwC4QAAAIjAaKeowGin
qAAAAAtzc2gtZWQyNTUxOQAAACDMGI/pX7m/XzqP4NnR75liTBpmRNJevnyvwsjH4uwC4Q
AAAEAcoTBWH+68w888JEbukTandIihZMeHKtfGXFRGk2sKyswYj+lfub9fOo/g2dHvmWJM
GmZE0l6+fK/CyMfi7ALhAAAAAmhpAQID
-----END OPENSSH PRIVATE KEY-----
`;
const OPENSSH_HEX = "1ca130561feebcc3cf3c2446ee9136a77488a164c7872ad7c65c5446936b0aca";

async function inFile<T>(content: string | Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ prefix: "key_file_" });
  try {
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("readKeyFile() reads raw bytes, digits, crossbar's key.priv, PEM and OpenSSH's format", async () => {
  // Safe: the export as PEM is a text.
  const pem = cryptosignKey(SEED).export({ format: "pem", type: "pkcs8" }) as string;
  const contents = [
    SEED,
    HEX,
    `  ${HEX.toUpperCase()}\n`,
    `Crossbar.io node private key\n\ncreator: me@daq\npublic-key-ed25519: ${
      "0".repeat(64)
    }\nprivate-key-ed25519: ${HEX}\n`,
    pem,
  ];
  for (const content of contents) assert.equal(await inFile(content, readKeyFile), HEX);
  assert.equal(await inFile(OPENSSH, readKeyFile), OPENSSH_HEX);
});

Deno.test("readKeyFile() refuses everything else, names the file, and shows nothing of it", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { privateKey: locked } = generateKeyPairSync("ed25519");
  const pem = (key: typeof privateKey, more = {}) =>
    String(key.export({ format: "pem", type: "pkcs8", ...more }));
  const openssh = Buffer.from(OPENSSH.split("\n").slice(1, -2).join(""), "base64");
  const asOpenssh = (data: Uint8Array) =>
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${
      Buffer.from(data).toString("base64")
    }\n-----END OPENSSH PRIVATE KEY-----\n`;
  const lockedOpenssh = Buffer.from(openssh);
  lockedOpenssh.write("abcd", openssh.indexOf("none"));
  const wrong: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ["", /it holds no key/],
    ["hello", /it holds no key/],
    [HEX.slice(1), /it holds no key/],
    [`${HEX}${HEX}`, /it holds no key/],
    [new Uint8Array(31), /it holds no key/],
    [new Uint8Array(100_000), /it has 100000 bytes/],
    [pem(privateKey), /it holds a key of kind "ec"/],
    [pem(locked, { cipher: "aes-256-cbc", passphrase: "secret" }), /locked with a password/],
    ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", /it is damaged/],
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", /it holds "CERTIFICATE"/],
    [asOpenssh(lockedOpenssh), /locked with a password/],
    [asOpenssh(new Uint8Array(10)), /an unknown OpenSSH key/],
  ];
  for (const [content, reason] of wrong) {
    await inFile(content, (path) =>
      assert.rejects(readKeyFile(path), (error: Error) => {
        assert(error instanceof TypeError && error.message.startsWith(`Cannot use key file "${path}": `));
        assert.match(error.message, reason);
        assert.match(error.message, /expected an Ed25519 key without a password/);
        return true;
      }));
  }
  // Cut anywhere: an error of ours, or the whole key where only the comment is gone.
  for (let length = 15; length < openssh.length; length += 7) {
    await inFile(asOpenssh(openssh.subarray(0, length)), (path) =>
      readKeyFile(path).then(
        (key) => assert.equal(key, OPENSSH_HEX),
        (error: Error) => assert.match(error.message, /it is damaged|unknown OpenSSH|locked|holds/),
      ));
  }
  await assert.rejects(readKeyFile("/nonexistent/key"), /there is no such file/);
});
