import assert from "node:assert/strict";
import { checkMessage } from "../../../client/_check_message.ts";

function violation(message: unknown): string {
  const checked = checkMessage(message);
  assert.equal(checked.verdict, "violation");
  // Asserted the line before.
  return (checked as { text: string }).text;
}

Deno.test("checkMessage() names message and field of what a router must not send", () => {
  assert.match(violation("hello"), /not a list/);
  assert.match(violation([]), /not a list with a type/);
  assert.match(violation(["36", 1]), /type is no integer/);
  assert.match(violation([36, "5", 1, {}]), /EVENT has a wrong subscription/);
  assert.match(violation([36, 5, -1, {}]), /EVENT has a wrong publication/);
  assert.match(violation([36, 5, 1, []]), /EVENT has a wrong details \(expected a dictionary\)/);
  assert.match(violation([36, 5, 1, {}, "args"]), /EVENT has a wrong args/);
  assert.match(violation([50, 2 ** 53, {}]), /RESULT has a wrong request/);
  assert.match(violation([50, 5n, {}]), /RESULT has a wrong request/);
  assert.match(violation([68, 1, 2, {}, [], new Uint8Array(2)]), /INVOCATION has a wrong kwargs/);
  assert.match(violation([8, 68, 1, {}, "x"]), /ERROR has a wrong request type/);
  assert.match(violation([8, 48, 1, {}, ""]), /ERROR has a wrong error/);
  assert.match(violation([2, 1.5, {}]), /WELCOME has a wrong session/);
  assert.match(violation([48, 1, {}, "proc"]), /type 48 is not one a router sends/);
});

Deno.test("checkMessage() never repeats the payload in its text", () => {
  assert.doesNotMatch(violation([36, "secret", 1, {}, ["secret"]]), /secret/);
});

Deno.test("C27: checkMessage() takes null and absent details, args and kwargs as empty ones", () => {
  for (const message of [[8, 48, 1, null, "e"], [8, 48, 1, {}, "e", null], [8, 48, 1, {}, "e", [], null]]) {
    const checked = checkMessage(message);
    assert.deepEqual(checked, { verdict: "good", message: [8, 48, 1, {}, "e", [], {}] });
  }
  assert.deepEqual(checkMessage([35, 0]), { verdict: "good", message: [35, 0, {}] });
});

Deno.test("checkMessage() lets extension messages through as such", () => {
  assert.deepEqual(checkMessage([7, 1, 2]), { verdict: "extension", type: 7 });
  assert.deepEqual(checkMessage([337, 1]), { verdict: "extension", type: 337 });
});
