/** What waits, of whom, and what is due. */
import assert from "node:assert/strict";
import { type FaultyBlock, HkCollector, type LostBlock } from "../../../hk/hk_collector.ts";
import type { HkProvider } from "../../../hk/hk_provider.ts";
import { HkSession } from "../../../hk/hk_session.ts";
import { Float } from "../../../internal/float.ts";
import type { EncodedFeed } from "../../../ocs/encoded_feed.ts";

const NOW = 1_700_000_000;

class Bed {
  readonly faults: FaultyBlock[] = [];
  readonly losses: LostBlock[] = [];
  readonly invalid: string[] = [];
  readonly layouts: string[] = [];
  readonly session = new HkSession({ startTimeSeconds: NOW, pid: 1 });
  readonly collector: HkCollector;
  now = NOW;

  constructor(limits: { mostBytes?: number; mostFeeds?: number; mostFields?: number } = {}) {
    this.collector = new HkCollector({
      mostBytes: 1e9,
      ...limits,
      onFault: (block) => this.faults.push(block),
      onLoss: (block) => this.losses.push(block),
      onInvalidName: (name) => this.invalid.push(name),
      onNewLayout: (text) => this.layouts.push(text),
    });
  }

  send(
    blocks: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>,
    { feed = "o.a.feeds.f", session = "1.5", params = {}, times }: {
      feed?: string;
      session?: string;
      params?: Readonly<Record<string, unknown>>;
      times?: readonly unknown[];
    } = {},
  ): void {
    const message = Object.fromEntries(
      Object.entries(blocks).map(([name, data]) => {
        const count = Object.values(data)[0]?.length ?? 0;
        const timestamps = times ?? Array.from({ length: count }, (_, i) => new Float(this.now + i));
        return [name, { block_name: name, data, timestamps }];
      }),
    );
    this.collector.take({ message, feed: encoded(feed, session, params) }, this.now);
  }

  get providers(): HkProvider[] {
    return [...this.collector.providers];
  }

  /** Writes a provider, as a recorder does; gives names of blocks with their values. */
  write(provider: HkProvider): Record<string, unknown> {
    const draft = this.collector.draft(provider, this.session, this.now);
    if (draft === undefined) return {};
    const names = draft.frame.get("block_names", "G3VectorString").value;
    const blocks = draft.frame.get("blocks", "G3VectorFrameObject").value;
    const seen = names.map((name, i) => {
      const block = blocks[i];
      assert.ok(block?.class === "G3TimesampleMap");
      const fields = [...block.value].map(([field, vector]) => {
        assert.ok(vector !== null && "value" in vector);
        return [field, `${vector.class}: ${Array.from(Object(vector.value), String)}`];
      });
      return [name, Object.fromEntries(fields)];
    });
    draft.commit();
    return Object.fromEntries(seen);
  }
}

function encoded(address: string, session: string, params: Readonly<Record<string, unknown>>): EncodedFeed {
  return {
    agent_address: "o.a",
    agg_params: params,
    feed_name: "f",
    address,
    record: true,
    session_id: session,
    agent_class: null,
  };
}

const doubles = (...values: number[]) => values.map((value) => new Float(value));

Deno.test("OCS 10.3: HkCollector gives each run of an agent a provider of its own, and no number twice", () => {
  const bed = new Bed();
  bed.send({ b: { n: [1] } });
  bed.send({ b: { n: [2] } }, { session: "2.5" });
  bed.send({ b: { n: [3] } }, {
    feed: "o.b.feeds.g",
    params: { fresh_time: 10, frame_length: new Float(20) },
  });
  bed.send({});
  assert.deepEqual(
    bed.providers.map(({ id, address, agentSessionId, frameLengthSeconds, freshSeconds }) => [
      id,
      address,
      agentSessionId,
      frameLengthSeconds,
      freshSeconds,
    ]),
    [
      [0, "o.a.feeds.f", "1.5", 300, 180],
      [1, "o.a.feeds.f", "2.5", 300, 180],
      [2, "o.b.feeds.g", "1.5", 20, 10],
    ],
  );
  assert.equal(bed.collector.roster, 3);
  bed.now += 10;
  assert.deepEqual(bed.collector.stale(bed.now), []);
  bed.now += 0.5;
  const [gone] = bed.collector.stale(bed.now);
  assert.equal(gone?.id, 2);
  if (gone) bed.collector.remove(gone);
  assert.equal(bed.collector.waitingBytes, 32);
  bed.send({ b: { n: [4] } }, { feed: "o.b.feeds.g" });
  assert.deepEqual(bed.providers.map(({ id }) => id), [0, 1, 3]);
  assert.equal(bed.collector.roster, 5);
});

