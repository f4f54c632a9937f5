import assert from "node:assert/strict";
import { HttpCarrier } from "../../../client/_http_carrier.ts";
import { WampError } from "../../../wamp/mod.ts";
import { untilTrue, within } from "../../helpers/until.ts";

Deno.test("HttpCarrier gives up a reply that does not end, and reads one that comes in pieces", async () => {
  const piece = new Uint8Array(1024 * 1024).fill(32);
  let cancelled = false;
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    if (new URL(request.url).pathname === "/endless") {
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(piece),
        cancel: () => void (cancelled = true),
      });
      return new Response(body);
    }
    const encoder = new TextEncoder();
    return new Response(
      ReadableStream.from(['{"args":', '["in ', 'pieces"]}'].map((text) => encoder.encode(text))),
    );
  });
  const at = (path: string) => new HttpCarrier(`http://127.0.0.1:${server.addr.port}${path}`);
  await using whole = at("/whole");
  assert.equal(await whole.call("p", [], { timeoutMs: 10_000 }), "in pieces");
  await using endless = at("/endless");
  await assert.rejects(
    within(endless.call("p", [], { timeoutMs: Infinity }), 30_000, "the end of the call"),
    (error) => error instanceof WampError && error.uri === "wamp.error.payload_size_exceeded",
  );
  await untilTrue(() => cancelled, { what: "the end of the endless reply" });
});
