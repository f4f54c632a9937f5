import assert from "node:assert/strict";
import {
  mergeArguments,
  OptionError,
  type OptionSpecs,
  parseOptions,
  toArguments,
} from "../../../site/mod.ts";
import { isOptionName } from "../../../site/arguments.ts";
import { formatOptionHelp } from "../../../site/option_help.ts";
import { nearMiss } from "../../../site/near_miss.ts";

const SPECS = {
  "count": { type: "int", default: 1, help: "" },
  "ratio": { type: "float", help: "" },
  "name": { type: "string", help: "" },
  "level": { type: "int", choices: [1, 2, 3], help: "" },
  "tag": { type: "string", multiple: true, help: "" },
  "loud": { type: "flag", help: "" },
} as const satisfies OptionSpecs;

Deno.test("parseOptions() gives typed values and defaults", () => {
  const values = parseOptions(SPECS, [
    "--count=7",
    "--ratio",
    "1e-3",
    "--tag",
    "a",
    "b",
    "--tag",
    "c",
    "--loud",
  ]);
  assert.deepEqual(values, {
    count: 7,
    ratio: 0.001,
    name: undefined,
    level: undefined,
    tag: ["a", "b", "c"],
    loud: true,
  });
});

Deno.test("parseOptions() reads numbers as Python's int() and float() do", () => {
  const good = [["--count", "+4", 4], ["--count", " 1_000 ", 1000], ["--count", "-5", -5]] as const;
  for (const [option, text, value] of good) assert.equal(parseOptions(SPECS, [option, text]).count, value);
  for (const [text, value] of [["1.", 1], [".5", 0.5], ["-inf", -Infinity], ["1_0e2", 1000]] as const) {
    assert.equal(parseOptions(SPECS, [`--ratio=${text}`]).ratio, value);
  }
  assert(Number.isNaN(parseOptions(SPECS, ["--ratio", "nan"]).ratio));
  for (const text of ["4.0", "0x10", "", "1__0", "1e3", "99999999999999999999", "٤x"]) {
    assert.throws(() => parseOptions(SPECS, [`--count=${text}`]), /expected an int/, text);
  }
  for (const text of ["1,5", "e5", ".", "1e", "--"]) {
    assert.throws(() => parseOptions(SPECS, [`--ratio=${text}`]), /expected a number/, text);
  }
});

Deno.test("parseOptions() takes a declared short name, with its value behind it or behind =", () => {
  const specs = { "monitor-id": { type: "string", short: "m", help: "" } } as const satisfies OptionSpecs;
  assert.equal(parseOptions(specs, ["-m", "one"]).monitorId, "one");
  assert.equal(parseOptions(specs, ["-m=one", "--monitor-id", "two"]).monitorId, "two");
  assert.throws(() => parseOptions(specs, ["-m"]), /--monitor-id has no value/);
  assert.throws(() => parseOptions(specs, ["-x", "one"]), /-x is not an option here/);
  assert.match(formatOptionHelp([{ title: "Options", specs }]), /-m, --monitor-id TEXT/);
});

Deno.test("parseOptions() takes abbreviations that can mean only one option", () => {
  assert.equal(parseOptions(SPECS, ["--na", "x"]).name, "x");
  assert.throws(() => parseOptions(SPECS, ["--l"]), /--l is ambiguous: expected one of --level, --loud/);
});

Deno.test("parseOptions() takes values that begin with a hyphen where they cannot be options", () => {
  assert.equal(parseOptions(SPECS, ["--name", "-5a"]).name, "-5a");
  assert.equal(parseOptions(SPECS, ["--name", "-x y"]).name, "-x y");
  assert.throws(
    () => parseOptions(SPECS, ["--name", "-x"]),
    /--name has no value.*\n-x is not an option here/s,
  );
});

Deno.test("parseOptions() tells all problems in the order of the command line, missing ones last", () => {
  assert.throws(
    () => parseOptions(SPECS, ["stray", "--level", "4", "--nonsense", "a", "b", "--name"]),
    (error) => {
      assert(error instanceof OptionError);
      assert.equal(error.problems.length, 4);
      assert.match(error.problems[0] ?? "", /"stray" belongs to no option/);
      assert.match(error.problems[1] ?? "", /--level is "4": expected one of 1, 2, 3/);
      return true;
    },
  );
});

Deno.test("parseOptions() is not misled by names that every object has", () => {
  assert.throws(() => parseOptions(SPECS, ["--constructor", "x"]), OptionError);
  assert.throws(() => parseOptions(SPECS, ["--__proto__=x"]), OptionError);
  assert.throws(() => parseOptions({}, ["--toString"]), OptionError);
});

Deno.test("isOptionName() follows Python's ArgContainer", () => {
  for (const text of ["--a", "-a", "---a", "--ä", "-a-"]) assert(isOptionName(text), text);
  for (const text of ["a", "-3", "-3.5", "-.5", "-5a", "--7", "", "-", "--", "-_a"]) {
    assert(!isOptionName(text), text);
  }
});

Deno.test("mergeArguments() keeps the file's order and takes the command line's values as a whole", () => {
  const merged = (file: readonly string[], line: readonly string[]) =>
    mergeArguments(toArguments(file), toArguments(line)).merged.map(({ text }) => text);
  assert.deepEqual(merged(["--a", "1", "2", "--b", "3"], ["--c", "4", "--a", "9"]), [
    ...["--a", "9", "--b", "3", "--c", "4"],
  ]);
  assert.deepEqual(merged(["--a", "1", "--b", "2", "--a", "3"], []), ["--a", "3", "--b", "2"]);
  assert.deepEqual(merged(["x", "--a"], ["y"]), ["y", "--a"]);
  assert.deepEqual(merged(["--a", "1"], ["--a=2"]), ["--a", "1", "--a=2"]);
});

Deno.test("nearMiss() finds typing mistakes and nothing far", () => {
  const words = ["crossbar_timeout", "wamp_server", "instance-id", "log-dir"];
  assert.equal(nearMiss("crossbar-timeout", words), "crossbar_timeout");
  assert.equal(nearMiss("wamp_sevrer", words), "wamp_server");
  assert.equal(nearMiss("INSTANCE_ID", words), "instance-id");
  assert.equal(nearMiss("colour", words), undefined);
  assert.equal(nearMiss("", words), undefined);
  assert.equal(nearMiss("x".repeat(100_000), words), undefined);
});
