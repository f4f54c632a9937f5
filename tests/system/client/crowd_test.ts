import assert from "node:assert/strict";
import { connectWamp, WampConnection } from "../../../client/mod.ts";
import { Router } from "../../../router/mod.ts";
import { openWebSocket } from "../../../transport/mod.ts";
import { CBOR_SERIALIZER } from "../../../wamp/mod.ts";
import { freePort } from "../../helpers/free_port.ts";
import { untilTrue } from "../../helpers/until.ts";

const CROWD = 100;
const REGISTER = 64;
const SUBSCRIBE = 32;

/** A connection, and what it registered and subscribed to on its present session, in the order sent. */
interface Member {
  readonly connection: WampConnection;
  readonly renewed: string[];
  readonly heard: unknown[];
}

/** Starts to connect; whatever REGISTER and SUBSCRIBE goes out is noted. */
function join(url: string): Member {
  const renewed: string[] = [];
  const connection = new WampConnection({
    url,
    realm: "test_realm",
    subprotocols: ["wamp.2.cbor"],
    openTransport: async (options) => {
      const frames = await openWebSocket(url, options);
      renewed.length = 0;
      const send = frames.send.bind(frames);
      frames.send = (frame) => {
        assert.ok(frame instanceof Uint8Array);
        const message = CBOR_SERIALIZER.decodeValue(frame, { floats: "plain" });
        assert.ok(Array.isArray(message));
        if (message[0] === REGISTER || message[0] === SUBSCRIBE) renewed.push(String(message[3]));
        send(frame);
      };
      return frames;
    },
  });
  return { connection, renewed, heard: [] };
}

Deno.test("C19: a hundred clients are back within 5 s of a router's restart, with all that they had, in order", async () => {
  const port = freePort();
  let router = await Router.start({ port });
  const members = Array.from({ length: CROWD }, () => join(router.url));
  try {
    await Promise.all(members.map(async ({ connection, heard }, i) => {
      await connection.joined();
      await connection.register(`observatory.m${i}.second`, () => `second of ${i}`);
      await connection.subscribe("observatory.all", ({ args: [value] }) => heard.push(value));
      await connection.register(`observatory.m${i}.first`, () => `first of ${i}`);
    }));
    await router.stop();
    await untilTrue(() => members.every(({ connection }) => connection.state !== "joined"), {
      what: "the loss by all",
    });
    router = await Router.start({ port });
    await Promise.all(members.map(({ connection }) => connection.joined(5000)));

    for (const [i, { renewed }] of members.entries()) {
      const registered = renewed.filter((uri) => uri !== "observatory.all");
      assert.deepEqual(registered, [`observatory.m${i}.second`, `observatory.m${i}.first`]);
      assert.equal(renewed.length, 3, "each once");
    }
    await using other = await connectWamp({ url: router.url, realm: "test_realm" });
    for (const i of members.keys()) {
      assert.equal(await other.call(`observatory.m${i}.first`), `first of ${i}`);
      assert.equal(await other.call(`observatory.m${i}.second`), `second of ${i}`);
    }
    await other.publish("observatory.all", ["back"], { acknowledge: true });
    await untilTrue(() => members.every(({ heard }) => heard.length === 1), { what: "the event at all" });
    assert.ok(members.every(({ heard }) => heard[0] === "back"));
  } finally {
    await Promise.all(members.map(({ connection }) => connection.close()));
    await router.stop();
  }
});

/** 5 s of 10,000 events a second each way under OCS_SOAK=1; otherwise as fast as they are taken, and fewer. */
const SOAK = Deno.env.get("OCS_SOAK") === "1";
const EVENTS = SOAK ? 50_000 : 10_000;
const EVENTS_PER_MS = SOAK ? 10 : Infinity;
const EVENTS_PER_TURN = 100;

async function publishAll(connection: WampConnection, topic: string): Promise<void> {
  const start = performance.now();
  for (let sent = 0; sent < EVENTS;) {
    const due = Math.min(EVENTS, sent + EVENTS_PER_TURN, (performance.now() - start) * EVENTS_PER_MS);
    // A refusal of one of them, because the router does not keep up, fails the test.
    while (sent < due) await connection.publish(topic, [sent++]);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test(`C28: ${EVENTS} events each way at once arrive complete and in order`, async () => {
  await using router = await Router.start();
  await using one = await connectWamp({ url: router.url, realm: "test_realm" });
  await using two = await connectWamp({ url: router.url, realm: "test_realm" });
  const atOne: unknown[] = [];
  const atTwo: unknown[] = [];
  await one.subscribe("observatory.back", ({ args: [value] }) => atOne.push(value));
  await two.subscribe("observatory.forth", ({ args: [value] }) => atTwo.push(value));
  await Promise.all([publishAll(one, "observatory.forth"), publishAll(two, "observatory.back")]);
  await untilTrue(() => atOne.length === EVENTS && atTwo.length === EVENTS, { what: "all events" });
  for (const got of [atOne, atTwo]) assert.ok(got.every((value, i) => value === i));
});
