import assert from "node:assert/strict";
import { stopSignals } from "../../../internal/stop_signals.ts";
import { Router } from "../../../router/mod.ts";
import { freePort } from "../../helpers/free_port.ts";
import { within } from "../../helpers/until.ts";
import { isAlive, jsonLines, startOcs } from "./ocs_program.ts";

/** What the demos of this file record, side by side: no demo minds another one's files. */
const DATA = await Deno.makeTempDir({ prefix: "demo_data_" });
Deno.test.afterAll(() => Deno.remove(DATA, { recursive: true }));

/** The tour waits for things that take their time; a loaded machine adds to it. */
const TOUR_MS = 60_000;

Deno.test("ocs demo --once shows real replies and ends with 0", async () => {
  const port = freePort();
  await using demo = startOcs(["demo", "--data-dir", DATA, "--once", "--port", String(port)]);
  const { code, stdout, stderr } = await within(demo.ended, TOUR_MS, "the end of the demo");
  assert.equal(code, 0, stderr);
  assert.ok(stdout.includes(`ws://127.0.0.1:${port}/ws`));
  assert.match(stdout, /OCSReply: OK : Started task "delay_task"\./);
  assert.match(stdout, /OCSReply: OK : Operation "delay_task" is currently not running \(SUCCEEDED\)\./);
  assert.match(stdout, /requested_delay: 1/);
  assert.equal(stdout.match(/^ +\d\d:\d\d:\d\d +ch\w* -?\d+\.\d+/gm)?.length, 3);
  assert.match(stdout, /OCSReply: OK : Started task "run"\./);
  assert.match(stdout, /^ {2}\d\d:\d\d:\d\d {2}band 4: find_freq\n.*band 4: setup_notches$/m);
  assert.match(stdout, /OCSReply: OK : Operation "run" is currently not running \(SUCCEEDED\)\./);
  assert.match(stdout, /num_active_channels: 425/);
  assert.match(stdout, /^ {2}> hk last faker1\.false_temperatures --data-dir /m);
  assert.equal(
    stdout.match(/^ {2}faker1\.false_temperatures\.channel_0\d +\S+ +\S+ s +landing/gm)?.length,
    4,
  );
  assert.match(
    stdout,
    /^ {2}> g3 plot \S+\.g3 faker1\.false_temperatures\.channel_00\n[^]*[\u2801-\u28ff]{3}/m,
  );
  assert.equal(stderr, "");
  // deno-lint-ignore no-control-regex -- Colours are what must not be in a pipe.
  assert.doesNotMatch(stdout, /\u001b/);
  const tooLong = stdout.split("\n").filter((line) => line.replace(DATA, "ocs-data").length > 80);
  assert.deepEqual(tooLong, [], "lines that do not fit 80 columns");
});

Deno.test("ocs demo --once --json prints one JSON object a step", async () => {
  await using demo = startOcs(["demo", "--data-dir", DATA, "--once", "--json", "--port", String(freePort())]);
  const { code, stdout } = await within(demo.ended, TOUR_MS, "the end of the demo");
  assert.equal(code, 0);
  const steps = jsonLines(stdout).filter((line) => line["event"] === "step");
  assert.equal(steps.length, 10);
  const [started, waited, data, readings, running, messages, ran, tuned, landing, plotted] = steps.map((
    step,
  ) => step["result"]);
  assert.ok(Array.isArray(started) && started[0] === 0 && started[1] === 'Started task "delay_task".');
  assert.ok(Array.isArray(waited) && waited[2].success === true);
  assert.equal(Object(data).requested_delay, 1);
  assert.ok(Array.isArray(readings) && readings.length === 3);
  assert.equal(typeof readings[0].channel_00, "number");
  assert.ok(Array.isArray(running) && running[1] === 'Started task "run".');
  assert.ok(Array.isArray(messages) && messages.some(([, text]) => text === "band 4: tracking_setup"));
  assert.ok(Array.isArray(ran) && ran[2].success === true);
  assert.deepEqual(tuned, {
    stand_in: true,
    bands: { 4: { resonators: 440, channels: 425 } },
    step: "done",
    num_active_channels: 425,
  });
  assert.equal(Object(landing).fields.length, 4);
  assert.ok(Object(landing).fields.every(({ state }: { state: unknown }) => state === "landing"));
  assert.ok(JSON.stringify(plotted).includes("channel_00"));
});

