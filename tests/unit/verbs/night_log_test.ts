import assert from "node:assert/strict";
import type { Logger } from "../../../internal/log.ts";
import { nightOf, parseNightEntry } from "../../../verbs/night_entry.ts";
import { type NewEntry, NightLog } from "../../../verbs/night_log.ts";

/** A noon in UTC. */
const NOON = Date.UTC(2026, 10, 26, 12) / 1000;

function typed(line: string, more: Partial<NewEntry> = {}): NewEntry {
  return { timeSeconds: NOON, line, kind: "verb", reply: "OK", outcome: "ok", durationSeconds: 0.1, ...more };
}

/** A night log in a folder of its own, and what it said. */
async function bed(
  run: (bed: { folder: string; path: string; said: string[]; open(): Promise<NightLog> }) => Promise<void>,
) {
  const folder = await Deno.makeTempDir({ prefix: "night_" });
  const said: string[] = [];
  const log: Logger = {
    info: (text) => said.push(text),
    warn: (text) => said.push(text),
    error: assert.fail,
  };
  const open = () => NightLog.open({ folder: `${folder}/ocs`, site: "site-1", who: "me@here", log });
  try {
    await run({ folder, path: `${folder}/ocs/site-1/2026-11-26.ndjson`, said, open });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function lines(night: NightLog, pattern = ""): Promise<string[]> {
  return (await night.search(pattern)).entries.map(({ n, line }) => `${n} ${line}`);
}

Deno.test("nightOf() is one night from noon to noon UTC", () => {
  assert.equal(nightOf(NOON), "2026-11-26");
  assert.equal(nightOf(NOON + 86_399), "2026-11-26");
  assert.equal(nightOf(NOON - 1), "2026-11-25");
});

Deno.test("NightLog keeps what was typed, one file a night, and counts on through nights and prompts", () =>
  bed(async ({ folder, path, said, open }) => {
    const night = await open();
    const first = await night.append(
      typed("start a.b --privs hunter2", { reply: "\x1b[32mOK\x1b[0m", targets: ["a.b"] }),
    );
    await night.append(typed("x = 1\ny = 2", { kind: "typescript", timeSeconds: NOON + 86_400 }));
    const later = await open();
    await later.append(typed("agents", { timeSeconds: NOON + 86_401, outcome: "interrupted" }));
    assert.deepEqual(await lines(later), ["1 start a.b --privs ***", "2 x = 1\ny = 2", "3 agents"]);
    const { session, ...rest } = first;
    assert.match(session, /^[0-9a-f]{8}$/);
    assert.deepEqual(rest, {
      n: 1,
      timeSeconds: NOON,
      kind: "verb",
      outcome: "ok",
      durationSeconds: 0.1,
      targets: ["a.b"],
      who: "me@here",
      line: "start a.b --privs ***",
      reply: "OK",
    });
    assert.deepEqual(await later.entry(1), first);
    assert.equal((await later.entry(2))?.line, "x = 1\ny = 2");
    assert.equal(await later.entry(4), undefined);
    assert.deepEqual(night.entries.map(({ n }) => n), [1, 2]);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(night.folder))).map(({ name }) => name).sort(), [
      "2026-11-26.ndjson",
      "2026-11-27.ndjson",
    ]);
    assert.equal((await Deno.readTextFile(path)).split("\n").length, 2);
    if (Deno.build.os !== "windows") {
      assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
      assert.equal((await Deno.stat(`${folder}/ocs/site-1`)).mode! & 0o777, 0o700);
    }
    assert.deepEqual(said, []);
  }));

Deno.test("NightLog.search() looks into line, reply, writer and outcome, since a time, newest up to a limit", () =>
  bed(async ({ open }) => {
    const night = await open();
    for (let at = 0; at < 50; at++) {
      await night.append(typed(`start faker${at}.acq`, {
        timeSeconds: NOON + at * 3600,
        reply: at === 7 ? "Cannot (start) it" : "OK",
        outcome: at === 9 ? "timeout" : "ok",
      }));
    }
    assert.deepEqual(await lines(night, "FAKER7."), ["8 start faker7.acq"]);
    assert.deepEqual(await lines(night, "(start)"), ["8 start faker7.acq"]);
    assert.deepEqual(await lines(night, "timeout"), ["10 start faker9.acq"]);
    assert.deepEqual(await lines(night, "start*49*acq"), ["50 start faker49.acq"]);
    assert.deepEqual(await lines(night, "start.faker"), []);
    const since = await night.search("", { sinceSeconds: NOON + 22 * 3600, limit: 3 });
    assert.deepEqual(since.entries.map(({ n }) => n), [48, 49, 50]);
    assert.equal(
      (await night.search("acq", { sinceSeconds: NOON + 22 * 3600, limit: 99 })).entries.length,
      28,
    );
    assert.equal((await night.search("me@here", { limit: 99 })).entries.length, 50);
  }));

