import assert from "node:assert/strict";
import { Float } from "../../../internal/float.ts";
import { ENVELOPE, MonitorBed } from "./monitor_bed.ts";

Deno.test("MON-1: PysmurfMonitor takes datagrams of 63 KB and of the largest size there is", async () => {
  await using bed = await MonitorBed.start();
  await bed.message("session_data", { blob: "x".repeat(63_000) });
  const most = 65_507 - JSON.stringify({ ...ENVELOPE, type: "session_log", payload: "" }).length;
  await bed.message("session_log", "y".repeat(most));
  const relayed = bed.agent.feed("pysmurf_session_data").messages.map((message) => Object(message).payload);
  assert.equal(relayed[0].blob.length, 63_000);
  assert.equal(relayed[1].length, most);
});

Deno.test("MON-2: PysmurfMonitor takes NaN and infinities as null, and leaves the words in texts alone", async () => {
  await using bed = await MonitorBed.start();
  const head = '{"id": "a", "type": "session_data", "time": 1.5, "payload": ';
  await bed.send(
    `${head}{"value": NaN, "list": [Infinity, -Infinity, 1.5, [NaN]], "huge": 1e400, "NaN": "NaN, -Infinity"}}`,
  );
  assert.deepEqual(bed.agent.feed("pysmurf_session_data").messages, [{
    id: "a",
    type: "session_data",
    time: 1.5,
    payload: { value: null, list: [null, null, 1.5, [null]], huge: null, NaN: "NaN, -Infinity" },
  }]);
});

Deno.test("MON-3: PysmurfMonitor lives on after garbage, counts it and names it", async () => {
  await using bed = await MonitorBed.start();
  const garbage: readonly (string | Uint8Array)[] = [
    crypto.getRandomValues(new Uint8Array(300)),
    new Uint8Array(0),
    "[]",
    '"x"',
    "{}",
    "42",
    "null",
    "NaN",
    "[".repeat(60_000),
    '{"id":"x","type":"session_data","payload":' + '{"a":'.repeat(10_000) + "1" + "}".repeat(10_001),
    '{"id":"x","type":"session_data","payload":{"n":' + "9".repeat(60_000) + "}}",
    '{"id":"x","type":"session_data","payload":1}\0',
    '{"id":"x","type":"session_data","payload":1}{}',
    "\ufeff" + '{"id":"x","type":"session_data","payload":1}',
    "{'id': 'x'}",
    '{"id":"x","type":"session_data","payl',
    Uint8Array.from([
      ...new TextEncoder().encode('{"id":"x","type":"session_data","payload":"'),
      0xff,
      0xfe,
      0x22,
      0x7d,
    ]),
    '{"type":"session_data","payload":1}',
    '{"id":null,"type":"session_data","payload":1}',
    '{"id":[7],"type":"session_data","payload":1}',
    '{"id":"x","payload":1}',
    '{"id":"x","type":{},"payload":1}',
    '{"id":"x","type":"session_data"}',
    '{"id":"x","type":"data_file","payload":"x"}',
    '{"id":"x","type":"data_file","payload":null}',
    '{"id":"x","type":"data_file","payload":{"path":null}}',
    '{"id":"x","type":"data_file","payload":{"path":""}}',
    '{"id":"x","type":"g3_file","payload":5}',
    '{"id":"x","type":"metadata","time":1,"payload":{"path":"A.b"}}',
    '{"id":"x","type":"metadata","time":1,"payload":{"path":"A.b","value":null}}',
    '{"id":"x","type":"metadata","time":1,"payload":{"path":"A.b","value":NaN}}',
    '{"id":"x","type":"metadata","time":1,"payload":{"path":"A.b","value":{"x":1}}}',
    '{"id":"x","type":"metadata","time":1,"payload":{"path":3,"value":1}}',
    '{"id":"x","type":"metadata","time":"now","payload":{"path":"A.b","value":1}}',
    '{"id":"x","type":"metadata","payload":{"path":"A.b","value":1}}',
    '{"id":"S:../x","type":"metadata","time":1,"payload":{"path":"A.b","value":1}}',
    '{"id":"S:a b","type":"metadata","time":1,"payload":{"path":"A.b","value":1}}',
    '{"id":"S:\\ud800","type":"metadata","time":1,"payload":{"path":"A.b","value":1}}',
    '{"id":"x","type":"metadata","time":1,"payload":[1]}',
  ];
  await bed.send(...garbage);
  const feed = bed.agent.feed("pysmurf_session_data");
  assert.deepEqual(feed.messages, []);
  await bed.message("session_data", { still: "alive" });
  assert.equal(feed.events.length, 1);
  const { udp, malformed, last_malformed } = bed.data;
  const notJson = 12;
  assert.equal(udp.malformed, garbage.length);
  assert.deepEqual({ ...malformed, "not JSON": notJson }, {
    "not JSON": notJson,
    "not an object": 5,
    "id is no text": 4,
    "type is no text": 2,
    "no payload": 1,
    "bad file record": 5,
    "bad metadata": 11,
  });
  assert.equal(Object.values(malformed).reduce((sum, count) => sum + count, 0), garbage.length);
  assert.equal(last_malformed?.reason, "bad metadata");
  assert.match(last_malformed?.sender ?? "", /^127\.0\.0\.1:\d+$/);
  // Each kind once, although there were many: a flood must not fill the disk with log lines.
  const lines = bed.agent.logTexts.filter((text) => text.startsWith("Malformed datagram"));
  assert.equal(lines.length, 7);
});

