import assert from "node:assert/strict";
import {
  FRAME_HEADROOM_BYTES,
  joinFrames,
  type PreparedFrame,
  prepareFrame,
} from "../../../transport/prepared_frame.ts";
import { FrameParser } from "../../../transport/websocket_framing.ts";
import { WriteGatherer } from "../../../transport/write_gatherer.ts";

function frame(payload: readonly number[], joinable: boolean, text = false): PreparedFrame {
  const buffer = new Uint8Array(FRAME_HEADROOM_BYTES + payload.length);
  buffer.set(payload, FRAME_HEADROOM_BYTES);
  return prepareFrame(buffer, { text, joinable });
}

function parse(bytes: Uint8Array): string[] {
  const parser = new FrameParser({ masked: false, maxMessageBytes: 1 << 20 });
  parser.push(bytes.slice());
  const found: string[] = [];
  for (let item = parser.next(); item !== undefined; item = parser.next()) {
    found.push(
      item.kind === "close"
        ? "close"
        : `${item.kind} ${[...item.payload.subarray(0, 6)]} #${item.payload.length}`,
    );
  }
  assert.equal(parser.heldBytes, 0);
  return found;
}

Deno.test("joinFrames() joins payloads only of neighbours that may share a frame", () => {
  const joined = joinFrames([
    frame([1], true),
    frame([2], true),
    frame([3], false),
    frame([4], true),
    frame([5], true),
  ]);
  assert.deepEqual(parse(joined), ["binary 1,2 #2", "binary 3 #1", "binary 4,5 #2"]);
  assert.deepEqual(parse(joinFrames([frame([65], true, true), frame([66], true, true)])), ["text 65,66 #2"]);
});

Deno.test("joinFrames() takes the header that the joined size needs, and starts anew above 64 KiB", () => {
  const hundred = Array.from({ length: 100 }, () => frame([1, 2], true));
  assert.deepEqual(parse(joinFrames(hundred)), ["binary 1,2,1,2,1,2 #200"]);
  const large = frame(Array.from({ length: 40_000 }, () => 7), true);
  assert.deepEqual(parse(joinFrames([large, large, frame([1], true)])), [
    "binary 7,7,7,7,7,7 #40000",
    "binary 7,7,7,7,7,7 #40001",
  ]);
});

Deno.test("joinFrames() gives a single frame as it is", () => {
  const only = frame([1, 2, 3], false);
  assert.equal(joinFrames([only]), only.bytes);
  assert.equal(joinFrames([]).length, 0);
});

Deno.test("WriteGatherer writes once per connection and turn, and shares what is the same", async () => {
  const gatherer = new WriteGatherer();
  const [a, b] = [frame([1], false), frame([2], false)];
  const queues = [[a, b], [a, b], [b, a], [a]];
  const written: Uint8Array[][] = queues.map(() => []);
  for (const [i, queue] of queues.entries()) {
    gatherer.schedule({
      takeFrames: () => queue.splice(0),
      writeBytes: (bytes) => written[i]?.push(bytes),
    });
  }
  assert.ok(written.every((pieces) => pieces.length === 0));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(written.map((pieces) => pieces.length), [1, 1, 1, 1]);
  assert.equal(written[0]?.[0], written[1]?.[0]);
  assert.deepEqual(written.map(([bytes]) => bytes && [...bytes]), [
    [0x82, 1, 1, 0x82, 1, 2],
    [0x82, 1, 1, 0x82, 1, 2],
    [0x82, 1, 2, 0x82, 1, 1],
    [0x82, 1, 1],
  ]);
});
