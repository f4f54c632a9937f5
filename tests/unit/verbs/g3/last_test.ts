import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { g3TimesampleMap, g3VectorInt } from "../../../../g3/make.ts";
import { ticksOf } from "../../../../g3/time.ts";
import { HkSession } from "../../../../hk/mod.ts";
import { FieldNotFoundError } from "../../../../verbs/errors.ts";
import { last, type LastOptions } from "../../../../verbs/g3/last.ts";
import type { Look } from "../../../../verbs/look.ts";
import { goldenPath } from "../../../helpers/g3_golden.ts";
import { KeptTerminal } from "../../../helpers/kept_terminal.ts";

/** 12.3 s after the last sample of the youngest feed of the golden files. */
const NOW = 1_700_000_141.55;

async function told(words: readonly string[], options: Partial<LastOptions> = {}) {
  const terminal = new KeptTerminal();
  const result = await last(words, { terminal, json: false, nowSeconds: NOW, ...options });
  return { result, terminal, lines: terminal.lines };
}

Deno.test("OCS 7.6: last() tells each feed's age below its agent, that of the field longest without a sample", async () => {
  const { result, lines } = await told([goldenPath("hk")]);
  assert.equal(result, "ok");
  const at = lines.indexOf("names");
  // Its fields end at 1700000126.25 and 1700000129.35.
  assert.deepEqual(lines.slice(at, at + 3), ["names", "  odd: 15.3 s old", ""]);
  assert.deepEqual(lines.filter((line) => /^\S/.test(line)), ["brief", "names", "pump", "slow", "thermo"]);
});

Deno.test("OCS 7.6: last() takes one file, or all that end in g3 below a folder", async () => {
  const filesOf = async (path: string) => (await told([path], { json: true })).terminal.json[0]?.["files"];
  assert.deepEqual(await filesOf(goldenPath("hk/17000/1700000000.g3")), [
    goldenPath("hk/17000/1700000000.g3"),
  ]);
  assert.equal(Object(await filesOf(goldenPath("hk"))).length, 3);
});

Deno.test("OCS 7.6: last() is red beyond 600 s, and yellow for names that no field may have", async () => {
  const file = await Deno.makeTempFile({ suffix: ".g3" });
  try {
    const session = new HkSession({ startTimeSeconds: 1_700_000_000, pid: 1 });
    const provider = { id: 0, address: "observatory.faker1.feeds.temps", agentSessionId: "1" };
    const at = (seconds: number) => ticksOf(1_700_000_000 + seconds);
    const old = g3TimesampleMap([at(0), at(1)], [["ok", g3VectorInt([1, 2])]]);
    const fresh = g3TimesampleMap([at(3)], [["1 is no name", g3VectorInt([7])]]);
    const frames = [
      session.sessionFrame(),
      session.statusFrame([provider], 1_700_000_000),
      session.dataFrame(provider, [["b", old], ["c", fresh]], 1_700_000_003),
    ];
    await Deno.writeFile(file, Buffer.concat(frames.map((frame) => frame.encode())));
    const marked = async (nowSeconds: number, verbose: boolean) => {
      const marks: string[] = [];
      const look: Look = {
        columns: Infinity,
        style: (style, text) => {
          if (style === "red" || style === "yellow") marks.push(`${style} ${text}`);
          return text;
        },
      };
      const terminal = Object.assign(new KeptTerminal(), { look });
      await last([file], { terminal, json: false, nowSeconds, verbose });
      return marks;
    };
    assert.deepEqual(await marked(1_700_000_601, false), []);
    assert.deepEqual(await marked(1_700_000_602, false), ["red 601.0"]);
    assert.deepEqual(await marked(1_700_000_602, true), ["yellow 1 is no name", "red 601.0"]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("OCS 7.6: last() lists every field with -v: age, time and newest value", async () => {
  const { lines } = await told([goldenPath("hk")], { verbose: true, fields: ["names"] });
  assert.match(lines[2] ?? "", /^ +Field +Last Seen \[s ago\] +Seen At \[ctime\] +Value$/);
  assert(lines.some((line) => /^ +b +12\.2 +1700000129\.35 +1$/.test(line)), lines.join("\n"));
  assert(lines.some((line) => / x +12\.3 +1700000129\.25 +9223372036854775807$/.test(line)));
});

Deno.test("last() with json is one object, numbers as numbers", async () => {
  const { terminal } = await told([goldenPath("hk")], { json: true, fields: ["brief"] });
  assert.deepEqual(terminal.json, [{
    files: ["1700000000", "1700000064", "1700000129"].map((name) => goldenPath(`hk/17000/${name}.g3`)),
    agents: [{
      agent: "brief",
      feeds: [{
        feed: "burst",
        age_seconds: 108.3,
        fields: [{
          field: "n",
          unix_seconds: 1700000033.25,
          utc: "2023-11-14T22:13:53.250000000Z",
          age_seconds: 108.3,
          value: 33,
        }],
      }],
    }],
    notes: [],
  }]);
});

Deno.test("last() says where there is no housekeeping, or not that field", async () => {
  await assert.rejects(told([goldenPath("smurf")]), FieldNotFoundError);
  await assert.rejects(told([goldenPath("hk")], { fields: ["nothing"] }), /no field "nothing" of this time/);
  await assert.rejects(told(["/nowhere.g3"]), /Cannot read "\/nowhere\.g3"/);
});
