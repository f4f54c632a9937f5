import assert from "node:assert/strict";
import type { AuthenticationConfig } from "../../../router/core/options.ts";
import {
  cryptosignKey,
  cryptosignPublicKey,
  cryptosignSignature,
  parseCryptosignHex,
} from "../../../wamp/cryptosign.ts";
import type { Dict } from "../../../wamp/message.ts";
import { ALL_ROLES, makeCore, type TestPeer } from "./harness.ts";

const keyOf = (fill: number) => cryptosignKey(new Uint8Array(32).fill(fill));
const publicOf = (fill: number) => cryptosignPublicKey(keyOf(fill));

const CONFIG: AuthenticationConfig = {
  cryptosign: {
    principals: {
      daq: { authorizedKeys: [publicOf(1), publicOf(2).toUpperCase()], role: "iocs_agent" },
      telescope: { authorizedKeys: [publicOf(3)], role: "iocs_controller" },
      twin1: { authorizedKeys: [publicOf(4)], role: "iocs_agent" },
      twin2: { authorizedKeys: [publicOf(4)], role: "iocs_agent" },
      elsewhere: { authorizedKeys: [publicOf(5)], role: "iocs_agent", realm: "other_realm" },
    },
  },
};

function hello(peer: TestPeer, details: Dict): void {
  peer.send({
    type: 1,
    realm: "test_realm",
    details: { roles: ALL_ROLES, authmethods: ["cryptosign"], ...details },
  });
}

/** Says HELLO; gives the challenge. */
function ask(peer: TestPeer, authid: string | undefined, pubkey: unknown): Uint8Array {
  hello(peer, { ...(authid === undefined ? {} : { authid }), authextra: { pubkey, channel_binding: null } });
  const { method, extra } = peer.take(4);
  assert.deepEqual([method, Object.keys(extra), extra.channel_binding], [
    "cryptosign",
    ["challenge", "channel_binding"],
    null,
  ]);
  const challenge = parseCryptosignHex(extra.challenge);
  assert(challenge !== undefined);
  return challenge;
}

const answer = (peer: TestPeer, signature: string) => peer.send({ type: 5, signature, extra: {} });

Deno.test("R83: cryptosign joins with any key of the principal, with its role, by name or by key alone", () => {
  for (
    const [authid, fill, role] of [
      ["daq", 1, "iocs_agent"],
      ["daq", 2, "iocs_agent"],
      [undefined, 2, "iocs_agent"],
      [undefined, 3, "iocs_controller"],
      // A key of two is told apart by the name.
      ["twin2", 4, "iocs_agent"],
    ] as const
  ) {
    const peer = makeCore({ authentication: { "/ws": CONFIG } }).peer();
    const challenge = ask(peer, authid, publicOf(fill));
    answer(peer, cryptosignSignature(keyOf(fill), challenge));
    const { details } = peer.take(2);
    const who = authid ?? (fill === 3 ? "telescope" : "daq");
    assert.deepEqual([details.authid, details.authrole, details.authmethod, details.authprovider], [
      who,
      role,
      "cryptosign",
      "static",
    ]);
  }
});

Deno.test("R83: every wrong proof gets the same refusal, whoever it came from, and no secret is logged", () => {
  const seen: string[] = [];
  const attempts: readonly (readonly [string | undefined, unknown, (challenge: Uint8Array) => string])[] = [
    ["daq", publicOf(1), (challenge) => cryptosignSignature(keyOf(9), challenge)],
    ["daq", publicOf(9), (challenge) => cryptosignSignature(keyOf(9), challenge)],
    ["nobody", publicOf(1), (challenge) => cryptosignSignature(keyOf(1), challenge)],
    ["constructor", publicOf(1), (challenge) => cryptosignSignature(keyOf(1), challenge)],
    ["telescope", publicOf(1), (challenge) => cryptosignSignature(keyOf(1), challenge)],
    ["elsewhere", publicOf(5), (challenge) => cryptosignSignature(keyOf(5), challenge)],
    [undefined, publicOf(4), (challenge) => cryptosignSignature(keyOf(4), challenge)],
    [undefined, publicOf(9), (challenge) => cryptosignSignature(keyOf(9), challenge)],
    ["daq", publicOf(1), () => cryptosignSignature(keyOf(1), new Uint8Array(32))],
    ["daq", publicOf(1), (challenge) => cryptosignSignature(keyOf(1), challenge).slice(0, 128)],
    ["daq", publicOf(1), (challenge) => `${cryptosignSignature(keyOf(1), challenge).slice(0, 190)}zz`],
    ["daq", publicOf(1), () => ""],
    ["daq", undefined, (challenge) => cryptosignSignature(keyOf(1), challenge)],
    ["daq", "not hex", (challenge) => cryptosignSignature(keyOf(1), challenge)],
    ["daq", 7, (challenge) => cryptosignSignature(keyOf(1), challenge)],
  ];
  for (const [authid, pubkey, proof] of attempts) {
    const { peer, core, log } = makeCore({ authentication: { "/ws": CONFIG } });
    const a = peer();
    const signature = proof(ask(a, authid, pubkey));
    answer(a, signature);
    seen.push(JSON.stringify([a.take(3), a.closeCode(), core.counters.authenticationFailures]));
    const name = authid === undefined ? "none" : `"${authid}"`;
    const key = typeof pubkey === "string" && pubkey.length === 64 ? `, key ${pubkey}` : "";
    assert(
      log.lines.join().includes(
        `Authentication failed: tcp4:127.0.0.1:40000, authid ${name}${key}, realm test_realm`,
      ),
      log.lines.join(),
    );
    assert(signature === "" || !log.lines.join().includes(signature));
  }
  assert.deepEqual([...new Set(seen)], [
    '[{"type":3,"details":{"message":"authentication failed"},"reason":"wamp.error.authentication_failed"},1000,1]',
  ]);
});

Deno.test("R83: a proof is good once: another connection has another challenge", () => {
  const { peer } = makeCore({ authentication: { "/ws": CONFIG } });
  const a = peer();
  const first = ask(a, "daq", publicOf(1));
  const proof = cryptosignSignature(keyOf(1), first);
  answer(a, proof);
  a.take(2);
  const b = peer();
  assert.notDeepEqual(ask(b, "daq", publicOf(1)), first);
  answer(b, proof);
  assert.equal(b.take(3).reason, "wamp.error.authentication_failed");
});

Deno.test("R83: channel binding is refused before anything is asked", () => {
  for (const binding of ["tls-unique", "tls-exporter", ""]) {
    const { peer, core } = makeCore({ authentication: { "/ws": CONFIG } });
    const a = peer();
    hello(a, { authid: "daq", authextra: { pubkey: publicOf(1), channel_binding: binding } });
    assert.deepEqual(a.take(3), {
      type: 3,
      details: { message: "channel binding not supported" },
      reason: "wamp.error.authentication_failed",
    });
    assert.equal(core.counters.authenticationFailures, 0);
  }
});

Deno.test("R83: guesses of keys are slowed down as those of tickets are", () => {
  const { peer, clock } = makeCore({ authentication: { "/ws": CONFIG } });
  const attempt = () => {
    const a = peer({ address: "tcp4:10.0.0.9:1000" });
    ask(a, "daq", publicOf(1));
    answer(a, "guess");
    return a;
  };
  for (let i = 0; i < 10; i++) attempt().take(3);
  const slowed = attempt();
  slowed.expectNothing();
  clock.tick(1000);
  slowed.take(3);
});
