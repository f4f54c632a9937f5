/** The timestream aggregator beside senders that do what they should not. @module */
import assert from "node:assert/strict";
import { G3Frame } from "../../../g3/mod.ts";
import { bigEndian, flowFrame, observationFrame, scanFrame } from "../../helpers/smurf_frames.ts";
import { HostileSender } from "./hostile_sender.ts";
import { RecorderBed } from "./recorder_bed.ts";

/** An aggregator, and the sender that it is connected to. */
async function connected(hostile: HostileSender) {
  const bed = await RecorderBed.alone({ port: hostile.port });
  return { bed, conn: await hostile.accept() };
}

/** A frame whose first value claims to have so many bytes. */
function huge(bytes: bigint): Uint8Array {
  const frame = new Uint8Array(13 + 8 + 4 + 8 + 64);
  const view = new DataView(frame.buffer);
  frame[0] = 1;
  for (const [at, word] of [[1, 1], [5, 1], [9, 0x53]] as const) view.setUint32(at, word, true);
  view.setBigUint64(13, 4n, true);
  frame.set(new TextEncoder().encode("data"), 21);
  view.setBigUint64(25, bytes, true);
  return frame;
}

const DAMAGE: readonly (readonly [name: string, kind: string, bytes: Uint8Array])[] = [
  ["4096 bytes of garbage", "structure", new Uint8Array(4096).map((_, i) => (i * 197 + 91) & 255 | 2)],
  ["a value of 2^40 bytes", "too large", huge(1n << 40n)],
  ["a value of 2^64-1 bytes", "too large", huge(0xffff_ffff_ffff_ffffn)],
  ["zero bytes", "structure", new Uint8Array(100)],
  ["text", "structure", new TextEncoder().encode("GET / HTTP/1.1\r\nHost: recorder\r\n\r\n")],
];

for (const [name, kind, bytes] of DAMAGE) {
  Deno.test(`smurf B13: TimestreamAggregator connects anew after ${name}, and keeps what came before`, async () => {
    using hostile = new HostileSender();
    const { bed: recorder, conn } = await connected(hostile);
    await using bed = recorder;
    await conn.send(observationFrame(0), scanFrame(1));
    await conn.send(bytes);
    await bed.until(() => bed.data.current_file === null && !bed.data.connected, "the end of the connection");
    await conn.ended();
    const length = observationFrame(0).encode().length + scanFrame(1).encode().length;
    assert.equal(bed.data.last_fault?.offset, length);
    assert.deepEqual(bed.data.faults, { [kind]: 1 });
    assert.equal(bed.data.connections.broken, 1);
    const again = hostile.accept();
    await bed.advanceUntil(() => bed.data.connected, "a connection");
    await (await again).send(scanFrame(2));
    await bed.written(3);
    assert.deepEqual(Object.values(await bed.contents()), [["O0", "S1"], ["O0", "S2"]]);
  });
}

Deno.test("REC-35: TimestreamAggregator leaves out a frame with a wrong checksum, takes what came with it, and connects anew", async () => {
  using hostile = new HostileSender();
  const { bed: recorder, conn } = await connected(hostile);
  await using bed = recorder;
  const bad = scanFrame(1).encode();
  bad[bad.length - 20]! ^= 1;
  await conn.send(new Uint8Array([...scanFrame(0).encode(), ...bad, ...scanFrame(2).encode()]));
  // The recorder wants no more; what is on its way is taken all the same.
  await conn.ended();
  await conn.send(scanFrame(3));
  await bed.written(3);
  conn.close();
  await bed.until(() => !bed.data.connected, "the end of the connection");
  assert.deepEqual(Object.values(await bed.contents()), [["S0", "S2", "S3"]]);
  assert.deepEqual(bed.data.faults, { crc: 1 });
  assert.equal(bed.data.last_fault?.offset, scanFrame(0).encode().length);
  assert.deepEqual(bed.data.frames.dropped, { damaged: 1 });
  assert.equal(bed.data.connections.broken, 1);
});

Deno.test("TimestreamAggregator gives up a sender that goes on after a frame with a wrong checksum", async () => {
  using hostile = new HostileSender();
  const { bed: recorder, conn } = await connected(hostile);
  await using bed = recorder;
  const bad = scanFrame(1).encode();
  bad[bad.length - 20]! ^= 1;
  await conn.send(bad);
  await conn.ended();
  for (let i = 2; bed.data.connected; i++) {
    await conn.send(scanFrame(i)).catch(() => {});
    await bed.agent.advance(0.2);
    assert(i < 30, "connected for 5 s after the damage");
  }
  const again = hostile.accept();
  await bed.advanceUntil(() => bed.data.connections.made === 2, "a connection");
  await again;
});