Deno.test("HkCollector takes nonsense in agg_params for the defaults", () => {
  for (const [i, value] of ["x", -1, NaN, null, [], {}, -Infinity].entries()) {
    const bed = new Bed();
    bed.send({}, { params: { fresh_time: value, frame_length: value }, feed: `o.a.feeds.f${i}` });
    assert.deepEqual(bed.providers.map((p) => [p.frameLengthSeconds, p.freshSeconds]), [[300, 180]]);
  }
});

Deno.test("OCS 10.3: HkCollector counts a frame's age from the first time in it, or from when it was begun", () => {
  const bed = new Bed();
  bed.send({ b: { n: [1] } }, { times: [NOW - 299] });
  bed.send({ b: { n: [1] } }, { feed: "o.b.feeds.g", times: [NOW + 1000] });
  bed.send({}, { feed: "o.c.feeds.h" });
  const due = () => bed.collector.due(bed.now).map(({ id }) => id);
  bed.now = NOW + 1;
  assert.deepEqual(due(), []);
  bed.now = NOW + 1.5;
  assert.deepEqual(due(), [0]);
  bed.now = NOW + 300.5;
  assert.deepEqual(due(), [0, 1]);
  for (const provider of bed.providers) bed.write(provider);
  assert.deepEqual(due(), []);
  // The next frame begins with the next message.
  bed.send({ b: { n: [1] } });
  bed.now += 300;
  assert.deepEqual(due(), []);
  bed.now += 0.5;
  assert.deepEqual(due(), [0]);
});

Deno.test("HkCollector finds a frame due when the clock has been set back behind its start", () => {
  const bed = new Bed();
  bed.send({ b: { n: [1] } });
  bed.now -= 3600;
  assert.deepEqual(bed.collector.due(bed.now), bed.providers);
});

Deno.test("HkCollector keeps the kinds of a frame that is being written, whatever comes meanwhile", () => {
  const bed = new Bed();
  bed.send({ b: { n: [1, 2] } });
  const [provider] = bed.providers;
  assert.ok(provider);
  const draft = bed.collector.draft(provider, bed.session, bed.now);
  bed.send({ b: { n: doubles(0.5) } });
  const [block] = draft?.frame.get("blocks", "G3VectorFrameObject").value ?? [];
  assert.ok(block?.class === "G3TimesampleMap");
  assert.deepEqual(block.value.get("n"), { class: "G3VectorInt", value: new BigInt64Array([1n, 2n]) });
  draft?.commit();
  assert.deepEqual(bed.providers.map((one) => bed.write(one)), [{}, { b: { n: "G3VectorDouble: 0.5" } }]);
});

Deno.test("HkCollector keeps what comes while a frame is written, and all of it when writing fails", () => {
  const bed = new Bed();
  bed.send({ b: { n: [1] }, c: { x: [1.5] } });
  const [provider] = bed.providers;
  assert.ok(provider);
  assert.ok(bed.collector.draft(provider, bed.session, bed.now));
  // That one failed: it is simply not committed.
  bed.send({ b: { n: [2] } });
  const draft = bed.collector.draft(provider, bed.session, bed.now);
  bed.send({ b: { n: [3] }, d: { y: [true] } });
  draft?.commit();
  // The next frame is as old as what came meanwhile.
  bed.now += 300.5;
  assert.deepEqual(bed.collector.due(bed.now), [provider]);
  assert.deepEqual(bed.write(provider), { b: { n: "G3VectorInt: 3" }, d: { y: "G3VectorBool: 1" } });
  assert.equal(bed.collector.waitingBytes, 0);
  assert.deepEqual(bed.write(provider), {});
});

Deno.test("HkCollector puts a faulty block aside and records the rest of its message", () => {
  const bed = new Bed();
  bed.send({ a: { n: [1, 2.5] }, b: { n: [1, 2] }, c: { n: [null, 1] }, d: { n: [] } });
  assert.deepEqual(
    bed.faults.map(({ feed, agentSessionId, block, fault }) => [feed, agentSessionId, block, fault.reason]),
    [
      ["o.a.feeds.f", "1.5", "a", "mixed kinds"],
      ["o.a.feeds.f", "1.5", "c", "null value"],
    ],
  );
  assert.deepEqual(bed.faults[0]?.content, {
    block_name: "a",
    data: { n: [1, 2.5] },
    timestamps: doubles(NOW, NOW + 1),
  });
  // A faulty block does not decide how good ones have to look.
  bed.send({ a: { n: ["x", "y"] } });
  const [provider, other] = bed.providers;
  assert.ok(provider && other === undefined);
  assert.deepEqual(bed.write(provider), { b: { n: "G3VectorInt: 1,2" }, a: { n: "G3VectorString: x,y" } });
  assert.equal(bed.collector.feeds.get("o.a.feeds.f")?.trouble.faultyBlocks, 2);
});

