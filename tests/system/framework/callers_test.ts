import assert from "node:assert/strict";
import { connectWamp, type WampInvocation } from "../../../client/mod.ts";
import { type Agent, createLog, startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";

class Valve {
  constructor(agent: Agent) {
    agent.registerProcess("open", { minPrivs: 2 }, async (session) => {
      while (!session.signal.aborted) await session.sleep(1);
      return "closed";
    });
    agent.registerTask("flush", { minPrivs: 2, abortable: true }, async (session) => {
      while (!session.signal.aborted) await session.sleep(1);
      return "flushed";
    });
  }
}

/** An agent with an access policy on a router that tells who calls, or does not. */
async function withValve(
  disclose: boolean,
  run: (tools: {
    readonly call: (...args: readonly unknown[]) => Promise<unknown>;
    readonly ask: (query: string) => Promise<unknown>;
    readonly session: number;
    readonly log: () => string;
    readonly invocations: readonly WampInvocation[];
  }) => Promise<void>,
): Promise<void> {
  const allow = { call: true, register: true, publish: true, subscribe: true };
  const role = {
    name: "iocs_agent",
    permissions: [{ uri: "observatory.", match: "prefix", allow, disclose: { caller: disclose } }],
  } as const;
  await using router = await Router.start({
    realms: [{ name: "test_realm", roles: [role, { ...role, name: "iocs_controller" }] }],
  });
  const lines: string[] = [];
  const connection = { url: router.url, realm: "test_realm" };
  await using agent = await startAgent<Record<never, never>, Valve>(Valve, {
    instanceId: "valve1",
    connection,
    options: {},
    accessPolicy: "override:hunter2,hunter3",
    log: createLog({
      level: "trace",
      sinks: [{ write: ({ level, text }) => lines.push(`${level}: ${text}`) }],
    }),
  });
  await using client = await connectWamp(connection);
  const invocations: WampInvocation[] = [];
  await client.register("observatory.echo", (invocation) => void invocations.push(invocation));
  await client.call("observatory.echo");
  await run({
    call: (...args) => client.call(`${agent.agent.address}.ops`, args),
    ask: (query) => client.call(agent.agent.address, [query]),
    session: client.id ?? 0,
    log: () => lines.join("\n"),
    invocations,
  });
}

Deno.test("every start, stop and abort is logged with caller and level, refusals as warnings, passwords never", async () => {
  await withValve(true, async ({ call, ask, session, log, invocations }) => {
    const [{ caller, callerAuthId, callerAuthRole } = {}] = invocations;
    assert.deepEqual([caller, typeof callerAuthId, callerAuthRole], [session, "string", "iocs_agent"]);
    const who = `session ${session} of ${JSON.stringify(callerAuthId)} in role "iocs_agent"`;
    await call("start", "open");
    await call("start", "open", {}, null, "hunter-wrong");
    await call("start", "open", {}, null, "hunter2");
    await call("stop", "open");
    await call("stop", "open", {}, null, "hunter3");
    await call("abort", "no such\u001b[31m thing");
    await call("start", "flush", {}, null, "hunter2");
    await call("abort", "flush");
    await call("abort", "flush", {}, null, "hunter3");
    for (
      const line of [
        `info: start called for open by ${who}`,
        `warn: Rejected underprivileged "start" request for open by ${who}: it has level 1-BASIC, ` +
        "expected 2-ADVANCED or more (2 refused so far)",
        "info: start of open with level 2-ADVANCED",
        `info: stop called for open by ${who}`,
        `warn: Rejected underprivileged "stop" request for open by ${who}: it has level 1-BASIC, ` +
        "expected 2-ADVANCED or more (3 refused so far)",
        "info: stop of open with level 3-FULL",
        `info: start called for flush by ${who}`,
        `info: abort called for flush by ${who}`,
        `warn: Rejected underprivileged "abort" request for flush by ${who}: it has level 1-BASIC, ` +
        "expected 2-ADVANCED or more (4 refused so far)",
        "info: abort of flush with level 3-FULL",
      ]
    ) assert.ok(log().includes(line), `${line}\n\n${log()}`);
    assert.ok(!log().includes("hunter") && !log().includes("\u001b"), log());
    const { count, last } = await ask("get_refusals") as {
      readonly count: number;
      readonly last: readonly Readonly<Record<string, unknown>>[];
    };
    assert.equal(count, 4);
    const [first] = last;
    assert.deepEqual(Object.keys(first ?? {}), [
      "timestamp",
      "action",
      "op_name",
      "level",
      "required",
      "caller",
    ]);
    assert.deepEqual([
      first?.["action"],
      first?.["op_name"],
      first?.["level"],
      first?.["required"],
      first?.["caller"],
    ], [
      "start",
      "open",
      1,
      2,
      who,
    ]);
    for (let more = 0; more < 20; more++) await call("start", "open");
    const later = await ask("get_refusals") as { readonly count: number; readonly last: readonly unknown[] };
    assert.deepEqual([later.count, later.last.length], [24, 10]);
  });
});

Deno.test("where the router does not tell who calls, lines are Python's", async () => {
  await withValve(false, async ({ call, ask, log, invocations }) => {
    const [{ caller, callerAuthId, callerAuthRole } = {}] = invocations;
    assert.deepEqual([caller, callerAuthId, callerAuthRole], [undefined, undefined, undefined]);
    await call("start", "open");
    assert.match(log(), /^info: start called for open$/m);
    assert.match(log(), /^warn: Rejected underprivileged "start" request for open: it has level 1-BASIC/m);
    const { last: [first] } = await ask("get_refusals") as { last: Readonly<Record<string, unknown>>[] };
    assert.equal(first?.["caller"], null);
  });
});
