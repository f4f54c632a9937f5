import assert from "node:assert/strict";
import { FloatMode } from "../../../client/_float_mode.ts";
import { DEFAULT_OUTGOING_LIMITS } from "../../../client/_outgoing_watch.ts";
import { WampSessionTransport } from "../../../client/_session_transport.ts";
import { SYSTEM_CLOCK } from "../../../internal/clock.ts";
import { memoryPair } from "../../../transport/mod.ts";
import { JSON_SERIALIZER } from "../../../wamp/mod.ts";
import { RecordLogger } from "./record_logger.ts";

Deno.test("a session that throws over a message ends the connection, not the program", async () => {
  const { client, server } = memoryPair("wamp.2.json");
  const logger = new RecordLogger();
  const transport = new WampSessionTransport({
    frames: client,
    serializer: JSON_SERIALIZER,
    floatMode: new FloatMode("plain"),
    maxMessageBytes: 1000,
    outgoing: DEFAULT_OUTGOING_LIMITS,
    logger,
    clock: SYSTEM_CLOCK,
  });
  transport.onmessage = () => {
    throw new TypeError("a field is missing");
  };
  const closed = new Promise((resolve) => server.onclose = (code, reason) => resolve([code, reason]));
  const told = new Promise((resolve) =>
    transport.onclose = (_code, _reason, violation) => resolve(violation)
  );
  server.send("[2,1,{}]");
  assert.deepEqual(await closed, [
    3002,
    "protocol violation: message type 2 cannot be read: a field is missing",
  ]);
  assert.equal(await told, "message type 2 cannot be read: a field is missing");
  assert.equal(logger.matching(/^error: The router broke the protocol/).length, 1);
});

Deno.test("nothing is sent behind a GOODBYE", async () => {
  const { client, server } = memoryPair("wamp.2.json");
  const transport = new WampSessionTransport({
    frames: client,
    serializer: JSON_SERIALIZER,
    floatMode: new FloatMode("plain"),
    maxMessageBytes: 1000,
    outgoing: DEFAULT_OUTGOING_LIMITS,
    logger: new RecordLogger(),
    clock: SYSTEM_CLOCK,
  });
  const received: unknown[] = [];
  const closed = new Promise<void>((resolve) => server.onclose = () => resolve());
  server.onmessage = (frame) => received.push(frame);
  transport.send([48, 1, {}, "observatory.x"]);
  transport.send([6, {}, "wamp.close.normal"]);
  transport.send([49, 1, { mode: "killnowait" }]);
  transport.send([32, 2, {}, "observatory.y"]);
  transport.send([16, 3, {}, "observatory.z"]);
  transport.close(1000, "");
  await closed;
  assert.deepEqual(received, ['[48,1,{},"observatory.x"]', '[6,{},"wamp.close.normal"]']);
});
