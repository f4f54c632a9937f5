import assert from "node:assert/strict";
import {
  anything,
  AS_FLOAT,
  AS_INT,
  AS_TEXT,
  checkParams,
  choice,
  dict,
  flag,
  Float,
  float,
  int,
  list,
  ParamError,
  type ParamSpecs,
  text,
  tuple,
} from "../../../framework/mod.ts";

/** The text of the refusal; fails when there is none. */
function refusal(specs: ParamSpecs, params: unknown): string {
  try {
    checkParams(specs, params);
  } catch (error) {
    assert.ok(error instanceof ParamError, `${error}`);
    return error.message;
  }
  return assert.fail("nothing was refused");
}

Deno.test("OCS 46: a missing parameter and an explicit null give the same text", () => {
  const expected = "Param 'voltage' is required and must not be None";
  for (const params of [{}, { voltage: null }, null, undefined]) {
    assert.equal(refusal({ voltage: float() }, params), expected);
  }
});

Deno.test("OCS 47: checkParams() names the Python class of what was expected", () => {
  const one = (specs: ParamSpecs, value: unknown) => refusal(specs, { p: value });
  assert.equal(one({ p: float() }, "seven"), "Param 'p'=seven is not of required type (<class 'float'>)");
  assert.equal(one({ p: int() }, new Float(2)), "Param 'p'=2.0 is not of required type (<class 'int'>)");
  assert.equal(one({ p: int() }, 2.5), "Param 'p'=2.5 is not of required type (<class 'int'>)");
  assert.equal(one({ p: flag() }, 1), "Param 'p'=1 is not of required type (<class 'bool'>)");
  assert.equal(
    one({ p: text() }, [1, "a", null]),
    "Param 'p'=[1, 'a', None] is not of required type (<class 'str'>)",
  );
  assert.equal(one({ p: list() }, { a: 1 }), "Param 'p'={'a': 1} is not of required type (<class 'list'>)");
  assert.equal(one({ p: tuple() }, "ab"), "Param 'p'=ab is not of required type (<class 'tuple'>)");
  assert.equal(one({ p: dict() }, [true]), "Param 'p'=[True] is not of required type (<class 'dict'>)");
  assert.equal(
    one({ p: float() }, new Uint8Array([65])),
    "Param 'p'=b'A' is not of required type (<class 'float'>)",
  );
});

Deno.test("OCS 48: an int and a bool are good for a float parameter, and a bool for an int one", () => {
  assert.deepEqual(checkParams({ p: float(), q: int() }, { p: 2, q: true }), { p: 2, q: 1 });
  assert.deepEqual(checkParams({ p: float() }, { p: true }), { p: 1 });
  assert.deepEqual(checkParams({ p: float() }, { p: 2n ** 60n }), { p: 2 ** 60 });
  assert.deepEqual(checkParams({ p: float() }, { p: new Float(2) }), { p: 2 });
});

Deno.test("OCS 49: a stray parameter is reported only if no declared one failed", () => {
  const specs = { delay: float(), succeed: flag({ default: true }) };
  assert.equal(refusal(specs, { zz: 1 }), "Param 'delay' is required and must not be None");
  assert.equal(refusal(specs, { zz: 1, delay: 1 }), "params included unexpected values: ['zz']");
});

Deno.test("OCS 50: stray keys are listed in the order sent, as Python lists them", () => {
  assert.equal(
    refusal({}, { zz: 1, yy: 2, "it's": 3 }),
    `params included unexpected values: ['zz', 'yy', "it's"]`,
  );
});

Deno.test("OCS 51: an array is good for a tuple parameter", () => {
  assert.deepEqual(checkParams({ p: tuple() }, { p: [1, 2] }), { p: [1, 2] });
});

Deno.test("OCS 52: null params are an empty object for declared operations", () => {
  assert.deepEqual(checkParams({ p: float({ default: 5 }) }, null), { p: 5 });
});

Deno.test("checkParams() goes by the order of declaration, and the first failure wins", () => {
  assert.match(refusal({ a: float(), b: int() }, { a: "x", b: "y" }), /^Param 'a'/);
  assert.match(refusal({ b: int(), a: float() }, { a: "x", b: "y" }), /^Param 'b'/);
});

Deno.test("checkParams() refuses what is not among the choices, with Python's list of them", () => {
  assert.equal(
    refusal({ mode: choice(["x", "y"]) }, { mode: "z" }),
    "Param 'mode'=z is not in allowed set (['x', 'y'])",
  );
  assert.equal(refusal({ n: choice([1, 2]) }, { n: 3.5 }), "Param 'n'=3.5 is not in allowed set ([1, 2])");
  assert.equal(
    refusal({ n: float({ choices: [1, 2.5] }) }, { n: 3 }),
    "Param 'n'=3.0 is not in allowed set ([1.0, 2.5])",
  );
  assert.deepEqual(checkParams({ n: choice([1, 2]) }, { n: new Float(2) }), { n: 2 });
});