Deno.test("REC-35: TimestreamAggregator finishes at the last whole frame when a sender is cut in the middle of one", async () => {
  using hostile = new HostileSender();
  const { bed: recorder, conn } = await connected(hostile);
  await using bed = recorder;
  await conn.send(scanFrame(0), scanFrame(1).encode().subarray(0, 50));
  await bed.written(1);
  conn.close();
  await bed.until(() => bed.data.last_fault !== null, "the fault");
  assert.equal(bed.data.last_fault?.kind, "truncated");
  assert.deepEqual(bed.data.frames.dropped, { unfinished: 1 });
  await bed.until(() => bed.data.files.finished === 1, "the end of the file");
  assert.deepEqual(Object.values(await bed.contents()), [["S0"]]);
});

Deno.test("TimestreamAggregator ends a connection that hangs in the middle of a frame for 5 s", async () => {
  using hostile = new HostileSender();
  const { bed: recorder, conn } = await connected(hostile);
  await using bed = recorder;
  const bytes = scanFrame(1).encode();
  await conn.send(scanFrame(0), bytes.subarray(0, 30));
  await bed.written(1);
  await bed.agent.advance(5);
  await bed.until(() => !bed.data.connected, "the end of the connection");
  await conn.ended();
  assert.equal(bed.data.last_fault?.kind, "hang");
  assert.equal(bed.data.last_fault?.offset, scanFrame(0).encode().length);
  assert.deepEqual(bed.data.frames.dropped, { unfinished: 1 });
  assert.deepEqual(Object.values(await bed.contents()), [["S0"]]);
});

Deno.test("TimestreamAggregator records unknown types and big-endian frames, and ignores unknown flow values", async () => {
  using hostile = new HostileSender();
  const { bed: recorder, conn } = await connected(hostile);
  await using bed = recorder;
  const unknown = new G3Frame("q");
  await conn.send(
    flowFrame(9),
    unknown,
    bigEndian(scanFrame(1)),
    bigEndian(flowFrame("END")),
    bigEndian(scanFrame(2)),
  );
  await bed.written(3);
  const [first = "", second = ""] = await bed.files();
  assert.deepEqual(
    await Deno.readFile(`${bed.dataDir}/${first}`),
    new Uint8Array([...unknown.encode(), ...bigEndian(scanFrame(1))]),
  );
  assert.deepEqual(await Deno.readFile(`${bed.dataDir}/${second}`), bigEndian(scanFrame(2)));
  assert.deepEqual(bed.data.flow, { unknown: 1, END: 1 });
  assert.deepEqual(bed.data.frames.by_type, { q: 1, S: 2 });
  assert.equal(bed.data.connections.broken, 0);
});

Deno.test("TimestreamAggregator takes frames in pieces of 97 bytes", async () => {
  using hostile = new HostileSender();
  const { bed: recorder, conn } = await connected(hostile);
  await using bed = recorder;
  const frames = [
    observationFrame(0),
    ...Array.from({ length: 30 }, (_, i) => scanFrame(i, { bytes: 50 * i })),
  ];
  const bytes = new Uint8Array(frames.flatMap((frame) => [...frame.encode()]));
  for (let at = 0; at < bytes.length; at += 97) await conn.send(bytes.subarray(at, at + 97));
  await bed.written(frames.length);
  const [file = ""] = await bed.files();
  assert.deepEqual(await Deno.readFile(`${bed.dataDir}/${file}`), bytes);
});

Deno.test("TimestreamAggregator does not fill the log because of a proxy that takes connections and closes them", async () => {
  using hostile = new HostileSender();
  await using bed = await RecorderBed.alone({ port: hostile.port });
  for (let i = 1; i <= 20; i++) {
    const accepted = hostile.accept();
    await bed.advanceUntil(() => bed.data.connections.made === i, "a connection");
    (await accepted).close();
    await bed.until(() => bed.data.connections.closed === i, "the end of the connection");
  }
  const count = (text: string) => bed.agent.logTexts.filter((line) => line.startsWith(text)).length;
  assert.deepEqual([count("Connected to"), count("The sender has closed")], [2, 2]);
});

Deno.test("TimestreamAggregator names neither files nor folders as a sender likes", async () => {
  using hostile = new HostileSender();
  await using bed = await RecorderBed.alone({ port: hostile.port, streamId: "safe" });
  const conn = await hostile.accept();
  await conn.send(scanFrame(0, { streamId: "../../../escaped" }));
  await bed.written(1);
  assert.deepEqual(await bed.files(), ["15463/safe/2019-01-01-12-00-00_000.g3"]);
});
