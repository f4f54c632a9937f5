import assert from "node:assert/strict";
import { createLog, flag, Float, float, int, list, ManualClock, text } from "../../../framework/mod.ts";
import { AgentAccess } from "../../../framework/agent_access.ts";
import { Operations } from "../../../framework/operations.ts";

/** Numbers of [0, 1) that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const random = seeded(20261121);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

/** Anything that a decoder can hand over. */
function anyValue(depth = 0): unknown {
  const kind = Math.floor(random() * (depth > 3 ? 11 : 13));
  switch (kind) {
    case 0:
      return null;
    case 1:
      return random() < 0.5;
    case 2:
      return Math.floor(random() * 20) - 10;
    case 3:
      return random() * 1e6 - 5e5;
    case 4:
      return new Float(pick([0, 1, -1, NaN, Infinity, -Infinity, -0, 1e300]));
    case 5:
      return 2n ** BigInt(Math.floor(random() * 200));
    case 6:
      return new Uint8Array([1, 200, 255]);
    case 7:
      return pick([
        "",
        "t",
        "p",
        "n",
        "delay",
        "__proto__",
        "constructor",
        "\ud800",
        "x".repeat(5000),
        "'\"\n\0",
      ]);
    case 8:
      return pick(["start", "stop", "abort", "wait", "status"]);
    case 9:
      return pick(["t", "p", "none"]);
    case 10:
      return undefined;
    case 11:
      return Array.from({ length: Math.floor(random() * 4) }, () => anyValue(depth + 1));
    default:
      return anyRecord(depth);
  }
}

function anyRecord(depth = 0): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (let i = Math.floor(random() * 4); i > 0; i--) {
    const key = pick([
      "n",
      "f",
      "s",
      "l",
      "b",
      "zz",
      "toString",
      "",
      "params",
      "timeout",
      "password",
      "op_name",
    ]);
    record[key] = anyValue(depth + 1);
  }
  return record;
}

Deno.test("handle() answers 20,000 random calls with three values or a text, and its operations live on", async () => {
  const clock = new ManualClock();
  const log = createLog({ sinks: [] });
  const agent = { agentClass: "TestAgent", instanceId: "tested" };
  const access = new AgentAccess({ policy: "override:a,b", agent, log, clock });
  const operations = new Operations({ access, log, clock });
  const params = {
    n: int({ default: 1, min: 0 }),
    f: float({ default: null }),
    s: text({ default: "s", choices: ["s", "t"] }),
    l: list({ default: [] }),
    b: flag({ default: true }),
  };
  operations.register("task", "t", {
    spec: { params },
    run: (_session, values) => {
      const { n, f, s, l, b } = Object(values);
      const good = Number.isSafeInteger(n) && (f === null || typeof f === "number") &&
        typeof s === "string" &&
        Array.isArray(l) && typeof b === "boolean";
      return [good, "looked at"];
    },
  });
  operations.register("process", "p", {
    spec: {},
    run: async (session) => {
      await session.sleep(5);
      return "slept";
    },
  });
  const pending: Promise<unknown>[] = [];
  for (let round = 0; round < 20_000; round++) {
    const args = random() < 0.6
      ? [
        pick(["start", "stop", "abort", "wait", "status"]),
        pick(["t", "p"]),
        random() < 0.5 ? anyRecord() : anyValue(),
      ]
      : Array.from({ length: Math.floor(random() * 7) }, () => anyValue());
    const kwargs = random() < 0.3 ? anyRecord() : {};
    pending.push(
      (async () => {
        const reply = await operations.handle(args, kwargs);
        assert.equal(reply.length, 3);
        assert.ok([0, 1, -1].includes(reply[0]));
        assert.equal(typeof reply[1], "string");
        assert.equal(typeof reply[2], "object");
      })().catch((error) => {
        assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
        assert.notEqual(error.message, "");
        assert.doesNotMatch(error.message, /Cannot read properties|is not a function|undefined/);
      }),
    );
    if (round % 500 === 0) await clock.advance(1);
  }
  await clock.advance(100);
  await operations.endAll(10);
  await Promise.all(pending);
  for (const name of ["t", "p"]) {
    if ((await operations.handle(["start", name], {}))[0] !== 0) {
      assert.fail(`${name} does not start any more`);
    }
    await clock.advance(10);
    const [, , session] = await operations.handle(["status", name], {});
    assert.equal(session["success"], true, JSON.stringify(session));
  }
  assert.equal(clock.pending, 0);
});
