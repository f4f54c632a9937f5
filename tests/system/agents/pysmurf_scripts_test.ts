import assert from "node:assert/strict";
import { untilTrue } from "../../helpers/until.ts";
import { outcome, pythonTests, SCRIPTS, startController } from "./controller_bed.ts";

const test = await pythonTests();

test("CTL-1: run executes Python unbuffered, without a shell, with closed input and the agent's environment", async (python) => {
  await using bed = await startController({ options: { python, slot: 7 } });
  const args = ["--report", "a b", "$HOME", 3, 0.5, true, null];
  await bed.agent.start("run", { script: `${SCRIPTS}/chatty.py`, args });
  await bed.untilData("last");
  const reply = await bed.end();
  assert.deepEqual(outcome(reply), [true, "Script has finished with exit code 0"]);
  const { environment, ...data } = reply.session.data ?? {};
  assert.deepEqual(data, {
    args: ["--report", "a b", "$HOME", "3", "0.5", "True", "None"],
    cwd: Deno.cwd(),
    stdin_closed: true,
    unbuffered: true,
    executable: python,
    last: "published just before exit",
  });
  assert.deepEqual(environment, { ...bed.monitor.publisherEnv("crate1slot2"), SLOT: "7" });
});

test("CTL-2: run of a script that raises, exits or dies fails, and what it has published stays", async (python) => {
  await using bed = await startController({ options: { python } });
  const ends: unknown[] = [];
  for (const args of [["--after", 0], ["--after", 0, "--exit", 3], ["--after", 0, "--signal", 9]]) {
    await bed.agent.start("run", { script: `${SCRIPTS}/failing.py`, args });
    await bed.untilData("before");
    const reply = await bed.end();
    assert.equal(reply.session.data?.["before"], "published before the failure");
    ends.push(outcome(reply)[1]);
  }
  assert.deepEqual(ends, [1, 3, "None"].map((code) => `Script has finished with exit code ${code}`));
  // The reference garbles the braces of this text (smurf B22).
  assert.ok(bed.texts("error").includes("RuntimeError: PV timeout on AMCc:FpgaTopLevel:{band}:etaScan"));
});

test("CTL-6: a script that writes megabytes succeeds in every log mode", async (python) => {
  await using bed = await startController({ options: { python } });
  for (const log of [false, `${bed.folder}/chatty.log`, true]) {
    await bed.agent.start("run", { script: `${SCRIPTS}/chatty.py`, args: ["--kilobytes", 1000], log });
    assert.deepEqual(outcome(await bed.end()), [true, "Script has finished with exit code 0"]);
  }
  const file = (await Deno.readTextFile(`${bed.folder}/chatty.log`)).split("\n");
  for (const number of [0, 500, 999]) {
    const start = String(number).padStart(8, "0");
    const out = `chatty.py: ${start} ${"o".repeat(1014)}`;
    const err = `${start} ${"e".repeat(1014)}`;
    assert.ok(bed.texts("info").includes(out) && bed.texts("error").includes(err));
    assert.ok(file.some((line) => line.slice(27) === out) && file.some((line) => line.slice(27) === err));
  }
  assert.equal(bed.texts("error").filter((text) => /^\d{8} e+$/.test(text)).length, 1000);
});

test("smurf B24: bad UTF-8, cut characters, braces and lines without end are logged, and the script lives", async (python) => {
  await using bed = await startController({ options: { python } });
  await bed.agent.start("run", { script: `${SCRIPTS}/chatty.py`, args: ["--awkward"] });
  assert.deepEqual(outcome(await bed.end()), [true, "Script has finished with exit code 0"]);
  const info = bed.texts("info");
  for (
    const text of [
      "braces {not_a_field} {} {0} %s %d",
      "bad utf-8 \ufffd\ufffd\ufffd after",
      "café µK",
      "half € whole",
      "no newline at the end",
    ]
  ) {
    assert.ok(info.includes(`chatty.py: ${text}`), text);
  }
  assert.deepEqual(bed.texts("error"), ["first line on stderr", "braces {on_stderr} {} {0}"]);
  const long = info.filter((text) => /^chatty\.py: x+$/.test(text));
  assert.equal(long.map((text) => text.slice("chatty.py: ".length)).join("").length, 200_000);
});

test("CTL-8: what a script publishes shows while it runs, with 60 kB at once, NaN and infinities as null", async (python) => {
  await using bed = await startController({ options: { python } });
  const args = ["--large", 60_000, "--nan", "--infinity", "--seconds", 600];
  await bed.agent.start("run", { script: `${SCRIPTS}/chatty.py`, args });
  await bed.untilData("count");
  const { session } = await bed.agent.status("run");
  assert.equal(session.status, "running");
  const { large, ...data } = session.data ?? {};
  assert.equal(String(large).length, 60_000);
  assert.deepEqual({ ...data, count: 0 }, {
    nan: null,
    text: "Infinity",
    nested: { a: [null, 1.5] },
    inf: null,
    minus: null,
    count: 0,
  });
  await bed.agent.start("abort");
  await bed.end();
});

test("CTL-11, 18: tune_squids shows progress in its messages and leaves its results in the session data", async (python) => {
  await using bed = await startController({
    options: { python, tuneScript: `${SCRIPTS}/tune_squids.py`, slot: 4 },
  });
  const args = ["--bands", 0, 1, "--step-seconds", 0.01, "--out-dir", `${bed.folder}/out`];
  await bed.agent.start("tune_squids", { args });
  await bed.untilData("finished", "tune_squids");
  const reply = await bed.end("tune_squids");
  assert.deepEqual(outcome(reply), [true, "Script has finished with exit code 0"]);
  const data = reply.session.data ?? {};
  assert.deepEqual(data["bands"], {
    0: { resonators: 200, median_white_noise: 71.5 },
    1: { resonators: 201, median_white_noise: 72.5 },
  });
  assert.match(String(data["tunefile"]), /_tune\.npy$/);
  const texts = reply.session.messages?.map(([, text]) => text) ?? [];
  assert.ok(texts.includes("band 0 tuned") && texts.includes("band 1 tuned"));
  assert.ok(bed.texts("info").includes("tune_squids.py: Tuning slot 4, bands [0, 1]"));
});

test("CTL-7: abort ends a script that ignores every signal it can, with the program it has started", async (python) => {
  await using bed = await startController({ options: { python } });
  const beat = `${bed.folder}/beat`;
  await bed.agent.start("run", { script: `${SCRIPTS}/stubborn.py`, args: ["--beat", beat, "--child"] });
  const read = (file: string) => untilTrue(() => Deno.readTextFile(file), { what: file, timeoutMs: 30_000 });
  await Promise.all([read(beat), read(`${beat}.child`)]);
  await bed.agent.start("abort");
  assert.deepEqual(outcome(await bed.end()), [false, "Script has finished with exit code None"]);
  // Whoever lives touches its file ten times a second.
  for (const file of [beat, `${beat}.child`]) {
    await untilTrue(async () => {
      const before = await Deno.readTextFile(file);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return await Deno.readTextFile(file) === before;
    }, { what: `the end of whoever writes ${file}` });
  }
});
