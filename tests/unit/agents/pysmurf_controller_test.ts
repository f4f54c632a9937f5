import assert from "node:assert/strict";
import { CurrentSession } from "../../../agents/pysmurf_controller/current_session.ts";
import { relayMessage, type RelayOptions } from "../../../agents/pysmurf_controller/relay.ts";
import { scriptBasename, scriptCommand } from "../../../agents/pysmurf_controller/script_command.ts";
import { openScriptLog } from "../../../agents/pysmurf_controller/script_log.ts";
import { createLog, ManualClock } from "../../../framework/mod.ts";
import { TextLines } from "../../../agents/pysmurf_controller/text_lines.ts";
import { Float } from "../../../internal/float.ts";
import { OperationSession } from "../../../framework/session.ts";

const PYTHON = { python: "/usr/bin/python3" };

Deno.test("CTL-3: scriptCommand() writes arguments as Python's str() does", () => {
  const args = ["--band", 4, 0.5, new Float(1), true, false, null, 10n ** 400n, 1e22, [1, "a", null], {
    k: [true],
  }];
  assert.deepEqual(scriptCommand("/config/tune.py", args, PYTHON), {
    command: "/usr/bin/python3",
    args: [
      "-u",
      "/config/tune.py",
      "--band",
      "4",
      "0.5",
      "1.0",
      "True",
      "False",
      "None",
      `1${"0".repeat(400)}`,
      "1e+22",
      "[1, 'a', None]",
      "{'k': [True]}",
    ],
  });
});

Deno.test("scriptCommand() gives TypeScript and JavaScript to Deno, by path and by URL, all else to Python", () => {
  const onDeno = [
    "/x/night.ts",
    "night.mts",
    "a.js",
    "b.mjs",
    "https://site.org/x.ts?v=1",
    "file:///x/y.mjs",
  ];
  for (const script of onDeno) {
    const { command, args } = scriptCommand(script, [true], PYTHON);
    assert.equal(command, Deno.execPath());
    assert.deepEqual(args, ["run", "--allow-all", script, "True"]);
  }
  for (const script of ["/x/tune.py", "tune", "/x.ts/tune", "https://site.org/x.py", "x.d.tsx"]) {
    assert.deepEqual(scriptCommand(script, [], PYTHON), { command: PYTHON.python, args: ["-u", script] });
  }
});

Deno.test("scriptBasename() is what stands behind the last slash", () => {
  assert.deepEqual(["/a/b.py", "b.py", "https://x/y/c.ts"].map(scriptBasename), ["b.py", "b.py", "c.ts"]);
});

/** Everything that TextLines makes of some chunks. */
function linesOf(...chunks: readonly (string | Uint8Array)[]): string[] {
  const lines = new TextLines();
  const encoder = new TextEncoder();
  const found = chunks.flatMap((one) => lines.push(typeof one === "string" ? encoder.encode(one) : one));
  return [...found, ...lines.end()];
}

Deno.test("TextLines joins lines and characters over chunks, and keeps indentation", () => {
  assert.deepEqual(linesOf("one\ntw", "o\r\n\n  \n    three\n", "no end"), [
    "one",
    "two",
    "    three",
    "no end",
  ]);
  const euro = new TextEncoder().encode("half \u20ac whole\n");
  for (let at = 0; at <= euro.length; at++) {
    assert.deepEqual(linesOf(euro.subarray(0, at), euro.subarray(at)), ["half \u20ac whole"]);
  }
});

Deno.test("TextLines replaces bytes that are no UTF-8, also at the very end", () => {
  assert.deepEqual(linesOf(new Uint8Array([0x61, 0xff, 0xfe, 0x62, 0x0a, 0x63, 0xe2, 0x82])), [
    "a\ufffd\ufffdb",
    "c\ufffd",
  ]);
});

Deno.test("TextLines cuts a line that never ends into pieces", () => {
  const pieces = linesOf("x".repeat(200_000), "y".repeat(10), "\nz\n");
  assert.ok(pieces.length >= 4 && pieces.every((piece) => piece.length <= 65_546));
  assert.equal(pieces.join(""), `${"x".repeat(200_000)}${"y".repeat(10)}z`);
});

/** A relay into a session that runs, and what is logged about it. */
function relayBed(options: Partial<RelayOptions> = {}) {
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (text: string) => void warnings.push(text), error: () => {} };
  const session = new OperationSession({ sessionId: 1, opName: "run", log });
  const current = new CurrentSession();
  const attached = current.attach(session);
  const all: RelayOptions = { current, ownId: () => "crate1slot2", otherIds: [], log, ...options };
  return {
    session,
    warnings,
    attached,
    relay: (message: unknown) => relayMessage([[message, { feed_name: "pysmurf_session_data" }]], all),
    relayArgs: (args: readonly unknown[]) => relayMessage(args, all),
    [Symbol.dispose]: () => session[Symbol.dispose](),
  };
}

