import assert from "node:assert/strict";
import { variableName } from "../../../repl/variable_name.ts";

const name = (id: string, taken: readonly string[] = []) => variableName(id, (name) => taken.includes(name));

Deno.test("variableName() makes a name of every instance id", () => {
  assert.equal(name("faker1"), "faker1");
  assert.equal(name("pysmurf-controller"), "pysmurf_controller");
  assert.equal(name("LSA22YG"), "LSA22YG");
  assert.equal(name("240-monitor"), "_240_monitor");
  assert.equal(name("a b.c"), "a_b_c");
  assert.equal(name("größe"), "größe");
  assert.equal(name("-"), "__");
});

Deno.test("variableName() puts something behind reserved and taken names", () => {
  assert.equal(name("delete"), "delete_");
  assert.equal(name("await"), "await_");
  assert.equal(name("fetch", ["fetch"]), "fetch_");
  assert.equal(name("a-b", ["a_b", "a_b_"]), "a_b__");
});
