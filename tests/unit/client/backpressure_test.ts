import assert from "node:assert/strict";
import { BackpressureError, ControlClientError, WampError } from "../../../client/mod.ts";
import { explain } from "../../../client/_explain.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { untilTrue } from "../../helpers/until.ts";
import { type JoinedPair, joinedPair } from "./joined_pair.ts";

const KIB = 1024;
const BLOB = new Uint8Array(10 * KIB);

/** A joined client with small limits and a clock that stands still. */
async function slowPair(clock: ManualClock): Promise<JoinedPair> {
  return await joinedPair({ clock, softQueueBytes: 100 * KIB, hardQueueBytes: 400 * KIB, stuckMs: 15_000 });
}

/** Publishes until it is refused; tells how often that went well. */
async function fill({ client }: JoinedPair): Promise<number> {
  for (let sent = 0; sent < 1000; sent++) {
    try {
      await client.publish("observatory.t", [BLOB]);
    } catch (error) {
      assert.ok(error instanceof BackpressureError);
      return sent;
    }
  }
  assert.fail("nothing was refused");
}

Deno.test("WAMP 8.4, 9.4: a burst may fill half of the hard limit, and all arrives when the router reads", async () => {
  await using pair = await slowPair(new ManualClock());
  pair.peer.stopReading();
  assert.equal(await fill(pair), 20, "200 KiB of 10 KiB each");
  pair.peer.readAgain();
  await untilTrue(() => pair.peer.received.filter(([type]) => type === 16).length === 20);
});

Deno.test("WAMP 8.4, 9.4: above the soft limit for a second, publications and calls are refused and counted, answers are not", async () => {
  const clock = new ManualClock();
  await using pair = await slowPair(clock);
  const { client, peer, logger } = pair;
  const registering = client.register("observatory.p", () => "answer");
  const [, request] = await peer.expect(64);
  peer.send([65, request, 99]);
  await registering;
  peer.stopReading();
  for (let i = 0; i < 12; i++) await client.publish("observatory.t", [BLOB]);
  clock.tick(999);
  await client.publish("observatory.t", [BLOB]);
  clock.tick(1);
  await assert.rejects(
    client.publish("observatory.t", ["one more"]),
    /^BackpressureError: Cannot publish to "observatory.t": the router at .* reads too slowly \(13\d{4} bytes wait/,
  );
  await assert.rejects(client.publish("observatory.t", [], { acknowledge: true }), BackpressureError);
  await assert.rejects(client.call("observatory.q"), BackpressureError);
  // A rejection that nobody looks at does no harm.
  client.publish("observatory.t", ["ignored"]);
  assert.equal(client.refused, 4);
  assert.equal(client.state, "joined");
  assert.equal(logger.lines.filter((line) => line.includes("reads too slowly")).length, 1);
  peer.send([68, 1, 99, {}]);
  peer.readAgain();
  await untilTrue(() => peer.received.some(([type]) => type === 70), { what: "the answer" });
  await client.publish("observatory.t", ["again"]);
  clock.tick(1000);
  assert.equal(logger.lines.filter((line) => line.includes("reads again")).length, 1);
  await untilTrue(() => clock.pending === 0, { what: "the end of the watch" });
});

Deno.test("WAMP 9.4, 9.5: a router that takes nothing for 15 s is lost, one that reads in between is not", async () => {
  for (const takes of [false, true]) {
    const clock = new ManualClock();
    await using pair = await slowPair(clock);
    const { client, peer } = pair;
    const states: string[] = [];
    client.onStateChange((state) => states.push(state));
    peer.stopReading();
    const sent = await fill(pair);
    const call = client.subscribe("observatory.waits", () => {});
    call.catch(() => {});
    for (let second = 0; second < 20 && states.length === 0; second++) {
      if (takes && second === 10) {
        peer.readAgain();
        await untilTrue(() => peer.received.filter(([type]) => type === 16).length >= 1);
        peer.stopReading();
      }
      await clock.advance(1);
    }
    if (takes) {
      assert.deepEqual(states, []);
      peer.cut();
    } else {
      await assert.rejects(call, (error) => {
        assert.ok(error instanceof WampError);
        assert.equal(error.uri, "wamp.close.transport_lost");
        return true;
      });
      assert.deepEqual(states, ["waiting"]);
      assert.equal(clock.monotonicMs(), 15_000);
      assert.match(
        pair.logger.lines.join("\n"),
        /does not read: it has taken nothing for 15 s, and 20\d{4} bytes/,
      );
    }
    await client.close();
    assert.ok(sent > 0);
    assert.equal(clock.pending, 0);
  }
});

Deno.test("WAMP 9.4: above the hard limit the connection is lost at once", async () => {
  const clock = new ManualClock();
  await using pair = await slowPair(clock);
  const { client, peer } = pair;
  const registering = client.register("observatory.p", () => BLOB);
  const [, request] = await peer.expect(64);
  peer.send([65, request, 99]);
  await registering;
  peer.stopReading();
  for (let i = 1; i <= 41; i++) peer.send([68, i, 99, {}]);
  await untilTrue(() => client.state !== "joined");
  assert.match(pair.logger.lines.join("\n"), /does not read: 4\d{5} bytes wait to be sent to it/);
});

Deno.test("explain() says of a refused request that the router reads too slowly", () => {
  const about = {
    action: 'start "acq" on "faker1"',
    address: "observatory.faker1",
    url: "ws://router.test/ws",
    realm: "test_realm",
    elapsedMs: 0,
  };
  const error = explain(new BackpressureError("too slow", 1_234_567), about);
  assert.ok(error instanceof ControlClientError);
  assert.match(error.message, /the router at ws:\/\/router.test\/ws reads too slowly, 1234567 bytes wait/);
});
