import assert from "node:assert/strict";
import { OpCode } from "../../../ocs/mod.ts";
import type { LiveAgent } from "../../../verbs/fleet_event.ts";
import { textWidth } from "../../../verbs/fit_text.ts";
import { PLAIN } from "../../../verbs/look.ts";
import { topLines } from "../../../verbs/top_lines.ts";
import type { TopOrder } from "../../../verbs/top_order.ts";
import { isIdle, isTrouble, sortRows, topRows } from "../../../verbs/top_rows.ts";
import { type ShownFleet, TopView } from "../../../verbs/top_view.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";

const NOW_MS = 100_000;
const API = {
  agent_class: "FakeDataAgent",
  instance_hostname: "host",
  instance_pid: 1,
  feeds: [],
  processes: [],
  tasks: [],
};

function agent(
  instance: string,
  state: LiveAgent["state"],
  operations: Record<string, readonly [code: OpCode, forSeconds: number]>,
  agentClass = "FakeDataAgent",
): LiveAgent {
  return {
    instance,
    agentClass,
    address: `observatory.${instance}`,
    api: API,
    state,
    heardMs: NOW_MS - 1000,
    operations: new Map(
      Object.entries(operations).map(([name, [code, forSeconds]]) => [
        name,
        { code, sinceMs: NOW_MS - forSeconds * 1000 },
      ]),
    ),
  };
}

const AGENTS: readonly LiveAgent[] = [
  agent("b", "up", { acq: [OpCode.RUNNING, 50], init: [OpCode.SUCCEEDED, 60] }),
  agent("a", "up", { zero: [OpCode.NONE, 0], acq: [OpCode.FAILED, 5] }, "Zebra"),
  agent("d", "expired", { acq: [OpCode.EXPIRED, 7] }),
  agent("c", "stuck", {}, "Ape"),
  agent("e", "up", { acq: [OpCode.DEGRADED, 2] }),
];

function fleet(agents: readonly LiveAgent[] = AGENTS): ShownFleet {
  return {
    agents: new Map(agents.map((each) => [each.instance, each])),
    nowMs: NOW_MS,
    listening: false,
    router: { state: "up", sinceMs: 0 },
  };
}

function order(by: TopOrder, reverse = false): string[] {
  return sortRows(topRows(fleet()), { by, reverse }).map(({ agent, operation }) => `${agent}.${operation}`);
}

Deno.test("topRows() gives one row an operation, and one for an agent without any", () => {
  const rows = topRows(fleet());
  assert.equal(rows.length, 7);
  assert.deepEqual(rows[0], {
    agent: "b",
    agentClass: "FakeDataAgent",
    state: "up",
    heardSeconds: 1,
    operation: "acq",
    code: "RUNNING",
    forSeconds: 50,
  });
  // What never ran has no time.
  assert.deepEqual([rows[2]?.code, rows[2]?.forSeconds], ["NONE", null]);
  assert.equal(rows[5]?.operation, null);
  const [unasked] = topRows(fleet([{ ...agent("x", "up", { acq: [OpCode.RUNNING, 0] }), api: undefined }]));
  assert.equal(unasked?.forSeconds, null);
});

Deno.test("sortRows() has trouble first, then what runs, then what has ended", () => {
  assert.deepEqual(order("trouble"), ["d.acq", "c.null", "a.acq", "e.acq", "b.acq", "b.init", "a.zero"]);
});

Deno.test("sortRows() sorts by each column, and backwards", () => {
  assert.deepEqual(order("agent"), ["a.acq", "a.zero", "b.acq", "b.init", "c.null", "d.acq", "e.acq"]);
  assert.deepEqual(order("class"), ["c.null", "b.acq", "b.init", "d.acq", "e.acq", "a.acq", "a.zero"]);
  assert.deepEqual(order("state"), ["d.acq", "c.null", "a.acq", "a.zero", "b.acq", "b.init", "e.acq"]);
  assert.deepEqual(order("age"), ["e.acq", "a.acq", "d.acq", "b.acq", "b.init", "a.zero", "c.null"]);
  assert.deepEqual(order("operation"), ["c.null", "a.acq", "b.acq", "d.acq", "e.acq", "b.init", "a.zero"]);
  assert.deepEqual(order("agent", true).map((name) => name[0]), ["e", "d", "c", "b", "b", "a", "a"]);
});

