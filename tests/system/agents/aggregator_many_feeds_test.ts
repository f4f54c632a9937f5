/** The aggregator with more feeds than one reply has room for. @module */
import assert from "node:assert/strict";
import { AggregatorAgent, type AggregatorOptions } from "../../../agents/aggregator.ts";
import type { AGGREGATOR } from "../../../agents/aggregator/options.ts";
import { startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { readLastIndex } from "../../../hk/io/mod.ts";
import { HkLoad } from "../../helpers/hk_load.ts";
import { untilTrue } from "../../helpers/until.ts";
import { last } from "../../../verbs/hk/last.ts";

const FEEDS = 10_000;
/** Python peers end the connection at a larger message. */
const MOST_REPLY_BYTES = 1024 * 1024;

/** Asks for the session as any peer without our codecs does, through the bridge. */
async function ask(url: string): Promise<{ readonly size: number; readonly data: Record<string, unknown> }> {
  const reply = await fetch(url.replace("ws:", "http:").replace(/\/ws$/, "/call"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ procedure: "observatory.aggregator.ops", args: ["status", "record"] }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await reply.text();
  const answer: unknown = JSON.parse(text);
  return { size: new TextEncoder().encode(text).length, data: Object(Object(answer).args)[0][2].data };
}

Deno.test(`the aggregator answers with ${FEEDS} feeds, and ocs hk last knows all of them`, async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "hk_many_" });
  try {
    const router = await Router.start();
    const agent = await startAgent<typeof AGGREGATOR.options, AggregatorAgent>(AggregatorAgent, {
      instanceId: "aggregator",
      connection: { url: router.url, realm: "test_realm" },
      options: {
        initialState: "record",
        dataDir,
        timePerFile: 3600,
        fsync: "never",
        warnFreeMb: 0,
        stopFreeMb: 0,
      } satisfies AggregatorOptions,
    });
    try {
      const feeds = Array.from({ length: FEEDS }, (_, i) => ({
        address: `observatory.an-agent-with-a-name-${i}.feeds.temperatures_of_something`,
        samples: 1,
        floats: 1,
        textLength: 0,
      }));
      await using load = await HkLoad.connect({ url: router.url, realm: "test_realm" }, feeds);
      await untilTrue(async () => (await ask(router.url)).data.current_file, { what: "the first file" });
      await load.publish();
      await load.publish();
      let answer = await ask(router.url);
      await untilTrue(async () => {
        answer = await ask(router.url);
        return Object(answer.data.counts).events === 2 * FEEDS;
      }, { what: "all events", timeoutMs: 30_000 });
      const { size } = answer;
      const [providers, feedCounts] = [Object(answer.data.providers), Object(answer.data.feeds)];
      assert.ok(size < MOST_REPLY_BYTES, `the reply has ${size} bytes`);
      assert.equal(feedCounts.active, FEEDS);
      const shown = Object.values<Record<string, unknown>>(providers);
      assert.equal(shown.length + feedCounts.not_shown, FEEDS);
      assert.ok(shown.length > 500);
      assert.deepEqual(Object.keys(shown[0] ?? {}), [
        "last_refresh",
        "sessid",
        "stale",
        "last_block_received",
      ]);

      const index = `${dataDir}/hk_last.sqlite`;
      await untilTrue(() => readLastIndex(index).fields.length === 2 * FEEDS, {
        what: "the index",
        timeoutMs: 60_000,
      });
      const { data: { fields }, result } = await last(["n"], { dataDir });
      assert.deepEqual([fields.length, result], [FEEDS, "ok"]);
    } finally {
      await agent.stop();
      await router.stop();
    }
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
