import assert from "node:assert/strict";
import { joinedPair } from "./joined_pair.ts";

/** What a router sends, and what the client says of it when it closes. */
const VIOLATIONS: readonly (readonly [what: string, message: unknown[], reason: RegExp])[] = [
  ["an EVENT with a wrong id", [36, "5", 1, {}], /EVENT has a wrong subscription/],
  ["an INVOCATION with a wrong id", [68, -1, 31, {}], /INVOCATION has a wrong request/],
  ["a message that only clients send", [48, 1, {}, "p"], /type 48 is not one a router sends/],
  ["a second WELCOME", [2, 5, {}], /WELCOME within a session/],
  ["a CHALLENGE within a session", [4, "ticket", {}], /CHALLENGE within a session/],
  ["a RESULT for a call never made", [50, 77, {}], /request 77, which was never made/],
  ["a REGISTERED for another kind of request", [65, 0, 3], /request 0, which was never made/],
  ["an ERROR for a request never made", [8, 48, 77, {}, "e"], /request 77, which was never made/],
  ["an empty message", [], /not a list with a type/],
];

for (const [what, message, reason] of VIOLATIONS) {
  Deno.test(`C3: ${what} ends the connection with 3002 and the client comes back`, async () => {
    await using pair = await joinedPair({ random: () => 0 });
    pair.peer.send(message);
    const closed = await pair.peer.closed;
    assert.equal(closed.code, 3002);
    assert.match(closed.reason, reason);
    assert.equal(pair.logger.matching(/error: The router broke the protocol/).length, 1);
    const next = await pair.router.accept();
    await next.welcome(4712);
    await pair.client.joined();
    assert.equal(pair.client.id, 4712);
    next.cut();
  });
}

Deno.test("C3: a reply of the wrong kind to a request that waits is a violation", async () => {
  await using pair = await joinedPair();
  const call = assert.rejects(pair.client.call("p"), /transport_lost/);
  await pair.peer.expect(48);
  pair.peer.send([33, 1, 5]);
  const closed = await pair.peer.closed;
  assert.equal(closed.code, 3002);
  assert.match(closed.reason, /answers request 1, which is of another kind/);
  await call;
});

Deno.test("C3: the same invocation id twice at a time is a violation", async () => {
  await using pair = await joinedPair();
  const registered = pair.client.register("p", () => new Promise(() => {}));
  await pair.peer.expect(64);
  pair.peer.send([65, 1, 31]);
  await registered;
  pair.peer.send([68, 9, 31, {}]);
  pair.peer.send([68, 9, 31, {}]);
  const closed = await pair.peer.closed;
  assert.deepEqual([closed.code, /still open/.test(closed.reason)], [3002, true]);
});

Deno.test("C3: a text frame on a binary subprotocol, and the other way round, is a violation", async () => {
  {
    await using pair = await joinedPair();
    pair.peer.sendFrame("[36,1,1,{}]");
    assert.match((await pair.peer.closed).reason, /a text frame on wamp.2.cbor/);
  }
  {
    await using pair = await joinedPair({ subprotocol: "wamp.2.json" });
    pair.peer.sendFrame(new Uint8Array([0x80]));
    assert.match((await pair.peer.closed).reason, /a binary frame on wamp.2.json/);
  }
});

Deno.test("C3: garbage is a violation whose text does not repeat it", async () => {
  const garbage: Record<string, (string | Uint8Array)[]> = {
    "wamp.2.json": ["[36,1,", '"secret"', "", "[36,1,1,{}] secret", "[".repeat(100_000)],
    "wamp.2.cbor": [
      new Uint8Array([0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      new Uint8Array([0xff]),
      new Uint8Array(0),
      new Uint8Array(50_000).fill(0x81),
    ],
    "wamp.2.msgpack": [new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff]), new Uint8Array([0xc1])],
  };
  for (const [subprotocol, frames] of Object.entries(garbage)) {
    for (const frame of frames) {
      await using pair = await joinedPair({ subprotocol });
      pair.peer.sendFrame(frame);
      const closed = await pair.peer.closed;
      assert.equal(closed.code, 3002, Deno.inspect(frame));
      assert.doesNotMatch(closed.reason + pair.logger.lines.join(), /secret/);
    }
  }
});

Deno.test("extension messages are ignored", async () => {
  await using pair = await joinedPair();
  pair.peer.send([7, 1, 2]);
  pair.peer.send([337, 1]);
  const call = pair.client.call("p");
  await pair.peer.expect(48);
  pair.peer.send([50, 1, {}, ["there"]]);
  assert.equal(await call, "there");
});
