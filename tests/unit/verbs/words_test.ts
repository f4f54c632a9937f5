import assert from "node:assert/strict";
import { pyRepr } from "../../../ocs/mod.ts";
import { parseKeyValues } from "../../../verbs/key_values.ts";
import { completePattern, eventText } from "../../../verbs/listen.ts";
import { type Look, PLAIN } from "../../../verbs/look.ts";
import { parseTarget } from "../../../verbs/operation_target.ts";
import { formatTable } from "../../../verbs/table.ts";
import { resolvePlain12 } from "../../../site/yaml_scalars.ts";

/** The values as Python would print them, which tells 2 from 2.0. */
async function printed(...texts: readonly string[]): Promise<string> {
  return pyRepr(await parseKeyValues(texts));
}

Deno.test("parseKeyValues() reads YAML flow values and keeps 2 and 2.0 apart", async () => {
  assert.equal(
    await printed("args=[--band, 4]", "delay=2.0", "n=2", "log=false", "name=x", "e=1e3", "none=null"),
    "{'args': ['--band', 4], 'delay': 2.0, 'n': 2, 'log': False, 'name': 'x', 'e': 1000.0, 'none': None}",
  );
  assert.equal(await printed('a={x: 1.0, "y z": [true, ~]}'), "{'a': {'x': 1.0, 'y z': [True, None]}}");
});

Deno.test("parseKeyValues() takes what devices are told as text", async () => {
  assert.equal(
    await printed(
      "state=on",
      "t=10:30",
      "url=http://x:1/#y",
      "list=a, b",
      "empty=",
      "eq=a=b",
      "star=*x",
      "q='2'",
    ),
    "{'state': 'on', 't': '10:30', 'url': 'http://x:1/#y', 'list': 'a, b', 'empty': '', 'eq': 'a=b', 'star': '*x', 'q': '2'}",
  );
  assert.equal(await printed('e=""'), "{'e': ''}");
  assert.equal(
    await printed("big=12345678901234567890", "neg=-3", "minus=-"),
    "{'big': 12345678901234567890, 'neg': -3, 'minus': '-'}",
  );
});

Deno.test("parseKeyValues() refuses what is no parameter, broken YAML and keys that come twice", async () => {
  for (const text of ["delay", "=2", ""]) await assert.rejects(parseKeyValues([text]), SyntaxError);
  await assert.rejects(
    parseKeyValues(["a=[1, 2"]),
    /Cannot read parameter "a=\[1, 2": .*expected a YAML value/,
  );
  await assert.rejects(parseKeyValues(["a={x"]), SyntaxError);
  await assert.rejects(parseKeyValues(['a="x']), SyntaxError);
  await assert.rejects(parseKeyValues(["a=1", "a=2"]), /"a" is there a second time/);
});

Deno.test("parseKeyValues() makes plain properties of names that every object has", async () => {
  const params = await parseKeyValues(["__proto__=1", "constructor=2"]);
  assert.deepEqual(Object.keys(params), ["__proto__", "constructor"]);
});

Deno.test("resolvePlain12() takes any text in good time", () => {
  for (const text of ["9".repeat(100_000), "1".repeat(500), `.${"0".repeat(100_000)}x`]) resolvePlain12(text);
});

Deno.test("parseTarget() splits at the last dot", () => {
  assert.deepEqual(parseTarget("faker1.acq"), { instanceId: "faker1", opName: "acq" });
  assert.deepEqual(parseTarget("a.b.acq"), { instanceId: "a.b", opName: "acq" });
  for (const text of ["faker1", ".acq", "faker1.", "", "."]) {
    assert.throws(() => parseTarget(text), SyntaxError);
  }
});

Deno.test("completePattern() completes what operators type", () => {
  const complete = (text: string) => completePattern(text, "observatory");
  assert.equal(complete("faker1"), "observatory.faker1.feeds.");
  assert.equal(complete("faker1.temps"), "observatory.faker1.feeds.temps");
  assert.equal(complete("faker1.feeds.temps"), "observatory.faker1.feeds.temps");
  assert.equal(complete("heartbeat"), "observatory..feeds.heartbeat");
  assert.equal(complete("observatory..feeds.heartbeat"), "observatory..feeds.heartbeat");
  assert.equal(complete("other..feeds."), "other..feeds.");
});

const FEED = {
  agent_address: "observatory.faker1",
  agg_params: {},
  feed_name: "temps",
  address: "observatory.faker1.feeds.temps",
  record: true,
  session_id: "1.2",
  agent_class: "FakeDataAgent",
};

Deno.test("eventText() shows the newest values of blocks, names of codes, and anything else as it is", () => {
  const now = new Date(2026, 1, 3, 4, 5, 6);
  const text = (topic: string, message: unknown) => eventText({ topic, message }, PLAIN, now);
  const block = { block_name: "b", data: { x: [1, 2.123456789], y: ["u", "v"] }, timestamps: [1, 2] };
  assert.equal(
    text("observatory.faker1.feeds.temps", [{ b: block }, FEED]),
    "04:05:06 faker1.temps b: x 2.12346  y v  (newest of 2)",
  );
  const heartbeat = {
    ...FEED,
    feed_name: "heartbeat",
    address: "observatory.faker1.feeds.heartbeat",
    record: false,
  };
  assert.equal(
    text("observatory.faker1.feeds.heartbeat", [{ acq: 3, odd: 99 }, heartbeat]),
    "04:05:06 faker1.heartbeat acq RUNNING  odd 99",
  );
  assert.equal(text("some.topic", [1, "two"]), "04:05:06 some.topic [1, 'two']");
  assert.equal(
    text("observatory.faker1.feeds.temps", [{ b: "broken" }, FEED]),
    "04:05:06 faker1.temps {'b': 'broken'}",
  );
});

Deno.test("formatTable() aligns, ignores escapes, and wraps the last column where the terminal ends", () => {
  const look: Look = { columns: 20, style: (_style, text) => `\x1b[1m${text}\x1b[22m` };
  const table = formatTable(["A", "B"], [["x", "one two three four"], ["\x1b[32mlonger\x1b[39m", ""]], look);
  assert.equal(
    // deno-lint-ignore no-control-regex -- the escapes are what is taken away
    table.replaceAll(/\x1b\[\d+m/g, ""),
    "A       B\nx       one two\n        three four\nlonger",
  );
});
