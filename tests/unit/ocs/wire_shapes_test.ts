import assert from "node:assert/strict";
import {
  Float,
  isSample,
  OpCode,
  opCodeName,
  opCodeOf,
  parseAgentApi,
  parseBlock,
  parseBlocks,
  parseFeedEvent,
  parseSession,
  responseCodeName,
} from "../../../ocs/mod.ts";

const SESSION = {
  session_id: 7,
  op_name: "acq",
  op_code: 3,
  cred_level: 1,
  status: "running",
  degraded: false,
  success: null,
  start_time: 1790000100.25,
  end_time: null,
  data: { timestamp: 1790000104.9 },
  messages: [[1790000100.25, 'Status is now "starting".']],
};

const FEED = {
  agent_address: "observatory.faker1",
  agg_params: { frame_length: 60 },
  feed_name: "false_temperatures",
  address: "observatory.faker1.feeds.false_temperatures",
  record: true,
  session_id: "1790000000.1234567",
  agent_class: "FakeDataAgent",
};

Deno.test("OCS 33: parseSession() gives all keys in the order of the wire", () => {
  const session = parseSession(SESSION);
  assert.deepEqual(session, SESSION);
  assert.deepEqual(Object.keys(session ?? {}), Object.keys(SESSION));
});

Deno.test("parseSession() takes kept floats for numbers but leaves data alone", () => {
  const data = { x: new Float(1) };
  const session = parseSession({
    ...SESSION,
    start_time: new Float(5),
    messages: [[new Float(6), "m"]],
    data,
  });
  assert.equal(session?.start_time, 5);
  assert.deepEqual(session?.messages, [[6, "m"]]);
  assert.equal(session?.data, data);
});

Deno.test("OCS 4: parseSession() finds no session in null, {} and no_history", () => {
  for (const value of [null, undefined, {}, { op_name: "acq", status: "no_history" }]) {
    assert.equal(parseSession(value), undefined);
  }
});

Deno.test("parseSession() fills in what old agents leave out", () => {
  const { op_code: _code, cred_level: _level, degraded: _degraded, ...old } = SESSION;
  const session = parseSession({ ...old, status: "done", success: true, end_time: 1790000110 });
  assert.deepEqual([session?.op_code, session?.cred_level, session?.degraded], [5, 1, false]);
});

Deno.test("parseSession() says what is wrong with a session", () => {
  const broken: [change: Record<string, unknown>, text: RegExp][] = [
    [{ start_time: null }, /session of "acq": "start_time" is null, expected a number/],
    [{ start_time: "now" }, /"start_time" is "now", expected a number/],
    [{ status: "zoo" }, /"status" is "zoo", expected one of starting, running, stopping, done/],
    [{ op_code: 9 }, /"op_code" is a number, expected 1 to 8/],
    [{ messages: {} }, /"messages" is an object, expected an array/],
    [{ messages: [["now", "m"]] }, /a message is an array of 2, expected a time and a text/],
    [{ messages: [7] }, /a message is a number/],
    [{ data: [1] }, /"data" is an array of 1, expected an object/],
    [{ degraded: "no" }, /"degraded" is "no", expected true or false/],
    [{ session_id: undefined }, /"session_id" is missing/],
  ];
  for (const [change, message] of broken) {
    assert.throws(() => parseSession({ ...SESSION, ...change }), { name: "TypeError", message });
  }
  for (const value of ["x", 7, [], true]) {
    assert.throws(() => parseSession(value), {
      message: /^Cannot read session of "\?": .*expected an object/,
    });
  }
});

Deno.test("OCS 43: opCodeOf() follows status, degradation and Python's truth of success", () => {
  const code = (
    status: "starting" | "running" | "stopping" | "done",
    degraded = false,
    success: unknown = null,
  ) => opCodeOf({ status, degraded, success });
  assert.equal(code("starting", true), OpCode.STARTING);
  assert.equal(code("running"), OpCode.RUNNING);
  assert.equal(code("running", true), OpCode.DEGRADED);
  assert.equal(code("stopping", true), OpCode.STOPPING);
  for (const success of [true, 1, "no", [0], { a: 0 }, new Float(0.5)]) {
    assert.equal(code("done", true, success), OpCode.SUCCEEDED);
  }
  for (const success of [false, null, undefined, 0, "", [], {}, new Float(0)]) {
    assert.equal(code("done", true, success), OpCode.FAILED);
  }
});

Deno.test("opCodeName() and responseCodeName() know their numbers and no others", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 8].map(opCodeName), Object.keys(OpCode));
  assert.deepEqual([0, 9, "1", null].map(opCodeName), [undefined, undefined, undefined, undefined]);
  assert.deepEqual([0, -1, 1, 2].map(responseCodeName), ["OK", "ERROR", "TIMEOUT", undefined]);
});

