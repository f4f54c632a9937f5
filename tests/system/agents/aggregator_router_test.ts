/** The aggregator through a restart of its router. */
import assert from "node:assert/strict";
import { AggregatorAgent } from "../../../agents/aggregator.ts";
import { AGGREGATOR } from "../../../agents/aggregator/options.ts";
import { connectWamp, OCSClient } from "../../../client/mod.ts";
import { startAgent } from "../../../framework/mod.ts";
import { readHkFields } from "../../../hk/io/mod.ts";
import { Router } from "../../../router/mod.ts";
import { parseOptions } from "../../../site/parse_options.ts";
import { untilTrue } from "../../helpers/until.ts";
import { freePort } from "../../helpers/free_port.ts";
import { block, encodedFeed } from "./aggregator_bed.ts";

const REALM = "test_realm";
const FEED = encodedFeed("observatory.a.feeds.f", { params: { frame_length: 0.5 } });

Deno.test("the aggregator writes what it has while its router is away, and goes on when it is back", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "hk_" });
  const port = freePort();
  const url = `ws://127.0.0.1:${port}/ws`;
  const startRouter = () => Router.start({ realm: REALM, addressRoot: "observatory", port });
  let router = await startRouter();
  try {
    await using aggregator = await startAgent(AggregatorAgent, {
      agentClass: AGGREGATOR.name,
      instanceId: "aggregator",
      connection: { url, realm: REALM },
      options: parseOptions(AGGREGATOR.options, [
        "--data-dir",
        dataDir,
        "--initial-state",
        "record",
        "--stop-free-mb",
        "0",
      ]),
      crossbarTimeoutSeconds: 0,
    });
    let n = 0;
    const recorded = async () => {
      const { series } = await readHkFields(dataDir);
      return Array.from(series.get(`${FEED.address}.n`)?.values ?? [], Number);
    };
    const publish = async (count: number) => {
      await using connection = await connectWamp({ url, realm: REALM });
      for (let i = 0; i < count; i++) {
        const message = block("b", [Date.now() / 1000], { n: [n++] });
        await connection.publish(FEED.address, [[message, FEED]], { acknowledge: true });
      }
    };
    const session = async () => {
      await using client = await OCSClient.connect("aggregator", {
        site: {
          wampServer: url,
          wampHttp: `http://127.0.0.1:${port}/call`,
          realm: REALM,
          addressRoot: "observatory",
        },
      });
      return (await client.operation("record").status()).session;
    };
    await publish(20);
    const before = await session();
    await router.stop();
    await untilTrue(async () => (await recorded()).length === 20, { what: "20 samples in a file" });
    router = await startRouter();
    await aggregator.ready;
    // Its subscription comes some time after it is back.
    await untilTrue(async () => {
      await publish(1);
      return (await recorded()).length > 20;
    }, { what: "a sample behind the restart", timeoutMs: 20_000, pollMs: 200 });
    const first = n;
    await publish(20);
    const after = await session();
    assert.deepEqual([after.session_id, after.status], [before.session_id, "running"]);
    await aggregator.stop();
    const found = await recorded();
    assert.deepEqual(found.slice(0, 20), Array.from({ length: 20 }, (_, i) => i));
    assert.deepEqual(found.slice(-20), Array.from({ length: 20 }, (_, i) => first + i));
    assert.equal(new Set(found).size, found.length);
  } finally {
    await router.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
