import assert from "node:assert/strict";
import { LAST_INDEX_FILE, LastIndex } from "../../../../hk/io/mod.ts";
import type { LastFeed } from "../../../../hk/mod.ts";
import { ManualClock } from "../../../../internal/manual_clock.ts";
import { FieldNotFoundError } from "../../../../verbs/errors.ts";
import { last } from "../../../../verbs/hk/last.ts";
import { type Look, PLAIN } from "../../../../verbs/look.ts";

function feed(agent: string, name = "temps"): LastFeed {
  const address = `observatory.${agent}.feeds.${name}`;
  return { address, sessionId: "1", freshSeconds: 60, frameSeconds: 60 };
}

/**
 * Ten minutes of recording: `good10` and `good9` land, `dead.temps` stopped 3 minutes before the end, `slow.temps` 20 s before,
 * `held.temps` is never written, and `off.temps` has a clock that is an hour behind.
 */
async function recorded(
  test: (
    bed: { readonly dataDir: string; readonly clock: ManualClock; readonly index: LastIndex },
  ) => Promise<void>,
): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  const clock = new ManualClock(1_790_000_000);
  const index = LastIndex.open(`${dataDir}/${LAST_INDEX_FILE}`, { clock });
  const note = (agent: string, { off = 0, isWritten = true } = {}) => {
    const samples = ["a", "b"].map((field) => ({
      field,
      kind: "float",
      value: 0.25,
      timeSeconds: clock.now() - off,
    } as const));
    index.note(feed(agent), samples);
    if (isWritten) index.wrote(feed(agent).address, samples, `${dataDir}/17900/1790000000.g3`);
  };
  try {
    for (let left = 600; left >= 0; left--) {
      note("good10");
      note("good9");
      if (left > 180) note("dead");
      if (left > 20) note("slow");
      note("held", { isWritten: false });
      note("off", { off: 3600 });
      if (left > 0) await clock.advance(1);
    }
    index.commit();
    await test({ dataDir, clock, index });
  } finally {
    index.close();
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("last() lists trouble first, then by name with numbers by value, and fails", () =>
  recorded(async ({ dataDir, clock }) => {
    const { result, data } = await last([], { dataDir, now: () => clock.now() });
    assert.equal(result, "failed");
    assert.deepEqual(data.fields.map(({ name, state }) => `${name} ${state}`), [
      "dead.temps.a stopped",
      "dead.temps.b stopped",
      "held.temps.a held",
      "held.temps.b held",
      "slow.temps.a late",
      "slow.temps.b late",
      "good9.temps.a landing",
      "good9.temps.b landing",
      "good10.temps.a landing",
      "good10.temps.b landing",
      "off.temps.a landing",
      "off.temps.b landing",
    ]);
    assert.deepEqual(data.recorder, {
      state: "recording",
      updated: 1_790_000_600,
      ageSeconds: 0,
      begun: 1_790_000_600,
    });
    assert.deepEqual(data.fields[0], {
      name: "dead.temps.a",
      address: "observatory.dead.feeds.temps",
      field: "a",
      kind: "float",
      value: 0.25,
      time: 1_790_000_419,
      ageSeconds: 181,
      arrived: 1_790_000_419,
      state: "stopped",
      silentSeconds: 181,
      limitSeconds: 60,
      usualGapSeconds: 1,
      freshSeconds: 60,
      frameSeconds: 60,
      file: `${dataDir}/17900/1790000000.g3`,
      written: 1_790_000_419,
      waitsSince: null,
      sessionId: "1",
    });
  }));

Deno.test("last() takes agents, feeds, fields, full addresses and patterns", () =>
  recorded(async ({ dataDir, clock }) => {
    const names = async (...patterns: string[]) => {
      const { result, data } = await last(patterns, { dataDir, now: () => clock.now() });
      return `${result}: ${data.fields.map(({ name }) => name).join(" ")}`;
    };
    assert.equal(await names("good9"), "ok: good9.temps.a good9.temps.b");
    assert.equal(await names("good9.temps"), "ok: good9.temps.a good9.temps.b");
    assert.equal(await names("good9.temps.b"), "ok: good9.temps.b");
    assert.equal(await names("observatory.good9.feeds.temps"), "ok: good9.temps.a good9.temps.b");
    assert.equal(await names("observatory.good9.feeds.temps.a"), "ok: good9.temps.a");
    assert.equal(await names("good*.a", "slow.temps.b"), "ok: slow.temps.b good9.temps.a good10.temps.a");
    assert.match(await names("b"), /^failed: dead.temps.b .* off.temps.b$/);
    await assert.rejects(names("good11"), (error) => {
      assert(error instanceof FieldNotFoundError);
      assert.match(
        error.message,
        /"good11": no agent, feed or field has such a name; did you mean "good10"\?/,
      );
      return true;
    });
  }));

Deno.test("last() says in words what is wrong and why", () =>
  recorded(async ({ dataDir, clock }) => {
    const { text } = await last([], { dataDir, now: () => clock.now() });
    const lines = text(PLAIN).split("\n");
    assert.equal(lines[0], "FIELD           VALUE  AGE        STATE    FILE");
    assert.equal(lines[1], "dead.temps.a    0.25   3.0 mins   stopped  17900/1790000000.g3");
    assert.equal(lines[3], "held.temps.a    0.25   0.0 s      held     -");
    assert.deepEqual(lines.slice(14), [
      "12 fields of 6 feeds: 2 stopped, 2 held, 2 late, 6 landing",
      `newest file: ${dataDir}/17900/1790000000.g3`,
      "stopped dead.temps (2 fields): silent for 3.0 mins, usually every 1.0 s; its feed counts as gone after 60.0 s",
      "held held.temps (2 fields): it comes, but is in no file for 10.0 mins; frames are 60.0 s long",
      "late slow.temps (2 fields): silent for 21.0 s, usually every 1.0 s",
      "landing off.temps (2 fields): its time is 60.0 mins behind the recorder's",
    ]);
  }));

Deno.test("last() says when the recorder is gone, and claims of nothing that it lands then", () =>
  recorded(async ({ dataDir, clock, index }) => {
    const look = async () => {
      const { result, data, text } = await last([], { dataDir, now: () => clock.now() });
      const states = [...new Set(data.fields.map(({ state }) => state))].join(" ");
      return { result, recorder: data.recorder.state, states, head: text(PLAIN).split("\n")[0] };
    };
    await clock.advance(60);
    assert.equal((await look()).recorder, "recording");
    await clock.advance(120);
    assert.deepEqual(await look(), {
      result: "failed",
      recorder: "silent",
      states: "stopped unknown",
      head: `The recorder of ${dataDir} has not been heard of for 3.0 mins; this is what came last.`,
    });
    index.close();
    await clock.advance(3600);
    const { recorder, head } = await look();
    assert.equal(recorder, "ended");
    assert.equal(head, `Recording into ${dataDir} was stopped 60.0 mins ago; this is what came last.`);
  }));

Deno.test("last() fits a narrow terminal, and keeps the end of long names", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    using index = LastIndex.open(`${dataDir}/${LAST_INDEX_FILE}`);
    const samples = Array.from({ length: 300 }, (_, i) => ({
      field: `A_long_name_of_a_channel_${i}`,
      kind: "string",
      value: "a text of more columns than there are\x1b[2J",
      timeSeconds: Date.now() / 1000,
    } as const));
    index.note(feed("an-agent-with-a-long-name", "and_a_feed_with_one"), samples);
    index.commit();
    const { text } = await last([], { dataDir });
    const narrow: Look = { columns: 80, style: PLAIN.style };
    const lines = text(narrow).split("\n");
    assert.deepEqual(lines.filter((line) => line.length > 80), []);
    assert.match(lines[1] ?? "", /^…\S*one\.A_long_name_of_a_channel_0 +a text of … +0\.\d s +landing$/);
    assert.equal(lines.length, 1 + 200 + 1 + 1 + 2);
    assert.match(lines[201] ?? "", /^… and 100 more; --all shows them/);
    assert.equal((await last([], { dataDir, all: true })).text(narrow).split("\n").length, 1 + 300 + 1 + 2);
    const whole = text(PLAIN);
    assert.ok(whole.includes("an-agent-with-a-long-name.and_a_feed_with_one.A_long_name_of_a_channel_299"));
    assert.ok(whole.includes("a text of more columns than there are ") && !whole.includes("\x1b"));
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
