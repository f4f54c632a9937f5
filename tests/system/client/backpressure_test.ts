import assert from "node:assert/strict";
import { BackpressureError, connectWamp } from "../../../client/mod.ts";
import { Router } from "../../../router/mod.ts";
import { untilTrue } from "../../helpers/until.ts";
import { TcpProxy } from "./tcp_proxy.ts";

const MIB = 1024 * 1024;
const BLOB = new Uint8Array(200_000);

/** Lets the sockets do their work. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("WAMP 8.4, 9.4: a client whose router does not read stays within its bounds, harms nobody, and goes on afterwards", async () => {
  await using router = await Router.start();
  await using proxy = await TcpProxy.start(router.port);
  const realm = "test_realm";
  await using slow = await connectWamp({ url: proxy.url, realm });
  await using other = await connectWamp({ url: router.url, realm });
  const seen: number[] = [];
  await other.subscribe("observatory.blobs", ({ args: [number] }) => seen.push(Number(number)));
  await other.register("observatory.echo", ({ args: [value] }) => value);

  proxy.stopReading();
  const sent: number[] = [];
  let largest = 0;
  const end = performance.now() + 30_000;
  for (let i = 0; slow.refused < 50 && performance.now() < end; i++) {
    try {
      await slow.publish("observatory.blobs", [i, BLOB]);
      sent.push(i);
    } catch (error) {
      assert.ok(error instanceof BackpressureError);
      largest = Math.max(largest, error.bufferedBytes);
    }
    await turn();
  }
  assert.equal(slow.refused, 50);
  assert.ok(largest > MIB && largest < 9 * MIB, `${largest} bytes waited`);
  await assert.rejects(slow.call("observatory.echo", [1]), BackpressureError);
  assert.equal(await other.call("observatory.echo", ["fine"]), "fine");
  assert.equal(slow.state, "joined");

  proxy.readAgain();
  await untilTrue(() => slow.call("observatory.echo", ["again"]), { what: "a call that is not refused" });
  await untilTrue(() => seen.length === sent.length, { what: "all that was not refused" });
  assert.deepEqual(seen, sent, "in order, and nothing else");
});

Deno.test("WAMP 9.5: a client gives up a router that takes nothing though it sends, and joins anew", async () => {
  await using router = await Router.start();
  await using proxy = await TcpProxy.start(router.port);
  const realm = "test_realm";
  // Long enough for the join, and short for a test; events keep the client's pings from telling of it.
  await using slow = await connectWamp({ url: proxy.url, realm, stuckMs: 1500, softQueueBytes: 100_000 });
  await using other = await connectWamp({ url: router.url, realm });
  const seen: unknown[] = [];
  await slow.subscribe("observatory.ticks", ({ args: [number] }) => seen.push(number));
  const first = slow.id;
  proxy.stopReading();
  const left = Promise.withResolvers<void>();
  slow.onStateChange((state) => state === "waiting" && left.resolve());
  let isOver = false;
  left.promise.then(() => isOver = true);
  const end = performance.now() + 30_000;
  for (let i = 0; !isOver && performance.now() < end; i++) {
    await slow.publish("observatory.blobs", [BLOB]).catch(() => {});
    await other.publish("observatory.ticks", [i]);
    await turn();
  }
  assert.ok(isOver, "the stuck connection was not given up");
  assert.ok(seen.length > 0, "the router did send meanwhile");
  proxy.readAgain();
  await slow.joined(20_000);
  assert.notEqual(slow.id, first);
  seen.length = 0;
  await other.publish("observatory.ticks", ["renewed"], { acknowledge: true });
  await untilTrue(() => seen.includes("renewed"));
});
