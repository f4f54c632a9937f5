import assert from "node:assert/strict";
import { Spool, type SpoolLoss } from "../../../agents/influxdb_publisher/spool.ts";

/** A point with a line break in it. */
const TWO_LINES = 'm b="two\nlines" 2';

/** Runs with a folder that is removed afterwards. */
async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "spool_" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function open(folder: string, losses: SpoolLoss[] = [], limitBytes = 1e6): Promise<Spool> {
  return Spool.open({ folder, limitBytes, onLoss: (loss) => void losses.push(loss) });
}

async function filesOf(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).filter((name) =>
    name !== "lock"
  ).sort();
}

Deno.test("Spool gives back what was appended, in its order, and removes files that have been sent", () =>
  inFolder(async (folder) => {
    await using spool = await open(folder);
    assert.equal(await spool.read(10), undefined);
    await spool.append(["m a=1 1", TWO_LINES], 100);
    await spool.append(["m c=1i 3"], 101);
    await spool.append(["m d=1i 4"], 102);
    assert.deepEqual([spool.points, spool.sinceSeconds], [4, 100]);
    const first = await spool.read(3);
    assert.deepEqual(first?.lines, ["m a=1 1", TWO_LINES, "m c=1i 3"]);
    assert.deepEqual((await spool.read(1))?.lines, ["m a=1 1", TWO_LINES], "a record is never cut");
    assert.deepEqual((await spool.read(1, first?.end))?.lines, ["m d=1i 4"]);
    if (first !== undefined) await spool.advance(first.end);
    assert.equal(spool.points, 1);
    const last = await spool.read(10);
    assert.deepEqual(last?.lines, ["m d=1i 4"]);
    if (last !== undefined) await spool.advance(last.end);
    assert.deepEqual([spool.points, spool.bytes, await filesOf(folder)], [0, 0, []]);
    await spool.append(["e"], 103);
    assert.deepEqual((await spool.read(10))?.lines, ["e"]);
  }));

Deno.test("Spool finds what an earlier run has left, wherever that was cut off", () =>
  inFolder(async (folder) => {
    {
      await using spool = await open(folder);
      await spool.append(["a", "b"], 100);
      await spool.append(["c".repeat(50)], 101);
    }
    const [name = ""] = await filesOf(folder);
    const whole = await Deno.readFile(`${folder}/${name}`);
    const second = new TextDecoder().decode(whole).lastIndexOf("#points");
    for (let size = 0; size <= whole.length; size++) {
      for (const found of await filesOf(folder)) await Deno.remove(`${folder}/${found}`);
      await Deno.writeFile(`${folder}/${name}`, whole.subarray(0, size));
      await using spool = await open(folder);
      const expected = size === whole.length ? ["a", "b", "c".repeat(50)] : size >= second ? ["a", "b"] : [];
      assert.equal(spool.points, expected.length, `cut at ${size}`);
      await spool.append(["new"], 200);
      const batch = await spool.read(100);
      const more = batch === undefined ? undefined : await spool.read(100, batch.end);
      assert.deepEqual([...batch?.lines ?? [], ...more?.lines ?? []], [...expected, "new"], `cut at ${size}`);
      const isCut = ![0, second, whole.length].includes(size);
      assert.equal(spool.unfinished.length, isCut ? 1 : 0, `cut at ${size}`);
    }
  }));

Deno.test("Spool tells once of points that were spoilt on the disk, sends the others, and keeps the file aside", () =>
  inFolder(async (folder) => {
    const losses: SpoolLoss[] = [];
    {
      await using spool = await open(folder);
      await spool.append(["first"], 100);
      await spool.append(["second", "spoilt"], 101);
      await spool.append(["third"], 102);
    }
    const [name = ""] = await filesOf(folder);
    const text = await Deno.readTextFile(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/${name}`, text.replace("spoilt", "spoi1t"));
    await using spool = await open(folder, losses);
    await spool.read(100);
    const batch = await spool.read(100);
    assert.deepEqual(batch?.lines, ["first", "third"]);
    assert.deepEqual(losses.map(({ points, cause }) => [points, cause]), [[
      2,
      `damaged in ${folder}/${name}`,
    ]]);
    if (batch !== undefined) await spool.advance(batch.end);
    assert.deepEqual(await filesOf(folder), [`${name}.damaged`]);
    assert.equal(spool.points, 0);
  }));

Deno.test("Spool passes over a file in which nothing can be read", () =>
  inFolder(async (folder) => {
    const losses: SpoolLoss[] = [];
    {
      await using spool = await open(folder);
      await spool.append(["only"], 100);
    }
    const [name = ""] = await filesOf(folder);
    const text = await Deno.readTextFile(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/${name}`, text.replace("only", "0nly"));
    await using spool = await open(folder, losses);
    assert.equal(await spool.read(100), undefined);
    assert.deepEqual([spool.points, losses.length], [0, 1]);
  }));

Deno.test("Spool gives up the oldest file beyond its limit, and counts only what was not sent", () =>
  inFolder(async (folder) => {
    const losses: SpoolLoss[] = [];
    await using spool = await open(folder, losses, 16_000);
    const line = "x".repeat(400);
    await spool.append([line, line], 100);
    const sent = await spool.read(1);
    if (sent !== undefined) await spool.advance(sent.end);
    let appended = 2;
    for (let i = 0; i < 50; i++, appended++) await spool.append([line], 101 + i);
    const lost = losses.reduce((sum, { points }) => sum + points, 0);
    assert.ok(lost > 0 && spool.bytes <= 16_000);
    assert.equal(spool.points + lost + 2, appended);
    // A request that was under way for a file that is gone changes nothing.
    const { points } = spool;
    if (sent !== undefined) await spool.advance(sent.end);
    assert.equal(spool.points, points);
  }));

Deno.test("Spool.open() refuses a folder that another one has open", () =>
  inFolder(async (folder) => {
    await using _spool = await open(folder);
    await assert.rejects(open(folder), /^Error: Cannot use folder ".*": another program has it open$/);
  }));

Deno.test("Spool tells of files that somebody has removed, and goes on", () =>
  inFolder(async (folder) => {
    const losses: SpoolLoss[] = [];
    const inside = `${folder}/spool`;
    await using spool = await open(inside, losses);
    await spool.append(["a"], 100);
    await spool.append(["b"], 101);
    const first = await spool.read(1);
    if (first !== undefined) await spool.advance(first.end);
    await Deno.remove(inside, { recursive: true });
    assert.equal(await spool.read(1), undefined);
    assert.deepEqual([spool.points, losses.map(({ points, fromSeconds }) => [points, fromSeconds])], [0, [[
      1,
      100,
    ]]]);
    assert.match(losses[0]?.cause ?? "", /^somebody has removed .*000000000001\.points$/);
    await spool.append(["c"], 102);
    const last = await spool.read(1);
    assert.deepEqual(last?.lines, ["c"]);
    for (const name of await filesOf(inside)) await Deno.remove(`${inside}/${name}`);
    if (last !== undefined) await spool.advance(last.end);
    assert.deepEqual([spool.points, losses.length], [0, 1], "what had been sent is not lost");
  }));