Deno.test("NightLog passes over torn and foreign lines, and goes on behind them", () =>
  bed(async ({ path, open }) => {
    const night = await open();
    const whole = await night.append(typed("one"));
    const text = JSON.stringify({ ...whole, n: 99 });
    const foreign = [
      '{"n":1}',
      "null",
      "[]",
      "\u0000\u0000",
      "{".repeat(5000),
      JSON.stringify({ ...whole, n: "7" }),
      "",
    ];
    await Deno.writeTextFile(path, `${foreign.join("\n")}\n${text.slice(0, -3)}`, { append: true });
    await Deno.writeFile(path, new Uint8Array([0xff, 0xfe, 0xc3]), { append: true });
    assert.equal((await night.append(typed("two"))).n, 2);
    const { entries, damagedLines } = await (await open()).search("");
    assert.deepEqual(entries.map(({ line }) => line), ["one", "two"]);
    assert.equal(damagedLines, 7);
    assert.ok((await Deno.readTextFile(path)).includes(text.slice(0, -3)), "what was torn is left as it is");
  }));

Deno.test("NightLog takes lines of any characters and replies of any length", () =>
  bed(async ({ open }) => {
    const night = await open();
    const odd = 'a\n\r\u2028\u0000\ud800"\\\u{1f52d} ä \x7f';
    await night.append(typed(odd, { kind: "typescript", reply: `start${"x".repeat(100_000)}end` }));
    await night.append(typed("y".repeat(300_000)));
    await night.append(typed("last"));
    const [first, second, third] = (await (await open()).search("")).entries;
    assert.equal(first?.line, odd);
    assert.match(first?.reply ?? "", /^startx+\n… 98008 more characters …\nx+end$/);
    assert.equal(second?.line.length, 300_000);
    assert.equal(third?.n, 3);
  }));

Deno.test("NightLog that cannot write says so once, remembers, and says when it can again", () =>
  bed(async ({ folder, said, open }) => {
    // A file where the folder is to be: nobody can write there, not even root.
    await Deno.writeTextFile(`${folder}/ocs`, "in the way");
    const night = await open();
    await night.append(typed("one"));
    const second = await night.append(typed("two"));
    assert.equal(second.n, 2);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^Cannot keep the night log in .*site-1": .*remembered in this prompt only$/);
    assert.deepEqual(night.entries.map(({ line }) => line), ["one", "two"]);
    assert.equal((await night.entry(2))?.line, "two");
    await Deno.remove(`${folder}/ocs`);
    await Deno.mkdir(night.folder, { recursive: true });
    assert.equal((await night.append(typed("three"))).n, 3);
    assert.match(said[1] ?? "", /is kept again$/);
    assert.deepEqual(await lines(night), ["3 three"]);
  }));

Deno.test({
  name: "NightLog on a full disk says so once and goes on",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    bed(async ({ path, said, open }) => {
      const night = await open();
      await Deno.symlink("/dev/full", path);
      for (let n = 1; n <= 3; n++) assert.equal((await night.append(typed("agents"))).n, n);
      assert.equal(said.length, 1);
      assert.match(said[0] ?? "", /No space left/);
    }),
});

Deno.test("NightLog finds its way through a hundred thousand entries", () =>
  bed(async ({ path, open }) => {
    const night = await open();
    const entry = await night.append(typed("agents"));
    const reply = "an ordinary reply of an agent ".repeat(8);
    const many = Array.from({ length: 100_000 }, (_, at) =>
      JSON.stringify({ ...entry, n: at + 2, line: `start faker${at}.acq`, reply }));
    await Deno.writeTextFile(path, `${many.join("\n")}\n`, { append: true });
    const started = performance.now();
    assert.deepEqual(await lines(night, "faker99998."), ["100000 start faker99998.acq"]);
    assert.equal((await night.search("")).entries.at(-1)?.n, 100_001);
    assert.equal((await night.entry(50_000))?.line, "start faker49998.acq");
    assert.equal((await night.append(typed("agents"))).n, 100_002);
    // A bound for a loaded machine, ten times what it takes; a search that is not linear takes minutes.
    assert.ok(performance.now() - started < 20_000);
  }));

Deno.test("parseNightEntry() takes what NightLog writes and nothing else", () => {
  const entry = {
    n: 1,
    timeSeconds: 2,
    who: "a@b",
    session: "s",
    line: "l",
    kind: "verb",
    reply: "",
    outcome: "ok",
    durationSeconds: 0,
  };
  assert.deepEqual(parseNightEntry(JSON.stringify(entry)), entry);
  for (
    const wrong of [{ n: 1.5 }, { timeSeconds: "2" }, { kind: "other" }, { outcome: "fine" }, {
      targets: [1],
    }, { line: 3 }]
  ) {
    assert.equal(parseNightEntry(JSON.stringify({ ...entry, ...wrong })), undefined);
  }
});