Deno.test("OCS 53: parseFeedEvent() wants one argument, the pair of message and feed", () => {
  assert.deepEqual(parseFeedEvent([[{ acq: 3 }, FEED]]), { message: { acq: 3 }, feed: FEED });
  for (const args of [[], [{ acq: 3 }, FEED], [[{ acq: 3 }]], [[1, FEED, 3]], [null]]) {
    assert.throws(() => parseFeedEvent(args), { name: "TypeError", message: /^Cannot read feed event/ });
  }
  assert.throws(() => parseFeedEvent([[1, { ...FEED, agent_address: 5 }]]), {
    message: 'Cannot read feed: "agent_address" is a number, expected a text',
  });
});

Deno.test("OCS 54: parseFeedEvent() copes with agents too old to tell their class", () => {
  const { agent_class: _class, agg_params: _params, ...old } = FEED;
  assert.deepEqual(parseFeedEvent([[0, old]]).feed, { ...FEED, agg_params: {}, agent_class: null });
});

Deno.test("OCS 55: parseBlocks() reads blocks and keeps the kinds of samples", () => {
  const one = new Float(1);
  const block = {
    block_name: "temps",
    data: { a: [one, 2.5], b: [1, 2n], c: ["x", "y"], d: [true, false] },
    influxdb_tags: null,
    timestamps: [new Float(10), 11],
  };
  const [read] = parseBlocks({ temps: block });
  assert.deepEqual(read, { ...block, timestamps: [10, 11] });
  assert.equal(read?.data["a"]?.[0], one);
});

Deno.test("parseBlock() takes a null for a NaN: one value that is missing takes no others with it", () => {
  const { data } = parseBlock("b", {
    block_name: "b",
    data: { a: [null, 2], b: [3, 4] },
    timestamps: [10, 11],
  });
  assert.deepEqual(data, { a: [NaN, 2], b: [3, 4] });
});

Deno.test("OCS 62: parseBlocks() takes an empty message for no blocks", () => {
  assert.deepEqual(parseBlocks({}), []);
});

Deno.test("parseBlock() refuses uneven lengths and values that nobody can record", () => {
  const block = (data: unknown, timestamps: unknown = [1]) => ({ block_name: "b", data, timestamps });
  const broken: [value: unknown, text: RegExp][] = [
    [null, /block "b": null, expected an object/],
    [block({ a: [1, 2] }), /field "a" is an array of 2, expected an array of 1/],
    [block({ a: 1 }), /field "a" is a number, expected an array of 1/],
    [block({ a: [[1]] }), /field "a" holds an array of 1/],
    [block({ a: [{}] }), /field "a" holds an object/],
    [block({ a: [1] }, ["now"]), /field "timestamps" holds "now"/],
    [block({ a: [1] }, 1), /"timestamps" is a number, expected an array/],
    [block([]), /"data" is an array of 0, expected an object/],
  ];
  for (const [value, message] of broken) {
    assert.throws(() => parseBlock("b", value), { name: "TypeError", message });
  }
  assert.throws(() => parseBlocks([]), { message: /^Cannot read blocks: an array of 0/ });
  assert.deepEqual([1, 1n, new Float(1), "", false].map(isSample), [true, true, true, true, true]);
  assert.deepEqual([null, undefined, {}, [], new Uint8Array()].map(isSample), [
    false,
    false,
    false,
    false,
    false,
  ]);
});

const API = {
  agent_class: "FakeDataAgent",
  instance_hostname: "daq-1",
  instance_pid: 4711,
  feeds: [["false_temperatures", FEED]],
  processes: [["acq", SESSION, { blocking: true, docstring: "acq()", op_type: "process", min_privs: 1 }]],
  tasks: [["delay_task", { op_name: "delay_task", status: "no_history" }, {
    blocking: false,
    abortable: true,
    docstring: null,
    op_type: "task",
    min_privs: 2,
  }]],
  access_control: { version: 1, policy: "none", update_timestamp: 1790000000.2, update_count: 0, step: 0 },
};

Deno.test("OCS 2: parseAgentApi() reads an answer to get_api", () => {
  const api = parseAgentApi(API);
  assert.deepEqual(api, API);
  assert.deepEqual(Object.keys(api), Object.keys(API));
});

Deno.test("parseAgentApi() copes with agents from before access control", () => {
  const old = { feeds: [], tasks: [["t", {}, {}], ["u", null]], processes: [["p", {}, { blocking: false }]] };
  assert.deepEqual(parseAgentApi(old), {
    agent_class: null,
    instance_hostname: null,
    instance_pid: null,
    feeds: [],
    processes: [[
      "p",
      { op_name: "p", status: "no_history" },
      { blocking: false, docstring: null, op_type: "process", min_privs: 1 },
    ]],
    tasks: ["t", "u"].map((name) => [
      name,
      { op_name: name, status: "no_history" },
      { blocking: true, abortable: false, docstring: null, op_type: "task", min_privs: 1 },
    ]),
  });
});

Deno.test("parseAgentApi() refuses what is no answer to get_api", () => {
  assert.throws(() => parseAgentApi(null), {
    message: "Cannot read answer to get_api: null, expected an object",
  });
  for (const key of ["feeds", "tasks", "processes"]) {
    for (const entries of [undefined, {}, [7], [[7]]]) {
      assert.throws(() => parseAgentApi({ ...API, [key]: entries }), {
        name: "TypeError",
        message: /^Cannot read/,
      });
    }
  }
});
