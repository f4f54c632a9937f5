/** Frames of housekeeping as they are written. */
import assert from "node:assert/strict";
import { g3TimesampleMap, g3VectorInt } from "../../../g3/make.ts";
import { hkFilePath } from "../../../hk/hk_file_path.ts";
import { HkSession } from "../../../hk/hk_session.ts";
import { hkSessionId } from "../../../hk/hk_session_id.ts";

Deno.test("G3-55: hkSessionId() composes time, process and text as so3g does", () => {
  const description = "HK data";
  assert.equal(
    hkSessionId({ startTimeSeconds: 1600000000.7, pid: 1234, description }),
    429496729620225460n,
  );
  // The golden archive's.
  assert.equal(
    hkSessionId({ startTimeSeconds: 1700000000.25, pid: 1234, description }),
    456340275220225460n,
  );
  // Only 14 bits of the process id, and 32 of the time.
  assert.equal(
    hkSessionId({ startTimeSeconds: 1600000000 + 2 ** 32, pid: 1234 + 5 * 2 ** 14, description }),
    429496729620225460n,
  );
});

Deno.test("G3-53, G3-54, G3-58: HkSession makes frames of the schema's types, floats also where they are integral", () => {
  const session = new HkSession({ startTimeSeconds: 1600000000, pid: 1234 });
  const provider = { id: 7, address: "o.a.feeds.f", agentSessionId: "1600000000.5" };
  const block = g3TimesampleMap([1n, 2n], [["n", g3VectorInt([1, 2])]]);
  const first = session.sessionFrame();
  const status = session.statusFrame([provider], 1600000001);
  const data = session.dataFrame(provider, [["b", block], ["c", block]], 1600000002);
  for (const [frame, type] of [[first, 0n], [status, 1n], [data, 2n]] as const) {
    assert.equal(frame.letters, "H");
    assert.equal(frame.get("hkagg_type", "G3Int").value, type);
    assert.equal(frame.get("hkagg_version", "G3Int").value, 2n);
    assert.equal(frame.get("session_id", "G3Int").value, 429496729620225460n);
  }
  assert.equal(first.get("start_time", "G3Double").value, 1600000000);
  assert.equal(first.get("description", "G3String").value, "HK data");
  assert.equal(status.get("timestamp", "G3Double").value, 1600000001);
  assert.equal(data.get("timestamp", "G3Double").value, 1600000002);
  assert.equal(data.get("prov_id", "G3Int").value, 7n);
  assert.equal(data.get("address", "G3String").value, "o.a.feeds.f");
  assert.equal(data.get("provider_session_id", "G3String").value, "1600000000.5");
  assert.deepEqual(data.get("block_names", "G3VectorString").value, ["b", "c"]);
  assert.equal(data.get("blocks", "G3VectorFrameObject").value.length, 2);
});

Deno.test("OCS 91: hkFilePath() puts files into folders of five digits", () => {
  assert.equal(hkFilePath("/data/hk", 1790000100.9), "/data/hk/17900/1790000100.g3");
  assert.equal(hkFilePath("/data/hk//", 1790000100), "/data/hk/17900/1790000100.g3");
  assert.equal(hkFilePath("/", 1790000100), "//17900/1790000100.g3");
  assert.equal(hkFilePath("hk", 123), "hk/123/123.g3");
});
