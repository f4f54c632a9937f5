import assert from "node:assert/strict";
import { BackpressureError, NotConnectedError } from "../../../client/errors.ts";
import { createLog, type FeedSpec, Float, type LogRecord, ManualClock } from "../../../framework/mod.ts";
import { OwnedFeed } from "../../../framework/feed.ts";

type Event = readonly [message: Record<string, Record<string, unknown>>, feed: Record<string, unknown>];

/** A feed with everything it published and logged. */
function make(spec: FeedSpec = { record: true }, clock = new ManualClock(1000)) {
  const events: Event[] = [];
  const lines: LogRecord[] = [];
  const state = { away: false };
  const feed = new OwnedFeed(
    {
      address: "observatory.tested",
      agentClass: "TestAgent",
      agentSessionId: "1000.0",
      log: createLog({ sinks: [{ write: (record) => lines.push(record) }] }),
      clock,
      publish(topic, args) {
        if (state.away) return Promise.reject(new NotConnectedError("not connected"));
        assert.equal(topic, "observatory.tested.feeds.temps");
        assert.equal(args.length, 1);
        // What the feed under test makes.
        events.push(args[0] as Event);
        return Promise.resolve();
      },
    },
    "temps",
    spec,
  );
  return { feed, events, lines, state, clock };
}

function data(event: Event | undefined, block = "b"): unknown {
  return event?.[0][block]?.["data"];
}

Deno.test("OCS 53, 54: every event is one argument, message and feed, with Python's keys", () => {
  const { feed, events } = make({});
  feed.publish({ any: ["thing", null] });
  assert.deepEqual(events, [[{ any: ["thing", null] }, {
    agent_address: "observatory.tested",
    agg_params: {},
    feed_name: "temps",
    address: "observatory.tested.feeds.temps",
    record: false,
    session_id: "1000.0",
    agent_class: "TestAgent",
  }]]);
  assert.deepEqual(Object.keys(events[0]?.[1] ?? {}), [
    "agent_address",
    "agg_params",
    "feed_name",
    "address",
    "record",
    "session_id",
    "agent_class",
  ]);
});

Deno.test("OCS 55, 56: a single sample arrives as a block of arrays of length one", () => {
  const { feed, events } = make();
  feed.publish({ blockName: "b", timestamp: 900, data: { x: 1.5, ok: true, name: "n" } });
  assert.deepEqual(events[0]?.[0], {
    b: {
      block_name: "b",
      data: { x: [new Float(1.5)], ok: [true], name: ["n"] },
      influxdb_tags: null,
      timestamps: [new Float(900)],
    },
  });
  assert.deepEqual(Object.keys(events[0]?.[0]["b"] ?? {}), [
    "block_name",
    "data",
    "influxdb_tags",
    "timestamps",
  ]);
});

Deno.test("OCS 57: a float field stays a float when its value is integral, an int field an int", () => {
  const { feed, events } = make({ record: true, fields: { n: "int" } });
  feed.publish({ blockName: "b", data: { x: 3, n: 3, big: 4n } });
  feed.publish({ blockName: "b", data: { x: 3.5, n: 4, big: 2n ** 60n } });
  assert.deepEqual(data(events[0]), { x: [new Float(3)], n: [3], big: [4] });
  assert.deepEqual(data(events[1]), { x: [new Float(3.5)], n: [4], big: [2n ** 60n] });
});

Deno.test("publish() refuses a value of another kind than the field has, and keeps nothing of it", () => {
  const { feed, events } = make({ record: true, fields: { n: "int" } });
  feed.publish({ blockName: "b", data: { x: 1, n: 1 } });
  for (const [x, n] of [[true, 1], ["1", 1], [1, 1.5], [1, new Float(1)], [1, NaN], [1, true]]) {
    assert.throws(() => feed.publish({ blockName: "b", data: { x, n } }), TypeError);
  }
  feed.publish({ blockName: "b", data: { x: NaN, n: 2 } });
  assert.deepEqual(data(events[1]), { x: [new Float(NaN)], n: [2] });
});

Deno.test("OCS 58: a changed field set is refused, and the block lives on", () => {
  const { feed, events } = make();
  feed.publish({ blockName: "b", data: { x: 1 } });
  const message = "Block structure does not match: b";
  assert.throws(() => feed.publish({ blockName: "b", data: { x: 1, y: 2 } }), { message });
  assert.throws(() => feed.publish({ blockName: "b", data: { y: 1 } }), { message });
  feed.publish({ blockName: "b", data: { x: 2 } });
  assert.equal(events.length, 2);
});

