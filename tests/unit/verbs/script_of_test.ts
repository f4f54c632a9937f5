import assert from "node:assert/strict";
import { stripTypeScriptTypes } from "node:module";
import type { NightEntry } from "../../../verbs/night_entry.ts";
import { scriptOf } from "../../../verbs/script_of.ts";

const SITE = {
  wampServer: "ws://127.0.0.1:8001/ws",
  wampHttp: undefined,
  realm: "test_realm",
  addressRoot: "observatory",
  sourceFile: "/etc/ocs/default.yaml",
};
const AGENTS = new Map([["faker1", "faker1"], ["pysmurf_controller", "pysmurf-controller"]]);

/** Entries of one prompt, half a minute apart. */
function typed(...lines: readonly (string | Partial<NightEntry>)[]): NightEntry[] {
  return lines.map((line, at) => ({
    n: at + 1,
    timeSeconds: 1_795_702_792 + at * 30,
    who: "ann@control",
    session: "0a1b2c3d",
    line: "",
    kind: "verb",
    reply: "a reply\nof two lines",
    outcome: "ok",
    durationSeconds: 1,
    ...(typeof line === "string" ? { line } : line),
  }));
}

const typescript = (line: string): Partial<NightEntry> => ({ line, kind: "typescript" });

/** The script without its head; it must be TypeScript. */
async function bodyOf(...lines: readonly (string | Partial<NightEntry>)[]): Promise<string> {
  const script = await scriptOf(typed(...lines), { site: SITE, agents: AGENTS, toolkit: "file:///x/mod.ts" });
  stripTypeScriptTypes(script);
  const [, body = ""] = script.split(/^};\n/m);
  return body.split("\n/** Prints")[0]?.trim() ?? "";
}

Deno.test("scriptOf() makes calls of verbs, with parameters of their kinds", async () => {
  assert.equal(
    await bodyOf(
      "start faker1.acq a=2 b=2.0 c=-0.0 d=1e3 e=2.5 f=[--band, 4.0] g={__proto__: null, 'x y': true} h='' i=9007199254740993",
      "start pysmurf-controller.run script=/a.py --wait --timeout 60",
      "wait faker1.acq --timeout 2.5",
      "stop 'faker1.acq'",
      "status faker1.acq > out.txt",
      'data faker1.acq fields["a b"][-1] --timeout 3',
      "messages faker1.acq",
      "abort other/op --privs 2",
    ),
    `// 1 start faker1.acq a=2 b=2.0 c=-0.0 d=1e3 e=2.5 f=[--band, 4.0] g={__proto__: null, 'x y': true} h='' i=9007199254740993
await using faker1 = await OCSClient.connect("faker1", SITE);
show(await faker1.operation("acq").start({ a: 2, b: new Float(2), c: new Float(-0), d: new Float(1000), e: 2.5, f: ["--band", new Float(4)], g: { ["__proto__"]: null, "x y": true }, h: "", i: 9007199254740993n }));

// 2 start pysmurf-controller.run script=/a.py --wait --timeout 60
await using pysmurf_controller = await OCSClient.connect("pysmurf-controller", SITE);
show(await pysmurf_controller.operation("run").start({ script: "/a.py" }));
ended(await pysmurf_controller.operation("run").wait({ timeoutSeconds: 60 }));

// 3 wait faker1.acq --timeout 2.5
ended(await faker1.operation("acq").wait({ timeoutSeconds: 2.5 }));

// 4 stop 'faker1.acq'
show(await faker1.operation("acq").stop());

// 5 status faker1.acq > out.txt (what it printed went to a file)
show(await faker1.operation("acq").status());

// 6 data faker1.acq fields["a b"][-1] --timeout 3
show(dataAt(await faker1.operation("acq").status(), "fields", "a b", -1));

// 7 messages faker1.acq
show((await faker1.operation("acq").status()).session.messages);

// 8 abort other/op --privs 2
await using agent_other_level2 = await OCSClient.connect("other", { ...SITE, privs: 2 });
show(await agent_other_level2.operation("op").abort());`,
  );
});

Deno.test("scriptOf() writes the operations that a pattern meant at the time", async () => {
  assert.equal(
    await bodyOf(
      { line: "stop */acq --yes", targets: ["faker1.acq", "faker2.acq"] },
      { line: "start faker*.delay_task delay=1.0 --wait --yes", targets: ["faker1.delay_task"] },
      { line: "wait faker*.acq", targets: ["faker1.acq", "faker2.acq"] },
      "stop */acq",
    ),
    `// 1 stop */acq --yes
await using faker1 = await OCSClient.connect("faker1", SITE);
await using agent_faker2 = await OCSClient.connect("faker2", SITE);
show(await stopAll([
  faker1.operation("acq"),
  agent_faker2.operation("acq"),
]));

// 2 start faker*.delay_task delay=1.0 --wait --yes
show(await faker1.operation("delay_task").start({ delay: new Float(1) }));
ended(await faker1.operation("delay_task").wait());

// 3 wait faker*.acq
show(await waitAll([
  faker1.operation("acq"),
  agent_faker2.operation("acq"),
]));

// 4 stop */acq (what it meant at the time was not kept)`,
  );
});

