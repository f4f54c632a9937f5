/** The aggregator's options, session data and book of losses, without files. */
import assert from "node:assert/strict";
import { Losses } from "../../../agents/aggregator/losses.ts";
import { recordData } from "../../../agents/aggregator/record_data.ts";
import { HkRecorder } from "../../../agents/aggregator/recorder.ts";
import { AGENT_TABLE } from "../../../agents/table.ts";
import { DiskWatch } from "../../../framework/disk_watch.ts";
import { ManualClock } from "../../../framework/mod.ts";
import { Float } from "../../../internal/float.ts";
import { SILENT } from "../../../internal/log.ts";
import type { EncodedFeed } from "../../../ocs/encoded_feed.ts";
import { pyJson } from "../../../ocs/python_json.ts";

Deno.test("OCS 10.3: AGENT_TABLE has the options and defaults of Python's aggregator", () => {
  const entry = AGENT_TABLE.AggregatorAgent;
  assert.ok(entry);
  assert.deepEqual(
    Object.fromEntries(
      Object.entries(entry.options).map(([name, spec]) => [name, spec.required ? "required" : spec.default]),
    ),
    {
      "initial-state": "idle",
      "time-per-file": 3600,
      "data-dir": "required",
      "fsync": "close",
      "warn-free-mb": 2000,
      "stop-free-mb": 200,
    },
  );
});

/** A recorder that never writes. */
function idleRecorder(
  { clock = new ManualClock(), tell = () => {} }: { clock?: ManualClock; tell?: (text: string) => void } = {},
): HkRecorder {
  return new HkRecorder({
    dataDir: "/nowhere",
    timePerFileSeconds: 3600,
    sync: "never",
    disk: new DiskWatch({ path: "/", warnFreeBytes: 0, stopFreeBytes: 0 }),
    tell,
    onPressure: () => {},
    log: SILENT,
    clock,
  });
}

function send(recorder: HkRecorder, address: string, session: string, data: Record<string, unknown[]>): void {
  const count = Object.values(data)[0]?.length ?? 0;
  const timestamps = Array.from({ length: count }, (_, i) => 1_700_000_000 + i);
  const message = { temps: { block_name: "temps", data, timestamps } };
  recorder.take({ message, feed: encodedFeed(address, session) });
}

function encodedFeed(address: string, session: string): EncodedFeed {
  return {
    agent_address: "",
    agg_params: {},
    feed_name: "",
    address,
    record: true,
    session_id: session,
    agent_class: null,
  };
}

Deno.test("OCS 10.3: recordData() has Python's keys first, and of a feed nothing else while all is well", () => {
  const recorder = idleRecorder();
  send(recorder, "o.a.feeds.f", "1.5", { n: [1] });
  const data = recordData(recorder, () => 0);
  assert.deepEqual(Object.keys(data).slice(0, 2), ["current_file", "providers"]);
  assert.deepEqual({ ...data.providers }, {
    "o.a.feeds.f": {
      last_refresh: new Float(1_800_000_000),
      sessid: "1.5",
      stale: false,
      last_block_received: "temps",
    },
  });
  send(recorder, "o.a.feeds.f", "1.5", { m: [1], n: [null] });
  send(recorder, "o.a.feeds.f", "1.5", { m: [1] });
  const { layouts, faulty_blocks } = recordData(recorder, () => 0).providers["o.a.feeds.f"] ?? {};
  assert.deepEqual({ layouts, faulty_blocks }, { layouts: 2, faulty_blocks: 1 });
});

Deno.test("recordData() counts a feed once where its agent was restarted", () => {
  const recorder = idleRecorder();
  for (const session of ["1.5", "2.5", "3.5"]) send(recorder, "o.a.feeds.f", session, { n: [1] });
  assert.deepEqual(recordData(recorder, () => 0).feeds, { active: 1, stale: 0, not_shown: 0 });
  for (const provider of [...recorder.collector.providers]) recorder.collector.remove(provider);
  assert.deepEqual(recordData(recorder, () => 0).feeds, { active: 0, stale: 1, not_shown: 0 });
});

Deno.test("recordData() of 10,000 feeds fits into a reply: those in trouble and those heard last, the others counted", () => {
  const clock = new ManualClock();
  const recorder = idleRecorder({ clock });
  const address = (i: number) => `observatory.agent${i}.feeds.temperatures`;
  for (let i = 0; i < 10_000; i++) {
    send(recorder, address(i), "1700000000.1234567", { n: [i === 1234 ? null : i] });
    if (i === 9000) clock.tick(60_000);
  }
  const data = recordData(recorder, () => 0);
  const { providers, feeds } = data;
  const shown = Object.keys(providers);
  assert.ok(shown.length > 800, String(shown.length));
  assert.deepEqual(feeds, { active: 10_000, stale: 0, not_shown: 10_000 - shown.length });
  const recent = Array.from({ length: 999 }, (_, i) => address(9001 + i));
  for (const name of [address(1234), ...recent]) assert.ok(name in providers, name);
  assert.ok(pyJson({ ...data }).length < 300_000);
});

Deno.test("recordData() stays small whatever names feeds and blocks have", () => {
  const recorder = idleRecorder();
  for (let i = 0; i < 300; i++) {
    send(recorder, `o.${"ü".repeat(5000)}${i}.feeds.f`, "\u0000".repeat(3000), { n: [i] });
  }
  for (let i = 0; i < 300; i++) {
    const feed = `o.${i}${"a".repeat(5000)}.feeds.f`;
    recorder.losses.note({ feed, samples: 1, fromSeconds: 1, toSeconds: 1, cause: "too many feeds" });
  }
  assert.ok(pyJson({ ...recordData(recorder, () => 0) }).length < 400_000);
});

Deno.test("a message about a faulty block stays small whatever the names of feed and block are", () => {
  const told: string[] = [];
  const recorder = idleRecorder({ tell: (text) => void told.push(text) });
  const address = `o.${"a".repeat(100_000)}.feeds.f`;
  recorder.take({ message: { ["b".repeat(900_000)]: 1 }, feed: encodedFeed(address, "1.5") });
  assert.match(told[0] ?? "", /^Cannot record block "b+…" of o\.a+…: not a block: /);
  assert.ok((told[0]?.length ?? 0) < 1000);
});

Deno.test("Losses adds up what each feed has lost, and tells news once", () => {
  const losses = new Losses();
  const report = () => losses.report;
  assert.equal(report(), undefined);
  const lose = (feed: string, samples: number, fromSeconds: number, toSeconds: number) =>
    losses.note({ feed, samples, fromSeconds, toSeconds, cause: "memory full" });
  lose("a", 2, 10, 11);
  lose("b", 1, NaN, NaN);
  lose("a", 3, 12, 14);
  assert.deepEqual(report(), {
    samples: 6,
    feeds: {
      b: { samples: 1, from: null, to: null, cause: "memory full" },
      a: { samples: 5, from: new Float(10), to: new Float(14), cause: "memory full" },
    },
    more_feeds: 0,
  });
  assert.deepEqual(losses.takeNews(), [
    "Lost 1 samples of b, NaN to NaN: memory full",
    "Lost 5 samples of a, 1970-01-01T00:00:10.000Z to 1970-01-01T00:00:14.000Z: memory full",
  ]);
  assert.deepEqual(losses.takeNews(), []);
  for (let i = 0; i < 500; i++) lose(`f${i}`, 1, i, i);
  assert.equal(Object.keys(report()?.feeds ?? {}).length, 100);
  assert.equal(report()?.more_feeds, 402);
});
