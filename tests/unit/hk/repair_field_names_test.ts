/** Names of fields that were not valid. */
import assert from "node:assert/strict";
import { checkFieldName } from "../../../ocs/field_names.ts";
import { repairFieldNames } from "../../../hk/repair_field_names.ts";

const long = (length: number, letter = "a") => letter.repeat(length);

for (
  const [raw, names] of [
    [["Channel 1 (K)", "1st", "___x", "ok", "°", ""], [
      "Channel_1_K",
      "st",
      "___x",
      "ok",
      "invalid_field_",
      "invalid_field",
    ]],
    [["123", ""], ["invalid_field_123", "invalid_field"]],
    [["a b", "a_b", "a-b"], ["a_b", "a_b_01", "ab"]],
    [["a_b", "a b", "(a_b)"], ["a_b", "a_b_01", "a_b_02"]],
    [[long(255), `${long(255)}!`], [long(255), `${long(252)}_01`]],
    [["é", "ü"], ["invalid_field_", "invalid_field__01"]],
    [["__proto__", "a b"], ["__proto__", "a_b"]],
    [["_", "a.b"], ["_", "ab"]],
  ] as const
) {
  Deno.test(`OCS 93: repairFieldNames() makes ${JSON.stringify(names).slice(0, 60)}`, () => {
    const repaired = repairFieldNames(raw);
    assert.deepEqual(repaired.names, names);
    for (const name of repaired.names) checkFieldName(name);
    assert.equal(new Set(repaired.names).size, raw.length);
  });
}

Deno.test("repairFieldNames() leaves valid names as they are, and names the first that is not", () => {
  const valid = ["a", "_b1", "C"];
  assert.deepEqual(repairFieldNames(valid), { names: valid, invalid: undefined });
  assert.equal(repairFieldNames(["a", "b c", "1"]).invalid, "b c");
  const many = Array.from({ length: 120 }, (_, i) => `x${"!".repeat(i)}`);
  assert.deepEqual(repairFieldNames(many).names.slice(-2), ["x_118", "x_119"]);
});