Deno.test("checkParams() refuses what does not pass min, max or check", () => {
  const expected = "Param 'e' failed validity check (see docs?).";
  assert.equal(refusal({ e: float({ min: 0 }) }, { e: -1 }), expected);
  assert.equal(refusal({ e: float({ min: 0 }) }, { e: NaN }), expected);
  assert.equal(refusal({ e: int({ max: 3 }) }, { e: 4 }), expected);
  assert.equal(refusal({ e: float({ check: (value) => value > 0 }) }, { e: 0 }), expected);
  assert.equal(refusal({ e: text({ check: (value) => value.length < 3 }) }, { e: "abc" }), expected);
});

Deno.test("checkParams() lets an exception of a check through: it is no refusal but a crash", () => {
  const specs = {
    e: float({
      check: () => {
        throw new RangeError("boom");
      },
    }),
  };
  assert.throws(() => checkParams(specs, { e: 1 }), { name: "RangeError", message: "boom" });
});

Deno.test("checkParams() casts first, as Python's int, float and str do", () => {
  const cast = (specs: ParamSpecs, value: unknown) => checkParams(specs, { n: value })["n"];
  assert.equal(cast({ n: int({ cast: AS_INT }) }, " 12 "), 12);
  assert.equal(cast({ n: int({ cast: AS_INT }) }, -2.7), -2);
  assert.equal(cast({ n: float({ cast: AS_FLOAT }) }, "1e3"), 1000);
  assert.equal(cast({ n: float({ cast: AS_FLOAT }) }, "-inf"), -Infinity);
  assert.equal(cast({ n: text({ cast: AS_TEXT }) }, new Float(2)), "2.0");
  assert.equal(
    refusal({ n: int({ cast: AS_INT }) }, { n: "qq" }),
    "Param 'n'=qq could not be cast to <class 'int'>.",
  );
  assert.equal(
    refusal({ n: float({ cast: AS_FLOAT }) }, { n: [] }),
    "Param 'n'=[] could not be cast to <class 'float'>.",
  );
});

Deno.test("checkParams() takes a null default for a null, and an explicit null only where it is allowed", () => {
  assert.deepEqual(checkParams({ p: float({ default: null }) }, {}), { p: null });
  assert.deepEqual(checkParams({ p: float({ default: 3, nullable: true }) }, { p: null }), { p: null });
  assert.deepEqual(checkParams({ p: float({ default: 3, nullable: true }) }, {}), { p: 3 });
  assert.deepEqual(checkParams({ p: float({ default: 3 }) }, { p: null }), { p: 3 });
});

Deno.test("checkParams() hands plain numbers over, and kinds where they are asked for", () => {
  const params = { p: [new Float(2), { q: new Float(3) }] };
  assert.deepEqual(checkParams({ p: list() }, params), { p: [2, { q: 3 }] });
  assert.deepEqual(checkParams({ p: list({ kinds: "keep" }) }, params), params);
  assert.deepEqual(checkParams({ p: anything() }, { p: new Float(2) }), { p: 2 });
});

Deno.test("checkParams() refuses an int that a JavaScript number cannot hold", () => {
  assert.equal(refusal({ n: int() }, { n: 2n ** 60n }), "Param 'n' failed validity check (see docs?).");
});

Deno.test("checkParams() calls params that are no object by their Python class", () => {
  const crash = (specs: ParamSpecs, params: unknown, message: string) =>
    assert.throws(() => checkParams(specs, params), { name: "TypeError", message });
  crash({ a: int() }, [], "'list' object has no attribute 'get'");
  crash({ a: int() }, "x", "'str' object has no attribute 'get'");
  crash({ a: int() }, 3, "'int' object has no attribute 'get'");
  crash({}, [], "'list' object has no attribute 'keys'");
});

Deno.test("checkParams() drops strays where that is asked for", () => {
  assert.deepEqual(checkParams({ a: int() }, { a: 1, b: 2 }, { strays: "drop" }), { a: 1 });
});

Deno.test("checkParams() is not fooled by names of Object.prototype", () => {
  assert.equal(refusal({ toString: text() }, {}), "Param 'toString' is required and must not be None");
  assert.equal(
    refusal({}, JSON.parse('{"__proto__": 1}')),
    "params included unexpected values: ['__proto__']",
  );
  assert.equal(refusal({}, { constructor: 1 }), "params included unexpected values: ['constructor']");
});

Deno.test("a declaration's default must pass its own checks", () => {
  assert.throws(() => float({ default: -1, min: 0 }), ParamError);
  assert.throws(() => choice(["a", "b"], { default: "b", check: (one) => one === "a" }), ParamError);
  assert.throws(() => int({ default: 1.5 }), ParamError);
  assert.throws(() => text({ default: "x", choices: ["y"] }), ParamError);
  assert.doesNotThrow(() => float({ default: null, min: 0 }));
});
