/** The timestream aggregator beside senders that do what they should. @module */
import assert from "node:assert/strict";
import { dataFrame, flowFrame, observationFrame, scanFrame } from "../../helpers/smurf_frames.ts";
import { untilTrue } from "../../helpers/until.ts";
import { RecorderBed } from "./recorder_bed.ts";

Deno.test("REC-1, REC-39: TimestreamAggregator does nothing on the network until stream is started", async () => {
  for (const autoStart of ["", "False"]) {
    await using bed = await RecorderBed.alone({ autoStart });
    using listener = Deno.listen({ hostname: "127.0.0.1", port: bed.port });
    await bed.agent.advance(10);
    assert.equal((await bed.agent.status("stream")).session.status, undefined);
    assert.equal(bed.data.connections.failed, 0);
    await bed.agent.start("stream");
    (await listener.accept()).close();
  }
});

Deno.test("TimestreamAggregator has one process, and no more unless a target rate is given", async () => {
  await using bed = await RecorderBed.alone({ autoStart: "" });
  const { processes, tasks, feeds } = await bed.agent.api();
  assert.deepEqual(processes.map(([name]) => name), ["stream"]);
  assert.deepEqual(tasks, []);
  assert.deepEqual(feeds.map(([name]) => name), ["heartbeat"]);
});

Deno.test("REC-2, REC-22: TimestreamAggregator names files after the UTC time of their start", async () => {
  await using bed = await RecorderBed.start();
  await bed.send(flowFrame("START"), observationFrame(0), scanFrame(1));
  assert.deepEqual(await bed.contents(), { "15463/2019-01-01-12-00-00_000.g3": ["O0", "S1"] });
  assert.match(bed.data.sender ?? "", new RegExp(`^127\\.0\\.0\\.1:${bed.port}$`));
  assert.equal(bed.data.last_frame_time?.value, 1_546_344_000);
});

Deno.test("REC-23: TimestreamAggregator names files and folders as later versions did where options say so", async () => {
  await using bed = await RecorderBed.start({ fileNaming: "ctime", streamId: "fallback" });
  await bed.send(observationFrame(0, { streamId: "crate1slot2" }), flowFrame("END"), scanFrame(1));
  assert.deepEqual(await bed.contents(), {
    "15463/crate1slot2/1546344000_000.g3": ["O0"],
    "15463/fallback/1546344000_000.g3": ["S1"],
  });
});

Deno.test("REC-24: TimestreamAggregator goes on in further files of the same acquisition", async () => {
  await using bed = await RecorderBed.start({ timePerFile: 2 });
  await bed.send(observationFrame(0));
  for (let second = 1; second <= 7; second++) {
    await bed.agent.advance(1);
    await bed.send(scanFrame(second));
  }
  assert.deepEqual(await bed.contents(), {
    "15463/2019-01-01-12-00-00_000.g3": ["O0", "S1", "S2", "S3"],
    "15463/2019-01-01-12-00-00_001.g3": ["O0", "S4", "S5", "S6", "S7"],
  });
});

Deno.test("TimestreamAggregator has files of ten minutes unless told otherwise", async () => {
  await using bed = await RecorderBed.start();
  await bed.send(scanFrame(0));
  for (let second = 4; second <= 600; second += 4) {
    await bed.agent.advance(4);
    await bed.send(scanFrame(second));
  }
  assert.equal(bed.data.files.finished, 0);
  await bed.agent.advance(1);
  await bed.send(scanFrame(601), scanFrame(602));
  const contents = await bed.contents();
  assert.deepEqual(Object.keys(contents), [
    "15463/2019-01-01-12-00-00_000.g3",
    "15463/2019-01-01-12-00-00_001.g3",
  ]);
  assert.deepEqual(contents["15463/2019-01-01-12-00-00_001.g3"], ["S602"]);
});

Deno.test("REC-3, REC-4, REC-15, REC-32: TimestreamAggregator tries about once a second until there is a sender", async () => {
  await using bed = await RecorderBed.alone();
  for (let tenth = 0; tenth < 100; tenth++) {
    await bed.agent.advance(0.1);
    // Refused in real time, which the clock knows nothing of; when we have been, the recorder has been too.
    await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: bed.port }));
    await bed.until(() => bed.data.connections.failed >= Math.floor((tenth + 1) / 10), "an attempt");
  }
  const { failed } = bed.data.connections;
  assert(failed >= 10 && failed <= 12, `${failed} attempts in 10 s`);
  const lines = bed.agent.logTexts.filter((text) => text.startsWith("G3Reader could not connect."));
  assert.equal(lines.length, 1);
  assert.equal((await bed.agent.status("stream")).session.degraded, false);
  await bed.anotherSender();
  await bed.send(scanFrame(0));
  assert.equal((await bed.files()).length, 1);
});