const envelope = (type: string, payload: unknown, id: unknown = "crate1slot2") => ({
  host: "h",
  id,
  script: "s",
  time: 1.5,
  seq_no: 1,
  type,
  payload,
});

Deno.test("CTL-9: relayMessage() merges session data shallowly, the later message wins", () => {
  using bed = relayBed();
  bed.relay(envelope("session_data", { a: 1, nested: { x: 1 } }));
  bed.relay(envelope("session_data", { nested: { y: 2 }, b: new Float(2) }));
  assert.deepEqual(bed.session.data, { a: 1, nested: { y: 2 }, b: new Float(2) });
  assert.deepEqual(bed.warnings, []);
});

Deno.test("CTL-10: relayMessage() warns of session data that is no object, and ignores a session log that is no text", () => {
  using bed = relayBed();
  const before = bed.session.encoded();
  for (const payload of [null, 3, "text", [1], true]) bed.relay(envelope("session_data", payload));
  assert.equal(bed.warnings.length, 5);
  assert.match(bed.warnings[0] ?? "", /payload is of type NoneType, expected dict/);
  for (const payload of [null, 3, ["a"], { a: 1 }]) bed.relay(envelope("session_log", payload));
  for (const type of ["session_logs", "metadata", "start", "", "__proto__"]) {
    bed.relay(envelope(type, { a: 1 }));
  }
  assert.equal(bed.warnings.length, 5);
  assert.deepEqual(bed.session.encoded(), before);
});

Deno.test("CTL-11: relayMessage() adds a session log to the messages", () => {
  using bed = relayBed();
  bed.relay(envelope("session_log", "band 2 tuned {not a field}"));
  assert.equal(bed.session.encoded()["messages"] instanceof Array, true);
  assert.match(JSON.stringify(bed.session.encoded()["messages"]), /"band 2 tuned \{not a field\}"/);
});

Deno.test("CTL-12: relayMessage() takes its own id and those configured beside it, at the time of the message", () => {
  let own: string | undefined = "crate1slot2";
  using bed = relayBed({ ownId: () => own, otherIds: ["stream7"] });
  const tell = (id: unknown, key: string) => bed.relay(envelope("session_data", { [key]: true }, id));
  tell("crate1slot2", "own");
  tell("stream7", "other");
  tell("crate1slot3", "stranger");
  tell("undeclared", "nameless");
  tell(null, "null");
  tell(7, "number");
  own = "renamed";
  tell("crate1slot2", "former");
  tell("renamed", "renamed");
  own = undefined;
  tell("undeclared", "unset");
  tell("stream7", "still");
  tell("renamed", "gone");
  assert.deepEqual(Object.keys(bed.session.data), ["own", "other", "renamed", "unset", "still"]);
});

Deno.test("smurf 2.5: relayMessage() takes a message that is no envelope for the payload itself", () => {
  using bed = relayBed();
  bed.relay({ datafile: "/data/x.dat" });
  assert.deepEqual(bed.session.data, { datafile: "/data/x.dat" });
  // Half an envelope is neither.
  bed.relay({ type: "session_data", payload: { a: 1 } });
  assert.deepEqual(bed.session.data, { datafile: "/data/x.dat" });
});

Deno.test("CTL-14: relayMessage() changes nothing when no session is current", () => {
  using bed = relayBed();
  bed.attached[Symbol.dispose]();
  bed.relay(envelope("session_data", { late: true }));
  bed.relay(envelope("session_log", "late"));
  bed.relay("garbage");
  assert.deepEqual(bed.session.data, {});
  assert.deepEqual(bed.warnings, []);
});

Deno.test("smurf B17: relayMessage() makes null of what JSON has no number for, at any depth", () => {
  using bed = relayBed();
  bed.relay(envelope("session_data", {
    nan: NaN,
    inf: Infinity,
    minus: new Float(-Infinity),
    nested: { list: [1, NaN, [Infinity]] },
    huge: 10n ** 400n,
    large: 2n ** 63n,
    text: "NaN",
  }));
  assert.deepEqual(bed.session.data, {
    nan: null,
    inf: null,
    minus: null,
    nested: { list: [1, null, [null]] },
    huge: null,
    large: 2n ** 63n,
    text: "NaN",
  });
  bed.session.encoded();
});

