import assert from "node:assert/strict";
import { type Agent, type AgentProgram, float } from "../../../framework/mod.ts";
import { Router, startTestAgent, TestClock } from "../../../testing/mod.ts";

const EXAMPLE = {
  name: "ExampleAgent",
  options: {
    rate: { type: "float", default: 2, help: "Readings per second." },
    label: { type: "string", help: "Whatever." },
  },
} as const satisfies AgentProgram;

class ExampleAgent {
  readonly label: string | undefined;

  constructor(agent: Agent, { rate, label }: { readonly rate: number; readonly label: string | undefined }) {
    if (label === "broken") throw new Error("no such device");
    this.label = label;
    const feed = agent.registerFeed("readings");
    agent.registerProcess("read", { startup: label === "startup" }, async (session) => {
      while (!session.signal.aborted) {
        feed.publish(agent.clock.now());
        await session.sleep(1 / rate);
      }
      return "done";
    });
    agent.registerTask("stubborn", { params: { seconds: float() } }, async (session, { seconds }) => {
      // Looks at nothing, as code that talks to a slow device might.
      await new Promise<void>((resolve) => agent.clock.setTimer(seconds * 1000, resolve));
      session.addMessage("at last");
      return "done";
    });
    agent.registerTask("secret", { minPrivs: 3 }, () => "told");
    agent.registerTask("ask", {}, async () => {
      const [, , session] = await agent.callOperation({
        address: "observatory.other",
        action: "status",
        opName: "read",
      });
      return `it is ${session["status"]}`;
    });
  }
}

Deno.test("startTestAgent() fills in the defaults of options and lets startup operations begin", async () => {
  await using agent = await startTestAgent(ExampleAgent, EXAMPLE, { options: { label: "startup" } });
  assert.equal(agent.address, "observatory.test1");
  assert.equal(agent.instance.label, "startup");
  assert.deepEqual(agent.feed("readings").messages, [1_800_000_000]);
  await agent.advance(1);
  assert.deepEqual(agent.feed("readings").messages, [1_800_000_000, 1_800_000_000.5, 1_800_000_001]);
  assert.deepEqual(agent.heartbeat, { read: 3, stubborn: 1, secret: 1, ask: 1 });
  assert.ok(agent.logs.some(({ level, text }) => level === "info" && text === "startup-op: launching read"));
});

Deno.test("startTestAgent() leaves nothing behind when the agent cannot be made", async () => {
  await assert.rejects(startTestAgent(ExampleAgent, EXAMPLE, { options: { label: "broken" } }), {
    message: "no such device",
  });
});

Deno.test("TestAgent starts, stops, waits and asks with a printable reply", async () => {
  await using agent = await startTestAgent(ExampleAgent, EXAMPLE, { clock: new TestClock(1000) });
  const started = await agent.start("read");
  assert.equal(started.ok, true);
  await agent.advance(2.5);
  assert.match(`${await agent.status("read")}`, /read\[session=0\]; status=running for 2\.5 s/);
  const waited = await agent.wait("read", -1);
  assert.equal(waited.status, 1);
  await agent.stop("read");
  assert.match(`${await agent.wait("read")}`, /status=done without error 0\.000000 s ago, took 2\.5 s/);
});

Deno.test("TestAgent waits for a run while the test moves time", async () => {
  await using agent = await startTestAgent(ExampleAgent, EXAMPLE);
  await agent.start("stubborn", { seconds: 3600 });
  const done = agent.wait("stubborn");
  await agent.advance(3600);
  assert.equal((await done).session.success, true);
});

Deno.test("TestAgent sends passwords", async () => {
  await using agent = await startTestAgent(ExampleAgent, EXAMPLE, { accessPolicy: "override:a,b" });
  assert.equal((await agent.start("secret")).status, -1);
  assert.equal((await agent.start("secret", {}, { password: "a" })).status, -1);
  assert.equal((await agent.start("secret", {}, { password: "b" })).status, 0);
});

Deno.test("TestAgent ends although an operation does not, and lets its time pass meanwhile", async () => {
  const agent = await startTestAgent(ExampleAgent, EXAMPLE);
  await agent.start("stubborn", { seconds: 1e9 });
  await agent[Symbol.asyncDispose]();
  await agent[Symbol.asyncDispose]();
  assert.ok(agent.clock.now() <= 1_800_000_030);
  assert.ok(agent.logTexts.some((text) => text === "Operations did not end in time: stubborn"));
});

Deno.test("TestAgents on one router and one clock find each other", async () => {
  await using router = await Router.start();
  const clock = new TestClock();
  await using other = await startTestAgent(ExampleAgent, EXAMPLE, { router, clock, instanceId: "other" });
  await using agent = await startTestAgent(ExampleAgent, EXAMPLE, { router, clock });
  await other.start("read");
  await agent.start("ask");
  const { session } = await agent.wait("ask");
  assert.equal(session.messages?.at(-2)?.[1], "it is running");
});

Deno.test("TestAgent.feed() can be read as it comes", async () => {
  await using agent = await startTestAgent(ExampleAgent, EXAMPLE, { options: { label: "startup" } });
  await agent.advance(1);
  const seen: unknown[] = [];
  for await (const { message, feed } of agent.feed("readings")) {
    assert.equal(feed.agent_class, "ExampleAgent");
    seen.push(message);
    if (seen.length === 3) break;
  }
  assert.equal(seen.length, 3);
});
