import assert from "node:assert/strict";
import { parseAgentApi } from "../../../ocs/mod.ts";
import { completeTypeScript } from "../../../repl/complete_typescript.ts";
import { completeVerb, dataPaths } from "../../../repl/complete_verb.ts";
import type { LiveAgent } from "../../../verbs/fleet_event.ts";

const api = parseAgentApi({
  agent_class: "Test",
  feeds: [["temps", {
    agent_address: "observatory.a1",
    agg_params: {},
    feed_name: "temps",
    address: "observatory.a1.feeds.temps",
    record: true,
    session_id: "1",
  }]],
  processes: [["acq", null, {
    op_type: "process",
    docstring:
      "acq(mode)\n\nParameters:\n    mode (str): One of 'fast' or 'slow'.\n    speed (float): How.\n",
  }]],
  tasks: [["init", null, { op_type: "task", docstring: null }]],
});

function agent(instance: string, described = true): [string, LiveAgent] {
  return [instance, {
    instance,
    agentClass: "Test",
    address: `observatory.${instance}`,
    api: described ? api : undefined,
    state: "up",
    operations: new Map(),
    heardMs: 0,
  }];
}

const CONTEXT = {
  verbs: ["agents", "start", "stop", "status"],
  agents: new Map([agent("a1"), agent("b-2"), agent("b-3", false)]),
  optionsOf: (verb: string, second?: string) =>
    verb === "agents" ? ["--json", "--listen"] : second === "ls" ? ["--summary"] : [],
  secondWordsOf: (verb: string) => verb === "g3" ? ["ls", "cat"] : verb === "hk" ? ["last", "index"] : [],
  sessionData: () => Promise.resolve({ fields: { t1: 5, t2: { deep: 1 } }, list: [1] }),
  feedFields: () => Promise.resolve(["t1", "t2"]),
  files: (path: string) => [`${path}x.ts `],
};

async function verb(text: string): Promise<readonly string[]> {
  return (await completeVerb(text, CONTEXT)).candidates;
}

Deno.test("completeVerb() offers what may follow", async () => {
  const cases: Record<string, readonly string[]> = {
    "st": ["start ", "stop ", "status "],
    "agents --": ["--json ", "--listen "],
    "agents > ": ["x.ts "],
    "show ": ["a1 ", "b-2 ", "b-3 "],
    "show b": ["b-2 ", "b-3 "],
    "start b": ["b-2.", "b-3."],
    "start a1.": ["a1.init ", "a1.acq "],
    "start a1/": ["a1/init ", "a1/acq "],
    "stop a1.": ["a1.acq "],
    "abort a1.": ["a1.init "],
    "stop */": ["*/acq "],
    "start b-3.": [],
    "start a1.acq ": ["mode=", "speed="],
    "start a1.acq speed=1 ": ["mode="],
    "start a1.acq mode=": ["mode=fast ", "mode=slow "],
    "start a1.acq mode=s": ["mode=slow "],
    "start a1.acq speed=": [],
    "start -w a1.a": ["a1.acq "],
    "watch a1.": ["a1.temps "],
    "watch a1.temps t1 ": ["t2 "],
    "data a1.acq ": ["fields.", "list."],
    "data a1.acq fields.": ["fields.t1 ", "fields.t2."],
    "run ": ["x.ts "],
    "g3 ": ["ls ", "cat "],
    "g3 l": ["ls "],
    "g3 ls ": ["x.ts "],
    "g3 ls a.g3 ": ["x.ts "],
    "g3 ls --": ["--summary "],
    "hk ": ["last ", "index "],
    "hk last b": ["b-2.", "b-3."],
    "hk last a1.t": ["a1.temps "],
    "nosuch ": [],
    "start nobody.": [],
  };
  for (const [text, expected] of Object.entries(cases)) assert.deepEqual(await verb(text), expected, text);
});

Deno.test("completeVerb() offers agents that are down as well, where a host manager starts them", async () => {
  const [, described] = agent("a1");
  const manager: LiveAgent = { ...described, instance: "hm1", agentClass: "HostManager", api: undefined };
  const context = {
    ...CONTEXT,
    agents: new Map([["a1", described], ["hm1", manager]]),
    secondWordsOf: (verb: string) => verb === "hosts" ? ["list", "up"] : [],
    sessionData: () =>
      Promise.resolve({
        child_states: [{ instance_id: "a1" }, { instance_id: "a2" }, { instance_id: 3 }, null],
      }),
  };
  for (const text of ["hosts up ", "hosts up a1 ", "logs "]) {
    assert.deepEqual((await completeVerb(text, context)).candidates, ["a1 ", "hm1 ", "a2 "], text);
  }
});

Deno.test("dataPaths() goes through lists and stops where there is nothing", () => {
  assert.deepEqual(dataPaths({ a: [{ b: 1 }] }, "a.0."), ["a.0.b "]);
  assert.deepEqual(dataPaths({ a: null }, "a."), []);
  assert.deepEqual(dataPaths(undefined, ""), []);
  assert.deepEqual(dataPaths({ a: 1 }, "constructor."), []);
});

Deno.test("completeTypeScript() offers members, names and parameters", async () => {
  const start = () => Promise.resolve();
  const acq = Object.assign(start, {
    opName: "acq",
    info: api.processes[0]?.[2],
    start,
    stop: start,
    abort: start,
  });
  const values: Record<string, unknown> = {
    "a1": { acq },
    "a1.acq": acq,
    "deep": { "a": { alpha: 1, _private: 2 } },
    "deep.a": { alpha: 1, beta: 2 },
    "deep?.a": { beta: 2 },
    "list[0]": "text",
  };
  const complete = async (text: string) =>
    (await completeTypeScript(text, {
      peek: (expression) => Promise.resolve(expression in values ? { value: values[expression] } : undefined),
      names: () => Promise.resolve(["deep", "list"]),
      variables: ["a1"],
    })).candidates;
  assert.deepEqual(await complete("a1.a"), ["acq"]);
  assert.deepEqual(await complete("await a1.acq.s"), ["start", "stop"]);
  // A process is stopped, not aborted.
  assert.deepEqual(await complete("a1.acq.ab"), []);
  assert.deepEqual(await complete("a1.acq.start({ "), ["mode: ", "speed: "]);
  assert.deepEqual(await complete("a1.acq.start({ mode: 'fast', sp"), ["speed: "]);
  assert.deepEqual(await complete("a1.acq.start({ mode: "), ['"fast"', '"slow"']);
  assert.deepEqual(await complete("a1.acq({ speed: 1, mode: 's"), ["'slow'"]);
  assert.deepEqual(await complete("a1.acq.start({ mode: dee"), ["deep"]);
  assert.deepEqual(await complete("x = deep.a."), ["alpha", "beta"]);
  assert.deepEqual(await complete("deep?.a?.b"), ["beta"]);
  assert.deepEqual(await complete("list[0].toUpp"), ["toUpperCase"]);
  assert.deepEqual(await complete("dee"), ["deep"]);
  assert.deepEqual(await complete("f("), ["a1", "deep", "list", "_"]);
  assert.deepEqual(await complete("globalT"), ["globalThis"]);
  assert.deepEqual(await complete("nosuch.x"), []);
});
