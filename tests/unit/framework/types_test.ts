import assert from "node:assert/strict";
import { type Agent, choice, flag, float, int, list, type Session } from "../../../framework/mod.ts";

/** Compiles or not: what the compiler infers for the author of an agent. */
export function register(agent: Agent): void {
  agent.registerTask(
    "delay",
    {
      params: {
        delay: float({ default: 5, min: 0 }),
        period: float({ default: null }),
        succeed: flag({ default: true }),
        mode: choice(["idle", "acq"]),
        count: int(),
        args: list({ default: [] }),
      },
      abortable: true,
    },
    async (session, params) => {
      const delay: number = params.delay;
      const period: number | null = params.period;
      const mode: "idle" | "acq" = params.mode;
      const args: readonly unknown[] = params.args;
      await session.sleep(delay + (period ?? 0) + args.length + params.count);
      session.data = { mode };
      return params.succeed ? "ok" : [false, "failed"];
    },
  );
  agent.registerProcess("typed", {}, async (session: Session<{ counter: number }>) => {
    session.data = { counter: 0 };
    session.data.counter++;
    await session.sleep(1);
    return { ok: true, message: "done" };
  });
  agent.registerFeed("temps", { record: true }).publish({ blockName: "a", data: { x: 1 } });
  agent.registerFeed("any").publish("text");
}

Deno.test("registerTask() infers the params of the run function", () =>
  assert.equal(typeof register, "function"));