Deno.test("ocs demo takes the next port when its own is taken, and says so", async () => {
  await using router = await Router.start({ port: freePort() });
  await using demo = startOcs(["demo", "--data-dir", DATA, "--once", "--port", String(router.port)]);
  const { code, stdout } = await within(demo.ended, TOUR_MS, "the end of the demo");
  assert.equal(code, 0);
  const [, taken, port] = /^Ports? (\d+).* taken .* on port (\d+)\.$/m.exec(stdout) ?? assert.fail(stdout);
  assert.equal(taken, String(router.port));
  assert.notEqual(port, taken);
});

for (const signal of stopSignals()) {
  Deno.test(`ocs demo stays up until ${signal} and takes its site file with it`, async () => {
    const port = freePort();
    await using demo = startOcs(["demo", "--data-dir", DATA, "--port", String(port)]);
    await demo.untilLog(/It stays up/, TOUR_MS);
    const [, folder = ""] = /OCS_CONFIG_DIR=(\S+)/.exec(demo.stdout) ?? assert.fail(demo.tail());
    assert.ok((await Deno.stat(`${folder}/default.yaml`)).isFile);
    // What it tells the reader to do in another terminal works.
    await using start = startOcs(["start", "faker1.delay_task", "delay=0.2", "--wait", "--json"], {
      OCS_CONFIG_DIR: folder,
    });
    const { code, stdout, stderr } = await within(start.ended, 15_000, "the end of ocs start");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"delay_so_far"/);
    demo.signal(signal);
    const end = await within(demo.ended, 12_000, "the end of the demo");
    assert.equal(end.code, 0, end.stderr);
    await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  });
}

Deno.test("ocs demo takes one Ctrl-C for one, also when npx or deno task passes it on a second time", async () => {
  await using demo = startOcs(["demo", "--data-dir", DATA, "--port", String(freePort())]);
  await demo.untilLog(/It stays up/, TOUR_MS);
  const [, folder = ""] = /OCS_CONFIG_DIR=(\S+)/.exec(demo.stdout) ?? assert.fail(demo.tail());
  demo.signal("SIGINT");
  demo.signal("SIGINT");
  const end = await within(demo.ended, 12_000, "the end of the demo");
  assert.equal(end.code, 0, end.stderr);
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
});

Deno.test("ocs demo interrupted on its tour ends with 0 and leaves no site file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "demo_test_" });
  try {
    await using demo = startOcs(["demo", "--data-dir", DATA, "--port", String(freePort())], {
      TMPDIR: folder,
    });
    await demo.untilLog("Start a task");
    demo.signal("SIGINT");
    const { code, stderr } = await within(demo.ended, 12_000, "the end of the demo");
    assert.equal(code, 0, stderr);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ocs demo interrupted while its script runs ends the script with it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "demo_test_" });
  try {
    await using demo = startOcs(["demo", "--data-dir", DATA, "--port", String(freePort())], {
      TMPDIR: folder,
    });
    await demo.untilLog("band 4: find_freq", TOUR_MS);
    assert.equal(await programsWith(folder), 1);
    demo.signal("SIGINT");
    const { code, stderr } = await within(demo.ended, 15_000, "the end of the demo");
    assert.equal(code, 0, stderr);
    assert.equal(await programsWith(folder), 0);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** How many programs have a path on their command line. */
async function programsWith(path: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || !await isAlive(Number(name))) continue;
    const words = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (words.includes(path)) count++;
  }
  return count;
}
