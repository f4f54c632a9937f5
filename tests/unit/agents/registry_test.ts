import assert from "node:assert/strict";
import { AgentBook } from "../../../agents/registry/agent_book.ts";
import { operationField, OperationFields } from "../../../agents/registry/field_names.ts";
import { type FeedEvent, Float } from "../../../ocs/mod.ts";

function beat(
  message: unknown,
  agent = "observatory.faker1",
  agentClass: string | null = "FakeDataAgent",
): FeedEvent {
  return {
    message,
    feed: {
      agent_address: agent,
      agg_params: {},
      feed_name: "heartbeat",
      address: `${agent}.feeds.heartbeat`,
      record: false,
      session_id: "1790000000.5",
      agent_class: agentClass,
    },
  };
}

Deno.test("OCS 10.2: AgentBook shows an agent as Python's registry does", () => {
  const book = new AgentBook();
  assert.equal(book.heartbeat(beat({ acq: 3, count: 1 }), 1790000200.5), true);
  assert.deepEqual(book.described(), {
    "observatory.faker1": {
      expired: false,
      time_expired: null,
      last_updated: new Float(1790000200.5),
      op_codes: { acq: 3, count: 1 },
      agent_class: "FakeDataAgent",
      agent_address: "observatory.faker1",
    },
  });
  assert.deepEqual(Object.keys(book.described()["observatory.faker1"] ?? {}), [
    "expired",
    "time_expired",
    "last_updated",
    "op_codes",
    "agent_class",
    "agent_address",
  ]);
});

Deno.test("AgentBook tells a change from a beat like the last one", () => {
  const book = new AgentBook();
  assert.equal(book.heartbeat(beat({ acq: 1 }), 0), true);
  assert.equal(book.heartbeat(beat({ acq: 1 }), 1), false);
  assert.equal(book.heartbeat(beat({ acq: 3 }), 2), true);
  assert.equal(book.heartbeat(beat({ acq: 3, count: 1 }), 3), true);
  assert.deepEqual(
    book.opCodes("observatory.faker1"),
    Object.assign(Object.create(null), { acq: 3, count: 1 }),
  );
});

Deno.test("OCS 10.2: AgentBook keeps operations that vanished and takes every later beat for a change", () => {
  const book = new AgentBook();
  book.heartbeat(beat({ acq: 3, count: 1 }), 0);
  for (const time of [1, 2, 3]) assert.equal(book.heartbeat(beat({ acq: 3 }), time), true);
  assert.deepEqual({ ...book.opCodes("observatory.faker1") }, { acq: 3, count: 1 });
});

Deno.test("OCS 88: AgentBook expires an agent after 5 s, again and again, until it is back", () => {
  const book = new AgentBook();
  book.heartbeat(beat({ acq: 3 }), 100);
  const seen = () => book.described()["observatory.faker1"];
  book.expire(105);
  assert.equal(seen()?.expired, false);
  book.expire(105.1);
  assert.deepEqual([seen()?.expired, seen()?.time_expired, seen()?.op_codes["acq"]], [
    true,
    new Float(105.1),
    7,
  ]);
  book.expire(106.1);
  assert.deepEqual(seen()?.time_expired, new Float(106.1));
  assert.equal(book.heartbeat(beat({ acq: 3 }), 107), true);
  assert.deepEqual([seen()?.expired, seen()?.time_expired, seen()?.op_codes["acq"]], [false, null, 3]);
});

Deno.test("AgentBook copes with the beats of historic and of odd agents", () => {
  const book = new AgentBook();
  for (const message of [0, null, "x", [], {}]) assert.equal(book.heartbeat(beat(message), 1), false);
  assert.equal(book.heartbeat(beat({ constructor: 1, __proto__x: 2, toString: 3 }), 2), true);
  assert.equal(book.heartbeat(beat({ constructor: 1, __proto__x: 2, toString: 3 }), 3), false);
  assert.equal(book.described()["observatory.faker1"]?.op_codes["toString"], 3);
  book.heartbeat(beat({}, "observatory.old", null), 3);
  assert.equal(book.described()["observatory.old"]?.agent_class, null);
  assert.deepEqual([...book.addresses()], ["observatory.faker1", "observatory.old"]);
});

Deno.test("AgentBook shows what was true when it was asked, not what is true later", () => {
  const book = new AgentBook();
  book.heartbeat(beat({ acq: 3 }), 1);
  const before = book.described();
  book.heartbeat(beat({ acq: 5 }), 2);
  assert.equal(before["observatory.faker1"]?.op_codes["acq"], 3);
});

Deno.test("OCS 89: operationField() makes the names that dashboards know", () => {
  assert.equal(operationField("observatory.faker1", "acq"), "observatory_faker1_acq");
  assert.equal(
    operationField("sat1.observatory.fake-hk-01", "do-it now"),
    "sat1_observatory_fake_hk_01_do_it_now",
  );
  assert.equal(operationField("1obs.é", "x"), "obs__x");
  assert.throws(() => operationField("1", "2"), { message: /^Improper field name: \nEmpty field name/ });
});

Deno.test("OperationFields complains once about a name that nothing can be made of", () => {
  const texts: string[] = [];
  const fields = new OperationFields((text) => texts.push(text));
  for (let i = 0; i < 3; i++) assert.equal(fields.of("1", "2"), undefined);
  for (let i = 0; i < 3; i++) assert.equal(fields.of("a.b", "c"), "a_b_c");
  assert.equal(texts.length, 1);
});