Deno.test("scriptOf() makes comments of what failed or only looked, also of lines that try to leave their comment", async () => {
  assert.equal(
    await bodyOf(
      "agents",
      "watch faker1.false_temperatures",
      "data faker1.acq --follow",
      { line: "start faker1.acq", outcome: "refused", reply: "\n  already running\nmore" },
      { line: "wait faker1.acq", outcome: "interrupted", reply: "" },
      { line: "throw 1\u2028evil()\r\nmore()", kind: "typescript", outcome: "failed" },
      { line: "agents", timeSeconds: 1_795_702_792 + 3600 },
    ),
    `// 1 agents

// 2 watch faker1.false_temperatures

// 3 data faker1.acq --follow

// 4 refused: start faker1.acq
//     already running

// 5 interrupted: wait faker1.acq

// 6 failed: throw 1
// evil()
// more()
//   a reply

// 57 min later
// 7 agents`,
  );
});

Deno.test("scriptOf() keeps TypeScript as it is, and gives it what the prompt gave it", async () => {
  const script = await scriptOf(
    typed(
      typescript("const reply = await faker1.acq.status()"),
      typescript("const reply: OCSReply = await faker1.acq.status(); // again"),
      typescript("pysmurf_controller.run.status(); // once more"),
      typescript("count = 5"),
      typescript("for (const x of [1]) {\n  console.log(x, count);\n}"),
      typescript("{ a: await startAll([]) }"),
      typescript("_.a"),
      typescript('import { join } from "node:path"'),
    ),
    { site: SITE, agents: AGENTS, toolkit: "https://host/mod.ts" },
  );
  const [head = "", body = ""] = script.split(/^\/\/ 1$/m);
  assert.match(head, /^import \{ OCSClient, OCSReply, startAll \} from "https:\/\/host\/mod\.ts";$/m);
  assert.match(head, /^let _;$/m);
  assert.equal(
    body.split("\n/** Prints")[0]?.trim(),
    `await using faker1 = await OCSClient.connect("faker1", SITE);
var reply = await faker1.acq.status()

// 2
var reply: OCSReply = await faker1.acq.status(); // again

// 3
await using pysmurf_controller = await OCSClient.connect("pysmurf-controller", SITE);
_ = show(await (pysmurf_controller.run.status()));

// 4
var count;
_ = show(await (count = 5));

// 5
for (const x of [1]) {
  console.log(x, count);
}

// 6
_ = show(await ({ a: await startAll([]) }));

// 7
_ = show(await (_.a));

// 8
import { join } from "node:path"`,
  );
});

Deno.test("scriptOf() runs the scripts that were run, at the same site", async () => {
  const script = await scriptOf(typed("run --log out.txt --deadline=60 'my script.ts' --band 4", "run"), {
    site: SITE,
  });
  assert.match(script, /^await run\("my script\.ts", "--band", "4"\);$/m);
  assert.match(script, /^async function run\(/m);
  assert.match(script, /^ {2}OCS_SITE_HUB: "ws:\/\/127\.0\.0\.1:8001\/ws",$/m);
  assert.doesNotMatch(script, /^import/m);
});

Deno.test("scriptOf() has no passwords, and says where to give them", async () => {
  const script = await scriptOf(
    typed("start faker1.login user=me password=*** --privs ***", typescript('connect({ privs: "***" })')),
    { site: SITE, agents: AGENTS },
  );
  assert.match(script, /^const PASSWORD = Deno\.env\.get\("OCS_PASSWORD"\) \?\? "";$/m);
  assert.match(script, /connect\("faker1", \{ \.\.\.SITE, privs: PASSWORD \}\)/);
  assert.match(script, /start\(\{ user: "me", password: PASSWORD \}\)/);
  assert.match(script, /^\/\/ 2 connect\(\{ privs: "\*\*\*" \}\) \(its password was not kept\)$/m);
});

Deno.test("scriptOf() says who typed when, and is a script also of nothing", async () => {
  const script = await scriptOf(typed({ line: "agents", who: "*/ evil(); /*\n" }), { site: SITE });
  assert.match(
    script,
    /^ \* What \* \/ evil\(\); \/\* {2}typed from 2026-11-26 14:19 UTC to 2026-11-26 14:19 UTC\.$/m,
  );
  stripTypeScriptTypes(script);
  assert.match(await scriptOf([], { site: SITE }), /Nothing was typed\./);
});