Deno.test("relayMessage() refuses data beyond what a reply can carry, and says so; replaced keys make room", () => {
  using bed = relayBed();
  for (let i = 0; i < 20; i++) bed.relay(envelope("session_data", { [`k${i}`]: "x".repeat(60_000) }));
  assert.equal(Object.keys(bed.session.data).length, 9);
  assert.equal(bed.warnings.length, 11);
  assert.match(
    bed.warnings[0] ?? "",
    /^Cannot add to session data "k9": it would have more than 600000 bytes$/,
  );
  assert.match(JSON.stringify(bed.session.encoded()["messages"]), /Cannot add to session data/);
  bed.relay(envelope("session_data", { k0: 1 }));
  bed.relay(envelope("session_data", { late: "y".repeat(60_000) }));
  assert.deepEqual(bed.session.data["k0"], 1);
  assert.equal(String(bed.session.data["late"]).length, 60_000);
  for (let i = 0; i < 30; i++) bed.relay(envelope("session_log", `${i} ${"z".repeat(60_000)}`));
  assert.ok(new TextEncoder().encode(JSON.stringify(bed.session.encoded())).length < 1_000_000);
});

Deno.test("relayMessage() lives through whatever a monitor may send", () => {
  using bed = relayBed();
  const deep = (depth: number): unknown => depth === 0 ? 1 : { d: deep(depth - 1) };
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  for (
    const args of [[], [null], [[]], [{}], ["x"], [[[]]], [["x", {}]], [[null, null]], [new Map()], [[
      new Map(),
      1,
    ]]]
  ) {
    bed.relayArgs(args);
  }
  assert.equal(bed.warnings.length, 10);
  for (const payload of [deep(300), cycle, { f: () => {} }, { d: new Date() }, { m: new Map() }, new Map()]) {
    bed.relay(envelope("session_data", payload));
  }
  assert.equal(bed.warnings.length, 16);
  bed.relay(envelope("session_data", JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "": 3}')));
  assert.deepEqual(Object.keys(bed.session.data), ["__proto__", "constructor", ""]);
  assert.equal(Object.getPrototypeOf(bed.session.data), Object.prototype);
  bed.session.encoded();
});

Deno.test("CurrentSession holds one session, and only its own scope ends it", () => {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  using first = new OperationSession({ sessionId: 1, opName: "run", log });
  using second = new OperationSession({ sessionId: 2, opName: "take_iv", log });
  const current = new CurrentSession();
  assert.equal(current.session, undefined);
  const one = current.attach(first);
  const two = current.attach(second);
  one[Symbol.dispose]();
  assert.equal(current.session, second);
  two[Symbol.dispose]();
  assert.equal(current.session, undefined);
});

Deno.test("openScriptLog(true) waits for its console, but not for one that nobody reads", async () => {
  const clock = new ManualClock();
  const texts: string[] = [];
  let waiting = 0;
  let read = Promise.withResolvers<void>();
  const sink = {
    write: ({ text }: { readonly text: string }) => void texts.push(text),
    flush: () => (waiting++, read.promise),
  };
  const log = createLog({ sinks: [sink] });
  await using scriptLog = await openScriptLog(true, { script: "/x/tune.py", log, clock, onFault: () => {} });
  assert.ok(scriptLog !== undefined);
  const isWritten = async (written: Promise<void> | undefined) => {
    const first = await Promise.race([written?.then(() => true), clock.advance(0).then(() => false)]);
    return first === true;
  };
  // Read after a while: the script is held up until then.
  const first = scriptLog.write("stdout", ["one"]);
  assert.equal(await isWritten(first), false);
  read.resolve();
  await first;
  assert.equal(clock.pending, 0);
  // Not read for a second: the script goes on, and nobody waits any more.
  read = Promise.withResolvers<void>();
  const second = scriptLog.write("stderr", ["two"]);
  await clock.advance(0.9);
  assert.equal(await isWritten(second), false);
  await clock.advance(0.1);
  await second;
  await scriptLog.write("stdout", ["three"]);
  assert.equal(waiting, 2);
  // Read again: so is the script.
  read.resolve();
  await clock.advance(0);
  await scriptLog.write("stdout", ["four"]);
  assert.equal(waiting, 3);
  await scriptLog.ended(null);
  assert.deepEqual(texts, [
    "tune.py: one",
    "two",
    "tune.py: three",
    "tune.py: four",
    "Process ended with exit code None",
  ]);
});

Deno.test("openScriptLog(path) tells once that its disk is full, and lets the script go on", async () => {
  if (Deno.build.os !== "linux") return; // /dev/full
  const faults: string[] = [];
  await using scriptLog = await openScriptLog("/dev/full", {
    script: "x.py",
    log: createLog({ sinks: [] }),
    clock: new ManualClock(),
    onFault: (text) => void faults.push(text),
  });
  for (let i = 0; i < 3; i++) await scriptLog?.write("stdout", ["line"]);
  await scriptLog?.ended(0);
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? "", /^Cannot write to log file "\/dev\/full" any more: No space left/);
});
