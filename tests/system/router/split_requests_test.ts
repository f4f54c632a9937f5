import assert from "node:assert/strict";
import { within } from "../../helpers/until.ts";
import { startRouter } from "./start_router.ts";

Deno.test("R94: a request whose second piece comes while the first is being read is understood", async () => {
  await using server = await startRouter();
  const client = new Worker(new URL("./split_client.ts", import.meta.url), { type: "module" });
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, number>>();
    client.onmessage = ({ data }) => resolve(data);
    client.onerror = (event) => reject(new Error(event.message));
    client.postMessage(server.port);
    assert.deepEqual(await within(promise, 60_000, "the answers to all requests"), { "200": 1500 });
  } finally {
    client.terminate();
  }
});
