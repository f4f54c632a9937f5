import assert from "node:assert/strict";
import { checkFieldName, enforceFieldName } from "../../../ocs/mod.ts";
import names from "../../data/ocs/field_names.json" with { type: "json" };

Deno.test("OCS 59: checkFieldName() refuses what Python refuses, with its texts", () => {
  for (const { name, problem } of names) {
    if (problem === null) checkFieldName(name);
    else assert.throws(() => checkFieldName(name), { name: "RangeError", message: problem });
  }
});

Deno.test("OCS 60: enforceFieldName() repairs names as Python does", () => {
  for (const { name, enforced } of names) assert.equal(enforceFieldName(name), enforced);
  assert.equal(enforceFieldName("__123invalid.key"), "__invalidkey");
  assert.equal(enforceFieldName("123"), "");
});
