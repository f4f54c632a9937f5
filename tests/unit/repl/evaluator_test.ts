import assert from "node:assert/strict";
import { type Evaluation, Evaluator } from "../../../repl/evaluator.ts";

async function valueOf(evaluator: Evaluator, source: string): Promise<unknown> {
  const evaluation = await evaluator.evaluate(source);
  assert.equal(evaluation.kind, "value", `${source}: ${Deno.inspect(evaluation)}`);
  return evaluation.kind === "value" ? evaluation.value : undefined;
}

async function errorOf(evaluator: Evaluator, source: string): Promise<Error> {
  const evaluation: Evaluation = await evaluator.evaluate(source);
  assert.ok(evaluation.kind === "error" && evaluation.error instanceof Error, Deno.inspect(evaluation));
  return evaluation.error;
}

Deno.test("Evaluator gives values of every kind as they are", async () => {
  using evaluator = new Evaluator();
  assert.equal(await valueOf(evaluator, "1 + 1"), 2);
  assert.equal(await valueOf(evaluator, "-0"), -0);
  assert.equal(await valueOf(evaluator, "2n ** 70n"), 2n ** 70n);
  assert.equal(await valueOf(evaluator, "NaN"), NaN);
  assert.equal(await valueOf(evaluator, "undefined"), undefined);
  assert.equal(await valueOf(evaluator, "null"), null);
  assert.equal(await valueOf(evaluator, "globalThis"), globalThis);
  assert.equal(await valueOf(evaluator, "Symbol.iterator"), Symbol.iterator);
  assert.deepEqual(await valueOf(evaluator, "{ a: 1, b: [2] }"), { a: 1, b: [2] });
  const evaluation = await evaluator.evaluate("Promise.resolve(3)");
  assert.ok(evaluation.kind === "value" && evaluation.value instanceof Promise);
  assert.equal(await evaluation.value, 3);
});

Deno.test("Evaluator keeps declarations, and takes const a second time", async () => {
  using evaluator = new Evaluator();
  await valueOf(evaluator, "const promptTest: { n: number } = { n: 4 }");
  assert.equal(await valueOf(evaluator, "promptTest.n"), 4);
  assert.equal(await valueOf(evaluator, "const promptTest = await Promise.resolve(5); promptTest"), 5);
  assert.ok((await evaluator.names()).includes("promptTest"));
  assert.equal(await valueOf(evaluator, "enum PromptColor { Red, Blue }\nPromptColor.Blue"), 1);
});

Deno.test("Evaluator asks for more where a text ends too soon", async () => {
  using evaluator = new Evaluator();
  for (
    const source of [
      "if (true) {",
      "foo(",
      "foo(1,",
      "let k: number =",
      "const s = `abc",
      "a.",
      "[1, 2",
      "/* x",
      "if (a) b; else",
      "function f() {",
    ]
  ) {
    assert.deepEqual(await evaluator.evaluate(source), { kind: "incomplete" }, source);
  }
  assert.equal(await valueOf(evaluator, "let promptSum =\n  7; promptSum"), 7);
  for (const source of ["'abc", "a b c", "foo)", "const = 5"]) {
    const { name, message } = await errorOf(evaluator, source);
    assert.equal(name, "SyntaxError", source);
    assert.ok(!message.includes("stripTypeScriptTypes"), message);
  }
});

Deno.test("Evaluator imports, with paths from its folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/part.ts`, "export const three: number = 3; export default 9;");
    using evaluator = new Evaluator({ folder });
    await valueOf(evaluator, `import promptNine, { three as promptThree } from "./part.ts";`);
    assert.equal(await valueOf(evaluator, "promptNine + promptThree"), 12);
    await valueOf(
      evaluator,
      `import * as promptPart from "./part.ts"\nimport type { Nothing } from "./x.ts"`,
    );
    assert.equal(await valueOf(evaluator, "promptPart.default"), 9);
    assert.equal(await valueOf(evaluator, `(await import("./part.ts")).three`), 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Evaluator gives what was thrown, whatever it is", async () => {
  using evaluator = new Evaluator();
  assert.deepEqual(await evaluator.evaluate("throw 5"), { kind: "error", error: 5 });
  assert.equal((await errorOf(evaluator, "promptNoSuch")).message, "promptNoSuch is not defined");
  assert.ok(await errorOf(evaluator, "await Promise.reject(new TypeError('k'))") instanceof TypeError);
});

Deno.test("Evaluator stops an endless computation and goes on", async () => {
  using evaluator = new Evaluator({ syncTimeoutMs: 100 });
  assert.match((await errorOf(evaluator, "while (true);")).message, /without an await, and was stopped$/);
  assert.equal(await valueOf(evaluator, "6 * 7"), 42);
});

Deno.test("Evaluator evaluates the next text while one waits", async () => {
  using evaluator = new Evaluator();
  const waiting = evaluator.evaluate("await new Promise((resolve) => globalThis.promptGo = resolve)");
  assert.equal(await valueOf(evaluator, "1"), 1);
  await valueOf(evaluator, "promptGo('went'); delete globalThis.promptGo");
  assert.deepEqual(await waiting, { kind: "value", value: "went" });
});

Deno.test("peek() changes nothing", async () => {
  using evaluator = new Evaluator();
  await valueOf(evaluator, "let promptCount = 1");
  assert.deepEqual(await evaluator.peek("promptCount"), { value: 1 });
  assert.deepEqual(await evaluator.peek("promptCount++"), undefined);
  assert.deepEqual(await evaluator.peek("promptMissing.x"), undefined);
  assert.deepEqual(await evaluator.peek("promptCount"), { value: 1 });
});