Deno.test("REC-16, REC-34, REC-26: TimestreamAggregator ends a connection that is silent for 5 s, and its acquisition", async () => {
  await using bed = await RecorderBed.start();
  await bed.send(observationFrame(0), scanFrame(1));
  await bed.agent.advance(4.9);
  assert.equal(bed.data.connected, true);
  await bed.agent.advance(0.1);
  await bed.until(() => bed.data.connections.silent === 1 && bed.data.current_file === null, "the end");
  // The same sender takes the new connection, and replays what is no data.
  await bed.advanceUntil(() => bed.data.connections.made === 2, "a connection");
  await bed.send(scanFrame(2));
  const contents = Object.entries(await bed.contents());
  assert.deepEqual(contents[0], ["15463/2019-01-01-12-00-00_000.g3", ["O0", "S1"]]);
  assert.equal(contents.length, 2);
  assert.match(contents[1]?.[0] ?? "", /^15463\/2019-01-01-12-00-0[5-7]_000\.g3$/);
  assert.deepEqual(contents[1]?.[1], ["O0", "O0", "S2"]);
  assert.equal(bed.data.last_fault, null);
});

Deno.test("REC-33: TimestreamAggregator finishes the file when its sender ends, and goes on with the next one", async () => {
  await using bed = await RecorderBed.start();
  await bed.send(observationFrame(0), scanFrame(1));
  await bed.anotherSender();
  assert.equal(bed.data.files.finished, 1);
  assert.equal(bed.data.connections.closed, 1);
  await bed.send(observationFrame(5), scanFrame(6));
  const contents = Object.values(await bed.contents());
  assert.deepEqual(contents, [["O0", "S1"], ["O0", "O5", "S6"]]);
});

Deno.test("REC-36: TimestreamAggregator records PipelineInfo frames, and with folders for streams it does not", async () => {
  for (const [streamId, expected] of [[undefined, 2], ["x", 1]] as const) {
    await using bed = await RecorderBed.start({ streamId });
    await bed.send(dataFrame("P", 0), scanFrame(1));
    assert.equal(bed.data.frames.written, expected);
  }
});

Deno.test("REC-38: TimestreamAggregator ends when it is stopped, with its file finished, and can be started again", async () => {
  await using bed = await RecorderBed.start();
  await bed.send(scanFrame(0));
  const stopping = await bed.agent.stop("stream");
  assert.equal(stopping.message, 'Requested stop on process stream".');
  await bed.stop();
  const { session } = await bed.agent.status("stream");
  assert.equal(session.success, true);
  assert.deepEqual(session.messages?.map(([, text]) => text).slice(-3), [
    'Status is now "stopping".',
    "Finished aggregation",
    'Status is now "done".',
  ]);
  assert.equal(bed.data.current_file, null);
  await bed.agent.start("stream");
  // The sender looks for clients that are gone only when it has something to send.
  await bed.advanceUntil(() => bed.data.connected && bed.sender.clients === 2, "a connection");
  await bed.send(scanFrame(1));
  assert.deepEqual(Object.values(await bed.contents()), [["S0"], ["S1"]]);
});

Deno.test("TimestreamAggregator ends a quarter of a second after a stop when nothing more comes", async () => {
  await using bed = await RecorderBed.start();
  await bed.send(scanFrame(0));
  await bed.agent.stop("stream");
  await bed.agent.advance(0.2);
  assert.equal((await bed.agent.status("stream")).session.status, "stopping");
  await bed.agent.advance(0.1);
  await untilTrue(async () => (await bed.agent.status("stream")).session.success === true, {
    what: "the end",
  });
});

Deno.test("TimestreamAggregator stops at once while it waits for a sender", async () => {
  await using bed = await RecorderBed.alone();
  await bed.agent.stop("stream");
  await untilTrue(async () => (await bed.agent.status("stream")).session.success === true, {
    what: "the end",
  });
});

Deno.test("TimestreamAggregator writes frames that came together in one go, each of them whole", async () => {
  await using bed = await RecorderBed.start();
  const frames = Array.from({ length: 500 }, (_, i) => scanFrame(i, { bytes: 100 + i * 37 % 5000 }));
  await bed.send(...frames);
  const [file = ""] = await bed.files();
  const sent = new Uint8Array(
    await new Blob(frames.map((frame) => new Uint8Array(frame.encode()))).arrayBuffer(),
  );
  assert.deepEqual(await Deno.readFile(`${bed.dataDir}/${file}`), sent);
});