Deno.test("OCS 59: publish() refuses field names with Python's texts", () => {
  const { feed } = make();
  const named = (name: string) => () => feed.publish({ blockName: "b", data: { [name]: 1 } });
  assert.throws(named(""), { message: "Empty field name encountered, please enter a valid field name." });
  assert.throws(named("a-b"), {
    message: "message 'data' block contains the key a-b with the invalid character '-'. " +
      "Valid characters are a-z, A-Z, 0-9, and underscore.",
  });
  assert.throws(named("_1"), /does not start with a letter/);
  assert.throws(named("a".repeat(256)), /exceeds the valid length of 255 characters/);
});

Deno.test("publish() refuses values that feeds cannot carry, with Python's texts", () => {
  const { feed } = make();
  const single = (x: unknown) => () => feed.publish({ blockName: "b", data: { x } });
  const text = "message 'data' block contains invalid data type: ";
  assert.throws(single(null), { message: `${text}<class 'NoneType'>` });
  assert.throws(single(undefined), { message: `${text}<class 'NoneType'>` });
  assert.throws(single({}), { message: `${text}<class 'dict'>` });
  assert.throws(single([1, 2]), { message: `${text}<class 'list'>` });
  assert.throws(() => feed.publish({ blockName: "b", timestamps: [1, 2, 3], data: { x: [1, null, {}] } }), {
    message: "message 'data' block contains invalid datatypes: {<class 'NoneType'>, <class 'dict'>}",
  });
});

Deno.test("a feed with lists takes lists in single samples, all entries of one kind that never changes", () => {
  const { feed, events } = make({ record: true, lists: true });
  const publish = (v: unknown) => feed.publish({ blockName: "b", timestamp: 1, data: { v } });
  publish([1, 2.5]);
  assert.deepEqual(data(events[0]), { v: [[new Float(1), new Float(2.5)]] });
  publish([]);
  publish(3);
  assert.deepEqual(data(events[1]), { v: [[]] });
  assert.deepEqual(data(events[2]), { v: [new Float(3)] });
  assert.throws(() => publish(["x"]), /the field is of kind float, which never changes/);
  assert.throws(() => publish([null]), /invalid data type: <class 'NoneType'>/);
  assert.throws(() => publish([[1]]), /invalid data type: <class 'list'>/);
  assert.throws(
    () => make().feed.publish({ blockName: "b", data: { v: [1] } }),
    /invalid data type: <class 'list'>/,
  );
});

Deno.test("publish() takes several samples, typed arrays too, and refuses lengths that differ", () => {
  const { feed, events } = make({ record: true, fields: { n: "int" } });
  feed.publish({
    blockName: "b",
    timestamps: new Float64Array([1, 2]),
    data: { x: new Float64Array([1, 2.5]), n: new Int32Array([3, 4]) },
  });
  assert.deepEqual(data(events[0]), { x: [new Float(1), new Float(2.5)], n: [3, 4] });
  assert.throws(
    () => feed.publish({ blockName: "b", timestamps: [1, 2], data: { x: [1], n: [1, 2] } }),
    { name: "RangeError", message: 'Cannot publish block "b": field "x" has 1 values for 2 timestamps' },
  );
});

Deno.test("publish() refuses messages of no use for recorders", () => {
  const { feed } = make();
  for (const message of [null, 3, "x", [], {}, { blockName: "b" }, { blockName: 1, data: {} }]) {
    assert.throws(() => feed.publish(message), TypeError);
  }
  assert.throws(() => feed.publish({ blockName: "b", timestamp: "now", data: { x: 1 } }), TypeError);
  assert.throws(() => feed.publish({ blockName: "b", timestamp: NaN, data: { x: 1 } }), TypeError);
});

Deno.test("publish() checks InfluxDB tags as Python does, and sends the last ones", () => {
  const { feed, events } = make();
  const publish = (influxdbTags: Record<string, Record<string, unknown>>) =>
    feed.publish({ blockName: "b", data: { x: 1, y: 2 }, influxdbTags });
  assert.throws(() => publish({ x: { channel: 0 }, y: { _field: "t" } }), /'_field' not supplied/);
  assert.throws(() => publish({ x: { _field: "t" } }), {
    message: "'influxdb_tags' does not contain tags for 'y'",
  });
  assert.throws(() => publish({ x: { _field: "t" }, y: { _field: "t" }, z: { _field: "t" } }), {
    message: "'influxdb_tags' contains extra tag 'z'",
  });
  const tags = { x: { channel: 0, _field: "t" }, y: { channel: 1, _field: "t" } };
  publish(tags);
  feed.publish({ blockName: "b", data: { x: 1, y: 2 } });
  assert.deepEqual(events.map((event) => event[0]["b"]?.["influxdb_tags"]), [tags, tags]);
});

