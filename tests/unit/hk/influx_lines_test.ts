import assert from "node:assert/strict";
import { InfluxKinds } from "../../../hk/influx_kinds.ts";
import { type InfluxFault, influxLines } from "../../../hk/influx_lines.ts";
import { influxLineOf, originOf, readInfluxLine, splitLines } from "../../../hk/influx_point.ts";
import { influxTime } from "../../../hk/influx_time.ts";
import { influxValue, kindOfValue } from "../../../hk/influx_value.ts";
import { Float } from "../../../internal/float.ts";
import type { EncodedFeed } from "../../../ocs/encoded_feed.ts";

const FEED: EncodedFeed = {
  agent_address: "observatory.faker1",
  agg_params: {},
  feed_name: "false_temperatures",
  address: "observatory.faker1.feeds.false_temperatures",
  record: true,
  session_id: "1",
  agent_class: "FakeDataAgent",
};

function lines(
  data: Record<string, unknown[]>,
  timestamps: unknown[],
  more: Record<string, unknown> = {},
): string[] {
  return influxLines({ message: { b: { block_name: "b", data, timestamps, ...more } }, feed: FEED });
}

Deno.test("OCS 94: influxLines() writes an int with i, a string in quotes, a bool as True, time in nanoseconds", () => {
  const samples = {
    channel_00: [0.1, 1e-7],
    whole: [new Float(2), new Float(-0)],
    count: [1, 2n ** 60n],
    name: ["a", 'q"\\'],
    on: [true, false],
  };
  assert.deepEqual(lines(samples, [1_615_389_657.2904894, new Float(1_790_000_100)]), [
    'observatory.faker1,feed=false_temperatures channel_00=0.1,whole=2.0,count=1i,name="a",on=True 1615389657290489344',
    "observatory.faker1,feed=false_temperatures " +
    'channel_00=1e-07,whole=-0.0,count=1152921504606846976i,name="q\\"\\\\",on=False 1790000100000000000',
  ]);
});

Deno.test("influxLines() leaves out NaN, infinities and null, and a point of nothing else", () => {
  assert.deepEqual(lines({ a: [NaN, Infinity, null], b: [1.5, null, -Infinity] }, [1, 2, 3]), [
    "observatory.faker1,feed=false_temperatures b=1.5 1000000000",
  ]);
});

Deno.test("influxLines() tells of what InfluxDB cannot keep, and keeps the rest of the point", () => {
  const faults: InfluxFault[] = [];
  const data = { list: [[1], 2], huge: [2n ** 63n, -(2n ** 63n)], fine: [1.5, 2.5] };
  const made = influxLines(
    { message: { b: { data, timestamps: [1, Infinity] } }, feed: FEED },
    { onFault: (fault) => void faults.push(fault) },
  );
  assert.deepEqual(made, ["observatory.faker1,feed=false_temperatures fine=1.5 1000000000"]);
  assert.deepEqual(faults.map(({ field, samples }) => [field, samples]), [["list", 1], ["huge", 1], [
    undefined,
    1,
  ]]);
  assert.match(faults[2]?.cause ?? "", /^Cannot convert inf to an InfluxDB compatible time$/);
});

Deno.test("influxLines() names blocks that are none, and takes an empty message, an empty block and a single sample", () => {
  const faults: string[] = [];
  const onFault = ({ cause }: InfluxFault) => void faults.push(cause);
  const odd = {
    a: 1,
    b: { data: { x: [1] } },
    c: { data: { x: [1, 2] }, timestamps: [1] },
    d: { data: [], timestamps: [1] },
  };
  assert.deepEqual(influxLines({ message: odd, feed: FEED }, { onFault }), []);
  assert.deepEqual(faults.map((text) => text.split(":")[0]), [
    "not a block",
    "not a block",
    "lengths differ",
    "not a block",
  ]);
  assert.deepEqual(influxLines({ message: "odd", feed: FEED }, { onFault }), []);
  assert.equal(faults.at(-1), "not an object of blocks");
  assert.deepEqual(influxLines({ message: {}, feed: FEED }), []);
  assert.deepEqual(lines({}, []), []);
  assert.deepEqual(
    influxLines({ message: { b: { block_name: "b", data: { x: 1 }, timestamp: 2.5 } }, feed: FEED }),
    ["observatory.faker1,feed=false_temperatures x=1i 2500000000"],
  );
});

