import assert from "node:assert/strict";
import { Float, isTruthy, pyClass, pyRepr, pyStr } from "../../../ocs/mod.ts";
import texts from "../../data/ocs/text.json" with { type: "json" };
import { revive } from "./_expected.ts";

Deno.test("OCS 0.3: pyStr(), pyRepr(), pyClass() and isTruthy() agree with Python", () => {
  for (const row of texts) {
    const value = revive(row.value);
    assert.equal(pyRepr(value), row.repr);
    assert.equal(pyStr(value), row.str);
    assert.equal(pyClass(value), row.type);
    assert.equal(isTruthy(value), row.true, row.repr);
  }
});

Deno.test("pyRepr() takes an integral number for an int unless it is too large to be exact", () => {
  assert.equal(pyRepr(2), "2");
  assert.equal(pyRepr(new Float(2)), "2.0");
  assert.equal(pyRepr(2 ** 53 - 1), "9007199254740991");
  assert.equal(pyRepr(2 ** 53), "9007199254740992.0");
  assert.equal(pyRepr(-0), "-0.0");
});

Deno.test("pyRepr() writes a container inside itself with dots, and twice the same one in full", () => {
  const list: unknown[] = [1];
  list.push(list, { list });
  assert.equal(pyRepr(list), "[1, [...], {'list': [...]}]");
  const shared = [2];
  assert.equal(pyRepr([shared, shared]), "[[2], [2]]");
});

Deno.test("pyRepr() escapes a lone surrogate", () => {
  assert.equal(pyRepr("\ud800x"), "'\\ud800x'");
});

Deno.test("pyRepr() takes a map for a dict and undefined for None", () => {
  assert.equal(pyRepr(new Map<unknown, unknown>([[1, "a"], [null, undefined]])), "{1: 'a', None: None}");
});
