/** The recorder beside Python's aggregator: the same messages at the same times make the same files. @module */
import assert from "node:assert/strict";
import { Float } from "../../../internal/float.ts";
import type { EncodedFeed } from "../../../ocs/encoded_feed.ts";
import { goldenPath } from "../../helpers/g3_golden.ts";
import { block, encodedFeed, readArchive, recorderBed, valuesOf } from "./aggregator_bed.ts";

const float = (value: number) => new Float(value);
const floats = (...values: number[]) => values.map(float);

Deno.test("HkRecorder makes the files that Python's aggregator makes of the same messages", async () => {
  await using bed = await recorderBed({ timePerFileSeconds: 60, pid: 1234 });
  const feeds: Record<string, EncodedFeed> = {
    pump: encodedFeed("observatory.pump.feeds.readings", {
      session: "1699999001.5",
      params: { frame_length: 10, fresh_time: 15 },
    }),
    names: encodedFeed("observatory.names.feeds.odd", {
      session: "1699999002.0",
      params: { frame_length: 15, fresh_time: 100 },
    }),
    quiet: encodedFeed("observatory.quiet.feeds.data", {
      session: "1699999003.0",
      params: { exclude_aggregator: true },
    }),
    slow: encodedFeed("observatory.slow.feeds.once", {
      session: "1699999004.0",
      params: { frame_length: 300, fresh_time: 300 },
    }),
    brief: encodedFeed("observatory.brief.feeds.burst", {
      session: "1699999005.0",
      params: { frame_length: 300, fresh_time: 10 },
    }),
  };
  const thermo = (session: string) =>
    encodedFeed("observatory.thermo.feeds.temperatures", {
      session,
      params: { frame_length: 20, fresh_time: 40 },
    });
  feeds.thermo = thermo("1699999000.1234567");
  const send = (agent: string, ...blocks: Record<string, unknown>[]): void => {
    const feed = feeds[agent];
    assert.ok(feed);
    bed.send(feed, Object.assign({}, ...blocks));
  };

  // Step by step what `hk_aggregator` of tests/data/g3/make.py sends.
  for (let step = 0; step < 130; step++) {
    const now = bed.clock.now();
    if (step % 2 === 0 && step < 90) {
      const odd = step === 10 ? [NaN, Infinity, -Infinity, float(-0)] : [0, 1, 2, 3].map((k) => {
        const value = 0.1 * step + k;
        return Number.isInteger(value) ? float(value) : value;
      });
      send(
        "thermo",
        block("channels", [now - 0.75, now - 0.5, float(now - 0.25), now], {
          Channel_01: odd,
          Channel_02: [0, 1, 2, 3].map((k) => 295.15 + k * 1e-9),
        }),
        block("heater", [now], {
          range: [step % 4],
          auto: [step % 3 === 0],
          mode: [step % 4 ? "closed loop" : "öff"],
          counter: [2n ** 53n + 1n + BigInt(step)],
        }),
      );
    }
    if (step < 20 || (step >= 60 && step < 70)) {
      send("pump", block("speed", [now], { rpm: [1000 + step], power: [0.5] }));
    }
    if (step % 7 === 0) {
      send(
        "names",
        block("block one", [now], {
          "Channel 1 (K)": floats(1),
          "1st": floats(2),
          "___x": floats(3),
          ok: floats(4),
          "°": floats(5),
          "": floats(6),
        }),
      );
    }
    if (step % 7 === 3) {
      const two = [now, now + 0.1];
      send(
        "names",
        block("mixed", two, { m: [1, 2.5] }),
        block("bool_in_int", two, { b: [1, true] }),
        block("int_in_bool", two, { i: [true, 2] }),
        block("huge", [now], { h: [2n ** 63n] }),
        block("max", [now], { x: [2n ** 63n - 1n] }),
      );
    }
    if (step === 5) {
      send("quiet", block("x", [now], { y: [1] }));
      send(
        "slow",
        block("empty", [], { y: [] }),
        block("x", [now, now + 1e-8, now + 0.5], { y: [float(1e300), 5e-324, 0.1] }),
      );
    }
    if ([30, 31, 33].includes(step)) send("brief", block("b", [now], { n: [step] }));
    if (step === 90) feeds.thermo = thermo("1700000090.75");
    if (step > 90 && step % 2 === 0) send("thermo", block("channels", [now], { renamed: [1.5] }));
    await bed.recorder.pass();
    bed.clock.tick(1000);
  }
  await bed.recorder.finish();

  const ours = await readArchive(bed.folder);
  const theirs = await readArchive(goldenPath("hk"));
  assert.deepEqual([...ours.keys()], [...theirs.keys()]);
  for (const [path, frames] of ours) {
    const expected = theirs.get(path) ?? [];
    for (const [i, frame] of frames.entries()) {
      const other = expected[i];
      assert.ok(other, `${path} has more than ${i} frames`);
      assert.deepEqual(valuesOf(frame), valuesOf(other), `${path} frame ${i}`);
    }
    assert.equal(frames.length, expected.length, path);
  }
  // What Python's aggregator drops with a warning.
  assert.deepEqual(bed.recorder.quarantine.report.reasons, {
    "mixed kinds": 38,
    "integer beyond 64 bits": 19,
  });
});
