import assert from "node:assert/strict";
import { ManagedInstance, type Unit } from "../../../agents/host_manager/managed_instance.ts";
import { resolveChildState } from "../../../agents/host_manager/resolve_child_state.ts";
import { StartGate, type StartRules } from "../../../agents/host_manager/start_gate.ts";

/** Agents that are wanted up, in the order of a site file; those of `broken` end as soon as they are launched. */
class Host {
  readonly table = new Map<string, ManagedInstance>();
  readonly gate: StartGate;
  nowSeconds = 1000;

  constructor(ids: string, rules: Partial<StartRules>, broken = "") {
    this.gate = new StartGate({ maxStarting: 0, startSeconds: 3, first: [], ...rules });
    for (const id of ids) {
      const one = new ManagedInstance({
        ...{ instanceId: id, agentClass: "Thing", management: "host", target: "up" },
      });
      const state = { isRunning: false, hasEnded: false };
      const unit: Unit = {
        get isRunning() {
          return state.isRunning;
        },
        get hasEnded() {
          return state.hasEnded;
        },
        exitCode: 1,
        start: () => Object.assign(state, { isRunning: !broken.includes(id), hasEnded: broken.includes(id) }),
        stop: () => {},
        kill: () => {},
      };
      one.unit = unit;
      this.table.set(id, one);
    }
  }

  /** One pass a second, as the manager makes them; gives who was launched in each. */
  run(seconds: number): string[] {
    return Array.from({ length: seconds }, () => {
      this.nowSeconds++;
      let launched = "";
      // Steps that take no time follow each other at once.
      for (let step = 0; step < 6; step++) {
        const { mayStart } = this.gate.turns(this.table, this.nowSeconds);
        for (const one of this.table.values()) {
          const { launch } = resolveChildState(one, this.nowSeconds, { mayStart: mayStart.has(one) });
          if (!launch) continue;
          this.gate.launched(one, this.nowSeconds);
          one.unit?.start();
          launched += one.instanceId;
        }
      }
      return launched;
    });
  }
}

Deno.test("StartGate lets everybody start at once, in the order of the site file, unless there are rules", () => {
  assert.deepEqual(new Host("abcd", {}).run(2), ["abcd", ""]);
});

Deno.test("StartGate lets so many start at a time, each for its seconds; one that ends holds nobody up", () => {
  const host = new Host("abcde", { maxStarting: 2 }, "b");
  // b ends at once and makes room; it comes again after its 3 s.
  assert.deepEqual(host.run(1), ["ab" + "c"]);
  assert.deepEqual([host.gate.data.starting, host.gate.data.waiting], [["a", "c"], ["d", "e"]]);
  assert.deepEqual(host.run(3), ["", "", "de"]);
  assert.deepEqual(host.gate.data.waiting, ["b"]);
  assert.equal(host.gate.turns(host.table, host.nowSeconds).wakeAtSeconds, host.nowSeconds + 3);
  assert.deepEqual(host.run(3), ["", "", "b"]);
  const seconds = new Host("abc", { maxStarting: 1, startSeconds: 1 });
  assert.deepEqual(seconds.run(3), ["a", "b", "c"]);
});

Deno.test("StartGate starts those that are to be first one after the other, and does not wait for one that is not wanted or ends", () => {
  assert.deepEqual(new Host("abcd", { first: ["c", "b"] }).run(7), ["c", "", "", "b", "", "", "ad"]);
  assert.deepEqual(
    new Host("abcd", { first: ["c", "b"], maxStarting: 1 }).run(10).join("-"),
    "c---b---a---d",
  );
  assert.deepEqual(new Host("abcd", { first: ["c", "nobody"] }, "c").run(2)[0]?.slice(0, 4), "cabd");
  const down = new Host("abc", { first: ["b"] });
  Object.assign(down.table.get("b") ?? {}, { target: "down" });
  assert.deepEqual(down.run(1), ["ac"]);
  assert.deepEqual(new Host("ab", { first: ["x", "b"] }).gate.unknown(down.table), ["x"]);
});
