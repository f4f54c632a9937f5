import assert from "node:assert/strict";
import { OCSReply, parseReply, ResponseCode } from "../../../ocs/mod.ts";
import replies from "../../data/ocs/replies.json" with { type: "json" };
import { revive } from "./_expected.ts";

const NOW = 1790000130.25;

Deno.test("OCS 86: OCSReply prints as Python's, quirks and broken sessions included", () => {
  const [first, ...rows] = replies;
  assert.deepEqual(first, { now: NOW });
  assert.ok(rows.length >= 40);
  for (const { code, message, session, printed } of rows) {
    const reply = parseReply([code, message, revive(session ?? null)], { now: () => NOW });
    assert.equal(reply.toString(), printed);
    assert.equal(Deno.inspect(reply), printed);
    assert.equal(`${reply}`, printed);
  }
});

Deno.test("OCSReply reads by name, as a triple and by index", () => {
  const reply = new OCSReply<{ x: number }>(ResponseCode.TIMEOUT, "late", { data: { x: 3 } });
  const [status, message, session] = reply;
  // The types of the three are part of the promise.
  const x: number | undefined = session.data?.x;
  assert.deepEqual([status, message, x], [1, "late", 3]);
  assert.deepEqual([reply[0], reply[1], reply[2], reply.length], [1, "late", reply.session, 3]);
  assert.equal(reply.msg, reply.message);
  assert.equal(reply.ok, false);
  assert.equal(new OCSReply(0, "", null).ok, true);
  assert.deepEqual(new OCSReply(0, "", null).session, {});
});

Deno.test("OCSReply turns into plain JSON", () => {
  assert.equal(JSON.stringify(new OCSReply(0, "m", {})), '{"status":0,"message":"m","session":{}}');
});

Deno.test("OCS 13: parseReply() refuses what is no triple of code, message and session", () => {
  for (const value of [null, undefined, {}, [], [0], [0, "m"], [0, "m", {}, 1], ["0", "m", {}], "abc"]) {
    assert.throws(() => parseReply(value), {
      name: "TypeError",
      message: /^Cannot read reply: .*expected an array/,
    });
  }
  for (const session of [[], "s", 1, true]) {
    assert.throws(() => parseReply([0, "m", session]), {
      message: /^Cannot read reply: its session is .*expected an object/,
    });
  }
});
