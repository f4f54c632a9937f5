import assert from "node:assert/strict";
import { Float } from "../../../internal/float.ts";
import { pyJson } from "../../../ocs/python_json.ts";

Deno.test("pyJson() separates as Python does", () => {
  assert.equal(pyJson({ a: [1, 2], b: {}, c: [] }), '{"a": [1, 2], "b": {}, "c": []}');
});

Deno.test("pyJson() keeps integers and floats apart", () => {
  assert.equal(
    pyJson([3, new Float(3), 2n ** 63n, 0.1, -0, 1e16, 1e-5]),
    "[3, 3.0, 9223372036854775808, 0.1, -0.0, 1e+16, 1e-05]",
  );
  assert.equal(pyJson(new Float64Array([1, 0.5])), "[1.0, 0.5]");
  assert.equal(pyJson(new Uint16Array([1, 65535])), "[1, 65535]");
});

Deno.test("pyJson() writes Python's bare tokens for what JSON cannot say", () => {
  assert.equal(pyJson([NaN, Infinity, -Infinity, new Float(NaN)]), "[NaN, Infinity, -Infinity, NaN]");
});

Deno.test("PUB-8: pyJson() writes ASCII only", () => {
  assert.equal(
    pyJson('µK 💡 \ud800 \x7f \x00 " \\ \n\r\t\b\f /'),
    String.raw`"\u00b5K \ud83d\udca1 \ud800 \u007f \u0000 \" \\ \n\r\t\b\f /"`,
  );
});

Deno.test("pyJson() writes maps in their order, keys as Python does", () => {
  const map = new Map<unknown, unknown>([["b", 1], [2, 2], [new Float(1), 3], [true, 4], [null, 5]]);
  assert.equal(pyJson(map), '{"b": 1, "2": 2, "1.0": 3, "true": 4, "null": 5}');
  assert.throws(() => pyJson(new Map([[[1], 1]])), /keys must be str, int, float, bool or None, not list/);
});

Deno.test("pyJson() leaves out what is undefined, and keeps __proto__ as a name like any other", () => {
  assert.equal(pyJson({ a: undefined, b: [undefined], ["__proto__"]: 1 }), '{"b": [null], "__proto__": 1}');
});

Deno.test("pyJson() refuses what Python cannot write either", () => {
  assert.throws(() => pyJson({ at: new Date() }), /Object of type Date is not JSON serializable/);
  assert.throws(() => pyJson([() => 1]), /Object of type function is not JSON serializable/);
  const loop: unknown[] = [];
  loop.push(loop);
  assert.throws(() => pyJson(loop), /maximum recursion depth exceeded/);
});