Deno.test("HkCollector gives a block with other fields another provider, and each block back to its own", () => {
  const bed = new Bed();
  bed.send({ b: { x: [1], y: [2] }, c: { z: [1] } });
  bed.send({ b: { x: [3] } });
  // The same fields in another order are the same block.
  bed.send({ b: { y: [20], x: [10] } });
  bed.send({ b: { x: [4] }, c: { z: [2] } });
  assert.deepEqual(bed.providers.map(({ id, address }) => [id, address]), [[0, "o.a.feeds.f"], [
    1,
    "o.a.feeds.f",
  ]]);
  assert.deepEqual(bed.providers.map((provider) => bed.write(provider)), [
    { b: { x: "G3VectorInt: 1,10", y: "G3VectorInt: 2,20" }, c: { z: "G3VectorInt: 1,2" } },
    { b: { x: "G3VectorInt: 3,4" } },
  ]);
  assert.equal(bed.faults.length, 0);
});

Deno.test("HkCollector makes a field of numbers one that takes all of them, as long as nothing of it is written", () => {
  const bed = new Bed();
  for (const x of [[true], [1], [2.5], [3], [false], doubles(5)]) bed.send({ b: { x } });
  const [provider] = bed.providers;
  assert.ok(provider);
  assert.deepEqual(bed.write(provider), { b: { x: "G3VectorDouble: 1,1,2.5,3,0,5" } });
  // Integers that no double holds are not made to fit.
  bed.send({ b: { x: [2n ** 60n + 1n] } });
  assert.deepEqual(bed.faults.map(({ fault }) => fault.reason), ["integer too large for a float field"]);
  const big = new Bed();
  for (const x of [[2n ** 60n + 1n], [0.5]]) big.send({ b: { x } });
  assert.deepEqual(big.providers.map((one) => big.write(one)), [
    { b: { x: "G3VectorInt: 1152921504606846977" } },
    { b: { x: "G3VectorDouble: 0.5" } },
  ]);
});

Deno.test("HkCollector never changes the kind of a field that is in a file: a further provider has the new one", () => {
  const bed = new Bed();
  bed.send({ b: { x: [1] } });
  const write = () => bed.providers.map((provider) => bed.write(provider));
  assert.deepEqual(write(), [{ b: { x: "G3VectorInt: 1" } }]);
  for (const x of [[2], [2.5], [3], [true]]) bed.send({ b: { x } });
  // A float once, always a float, also among other fields.
  bed.send({ b: { x: [4], y: [1] } });
  assert.deepEqual(write(), [
    { b: { x: "G3VectorInt: 2" } },
    { b: { x: "G3VectorDouble: 2.5,3,1" } },
    { b: { x: "G3VectorDouble: 4", y: "G3VectorInt: 1" } },
  ]);
  assert.equal(bed.layouts.length, 2);
  assert.match(
    bed.layouts[0] ?? "",
    /^Block "b" of o\.a\.feeds\.f has other fields, .* provider 1 of the same name$/,
  );
});

Deno.test("HkCollector lets a text become a number, and no number a text: readers fail on that", () => {
  const bed = new Bed();
  for (const x of [["n/a"], ["n/a"], [1.5], ["off"], [2.5]]) bed.send({ b: { x } });
  assert.deepEqual(bed.providers.map((provider) => bed.write(provider)), [
    { b: { x: "G3VectorString: n/a,n/a" } },
    { b: { x: "G3VectorDouble: 1.5,2.5" } },
  ]);
  assert.deepEqual(bed.faults.map(({ fault }) => fault), [
    { reason: "number became text", detail: 'field "x" is a string, and has been a float before' },
  ]);
});

Deno.test("HkCollector keeps at most eight forms of a block, and the fields of all feeds within a limit", () => {
  const bed = new Bed({ mostFields: 20 });
  for (let i = 0; i < 10; i++) bed.send({ b: { [`f${i}`]: [i] } });
  assert.deepEqual(bed.faults.map(({ fault }) => fault.reason), ["too many layouts", "too many layouts"]);
  assert.equal(bed.providers.length, 8);
  bed.send({ wide: Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`w${i}`, [1]])) }, {
    feed: "o.b.feeds.g",
  });
  assert.equal(bed.faults.at(-1)?.fault.reason, "too many fields");
  // What has gone makes room.
  const [first] = bed.providers;
  if (first) bed.collector.remove(first);
  bed.send({ wide: Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`w${i}`, [1]])) }, {
    feed: "o.b.feeds.g",
  });
  assert.equal(bed.faults.length, 3);
});

