import assert from "node:assert/strict";
import { answerChallenge } from "../../../client/authentication.ts";
import { JoinError, WampConnection } from "../../../client/mod.ts";
import { ScriptedRouter } from "./scripted_router.ts";

const CHALLENGE =
  '{"authid":"peter","authrole":"lab","authmethod":"wampcra","authprovider":"static","nonce":"n0nce",' +
  '"timestamp":"2025-01-01T00:00:00.000Z","session":123456789}';
const CRA = { method: "wampcra", authId: "peter", secret: "secret1" } as const;

Deno.test("C6: answerChallenge() signs WAMP-CRA plain and salted as the vectors say", () => {
  assert.equal(
    answerChallenge(CRA, "wampcra", { challenge: CHALLENGE }),
    "RpcM+gH4Z0MS0xqdXimBtDXoTHxeuMEjzupQlfGhBDQ=",
  );
  const salted = "6uQSWsrzrRV5dfx976/uzN+bVtxptpHD3oDA2HydF68=";
  const salt = { challenge: CHALLENGE, salt: "salt123" };
  assert.equal(answerChallenge(CRA, "wampcra", { ...salt, iterations: 1000, keylen: 32 }), salted);
  // autobahn-js and nexus take 1000 and 32 for missing fields.
  assert.equal(answerChallenge(CRA, "wampcra", salt), salted);
});

Deno.test("C6: answerChallenge() gives the ticket", () => {
  assert.equal(answerChallenge({ method: "ticket", authId: "tim", ticket: "abc" }, "ticket", {}), "abc");
});

// Appendix B of the wire specification.
const KEY = {
  method: "cryptosign",
  authId: "daq",
  privateKey: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
} as const;
const PUBLIC_KEY = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
const TO_SIGN = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
const PROOF =
  "46fc09cc6f1d97d241e1b7a6fd1e46f788e6841d25eabbf3b5a9a44590086187e42bedd04abff976d21e0387600b49f2" +
  `552012e4a9bc4b15966a82b444db3001${TO_SIGN}`;

Deno.test("C6: cryptosign names its public key in HELLO and signs the challenge as the vector says", async () => {
  const router = new ScriptedRouter();
  const client = new WampConnection({
    url: "ws://router.test/ws",
    realm: "test_realm",
    openTransport: router.openTransport,
    authentication: KEY,
  });
  const peer = await router.accept();
  const [, , details] = await peer.expect(1);
  assert.deepEqual({ ...Object(details), roles: 0 }, {
    roles: 0,
    authmethods: ["cryptosign"],
    authid: "daq",
    authextra: { pubkey: PUBLIC_KEY, channel_binding: null },
  });
  peer.send([4, "cryptosign", { challenge: TO_SIGN, channel_binding: null }]);
  assert.deepEqual(await peer.expect(5), [5, PROOF, {}]);
  peer.send([2, 1, {}]);
  await client.joined();
  const closed = client.close();
  await peer.farewell();
  await closed;
});

Deno.test("C6: cryptosign signs no challenge of another length and none with channel binding", () => {
  for (const challenge of ["", TO_SIGN.slice(2), `${TO_SIGN}00`, "zz".repeat(32), 7, undefined]) {
    assert.throws(() => answerChallenge(KEY, "cryptosign", { challenge }), /not 32 bytes in hexadecimal/);
  }
  const bound = { challenge: TO_SIGN, channel_binding: "tls-unique" };
  assert.throws(() => answerChallenge(KEY, "cryptosign", bound), /asks for channel binding/);
});

Deno.test("WampConnection refuses a private key that is none at once, and does not show it", () => {
  for (const privateKey of ["", "secret", KEY.privateKey.slice(2)]) {
    const authentication = { ...KEY, privateKey };
    assert.throws(
      () => new WampConnection({ url: "ws://router.test/ws", realm: "test_realm", authentication }),
      (error: Error) =>
        /Cannot use the private key/.test(error.message) && !/secret|0405/.test(error.message),
    );
  }
});

Deno.test("answerChallenge() refuses other methods, missing texts and endless work", () => {
  assert.throws(() => answerChallenge(undefined, "ticket", {}), /this client authenticates by anonymous/);
  assert.throws(() => answerChallenge(CRA, "ticket", {}), /this client authenticates by wampcra/);
  assert.throws(() => answerChallenge(CRA, "wampcra", {}), /no text to sign/);
  for (const iterations of [0, -1, 1.5, 1e12, "1000"]) {
    assert.throws(
      () => answerChallenge(CRA, "wampcra", { challenge: "x", salt: "s", iterations }),
      /iterations/,
    );
  }
});

Deno.test("C6: HELLO names method and authid, and the challenge is answered", async () => {
  const router = new ScriptedRouter();
  const client = new WampConnection({
    url: "ws://router.test/ws",
    realm: "test_realm",
    openTransport: router.openTransport,
    authentication: CRA,
  });
  const peer = await router.accept();
  const [, , details] = await peer.expect(1);
  assert.deepEqual({ ...Object(details), roles: 0 }, { roles: 0, authmethods: ["wampcra"], authid: "peter" });
  peer.send([4, "wampcra", { challenge: CHALLENGE }]);
  assert.deepEqual(await peer.expect(5), [5, "RpcM+gH4Z0MS0xqdXimBtDXoTHxeuMEjzupQlfGhBDQ=", {}]);
  peer.send([2, 1, {}]);
  await client.joined();
  const closed = client.close();
  await peer.farewell();
  await closed;
});

Deno.test("a challenge to an anonymous client is refused and told", async () => {
  const router = new ScriptedRouter();
  const client = new WampConnection({
    url: "ws://router.test/ws",
    realm: "test_realm",
    openTransport: router.openTransport,
    reconnect: false,
  });
  const peer = await router.accept();
  await peer.expect(1);
  peer.send([4, "ticket", {}]);
  const abort = await peer.expect(3);
  assert.equal(abort[2], "wamp.error.cannot_authenticate");
  await peer.closed;
  await assert.rejects(client.joined(), JoinError);
});
