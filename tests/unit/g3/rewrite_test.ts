/** What spt3g wrote, decoded and written again: the same bytes wherever spt3g is deterministic. @module */
import assert from "node:assert/strict";
import { decodeBlob, encodeBlob } from "../../../g3/blob.ts";
import { G3Frame } from "../../../g3/frame.ts";
import { FrameSplitter } from "../../../g3/frame_splitter.ts";
import { thing } from "../../../verbs/g3/describe_object.ts";
import { GOLDEN_WHOLE, goldenFile } from "../../helpers/g3_golden.ts";

/** Where spt3g itself would not write these bytes: made by hand, or of an old version. */
const BY_HAND = ["legacy.g3", "big_endian.g3", "odd_frames.g3"];

/** Keys of `nested.g3` whose value holds a `G3SuperTimestream`, of which parts are garbage (G3-47). */
const HOLDS_SUPER = new Set(["map"]);

for (const name of GOLDEN_WHOLE.filter((name) => !BY_HAND.includes(name))) {
  Deno.test(`encodeBlob() writes what decodeBlob() read of ${name}`, () => {
    let same = 0;
    let compressed = 0;
    for (const raw of new FrameSplitter().push(goldenFile(name))) {
      const frame = G3Frame.parse(raw);
      for (const key of frame.keys()) {
        const blob = frame.blob(key)!;
        const object = decodeBlob(blob);
        if (object.class === "G3SuperTimestream" && object.value.length === 0) continue;
        const again = encodeBlob(object);
        const exact = object.class !== "G3SuperTimestream" && !HOLDS_SUPER.has(key) &&
          !(object.class === "G3Timestream" && object.flacLevel > 0) &&
          !(object.class === "G3TimestreamMap" && [...object.value.values()].some((s) => s.flacLevel > 0));
        if (exact) {
          assert.equal(again.toHex(), blob.toHex(), `${key} of the frame at ${raw.offset}`);
          same++;
        } else {
          // Other compressors, other bytes; the same content.
          assert.deepEqual(thing(decodeBlob(again)), thing(object), `${key} of the frame at ${raw.offset}`);
          compressed++;
        }
      }
    }
    assert(same + compressed > 0);
  });

  Deno.test(`G3Frame writes ${name} back byte for byte when nothing was touched`, () => {
    for (const raw of new FrameSplitter().push(goldenFile(name))) {
      assert.equal(G3Frame.parse(raw).encode().toHex(), raw.bytes.toHex(), `frame at ${raw.offset}`);
    }
  });
}
