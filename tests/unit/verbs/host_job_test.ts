import assert from "node:assert/strict";
import { HostJob, type Step } from "../../../verbs/hosts/host_job.ts";
import type { HostedAgent } from "../../../verbs/hosts/host_view.ts";
import type { Child } from "../../../verbs/hosts/read_manager.ts";

const CHILD: Child = {
  ...{
    instance: "a",
    agentClass: "Thing",
    state: "down",
    target: "down",
    stability: 1,
    restartRequired: false,
  },
  ...{ pid: null, failures: 0, nextLaunchSeconds: null, waits: false, lastError: null },
  ...{ out: [], err: [], log: null, container: null },
};

/** A job, and what its manager says, look by look. */
function job(steps: readonly Step[], agent: Partial<HostedAgent> = {}) {
  const clock = { ms: 0 };
  const planned = {
    agent: {
      ...{
        instance: "a",
        agentClass: "Thing",
        classInFile: null,
        host: "daq1",
        ownCommand: false,
        manager: "hm1",
      },
      ...{ unmanaged: null, state: "down", target: "down", stability: 1, restartRequired: false, pid: null },
      ...{ failures: 0, nextLaunchSeconds: null, waits: false, lastError: null },
      ...agent,
    },
    manager: { instance: "hm1", state: "up", machine: null, problems: [] },
  } as const;
  const made = new HostJob(planned, steps, () => clock.ms);
  return {
    made,
    /** Takes a look after some time, and says what is to be asked for next. */
    see(ms: number, child: Partial<Child> | undefined): Step | undefined {
      clock.ms += ms;
      made.see(child === undefined ? undefined : { ...CHILD, ...child });
      const { due } = made;
      if (due !== undefined) made.sent();
      return due;
    },
    row: () => [made.isOver, made.row.result, made.row.message],
  };
}

const UP = { state: "up", target: "up", pid: 7 };

Deno.test("HostJob is through when an agent answers, has run for long, or for 3 s with a command line of its own", () => {
  const agent = job(["up"]);
  assert.equal(agent.see(0, CHILD), "up");
  agent.see(100, { state: "wait_start", target: "up" });
  agent.see(100, UP);
  assert.deepEqual([agent.made.isUp, agent.row()[0]], [true, false]);
  agent.made.answers();
  assert.deepEqual(agent.row(), [true, "ok", "answers"]);
  for (
    const [ownCommand, ms, message] of [[true, 3000, "runs"], [
      false,
      20_000,
      "runs, but does not answer yet",
    ]] as const
  ) {
    const silent = job(["up"], { ownCommand });
    silent.see(0, CHILD);
    silent.see(0, UP);
    silent.see(ms - 1, UP);
    assert.equal(silent.made.isOver, false);
    // Another process: it has ended in between.
    silent.see(0, { ...UP, pid: 8 });
    silent.see(ms - 1, { ...UP, pid: 8 });
    assert.equal(silent.made.isOver, false);
    silent.see(1, { ...UP, pid: 8 });
    assert.deepEqual(silent.row(), [true, "ok", message]);
  }
});

Deno.test("HostJob is not fooled by what the manager said before it took the request", () => {
  const one = job(["down"], { state: "up", target: "up" });
  one.see(0, UP);
  one.see(100, UP);
  assert.equal(one.made.isOver, false);
  one.see(100, { state: "wait_dead", target: "down" });
  one.see(100, CHILD);
  assert.deepEqual(one.row(), [true, "ok", ""]);
});

Deno.test("HostJob asks for up as soon as a restarted agent is told to end, but waits for a watched service to be down", () => {
  const one = job(["down", "up"], { state: "up", target: "up" });
  assert.equal(one.see(0, UP), "down");
  assert.equal(one.made.leftOver, "up");
  assert.equal(one.see(100, { state: "wait_dead", target: "down" }), "up");
  assert.equal(one.made.leftOver, undefined);
  const service = job(["down", "up"], { state: "up", target: "passive" });
  const docker = { agentClass: "[docker]" };
  service.see(0, { ...docker, state: "up", target: "passive" });
  assert.equal(service.see(100, { ...docker, state: "wait_dead", target: "down" }), undefined);
  assert.equal(service.see(100, { ...docker, state: "down", target: "passive" }), "up");
  service.see(100, { ...docker, state: "up", target: "passive" });
  assert.deepEqual(service.row(), [true, "ok", ""]);
});

Deno.test("HostJob gives up on what cannot run, is not known, or ends three times, also between two looks", () => {
  const unable = job(["up"]);
  unable.see(0, CHILD);
  unable.see(100, { state: "?", target: "up" });
  assert.deepEqual(unable.row(), [true, "failed", "hm1 does not know how to start it"]);
  const unknown = job(["up"]);
  unknown.see(0, undefined);
  unknown.see(3999, undefined);
  assert.equal(unknown.made.isOver, false);
  unknown.see(1, undefined);
  assert.match(String(unknown.row()), /^true,failed,hm1 does not know it/);
  const loop = job(["up"], { state: "start_at", nextLaunchSeconds: 1 });
  loop.see(0, { state: "start_at", nextLaunchSeconds: 1 });
  // The one it waited for before the request is none of these.
  for (const nextLaunchSeconds of [1, 2, 2, 3]) {
    loop.see(400, { state: "start_at", target: "up", nextLaunchSeconds });
  }
  assert.equal(loop.made.isOver, false);
  assert.match(String(loop.row()), /not up yet, it has ended 2 times/);
  loop.see(400, { state: "start_at", target: "up", nextLaunchSeconds: 4, lastError: "no such device" });
  assert.match(String(loop.row()), /^true,failed,not up yet, it has ended 3 times, .*: no such device$/);
});
