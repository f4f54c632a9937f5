import assert from "node:assert/strict";
import { HostedAgentNotFoundError } from "../../../verbs/errors.ts";
import type { HostedAgent, HostView, ManagerView } from "../../../verbs/hosts/host_view.ts";
import { hostsText } from "../../../verbs/hosts/hosts_text.ts";
import { matchHosts } from "../../../verbs/hosts/match_hosts.ts";
import { planHosts } from "../../../verbs/hosts/plan_hosts.ts";
import { readManager } from "../../../verbs/hosts/read_manager.ts";
import { PLAIN } from "../../../verbs/look.ts";

function agent(host: string, instance: string, more: Partial<HostedAgent> = {}): HostedAgent {
  return {
    ...{ instance, agentClass: "Thing", classInFile: null, host, ownCommand: false, manager: `hm-${host}` },
    ...{ unmanaged: null, state: "up", target: "up", stability: 1, restartRequired: false, pid: null },
    ...{ failures: 0, nextLaunchSeconds: null, waits: false, lastError: null },
    ...more,
  };
}

function host(name: string, agents: readonly HostedAgent[], state: ManagerView["state"] = "up"): HostView {
  return { host: name, managers: [{ instance: `hm-${name}`, state, machine: null, problems: [] }], agents };
}

const HOSTS = [
  host("daq1", [agent("daq1", "faker1"), agent("daq1", "faker2", { state: "down", target: "down" })]),
  host("daq2", [agent("daq2", "faker3"), agent("daq2", "daq1-watch")], "sleeping"),
];

Deno.test("matchHosts() takes instance ids, HOST/ids, hosts and managers; a pattern never means a host by its name", () => {
  const ids = (...patterns: readonly string[]) =>
    matchHosts(HOSTS, patterns).map(({ agent }) => agent.instance);
  assert.deepEqual(ids("faker?"), ["faker1", "faker2", "faker3"]);
  assert.deepEqual(ids("*2/f*"), ["faker3"]);
  assert.deepEqual(ids("daq1/"), ["faker1", "faker2"]);
  assert.deepEqual(ids("daq1"), ["faker1", "faker2"]);
  assert.deepEqual(ids("hm-daq2"), ["faker3", "daq1-watch"]);
  assert.deepEqual(ids("daq*"), ["daq1-watch"]);
  assert.deepEqual(ids("faker3", "*", "faker1"), ["faker3", "faker1", "faker2", "daq1-watch"]);
  assert.deepEqual(matchHosts(HOSTS, ["*", "faker1"]).map(({ named }) => named), [true, false, false, false]);
  for (const pattern of ["x*", "daq3/", "daq2/faker1", ""]) {
    assert.throws(() => ids(pattern), HostedAgentNotFoundError, pattern);
  }
  assert.throws(() => ids("faker9"), /did you mean "faker1"\?/);
  assert.throws(() => matchHosts([], ["a"]), /no host manager is heard, and no site file names hosts/);
});

Deno.test("planHosts() leaves alone what is as wanted, and says of what was named why it cannot be done", () => {
  const plan = (verb: "up" | "down" | "restart", ...patterns: readonly string[]) => {
    const { chosen, untouched } = planHosts(verb, HOSTS, patterns);
    return [
      chosen.map(({ agent }) => agent.instance),
      untouched.map(({ agent, failed }) => [agent.instance, failed]),
    ];
  };
  assert.deepEqual(plan("up", "faker*"), [["faker2"], [["faker1", false], ["faker3", false]]]);
  assert.deepEqual(plan("down", "daq1/"), [["faker1"], [["faker2", false]]]);
  assert.deepEqual(plan("restart", "daq1/"), [["faker1"], [["faker2", false]]]);
  assert.deepEqual(plan("restart", "faker2"), [["faker2"], []]);
  const odd = [
    host("a", [
      agent("a", "free", { manager: null, unmanaged: "not managed" }),
      agent("a", "x", { state: "?" }),
    ]),
    host("b", [agent("b", "far", { state: null, target: null })], "away"),
    host("c", [agent("c", "late")], "stopping"),
  ];
  const reasons = (pattern: string) =>
    planHosts("up", odd, [pattern]).untouched.map(({ why, failed }) => `${why} ${failed}`);
  assert.deepEqual(reasons("free"), ["not managed true"]);
  assert.deepEqual(reasons("*"), [
    "not managed false",
    "hm-a does not know how to start it true",
    "hm-b does not answer true",
    "hm-c is stopping all of its agents true",
  ]);
});

Deno.test("readManager() makes the best of session data that are none", () => {
  const session = (data: Readonly<Record<string, unknown>>, status: "running" | "done" = "running") =>
    readManager({ status, data });
  for (
    const data of [{}, { child_states: 7 }, { child_states: { a: 1 } }, { child_states: null, children: [] }]
  ) {
    assert.deepEqual(session(data), { state: "up", children: undefined, problems: [] });
  }
  const { children, problems } = session({
    child_states: [null, 7, { instance_id: 5 }, { instance_id: "__proto__" }, {
      instance_id: "a",
      next_action: 7,
    }, {
      instance_id: "a",
      next_action: "up",
    }],
    children: { a: { pid: "x", err: [1, "why", " "], log: {} } },
    containers: { a: { service: 1 } },
    starts: { waiting: "a" },
    config_parse_status: { "[SCF]": [false, 1, "broken"], "/x.yaml": 7, "/y.yaml": [true, 1, ""] },
  });
  assert.deepEqual([...children?.keys() ?? []], ["__proto__", "a"]);
  const a = children?.get("a");
  assert.deepEqual(
    [a?.state, a?.target, a?.stability, a?.pid, a?.lastError, a?.log, a?.container, a?.waits],
    [
      "7",
      "?",
      1,
      null,
      "why",
      null,
      null,
      false,
    ],
  );
  assert.deepEqual(problems, ["site file: broken"]);
  // What an ended process says is of then.
  assert.deepEqual(session({ child_states: [{ instance_id: "a" }] }, "done"), {
    state: "sleeping",
    children: undefined,
    problems: [],
  });
});

Deno.test("readManager() takes the line that says why a program has ended, not what stands below it", () => {
  const cases: readonly (readonly [why: string | null, ...err: string[]])[] = [
    [null],
    ["started", "started"],
    ['--port is "x": expected an int', '--port is "x": expected an int', "Try --help for the options of A"],
    [
      "error: Uncaught (in promise) Error: boom",
      ...["warning", "error: Uncaught (in promise) Error: boom", 'throw new Error("boom")', "      ^"],
      ...["    at file:///a.ts:1:7", "", "Stack backtrace:", "   0: <unknown>"],
    ],
    ["TypeError: x", "TypeError: x", "    at f (file:///a.ts:1:7)"],
    ["ValueError: x", "Traceback (most recent call last):", '  File "a.py", line 1', "ValueError: x"],
    ["    at nothing", "    at nothing"],
  ];
  for (const [why, ...err] of cases) {
    const { children } = readManager({
      status: "running",
      data: { child_states: [{ instance_id: "a" }], children: { a: { err } } },
    });
    assert.equal(children?.get("a")?.lastError, why);
  }
});

Deno.test("hostsText() lets no manager's words move an operator's cursor", () => {
  const text = hostsText(
    [host("d\x1b[2J", [
      agent("d", "a\x07", { agentClass: "\x1b]0;x\x07", lastError: "\x1b[1A!", nextLaunchSeconds: 1 }),
    ])],
    { ...PLAIN, columns: 80 },
  );
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f]/);
});