Deno.test("OCS 93: HkCollector repairs names of fields, and says so once for each block", () => {
  const bed = new Bed();
  for (const value of [1, 2]) bed.send({ b: { "a b": [value], "a_b": [value] } });
  const [provider] = bed.providers;
  assert.ok(provider);
  assert.deepEqual(bed.write(provider), { b: { "a_b": "G3VectorInt: 1,2", "a_b_01": "G3VectorInt: 1,2" } });
  assert.deepEqual(bed.invalid, ["a b"]);
});

Deno.test("HkCollector loses what does not fit, and says of which feed, how much and from when to when", () => {
  const bed = new Bed({ mostBytes: 100 });
  bed.send({ b: { n: [1, 2, 3] } });
  bed.send({ b: { n: [4, 5, 6, 7] } });
  assert.deepEqual(bed.losses, [
    { feed: "o.a.feeds.f", samples: 4, fromSeconds: NOW, toSeconds: NOW + 3, cause: "memory full" },
  ]);
  assert.equal(bed.collector.feeds.get("o.a.feeds.f")?.trouble.droppedSamples, 4);
  const [provider] = bed.providers;
  assert.ok(provider);
  bed.write(provider);
  bed.send({ b: { n: [8] } });
  assert.deepEqual(bed.write(provider), { b: { n: "G3VectorInt: 8" } });
});

Deno.test("HkCollector records no more feeds at a time than it is told, and forgets the oldest of those that have gone", () => {
  const bed = new Bed({ mostFeeds: 3 });
  for (let i = 0; i < 5; i++) bed.send({ b: { n: [i] } }, { feed: `o.a.feeds.f${i}` });
  assert.deepEqual(bed.losses.map(({ feed, cause }) => [feed, cause]), [
    ["o.a.feeds.f3", "too many feeds"],
    ["o.a.feeds.f4", "too many feeds"],
  ]);
  for (let i = 10; i < 40; i++) {
    for (const provider of bed.providers) bed.collector.remove(provider);
    bed.send({ b: { n: [i] } }, { feed: `o.a.feeds.f${i}` });
  }
  assert.deepEqual([...bed.collector.feeds.keys()], [34, 35, 36, 37, 38, 39].map((i) => `o.a.feeds.f${i}`));
  assert.equal(bed.providers.length, 1);
});

Deno.test("HkCollector knows a feed again when it is back, and what was odd about it", () => {
  const bed = new Bed();
  for (let i = 0; i < 20; i++) bed.send({ b: { n: [i] } }, { times: [NOW + i] });
  bed.send({ b: { n: [20] } }, { times: [NOW + 30] });
  const [provider] = bed.providers;
  if (provider) bed.collector.remove(provider);
  assert.deepEqual(bed.collector.feeds.get("o.a.feeds.f")?.providers, []);
  bed.send({ b: { n: [1] } }, { times: [NOW + 31] });
  assert.deepEqual(bed.collector.feeds.get("o.a.feeds.f")?.irregularities, {
    skips: 1,
    missing: 10,
    repeats: 0,
    late: 0,
  });
  assert.deepEqual(bed.providers.map(({ id }) => id), [1]);
});

Deno.test("HkCollector is not led astray by a message that is none", () => {
  const bed = new Bed();
  for (const message of [null, 7, "x", [1], true]) {
    bed.collector.take({ message, feed: encoded("o.a.feeds.f", "1", {}) }, NOW);
  }
  assert.deepEqual(
    bed.faults.map(({ block, fault }) => [block, fault.reason]),
    Array(5).fill([null, "not a block"]),
  );
  bed.collector.take({
    message: { b: null, c: 7, d: { data: {}, timestamps: [] } },
    feed: encoded("o.a.feeds.f", "1", {}),
  }, NOW);
  assert.equal(bed.faults.length, 7);
  bed.send({ b: { n: [1] } }, { params: { exclude_aggregator: 1 } });
  assert.equal(bed.collector.counts.excluded, 1);
  assert.equal(bed.collector.counts.blocks, 0);
});

Deno.test("heaviest() names those with the most, until the rest is small enough", () => {
  const bed = new Bed();
  for (const [i, count] of [5, 50, 1, 500].entries()) {
    bed.send({ b: { n: Array(count).fill(1) } }, { feed: `o.a.feeds.f${i}` });
  }
  const ids = (bytes: number) => bed.collector.heaviest(bytes).map(({ id }) => id);
  assert.deepEqual(ids(1e9), []);
  assert.deepEqual(ids(56 * 16), [3]);
  assert.deepEqual(ids(55 * 16), [3, 1]);
  assert.deepEqual(ids(0), [3, 1, 0, 2]);
});