Deno.test("influxLines() with influxdb_tags makes a point of each field under the agent's class", () => {
  const tags = {
    channel_00: { _field: "temperature", channel: 0, where: "by the 4K, left=1" },
    channel_01: { _field: "temperature", channel: 1, where: "" },
    bare: "odd",
  };
  const data = { channel_00: [0.5], channel_01: ["a=b"], bare: [1] };
  const series = "FakeDataAgent,feed=false_temperatures,address_root=observatory,instance_id=faker1";
  const made = lines(data, [1], { influxdb_tags: tags });
  assert.deepEqual(made, [
    `${series},channel=0,where=by\\ the\\ 4K\\,\\ left\\=1 temperature=0.5 1000000000`,
    `${series},channel=1 temperature="a=b" 1000000000`,
    `${series} bare=1i 1000000000`,
  ]);
  const point = readInfluxLine(made[0] ?? "");
  assert.equal(point.tags.get("where"), "by the 4K, left=1");
  assert.deepEqual(originOf(point), { agent: "observatory.faker1", feed: "false_temperatures" });
});

Deno.test("influxLines() tells when a field becomes another kind, also in another feed of the agent", () => {
  const kinds = new InfluxKinds();
  const changes: string[] = [];
  const send = (feed_name: string, x: unknown[]) =>
    influxLines({
      message: { b: { data: { x }, timestamps: x.map((_, i) => i) } },
      feed: { ...FEED, feed_name },
    }, {
      kinds,
      onChange: ({ feed, field, was, is }) => void changes.push(`${feed} ${field} ${was} ${is}`),
    });
  send("a", [1, NaN, 2]);
  send("b", [3]);
  assert.deepEqual(changes, []);
  send("b", [new Float(3), 4.5, "text"]);
  assert.deepEqual(changes, ["b x integer float", "b x float string"]);
});

Deno.test("influxTime() cuts as a double product does, or rounds to microseconds as Python's datetime does", () => {
  assert.equal(influxTime(1_615_389_657.2904894, "line"), 1_615_389_657_290_489_344n);
  assert.equal(influxTime(1_615_389_657.2904894, "json"), 1_615_389_657_290_489_000n);
  // Halves to even, as datetime.fromtimestamp(0.0000005) and (0.0000015) say.
  assert.deepEqual([0.5e-6, 1.5e-6, 2.5e-6].map((t) => influxTime(t, "json")), [0n, 2000n, 2000n]);
  for (const time of [NaN, Infinity, -Infinity, 1e10, -1e10, 1e300, -1e300]) {
    assert.equal(influxTime(time, "line"), undefined);
    assert.equal(influxTime(time, "json"), undefined);
  }
});

Deno.test("readInfluxLine() and influxLineOf() take a line apart and put it together, whatever is in it", () => {
  const value = 'a "text", with = and \\ \nand a second line';
  const odd = "we ird,=\\name";
  const feed = { ...FEED, agent_address: `${odd}.x`, feed_name: odd };
  const [line = ""] = influxLines({
    message: { b: { data: { [odd]: [value], n: [1], [`${odd}2`]: [0.5], on: [true] }, timestamps: [5] } },
    feed,
  });
  const point = readInfluxLine(line);
  assert.equal(point.measurement, `${odd}.x`);
  assert.deepEqual([...point.tags], [["feed", odd]]);
  assert.deepEqual(point.fields.map(({ key, kind }) => [key, kind]), [
    [odd, "string"],
    ["n", "integer"],
    [`${odd}2`, "float"],
    ["on", "boolean"],
  ]);
  assert.equal(influxLineOf(point, point.fields), line);
  assert.equal(influxLineOf(point, []), undefined);
  const all = [line, "m,feed=a x=1i 5", line];
  assert.deepEqual(splitLines(all.join("\n"), all.length), all);
});

Deno.test("kindOfValue() tells the kind of every value that influxValue() writes", () => {
  const samples = [1.5, new Float(1), 1, "1i", true, false, 1e300, new Float(1e300), 2n ** 62n, "t"];
  assert.deepEqual(samples.map((sample) => kindOfValue(influxValue(sample) ?? "")), [
    "float",
    "float",
    "integer",
    "string",
    "boolean",
    "boolean",
    "float",
    "float",
    "integer",
    "string",
  ]);
});
