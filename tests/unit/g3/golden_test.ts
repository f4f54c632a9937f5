/** Files of spt3g, so3g and the Python aggregator, against what those say is in them. @module */
import assert from "node:assert/strict";
import { G3StreamError } from "../../../g3/errors.ts";
import { FrameSplitter } from "../../../g3/frame_splitter.ts";
import { describeFrame } from "../../../verbs/g3/describe_frame.ts";
import { goldenFile, goldenFiles, goldenJson } from "../../helpers/g3_golden.ts";

/** How a file ends. */
interface End {
  readonly n_frames: number;
  readonly state: string;
  readonly offset: number | undefined;
}

/** Errors are told in other words. Width 24 is an error here (G3-37) and an empty vector in so3g. */
function comparable(frame: Record<string, unknown>): unknown {
  // The shape is that of the golden JSON.
  const entries = frame.entries as readonly Record<string, unknown>[];
  return {
    ...frame,
    entries: entries.map((entry) => {
      if (entry.key === "width_24") return { ...entry, value: undefined, error: true };
      return "error" in entry ? { ...entry, error: true } : entry;
    }),
  };
}

for (const name of goldenFiles()) {
  Deno.test(`FrameSplitter and decodeBlob() read ${name} as so3g does`, () => {
    const golden = goldenJson(name);
    const splitter = new FrameSplitter();
    const frames: unknown[] = [];
    let state = "end of file";
    let offset: number | undefined;
    try {
      for (const raw of splitter.push(goldenFile(name))) {
        frames.push(comparable(describeFrame(raw)));
      }
      splitter.end();
    } catch (error) {
      assert(error instanceof G3StreamError, String(error));
      state = "error";
      offset = error.offset;
    }
    const got: End = { n_frames: frames.length, state, offset };
    const accepted: End[] = [{ n_frames: golden.n_frames, ...golden.end }, ...golden.also_accept ?? []]
      .map(({ n_frames, state, offset }) => ({ n_frames, state, offset }));
    assert(
      accepted.some((end) => JSON.stringify(end) === JSON.stringify(got)),
      JSON.stringify({ got, accepted }),
    );
    for (const [i, frame] of frames.entries()) {
      assert.deepEqual(
        JSON.parse(JSON.stringify(frame)),
        JSON.parse(JSON.stringify(comparable(golden.frames[i]!))),
      );
    }
  });
}
