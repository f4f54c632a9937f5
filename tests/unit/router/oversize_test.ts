import assert from "node:assert/strict";
import { replacementFor } from "../../../router/oversize.ts";
import { NO_PAYLOAD } from "../../../wamp/payload.ts";

const payload = NO_PAYLOAD;

Deno.test("R14: replacementFor() ends a call whose result is too large, but not one that only reports progress", () => {
  const result = { type: 50, request: 7, details: {}, payload } as const;
  const ended = replacementFor(result, 2000, 1000);
  assert.ok(ended.kind === "send" && ended.message.type === 8);
  assert.equal(ended.message.error, "wamp.error.payload_size_exceeded");
  assert.deepEqual([ended.message.requestType, ended.message.request], [48, 7]);
  assert.match(JSON.stringify(ended.message.payload), /2000 bytes, and the receiver takes 1000/);
  assert.equal(replacementFor({ ...result, details: { progress: true } }, 2000, 1000).kind, "skip");
});

Deno.test("R14: replacementFor() answers an invocation in the callee's name", () => {
  const answer = replacementFor({ type: 68, request: 9, registration: 1, details: {}, payload }, 2000, 1000);
  assert.ok(answer.kind === "answer" && answer.message.type === 8);
  assert.deepEqual([answer.message.requestType, answer.message.request], [68, 9]);
});

Deno.test("R13: replacementFor() leaves an event out, and names its topic or subscription", () => {
  const event = { type: 36, subscription: 3, publication: 4, details: {}, payload } as const;
  assert.deepEqual(replacementFor(event, 2000, 1000), { kind: "skip", topic: "subscription 3" });
  assert.deepEqual(replacementFor({ ...event, details: { topic: "a.b" } }, 2, 1), {
    kind: "skip",
    topic: "a.b",
  });
});
