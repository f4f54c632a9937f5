import assert from "node:assert/strict";
import { FrameGaps } from "../../../agents/timestream_aggregator/frame_gaps.ts";
import { GapWatch } from "../../../agents/timestream_aggregator/gap_watch.ts";
import { StreamReport } from "../../../agents/timestream_aggregator/stream_report.ts";
import { ManualClock } from "../../../framework/mod.ts";
import { g3Int, type RawFrame } from "../../../g3/mod.ts";
import { LimitedLog } from "../../../internal/limited_log.ts";
import { dataFrame, rawFrame } from "../../helpers/smurf_frames.ts";

/** A frame of a session: `O0`, `S12`. */
function frame(label: string, session = 7): RawFrame {
  const numbered = dataFrame(label[0]!, Number(label.slice(1)));
  return rawFrame(numbered.set("session_id", g3Int(session)));
}

function gapsOf(labels: readonly string[]): string[] {
  const gaps = new FrameGaps();
  return labels.map((label) => {
    if (label === "END") return gaps.end() ?? "";
    const gap = gaps.note(frame(label));
    return gap === undefined || gap === "in order" ? "" : `${gap.sessionId}: ${gap.first}-${gap.last}`;
  }).filter((text) => text !== "");
}

Deno.test("FrameGaps finds what is missing between numbered frames, once", () => {
  assert.deepEqual(gapsOf(["O0", "W1", "S2", "S3", "W4", "S5"]), []);
  assert.deepEqual(gapsOf(["O0", "W1", "S2", "S4", "S5", "S9"]), ["7: 3-3", "7: 6-8"]);
});

Deno.test("FrameGaps takes frames that are sent again, and a session that is under way, for no gap", () => {
  assert.deepEqual(gapsOf(["O0", "W1", "S2", "O0", "W1", "S3"]), []);
  assert.deepEqual(gapsOf(["O0", "W31", "S40", "S41", "S43"]), ["7: 42-42"]);
  assert.deepEqual(gapsOf(["O0", "W1", "S2", "O0", "W1", "S9"]), ["7: 3-8"]);
});

Deno.test("FrameGaps begins anew with the next session, also one of the same id", () => {
  assert.deepEqual(gapsOf(["O0", "S1", "S2", "END", "O0", "S1", "S3"]), ["7: 2-2"]);
  assert.deepEqual(gapsOf(["O0", "S1", "S2", "S3", "O0", "S1", "S2", "S4"]), ["7: 3-3"]);
  const gaps = new FrameGaps();
  for (const [label, session] of [["S3", 1], ["S9", 2], ["S10", 2]] as const) {
    assert.equal(gaps.note(frame(label, session)), "in order");
  }
  assert.deepEqual(gaps.note(frame("S12", 2)), { sessionId: 2, first: 11, last: 11 });
});

Deno.test("FrameGaps passes over frames without numbers, or with absurd ones", () => {
  const gaps = new FrameGaps();
  gaps.note(frame("S1"));
  assert.equal(gaps.note(rawFrame(dataFrame("S", 9))), undefined);
  const absurd = dataFrame("S", 0).set("session_id", g3Int(7)).set("frame_num", g3Int(2n ** 63n - 1n));
  assert.equal(gaps.note(rawFrame(absurd)), undefined);
  assert.equal(gaps.note(frame("S2")), "in order");
});

Deno.test("GapWatch counts what is missing, with its times and its cause", () => {
  const clock = new ManualClock(1000);
  const report = new StreamReport(clock);
  const texts: string[] = [];
  const watch = new GapWatch({ report, clock, log: new LimitedLog((text) => texts.push(text), clock) });
  watch.note(frame("S1"), undefined);
  watch.note(frame("S3"), undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(report.data.last_missing)), {
    session_id: 7,
    first: 2,
    last: 2,
    after: 1000,
    before: 1000,
    cause: "not sent",
  });
  report.dropped("damaged");
  watch.note(frame("S5"), undefined);
  assert.equal(report.data.last_missing?.cause, "damaged");
  report.data.connections.made++;
  watch.note(frame("O0"), "START");
  watch.note(frame("O0"), undefined);
  watch.note(frame("S10"), undefined);
  assert.equal(report.data.last_missing?.cause, "no connection");
  assert.equal(report.data.frames.missing, 6);
  watch.note(frame("O0"), "END");
  watch.note(frame("S20"), undefined);
  assert.equal(report.data.frames.missing, 6);
  assert.equal(texts[0], "Frames 2 to 2 of session 7 are missing: not sent");
});