Deno.test("PysmurfMonitor passes on what nests as deep as can be sent, and refuses what nests deeper", async () => {
  await using bed = await MonitorBed.start();
  const nested = (depth: number) =>
    bed.send(` {"id":"x","type":"session_data","payload":${"[".repeat(depth)}${"]".repeat(depth)}} \n`);
  await nested(96);
  const { udp } = bed.data;
  assert.equal(bed.agent.feed("pysmurf_session_data").events.length, 1);
  await nested(97);
  assert.deepEqual([udp.relayed, udp.malformed], [1, 1]);
  assert.match(bed.data.last_malformed?.detail ?? "", /nests deeper/);
});

Deno.test("MON-4: PysmurfMonitor publishes and registers nothing of other types", async () => {
  await using bed = await MonitorBed.start();
  for (const type of ["general", "log", "start", "stop", "backend_error", "session_logs", "telemetry"]) {
    await bed.message(type, { message: "x", path: "/x", value: 1 });
  }
  await bed.pass();
  assert.deepEqual(bed.agent.feed("pysmurf_session_data").messages, []);
  assert.deepEqual((await bed.agent.api()).feeds.map(([name]) => name).sort(), [
    "heartbeat",
    "pysmurf_session_data",
  ]);
  assert.deepEqual(bed.rows(), []);
  const { udp } = bed.data;
  assert.equal(udp.ignored, 7);
  assert.equal(udp.malformed, 0);
});

Deno.test("MON-5, MON-6: PysmurfMonitor passes session_data and session_log on as they came", async () => {
  await using bed = await MonitorBed.start();
  const data =
    '{"host": "h", "id": "crate1slot4", "script": "s", "time": 3.0, "seq_no": 7, "type": "session_data", ' +
    '"payload": {"int": 3, "float": 3.0, "big": 9223372036854775808, "deep": [{"a": [null, true, -0.0, 1e-7]}], ' +
    '"text": "\\u00b5K \\ud83d\\udca1", "__proto__": {"x": 1}, "": 1}, "extra": [1]}';
  await bed.send(data);
  await bed.message("session_log", "tuning band 2");
  await bed.message("session_data", [1, 2]);
  const { events } = bed.agent.feed("pysmurf_session_data");
  const payload = Object.fromEntries([
    ["int", 3],
    ["float", new Float(3)],
    ["big", 9223372036854775808n],
    ["deep", [{ a: [null, true, new Float(-0), 1e-7] }]],
    ["text", "µK 💡"],
    ["__proto__", { x: 1 }],
    ["", 1],
  ]);
  assert.deepEqual(events.map((event) => event.message), [
    {
      host: "h",
      id: "crate1slot4",
      script: "s",
      time: new Float(3),
      seq_no: 7,
      type: "session_data",
      payload,
      extra: [1],
    },
    { ...ENVELOPE, type: "session_log", payload: "tuning band 2" },
    { ...ENVELOPE, type: "session_data", payload: [1, 2] },
  ]);
  const [first] = events;
  assert.equal(first?.feed.address, "observatory.pysmurf-monitor.feeds.pysmurf_session_data");
  assert.equal(first?.feed.record, false);
  assert.equal(first?.feed.agent_class, "PysmurfMonitor");
  assert.deepEqual(bed.data.udp.relayed, 3);
});

Deno.test("MON-7, MON-8: PysmurfMonitor publishes registers on a feed per stream, kinds kept", async () => {
  await using bed = await MonitorBed.start();
  const metadata = (id: string, path: string, value: string) =>
    bed.send(
      `{"id": "${id}", "type": "metadata", "time": 1700000123, "payload": {"path": "${path}", "value": ${value}}}`,
    );
  await metadata("STREAMER:abc:more", "AMCc.X[3].Y z", "3");
  await metadata("abc", "AMCc.SmurfProcessor.FileWriter.IsOpen", "true");
  await metadata("other", "Temp", "3.0");
  await metadata("other", "123", '"text"');
  await metadata("other", "[]", "9223372036854775808");
  await metadata("other", "Filter.A", "[1, -3.7404, 5.0]");
  await metadata("other", "Order", "[1, 2]");
  assert.deepEqual((await bed.agent.api()).feeds.map(([name]) => name).sort(), [
    "abc_meta",
    "heartbeat",
    "other_meta",
    "pysmurf_session_data",
  ]);
  assert.deepEqual(bed.agent.feed("abc_meta").events, []);
  // Buffered for a second, but not for longer: the last change must not wait for the next one.
  await bed.agent.advance(1);
  const [event] = bed.agent.feed("abc_meta").events;
  assert.equal(event?.feed.record, true);
  const block = (name: string, value: unknown) => ({
    block_name: name,
    data: { [name]: [value] },
    influxdb_tags: null,
    timestamps: [new Float(1_700_000_123)],
  });
  const blocks = (...all: readonly (readonly [string, unknown])[]) =>
    Object.fromEntries(all.map(([name, value]) => [name, block(name, value)]));
  assert.deepEqual(event?.message, blocks(["AMCcX3Y_z", 3], ["AMCcSmurfProcessorFileWriterIsOpen", true]));
  assert.deepEqual(
    bed.agent.feed("other_meta").messages,
    [
      blocks(
        ["Temp", new Float(3)],
        ["invalid_field", "text"],
        ["FilterA", [new Float(1), -3.7404, new Float(5)]],
        ["Order", [1, 2]],
      ),
    ],
  );
});