Deno.test("isTrouble() and isIdle() tell what to look at from what may be hidden", () => {
  const rows = topRows(fleet());
  const names = (test: typeof isIdle) => rows.filter(test).map(({ agent, code }) => `${agent} ${code}`);
  assert.deepEqual(names(isTrouble), ["a FAILED", "d EXPIRED", "c null", "e DEGRADED"]);
  assert.deepEqual(names(isIdle), ["b SUCCEEDED", "a NONE"]);
});

Deno.test("topLines() leaves out columns that do not fit", () => {
  const rows = sortRows(topRows(fleet()), { by: "trouble", reverse: false });
  const at = (columns: number) => topLines(rows, { columns, look: PLAIN, order: "trouble" });
  assert.equal(at(200).title, "AGENT   CLASS          STATE    HEARD      OPERATION  CODE       FOR");
  assert.equal(at(200).lines[0], "d       FakeDataAgent  expired  1.0 s      acq        EXPIRED    7.0 s");
  assert.equal(at(40).title, "AGENT   STATE    OPERATION  CODE");
  assert.equal(at(20).title, "AGENT   OPERATION");
  for (let columns = 20; columns < 90; columns++) {
    for (const line of [at(columns).title, ...at(columns).lines]) assert(textWidth(line) <= columns);
  }
});

Deno.test("topLines() cuts the class and leaves it out before it cuts the names of agents", () => {
  const names = ["pysmurf-controller-crate1", "pysmurf-controller-crate2"];
  const rows = topRows(fleet(names.map((name) => agent(name, "up", { acq: [OpCode.RUNNING, 50] }))));
  const at = (columns: number) => topLines(rows, { columns, look: PLAIN, order: "agent" });
  assert.match(at(92).title, /CLASS/);
  for (const columns of [80, 92]) {
    for (const name of names) assert(at(columns).lines.some((line) => line.startsWith(`${name} `)), name);
  }
  assert.doesNotMatch(at(80).title, /CLASS/);
  assert.match(at(80).title, /^AGENT +STATE .*OPERATION +CODE +FOR$/);
});

Deno.test("TopView sorts and hides by keys, scrolls, and says what is in the way", () => {
  const clock = new ManualClock();
  const shown: { -readonly [Key in keyof ShownFleet]: ShownFleet[Key] } = fleet();
  const view = new TopView(shown, { look: PLAIN, clock, order: { by: "trouble", reverse: false } });
  const lines = (rows = 12, columns = 100) => view.lines({ columns, rows });
  const names = () => lines().slice(2).filter((line) => /^[a-e] /.test(line)).map((line) => line[0]).join("");
  assert.match(lines()[0] ?? "", /^Agents: 3 up, 1 stuck, 1 expired +\d\d:\d\d:\d\d$/);
  assert.match(lines().at(-1) ?? "", /^q quits {2}by trouble {2}4 in trouble/);
  assert.equal(lines().length, 12);
  assert.equal(names(), "dcaebba");
  view.onKey("a");
  assert.equal(names(), "aabbcde");
  view.onKey("a");
  assert.equal(names(), "edcbbaa");
  view.onKey("i");
  assert.equal(names(), "edcba");
  view.onKey("right");
  assert.match(lines().at(-1) ?? "", /by class, without idle/);
  view.onKey("i");
  view.onKey("a");
  assert.match(lines(6).at(-1) ?? "", /1-3 of 7/);
  view.onKey("pagedown");
  view.onKey("down");
  assert.match(lines(6).at(-1) ?? "", /5-7 of 7/);
  shown.router = { state: "lost", sinceMs: NOW_MS - 12_000 };
  assert.match(lines()[0] ?? "", /^router lost for 12\.0 s: all of this is old/);
  shown.router = { state: "up", sinceMs: 0 };
  shown.listening = true;
  assert.match(lines()[0] ?? "", /^listening/);
});

Deno.test("TopView fills the screen and no more with 500 agents", () => {
  const names = Array.from({ length: 8 }, (_, at) => `operation_${at}`);
  const agents = Array.from(
    { length: 500 },
    (_, at) =>
      agent(`agent-${at}`, "up", Object.fromEntries(names.map((name) => [name, [OpCode.RUNNING, at]]))),
  );
  const view = new TopView(fleet(agents), {
    look: PLAIN,
    clock: new ManualClock(),
    order: { by: "trouble", reverse: false },
  });
  assert.equal(view.lines({ columns: 200, rows: 50 }).length, 50);
});
