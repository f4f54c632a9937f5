import assert from "node:assert/strict";
import { memoryPair } from "../../../transport/memory_transport.ts";
import { prepareFrame } from "../../../transport/prepared_frame.ts";
import { Listener, testTransport } from "./transport_suite.ts";

testTransport("memoryPair()", () => {
  const { client, server } = memoryPair("wamp.2.json");
  const dispose = () => {
    client.terminate();
    server.terminate();
    return Promise.resolve();
  };
  return Promise.resolve({ client, server, [Symbol.asyncDispose]: dispose });
});

Deno.test("memoryPair() hands bytes of shared frames over as copies, and holds them back when asked", async () => {
  const { client, server } = memoryPair("wamp.2.cbor");
  const atClient = new Listener(client);
  const buffer = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8]);
  const frame = prepareFrame(buffer, { text: false });
  server.sendPrepared(frame);
  const [arrived] = await atClient.count(1);
  assert.deepEqual(arrived, new Uint8Array([7, 8]));
  assert.notEqual(arrived, frame.bytes);

  const seen: string[] = [];
  const all = Promise.withResolvers<void>();
  server.onbytes = (payload, text) => {
    seen.push(`${text} ${payload.length}`);
    server.hold();
    if (payload.length === 2) return all.resolve();
    setImmediate(() => {
      seen.push("release");
      server.release();
    });
  };
  client.send("a");
  client.send(new Uint8Array(2));
  await all.promise;
  assert.deepEqual(seen, ["true 1", "release", "false 2"]);
  client.terminate();
  assert.equal((await atClient.closed).code, 1006);
});
