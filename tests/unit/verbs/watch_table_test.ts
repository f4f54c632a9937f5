import assert from "node:assert/strict";
import type { EncodedBlock, Sample } from "../../../ocs/mod.ts";
import { ArrivalRhythm } from "../../../verbs/arrival_rhythm.ts";
import { textWidth } from "../../../verbs/fit_text.ts";
import { FieldChoice } from "../../../verbs/field_choice.ts";
import { fieldLines } from "../../../verbs/field_lines.ts";
import { FieldTable } from "../../../verbs/field_table.ts";
import { PLAIN } from "../../../verbs/look.ts";
import { numberText, sampleText } from "../../../verbs/value_text.ts";

function block(timestamps: readonly number[], data: Record<string, readonly Sample[]>): EncodedBlock {
  return { block_name: "temps", timestamps, data };
}

Deno.test("FieldTable keeps the newest value, and minimum, maximum and mean of all samples", () => {
  const table = new FieldTable();
  table.add([block([100, 101], { a: [4, 8] })], { receivedSeconds: 101.5, receivedMs: 1500 });
  table.add([block([102], { a: [3], b: ["on"] })], { receivedSeconds: 102.25, receivedMs: 2250 });
  const [a, b] = table.rows(3250);
  // (4 + 8 + 3) / 3 = 5; measured 0.25 s before it came, which was 1 s ago.
  assert.deepEqual(a, {
    field: "a",
    value: 3,
    ageSeconds: 1.25,
    staleness: "fresh",
    range: { min: 3, max: 8, mean: 5 },
  });
  assert.deepEqual([b?.value, b?.range], ["on", undefined]);
  table.clearRanges();
  assert.deepEqual(table.rows(3250)[0]?.range, undefined);
});

Deno.test("FieldTable leaves NaN out of the range, and shows it", () => {
  const table = new FieldTable();
  table.add([block([1, 2, 3], { a: [1, 3, NaN] })], { receivedSeconds: 3, receivedMs: 0 });
  const [row] = table.rows(0);
  assert.deepEqual(row?.range, { min: 1, max: 3, mean: 2 });
  assert.equal(Number.isNaN(row?.value), true);
});

Deno.test("FieldTable marks a value that has stopped to come, and only that", () => {
  const table = new FieldTable();
  for (let second = 0; second <= 10; second++) {
    const blocks = [block([second], { steady: [1] })];
    if (second === 0) blocks.push(block([second], { once: [1] }));
    if (second % 4 === 0) blocks.push(block([second], { slow: [1] }));
    table.add(blocks, { receivedSeconds: second, receivedMs: second * 1000 });
  }
  const staleness = (nowMs: number) => table.rows(nowMs).map(({ field, staleness }) => [field, staleness]);
  // Once: 10 s are allowed before the rhythm is known. Slow: three times 4 s from 8 on. Steady: 5 s from 10 on.
  assert.deepEqual(staleness(10_000), [["steady", "fresh"], ["once", "fresh"], ["slow", "fresh"]]);
  assert.deepEqual(staleness(10_001), [["steady", "fresh"], ["once", "old"], ["slow", "fresh"]]);
  assert.deepEqual(staleness(15_001), [["steady", "old"], ["once", "old"], ["slow", "fresh"]]);
  assert.deepEqual(staleness(20_001), [["steady", "old"], ["once", "old"], ["slow", "old"]]);
});

Deno.test("FieldTable marks what comes long after it was measured", () => {
  const table = new FieldTable();
  table.add([block([1000], { a: [1] })], { receivedSeconds: 1061, receivedMs: 0 });
  assert.deepEqual(table.rows(0).map(({ staleness, ageSeconds }) => [staleness, ageSeconds]), [["late", 61]]);
  // A clock that is ahead makes no negative ages.
  table.add([block([2000], { a: [1] })], { receivedSeconds: 1062, receivedMs: 1000 });
  assert.deepEqual(table.rows(1000).map(({ staleness, ageSeconds }) => [staleness, ageSeconds]), [
    ["fresh", 0],
  ]);
});

Deno.test("ArrivalRhythm goes by the usual gap, whatever interruption there was", () => {
  const rhythm = new ArrivalRhythm();
  assert.equal(rhythm.staleAfterSeconds, 10);
  for (const seconds of [0, 30, 60, 600, 630]) rhythm.add(seconds * 1000);
  assert.equal(rhythm.staleAfterSeconds, 90);
});

Deno.test("fieldLines() leaves out what has no room, but never the mark of an old value", () => {
  const table = new FieldTable();
  table.add([block([0], { channel_00: [0.125], state: ["moving to the next position"] })], {
    receivedSeconds: 0,
    receivedMs: 0,
  });
  const at = (columns: number, nowMs: number) => {
    const { title, lines } = fieldLines(table.rows(nowMs), { columns, look: PLAIN });
    return [title, ...lines].map((line) => line.trimEnd());
  };
  assert.deepEqual(at(80, 500), [
    "FIELD              VALUE         AGE        MIN        MAX       MEAN",
    "channel_00         0.125       0.5 s      0.125      0.125      0.125",
    "state       moving to t…       0.5 s  moving to the next position",
  ]);
  assert.deepEqual(at(40, 12_000), [
    "FIELD              VALUE         AGE",
    "channel_00         0.125  old 12.0 s",
    "state       moving to t…  old 12.0 s",
  ]);
  assert.deepEqual(at(20, 12_000), [
    "FIELD     VALUE",
    "chan…     0.125  old",
    "state  moving …  old",
  ]);
  for (let columns = 20; columns < 120; columns++) {
    for (const line of at(columns, 12_000)) assert(textWidth(line) <= columns, `${line} in ${columns}`);
  }
});

Deno.test("numberText() and sampleText() are short, and harmless for a terminal", () => {
  assert.deepEqual(
    [0, 3, -0.1, 1 / 3, 1234567890, 12345678901, 1e-7, -1e300, NaN, Infinity].map(numberText),
    ["0", "3", "-0.1", "0.333333", "1234567890", "1.23457e10", "1e-7", "-1e300", "nan", "inf"],
  );
  assert.deepEqual([true, "a\x1b[2Jb", 12n].map(sampleText), ["True", "ab", "12"]);
});

Deno.test("FieldChoice takes names and patterns, and says what is not there", () => {
  const choice = new FieldChoice(["channel_0?", "pressure"]);
  assert.equal(choice.missing("a.f", "watch"), undefined);
  assert.deepEqual(["channel_00", "channel_10", "presure"].map((name) => choice.has(name)), [
    true,
    false,
    false,
  ]);
  assert.equal(
    choice.missing("a.f", "watch")?.message,
    'Cannot watch "a.f": no field "pressure" was published, only channel_00, channel_10, presure; did you mean "presure"?',
  );
  choice.has("pressure");
  assert.equal(choice.missing("a.f", "watch"), undefined);
  assert.equal(new FieldChoice([]).has("x"), true);
  assert.equal(new FieldChoice(["a*"], { exact: true }).has("ab"), false);
});
