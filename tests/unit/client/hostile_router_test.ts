import { serializerFor } from "../../../wamp/mod.ts";
import { joinedPair } from "./joined_pair.ts";

/** Numbers of [0, 1) that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const TYPES = [2, 3, 4, 6, 7, 8, 16, 17, 33, 35, 36, 48, 50, 65, 67, 68, 69, 70, 256, -1, 1.5, null, "36"];
const VALUES = [
  0,
  1,
  2,
  5,
  31,
  48,
  64,
  -1,
  2 ** 53,
  1.5,
  "",
  "x",
  "wamp.error.canceled",
  null,
  true,
  [],
  [1],
  {},
  { subscription: 5, registration: 31, progress: true, receive_progress: true },
  { topic: 7, procedure: [], roles: "none" },
  new Uint8Array(3),
];

Deno.test("C3: no sequence of random messages makes the client throw or hang", async () => {
  const random = seeded(20_261_121);
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  for (let round = 0; round < 150; round++) {
    const pair = await joinedPair({ reconnect: false });
    const { client, peer } = pair;
    const settled = [
      client.subscribe("t", () => {}),
      client.register(
        "p",
        ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", reject)),
      ),
      client.call("c"),
      client.publish("t", [], { acknowledge: true }),
    ].map((promise) => promise.then(() => {}, () => {}));
    for (const type of [32, 64, 48, 16]) await peer.expect(type);
    if (random() < 0.7) peer.send([33, 1, 5]);
    if (random() < 0.7) peer.send([65, 2, 31]);
    for (let i = 0; i < 10; i++) {
      const message = [pick(TYPES), ...Array.from({ length: Math.floor(random() * 7) }, () => pick(VALUES))];
      peer.send(message.map((value) => value ?? null));
    }
    peer.close(1001, "the test is over");
    await Promise.all(settled);
    await client.close();
  }
});

Deno.test("C3: no mutation of an encoded message makes the client throw or hang", async () => {
  const random = seeded(7);
  for (const encoding of ["cbor", "msgpack", "json"] as const) {
    const serializer = serializerFor(encoding);
    const messages = [
      [36, 5, 9, { topic: "a.b" }, [1, "two", { three: [4.5] }], { k: null }],
      [68, 1, 31, { receive_progress: true }, ["start", "acq", {}], { timeout: 1 }],
      [50, 3, {}, [[0, "ok", { data: {} }]]],
    ].map((message) => serializer.encodeValue(message));
    for (let round = 0; round < 100; round++) {
      const pair = await joinedPair({ reconnect: false, subprotocol: `wamp.2.${encoding}` });
      const bytes = Uint8Array.from(messages[round % messages.length] ?? []);
      for (let i = 0; i < 3; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      pair.peer.sendFrame(encoding === "json" ? new TextDecoder().decode(bytes) : bytes);
      pair.peer.close(1001, "the test is over");
      await pair.peer.closed;
      await pair.client.close();
    }
  }
});
