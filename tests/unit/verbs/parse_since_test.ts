import assert from "node:assert/strict";
import { parseSince } from "../../../verbs/parse_since.ts";

const NOW = new Date(2026, 10, 26, 14, 30).getTime() / 1000;
const at = (...parts: [number, number, number, number?, number?, number?]) =>
  new Date(...parts).getTime() / 1000;

Deno.test("parseSince() reads how long ago, a time of day, a day, and a day with its time", () => {
  assert.equal(parseSince("90s", NOW), NOW - 90);
  assert.equal(parseSince("1.5h", NOW), NOW - 5400);
  assert.equal(parseSince("3d", NOW), NOW - 3 * 86_400);
  assert.equal(parseSince("14:00", NOW), at(2026, 10, 26, 14, 0));
  assert.equal(parseSince("18:30:15", NOW), at(2026, 10, 25, 18, 30, 15));
  assert.equal(parseSince("2026-11-25", NOW), at(2026, 10, 25));
  assert.equal(parseSince("2026-11-25T18:30", NOW), at(2026, 10, 25, 18, 30));
  assert.equal(parseSince("2026-11-25 18:30:01Z", NOW), Date.UTC(2026, 10, 25, 18, 30, 1) / 1000);
});

Deno.test("parseSince() refuses everything else", () => {
  for (
    const text of ["", "yesterday", "5", "-5m", "25:00", "12:60", "2026-13-01", "2026-11-25T", "1e3h", "٣d"]
  ) {
    assert.throws(
      () => parseSince(text, NOW),
      { name: "SyntaxError", message: /^Cannot read the time / },
      text,
    );
  }
});
