import assert from "node:assert/strict";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { type NoticeSource, tellNotices } from "../../../verbs/feed_notices.ts";

Deno.test("tellNotices() tells each change of an agent's silence once, and the first event that is none", async () => {
  const clock = new ManualClock();
  const over = new AbortController();
  const said: string[] = [];
  const watch: { -readonly [Key in keyof NoticeSource]: NoticeSource[Key] } = {
    found: { instanceId: "faker1" },
    condition: { kind: "live" },
    malformed: 0,
    problem: undefined,
  };
  const telling = tellNotices(watch, { clock, say: (text) => said.push(text), signal: over.signal });
  const look = async (): Promise<string[]> => {
    await clock.advance(1000);
    return said.splice(0);
  };
  assert.deepEqual(await look(), []);
  watch.condition = { kind: "agent-silent", forSeconds: 5 };
  assert.deepEqual(await look(), ["faker1 is not heard any more; waiting for it"]);
  assert.deepEqual(await look(), []);
  watch.condition = { kind: "router-lost", forSeconds: 1 };
  assert.deepEqual(await look(), []);
  watch.condition = { kind: "live" };
  assert.deepEqual(await look(), ["faker1 is heard again"]);
  Object.assign(watch, { malformed: 2, problem: "no \x1b[2Jblock" });
  const [text, ...more] = await look();
  assert.match(text ?? "", /^Events that cannot be read are left out: no .*block$/);
  assert(!text?.includes("\x1b"));
  assert.deepEqual([more, await look()], [[], []]);
  over.abort();
  await telling;
});