Deno.test("a buffered feed publishes all blocks in one event once the time is over", async () => {
  const { feed, events, clock } = make({ record: true, bufferTimeSeconds: 2 });
  feed.publish({ blockName: "b", data: { x: 1 } });
  await clock.advance(1);
  feed.publish({ blockName: "c", data: { y: 1 } });
  assert.equal(events.length, 0);
  await clock.advance(1);
  assert.equal(events.length, 0, "nothing flushes on a timer");
  feed.publish({ blockName: "b", data: { x: 2 } });
  assert.equal(events.length, 1);
  assert.deepEqual(Object.keys(events[0]?.[0] ?? {}), ["b", "c"]);
  assert.deepEqual(data(events[0]), { x: [new Float(1), new Float(2)] });
});

Deno.test("OCS 61: flush() publishes all non-empty blocks in one event, and nothing when there is nothing", () => {
  const { feed, events } = make({ record: true, bufferTimeSeconds: 100 });
  feed.flush();
  feed.publish({ blockName: "b", data: { x: 1 } });
  feed.publish({ blockName: "c", data: { x: 1 } });
  feed.flush();
  feed.flush();
  assert.equal(events.length, 1);
  feed.publish({ blockName: "c", data: { x: 2 } });
  feed.flush();
  assert.deepEqual(Object.keys(events[1]?.[0] ?? {}), ["c"]);
});

Deno.test("a large buffer goes out in several events, for Python peers drop what is above 1 MiB", () => {
  const { feed, events } = make({ record: true, bufferTimeSeconds: 100 });
  const values = new Float64Array(100_000).map((_, i) => i);
  feed.publish({ blockName: "b", timestamps: values, data: { x: values } });
  feed.publish({ blockName: "c", data: { y: 1 } });
  feed.flush();
  assert.ok(events.length > 4, `${events.length} events`);
  const times = events.flatMap((event) => event[0]["b"]?.["timestamps"] ?? []);
  assert.deepEqual(times, Array.from(values, (value) => new Float(value)));
  for (const event of events) assert.ok(JSON.stringify(event).length < 1_000_000);
});

Deno.test("a feed whose router is away counts and tells what it loses, without a line per event", async () => {
  const { feed, events, lines, state, clock } = make();
  state.away = true;
  for (let i = 0; i < 100; i++) feed.publish({ blockName: "b", data: { x: i } });
  await clock.advance(0);
  assert.equal(feed.lost, 100);
  assert.equal(lines.length, 1);
  assert.match(lines[0]?.text ?? "", /^Could not publish to Feed\. crossbar server likely unreachable\./);
  await clock.advance(61);
  feed.publish({ blockName: "b", data: { x: 1 } });
  await clock.advance(0);
  assert.equal(lines.length, 2);
  state.away = false;
  feed.publish({ blockName: "b", data: { x: 2 } });
  await clock.advance(0);
  assert.match(lines[2]?.text ?? "", /again; 101 events were lost/);
  assert.deepEqual(data(events[0]), { x: [new Float(2)] }, "what could not be sent is gone");
});

Deno.test("a feed tells what it lost in a second outage within the minute, when that is over", async () => {
  const { feed, lines, state, clock } = make();
  const publish = async (away: boolean) => {
    state.away = away;
    feed.publish({ blockName: "b", data: { x: 1 } });
    await clock.advance(0);
  };
  await publish(true);
  await publish(false);
  await clock.advance(12);
  await publish(true);
  await publish(true);
  await clock.advance(8);
  await publish(false);
  assert.deepEqual(lines.map(({ text }) => /Could not publish|again; \d+ events were lost/.exec(text)?.[0]), [
    "Could not publish",
    "again; 1 events were lost",
    "again; 3 events were lost",
  ]);
});

Deno.test("events refused because the router reads too slowly are lost and logged once a minute, though some get through", async () => {
  const lines: LogRecord[] = [];
  const clock = new ManualClock(1000);
  let turn = 0;
  const feed = new OwnedFeed({
    address: "observatory.tested",
    agentClass: "TestAgent",
    agentSessionId: "1000.0",
    log: createLog({ sinks: [{ write: (record) => lines.push(record) }] }),
    clock,
    publish: () =>
      turn++ % 2 === 0 ? Promise.reject(new BackpressureError("too slow", 2_000_000)) : Promise.resolve(),
  }, "temps");
  for (let i = 0; i < 240; i++) {
    feed.publish(i);
    await clock.advance(0.5);
  }
  assert.equal(feed.lost, 120);
  const complaints = lines.filter(({ level }) => level === "error").map(({ text }) => text);
  assert.equal(complaints.length, 2);
  assert.match(complaints[0] ?? "", /does not keep up\. \(feed temps, 1 events lost so far: .*too slow/);
  const counts = lines.filter(({ text }) => /again; \d+ events were lost/.test(text)).length;
  assert.ok(counts >= 2 && counts <= 12, `${counts} lines of recovery in two minutes`);
});
