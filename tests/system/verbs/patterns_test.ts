import assert from "node:assert/strict";
import { OpCode } from "../../../client/mod.ts";
import { Router } from "../../../router/mod.ts";
import { NotConfirmedError, OperationNotFoundError } from "../../../verbs/errors.ts";
import { PLAIN } from "../../../verbs/look.ts";
import { statusMany, touchMany, waitMany } from "../../../verbs/operate_many.ts";
import { untilTrue } from "../../helpers/until.ts";
import { PlainAgents } from "./plain_agents.ts";
import { testTerminal } from "./test_terminal.ts";

/** A router with three agents that beat by themselves: two run acq, one does not. */
async function observatory() {
  const router = await Router.start();
  const agents = await PlainAgents.start({
    url: router.url,
    instances: ["a1", "a2", "b1"],
    operations: ["acq", "run"],
  });
  for (const name of ["a1", "b1"]) {
    agents.set(name, "acq", { sessionId: 1, code: OpCode.RUNNING, messages: [[1, "at work"]] });
  }
  // A beat that is under way at the end is nobody's loss.
  const beating = setInterval(() => agents.beat().catch(() => {}), 200);
  return {
    agents,
    site: { site: "none", siteHub: router.url, siteRealm: "test_realm", addressRoot: "observatory" },
    asked: (name: string, action: string) => agents.get(name).asked.filter((one) => one === action).length,
    async [Symbol.asyncDispose]() {
      clearInterval(beating);
      await agents[Symbol.asyncDispose]();
      await router.stop();
    },
  };
}

Deno.test("touchMany() shows the plan and asks before it touches more than one; a no touches nothing", async () => {
  await using there = await observatory();
  const no = testTerminal(false);
  const { result, text } = await touchMany("stop", "*/acq", { site: there.site, terminal: no.made });
  assert.deepEqual([result, text(PLAIN)], ["failed", "Nothing was done."]);
  assert.deepEqual(no.asked, ["Really stop these 2?"]);
  assert.match(
    no.said.join("\n"),
    /^stop 2 operations:\n {2}a1\.acq {2}running for .*\n {2}b1\.acq {2}running for .*$/,
  );
  assert.equal(there.asked("a1", "stop"), 0);
  const yes = testTerminal(true);
  const done = await touchMany("stop", "*/acq", { site: there.site, terminal: yes.made });
  assert.equal(done.result, "ok");
  assert.deepEqual(["a1", "a2", "b1"].map((name) => there.asked(name, "stop")), [1, 0, 1]);
  assert.match(done.text(PLAIN), /OPERATION .*\na1\.acq .*OK - Session\.\nb1\.acq .*OK/);
});

Deno.test("touchMany() refuses where nobody can be asked, unless told --yes; one match needs no question", async () => {
  await using there = await observatory();
  const { made } = testTerminal();
  await assert.rejects(
    touchMany("stop", "*.acq", { site: there.site, terminal: made }),
    (error) =>
      error instanceof NotConfirmedError &&
      /it means 2 operations \(a1\.acq, b1\.acq\), expected --yes/.test(error.message),
  );
  const both = await touchMany("stop", "*.acq", { site: there.site, terminal: made, yes: true });
  assert.deepEqual(both.data.map(({ agent, op }) => `${agent}.${op}`), ["a1.acq", "b1.acq"]);
  const one = await touchMany("stop", "a?.acq", { site: there.site, terminal: made });
  assert.deepEqual([one.result, one.data.length], ["ok", 1]);
});

Deno.test("touchMany() says what a pattern means but is not touched, and what it does not mean at all", async () => {
  await using there = await observatory();
  const { made } = testTerminal();
  const tasks = await touchMany("abort", "a*.*", { site: there.site, terminal: made });
  assert.equal(tasks.result, "ok");
  assert.match(
    tasks.text(PLAIN),
    /^Nothing to abort: 4 operations match "a\*\.\*", and none of them is a task that runs\./,
  );
  assert.match(tasks.text(PLAIN), /not touched: a1\.acq \(processes, which stop ends\)/);
  const wrong = touchMany("stop", "a*.acp", { site: there.site, terminal: made });
  await assert.rejects(
    wrong,
    (error) =>
      error instanceof OperationNotFoundError &&
      /a1, a2 have none .*did you mean "acq"\?/.test(error.message),
  );
  await assert.rejects(
    touchMany("stop", "x*.acq", { site: there.site, terminal: made }),
    /no agent that is heard has such a name/,
  );
  await assert.rejects(touchMany("stop", "a*", { site: there.site, terminal: made }), SyntaxError);
});

Deno.test("touchMany() tells every failure, does the others, and fails", async () => {
  await using there = await observatory();
  there.agents.set("a2", "acq", { sessionId: 1, code: OpCode.RUNNING, messages: [] });
  there.agents.refuse("a1", "stop", "not now");
  there.agents.get("b1").hangs = true;
  const { made } = testTerminal();
  const done = await touchMany("stop", "*.acq", {
    site: there.site,
    terminal: made,
    yes: true,
    timeoutSeconds: 1,
  });
  assert.equal(done.result, "failed");
  const text = done.text(PLAIN);
  assert.match(text, /b1 .*registered but did not answer within 1 s/);
  assert.match(text, /a1\.acq .*ERROR - not now/);
  assert.match(text, /2 of 3 failed: b1, a1\.acq/);
  assert.equal(there.asked("a2", "stop"), 1);
});

Deno.test("statusMany() shows trouble first; an agent alone means all its operations", async () => {
  await using there = await observatory();
  there.agents.set("a2", "run", { sessionId: 4, code: OpCode.FAILED, messages: [[1, "no device"]] });
  const { made } = testTerminal();
  const all = await statusMany("*", { site: there.site, terminal: made });
  const lines = all.text(PLAIN).split("\n");
  assert.match(lines[1] ?? "", /^a2\.run +failed .* no device$/);
  assert.match(lines[2] ?? "", /^a1\.acq +running .* at work$/);
  assert.equal(lines.length, 7);
  const one = await statusMany("a2", { site: there.site, terminal: made });
  assert.deepEqual(one.data.map(({ op }) => op), ["acq", "run"]);
});

Deno.test("waitMany() waits for all that run, and fails where one does", async () => {
  await using there = await observatory();
  const { made } = testTerminal();
  const waiting = waitMany("*.acq", { site: there.site, terminal: made });
  await untilTrue(() => there.asked("a1", "wait") === 1 && there.asked("b1", "wait") === 1);
  assert.equal(there.asked("a2", "wait"), 0);
  there.agents.set("a1", "acq", { sessionId: 1, code: OpCode.SUCCEEDED, messages: [] });
  there.agents.set("b1", "acq", { sessionId: 1, code: OpCode.FAILED, messages: [] });
  const { result, text } = await waiting;
  assert.equal(result, "failed");
  assert.match(text(PLAIN), /b1\.acq .*failed.*\na1\.acq .*succeeded/s);
});
