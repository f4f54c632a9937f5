import assert from "node:assert/strict";
import { changedLines } from "../../../scripts/api.ts";
import { cached } from "../../helpers/cache.ts";
import { Program } from "../../helpers/process.ts";
import { DeadlineError, untilTrue, within } from "../../helpers/until.ts";

Deno.test("untilTrue() gives what the condition gave, and takes an error for not yet", async () => {
  let looks = 0;
  const found = await untilTrue(() => {
    if (++looks < 3) throw new Error("not yet");
    return "there";
  }, { pollMs: 1 });
  assert.deepEqual([found, looks], ["there", 3]);
});

Deno.test("untilTrue() and within() end at their deadline, and say what did not come", async () => {
  await assert.rejects(
    untilTrue(() => Promise.reject(new Error("the reason")), { timeoutMs: 5, pollMs: 1, what: "the moon" }),
    (error: unknown) => {
      assert(error instanceof DeadlineError && error.cause instanceof Error);
      return /the moon/.test(error.message) && error.cause.message === "the reason";
    },
  );
  await assert.rejects(within(new Promise(() => {}), 5, "the moon"), DeadlineError);
});

Deno.test("Program.stop() ends a program that ignores SIGTERM, together with its children", async () => {
  const program = Program.start({
    name: "stubborn",
    command: "bash",
    args: ["-c", "trap '' TERM; sleep 1000 & echo child $!; wait; sleep 1000"],
    graceMs: 50,
  });
  await program.untilLog(/child \d+/);
  const child = Number(/child (\d+)/.exec(program.log)?.[1]);
  await program.stop();
  assert.equal(program.running, false);
  await untilTrue(async () => !(await Deno.stat(`/proc/${child}/stat`).catch(() => false)), {
    what: "the child gone",
  });
});

Deno.test("Program.until() tells at once when the program has ended, and shows its last words", async () => {
  await using program = Program.start({
    name: "brief",
    command: "bash",
    args: ["-c", "echo last words; exit 3"],
  });
  await assert.rejects(program.untilLog("never", 60_000), /ended with code 3[^]*last words/);
});

Deno.test("Program.run() refuses a non-zero exit and a program that stays", async () => {
  const run = (script: string) =>
    Program.run({ name: "script", command: "bash", args: ["-c", script], timeoutMs: 300, graceMs: 10 });
  await assert.rejects(run("echo why >&2; exit 1"), /code 1[^]*why/);
  await assert.rejects(run("echo busy; sleep 1000"), /still there after 300 ms[^]*busy/);
  assert.equal((await run("echo done")).stdout, "done\n");
});

Deno.test("cached() makes a folder once for all who ask at the same time, and anew after a failure", async () => {
  const before = Deno.env.get("XDG_CACHE_HOME");
  const home = await Deno.makeTempDir();
  Deno.env.set("XDG_CACHE_HOME", home);
  try {
    let made = 0;
    await assert.rejects(cached("thing", () => Promise.reject(new Error("no network"))), /no network/);
    const make = async (folder: string) => {
      made++;
      await Deno.writeTextFile(`${folder}/file`, "content");
    };
    const folders = await Promise.all([cached("thing", make), cached("thing", make), cached("thing", make)]);
    assert.equal(new Set(folders).size, 1);
    assert.equal(made, 1);
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
    else Deno.env.set("XDG_CACHE_HOME", before);
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("changedLines() marks what came and what went", () => {
  assert.deepEqual(changedLines("a\nb", "b\nc"), ["-a", "+c"]);
  assert.deepEqual(changedLines("a", "a"), []);
});
