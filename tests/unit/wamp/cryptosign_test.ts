import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  cryptosignKey,
  cryptosignPublicKey,
  cryptosignSignature,
  isCryptosignSignature,
  parseCryptosignHex,
} from "../../../wamp/cryptosign.ts";

const bytes = (first: number) => Uint8Array.from({ length: 32 }, (_, i) => first + i);

// Appendix B of the wire specification.
const SEED = bytes(0);
const PUBLIC = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
const CHALLENGE = bytes(0x20);
const PROOF =
  "46fc09cc6f1d97d241e1b7a6fd1e46f788e6841d25eabbf3b5a9a44590086187e42bedd04abff976d21e0387600b49f2" +
  "552012e4a9bc4b15966a82b444db3001202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";

// The vectors of the protocol's own text that are without channel binding: seed, public key, challenge, proof.
const VECTORS = [
  [
    "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510",
    "ff".repeat(32),
    "b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517" +
    "c2cf067ad566a6b7b728e5d03" + "ff".repeat(32),
  ],
  [
    "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
    "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
    "d4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372190374886a70207b042294af5bd64ce725cd8dceb" +
    "344e6d11c09d1aaaf4d660fb26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
  ],
  [
    "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b",
    "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
    "7beb282184baadd08f166f16dd683b39cab53816ed81e6955def951cb2ddad1ec184e206746fd82bda075af03711d3d5658fc84a7" +
    "6196b0fa8d1ebc92ef9f30bb05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
  ],
] as const;

Deno.test("R83, C6: cryptosign's functions give the published vectors", () => {
  const key = cryptosignKey(SEED);
  assert.equal(cryptosignPublicKey(key), PUBLIC);
  assert.equal(cryptosignSignature(key, CHALLENGE), PROOF);
  assert(isCryptosignSignature(PUBLIC, CHALLENGE, PROOF));
  for (const [seed, challenge, proof] of VECTORS) {
    const key = cryptosignKey(Buffer.from(seed, "hex"));
    const asked = parseCryptosignHex(challenge);
    assert(asked !== undefined);
    assert.equal(cryptosignSignature(key, asked), proof);
    assert(isCryptosignSignature(cryptosignPublicKey(key), asked, proof.toUpperCase()));
  }
});

Deno.test("R83: isCryptosignSignature() takes nothing but this key's signature of this challenge", () => {
  const flipped = (at: number) => PROOF.slice(0, at) + (PROOF[at] === "0" ? "1" : "0") + PROOF.slice(at + 1);
  const other = cryptosignSignature(cryptosignKey(bytes(1)), CHALLENGE);
  const replayed = cryptosignSignature(cryptosignKey(SEED), bytes(0x21));
  const wrong = [
    "",
    "x".repeat(192),
    PROOF.slice(0, 128),
    PROOF.slice(0, 190),
    `${PROOF}00`,
    ` ${PROOF}`,
    flipped(0),
    flipped(127),
    flipped(128),
    flipped(191),
    other,
    replayed,
    // Another challenge's signature behind which this challenge stands.
    replayed.slice(0, 128) + PROOF.slice(128),
    "00".repeat(64) + PROOF.slice(128),
  ];
  for (const proof of wrong) assert(!isCryptosignSignature(PUBLIC, CHALLENGE, proof), proof);
  for (const key of ["", PUBLIC.slice(1), `${PUBLIC}0`, "g".repeat(64), "ff".repeat(32), "00".repeat(32)]) {
    assert(!isCryptosignSignature(key, CHALLENGE, PROOF), key);
  }
});

Deno.test("cryptosignKey() refuses a seed of another length", () => {
  for (const length of [0, 31, 33, 64]) {
    assert.throws(() => cryptosignKey(new Uint8Array(length)), RangeError);
  }
});
