import assert from "node:assert/strict";
import { humanizedTime, pyFixed, pyFloatRepr } from "../../../ocs/mod.ts";
import fixed from "../../data/ocs/fixed.json" with { type: "json" };
import reprs from "../../data/ocs/float_repr.json" with { type: "json" };
import times from "../../data/ocs/humanized_time.json" with { type: "json" };
import { floatFromHex } from "./_expected.ts";

Deno.test("OCS 0.3: pyFloatRepr() writes the digits and exponents of Python", () => {
  assert.ok(reprs.length >= 200);
  for (const [hex, text] of reprs) assert.equal(pyFloatRepr(floatFromHex(String(hex))), text);
});

Deno.test("pyFixed() rounds ties to even and writes large numbers in full", () => {
  for (const [hex, decimals, text] of fixed) {
    assert.equal(pyFixed(floatFromHex(String(hex)), Number(decimals)), text);
  }
});

Deno.test("OCS 87: humanizedTime() switches units at 1 s, 120 s, 120 min and 48 h", () => {
  for (const [seconds, text] of times) assert.equal(humanizedTime(Number(seconds)), text);
});
