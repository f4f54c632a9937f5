import assert from "node:assert/strict";
import { type NewEntry, NightLog } from "../../../verbs/night_log.ts";
import { Program } from "../../helpers/process.ts";

const WRITER = new URL("programs/night_writer.ts", import.meta.url).href;
const LINES = 150;

function typed(line: string): NewEntry {
  return { timeSeconds: 1_795_000_000, line, kind: "verb", reply: "", outcome: "ok", durationSeconds: 0 };
}

Deno.test("NightLog is written by several prompts at once, each line whole and with a number of its own", async () => {
  const folder = await Deno.makeTempDir({ prefix: "night_" });
  try {
    const names = ["ann", "bob", "cyd"];
    await Promise.all(names.map((name) =>
      Program.run({
        name: `the writer ${name}`,
        command: Deno.execPath(),
        args: ["run", "-A", "--quiet", WRITER, folder, name, String(LINES)],
      })
    ));
    const said: string[] = [];
    const log = { info: assert.fail, warn: (text: string) => said.push(text), error: assert.fail };
    const night = await NightLog.open({ folder, site: "site-1", who: "me", log });
    const { entries, damagedLines } = await night.search("", { limit: 1000 });
    assert.equal(damagedLines, 0);
    assert.deepEqual(entries.map(({ n }) => n), Array.from({ length: 3 * LINES }, (_, at) => at + 1));
    for (const name of names) {
      const own = entries.filter(({ who }) => who === name);
      assert.deepEqual(
        own.map(({ line }) => line.split(" ")[1]),
        Array.from({ length: LINES }, (_, at) => String(at)),
      );
      assert.equal(new Set(own.map(({ session }) => session)).size, 1);
    }
    assert.equal((await night.append(typed("on"))).n, 3 * LINES + 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "NightLog on a disk that fills up keeps what fitted, and goes on when there is room again",
  // Only root may mount a small disk.
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  async fn(context) {
    const folder = await Deno.makeTempDir({ prefix: "night_" });
    const mount = await new Deno.Command("mount", {
      args: ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder],
      stderr: "piped",
    }).output();
    try {
      if (!mount.success) {
        // A container need not allow it even to root; the full disk of the unit tests is there all the same.
        await context.step({ name: "no tmpfs here", ignore: true, fn() {} });
        return;
      }
      const said: string[] = [];
      const log = {
        info: (text: string) => said.push(text),
        warn: (text: string) => said.push(text),
        error() {},
      };
      const night = await NightLog.open({ folder, site: "site-1", who: "me", log });
      for (let at = 0; at < 40; at++) await night.append(typed(`${at} ${"x".repeat(3000)}`));
      assert.equal(said.length, 1, said.join("\n"));
      const before = await night.search("", { limit: 1000 });
      assert.ok(before.entries.length > 5 && before.entries.length < 40, String(before.entries.length));
      const room = await new Deno.Command("mount", { args: ["-o", "remount,size=1m", folder] }).output();
      assert.ok(room.success);
      assert.equal((await night.append(typed("room again"))).n, 41);
      const after = await night.search("", { limit: 1000 });
      assert.deepEqual(after.entries.map(({ n }) => n), [...before.entries.map(({ n }) => n), 41]);
      assert.match(said[1] ?? "", /is kept again$/);
    } finally {
      if (mount.success) await new Deno.Command("umount", { args: [folder] }).output();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
