// deno-lint-ignore-file no-console -- the seed and the count of kills are what a run of this is for
/** The host manager is killed again and again at any moment: no child is lost or doubled, no target changes. @module */
import assert from "node:assert/strict";
import { OurRouter } from "../../helpers/our_router.ts";
import { Random } from "../../helpers/random_values.ts";
import { HostBed, IDLE } from "./host_manager_bed.ts";

const SECONDS = Number(Deno.env.get("OCS_KILL_SECONDS") ?? (Deno.env.get("OCS_SOAK") === "1" ? 600 : 60));
const CHILDREN = 20;

Deno.test("HostManager that is killed at random loses and doubles no child, and changes no target", async () => {
  const seed = Number(Deno.env.get("OCS_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed}, ${SECONDS} s`);
  const random = new Random(seed);
  const ids = Array.from({ length: CHILDREN }, (_, i) => `child${i}`);
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, ids.map((id) => ({ id, exe: IDLE })));
  /** What was asked for and confirmed. */
  const wanted = new Map(ids.map((id) => [id, "up"]));
  const end = performance.now() + SECONDS * 1000;
  let kills = 0;
  let asked = 0;
  await bed.start();
  await bed.untilState(ids, "up", 30_000);
  while (performance.now() < end) {
    // Some changes, the last of which may still be on its way when the manager dies.
    for (let n = random.below(4); n > 0; n--) {
      const id = ids[random.below(CHILDREN)] ?? "";
      const state = random.next() < 0.5 ? "up" : "down";
      const [, , session] = await bed.task("update", { requests: [[id, state]] });
      assert.equal(session.success, true);
      wanted.set(id, state);
      asked++;
    }
    // And a child that dies by itself, before or while nobody looks.
    if (random.next() < 0.4) {
      const victims = Object.values(bed.pids());
      const victim = victims[random.below(Math.max(1, victims.length))];
      if (victim !== undefined) Deno.kill(victim, "SIGKILL");
    }
    await new Promise((resolve) => setTimeout(resolve, random.next() ** 3 * 1500));
    const before = bed.pids();
    await bed.kill();
    kills++;
    await bed.start();
    const shown = await bed.until("the targets", ({ data }) => data.child_states.length === CHILDREN);
    const targets = new Map(shown.data.child_states.map((one) => [one.instance_id, one.target_state]));
    assert.deepEqual(targets, wanted, `seed ${seed}, after ${kills} kills`);
    // One process for each, and those that were to stay are the same.
    const seen = bed.children().map(({ outputPath }) => outputPath);
    assert.equal(new Set(seen).size, seen.length, `seed ${seed}, after ${kills} kills: ${seen}`);
    const after = bed.pids();
    for (const [id, pid] of Object.entries(before)) {
      const isSame = after[id] === undefined || after[id] === pid;
      assert.ok(isSame, `seed ${seed}, after ${kills} kills: ${id} was ${pid} and is ${after[id]}`);
    }
  }
  // In the end each is as it was asked to be.
  await bed.until(
    "all as wanted",
    ({ data }) => data.child_states.every((one) => one.next_action === wanted.get(one.instance_id)),
    90_000,
  );
  const up = [...wanted].filter(([, state]) => state === "up").map(([id]) => id);
  assert.deepEqual(Object.keys(bed.pids()).sort(), up.sort());
  assert.equal(bed.children().length, up.length);
  await bed.call("stop", "manager");
  await bed.call("wait", "manager");
  assert.deepEqual(bed.children(), []);
  console.log(`${kills} kills, ${asked} requests`);
});
