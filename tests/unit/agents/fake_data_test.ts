import assert from "node:assert/strict";
import {
  acquire,
  type AcquireOptions,
  type Readings,
  type Report,
} from "../../../agents/fake_data/acquire.ts";
import { delay } from "../../../agents/fake_data/delay.ts";
import { FakeChannels } from "../../../agents/fake_data/fake_channels.ts";
import { ManualClock, sleep } from "../../../framework/mod.ts";
import { SILENT } from "../../../internal/log.ts";

Deno.test("FakeChannels numbers its channels with two digits and stays near 0.1", () => {
  const channels = new FakeChannels(101);
  assert.equal(channels.names[0], "channel_00");
  assert.equal(channels.names[100], "channel_100");
  for (const samples of Object.values(channels.read(50))) {
    assert.equal(samples.length, 50);
    assert.ok(samples.every((value) => Math.abs(value - 0.1) <= 0.005));
  }
});

Deno.test("FakeChannels walks at most 0.003 per report", () => {
  // The largest step every time, and noise of the same sign.
  const channels = new FakeChannels(1, () => 1);
  for (const report of [1, 2, 3]) {
    const [value = NaN] = channels.read(1)["channel_00"] ?? [];
    assert.ok(Math.abs(value - (0.1 + report * 0.003 + 0.002)) < 1e-12);
  }
});

/** Runs `acquire` on a clock that stands still until it is moved. */
function run(changes: Partial<AcquireOptions> = {}) {
  const clock = new ManualClock(1000);
  const reports: Report[] = [];
  const readings: Readings[] = [];
  const texts: string[] = [];
  const toggles: number[] = [];
  const stop = new AbortController();
  const ended = acquire(stop.signal, {
    channels: new FakeChannels(2),
    sampleRate: 9.5,
    testMode: false,
    degradationPeriodSeconds: null,
    now: () => clock.now(),
    sleep: (seconds) => sleep(seconds, { clock, signal: stop.signal }),
    publish: (report) => reports.push(report),
    show: (reading) => readings.push(reading),
    toggleDegraded: () => toggles.push(clock.now()),
    log: { ...SILENT, info: (text) => texts.push(text) },
    ...changes,
  });
  return { clock, reports, readings, texts, toggles, stop, ended };
}

Deno.test("OCS 10.4: acquire() makes as many samples as belong to each second", async () => {
  const { clock, reports, readings, stop, ended } = run();
  await clock.advance(10);
  stop.abort();
  await ended;
  assert.equal(reports.length, 10);
  const times = reports.flatMap((report) => report.timestamps);
  // 9 or 10 a second, none twice and none left out.
  assert.ok(times.length >= 94 && times.length <= 95);
  times.forEach((time, i) => assert.ok(Math.abs(time - (1000 + i / 9.5)) < 1e-9));
  const last = reports.at(-1);
  assert.equal(readings.at(-1)?.timestamp.value, last?.timestamps.at(-1));
  assert.equal(readings.at(-1)?.fields["channel_01"]?.value, last?.data["channel_01"]?.at(-1));
});

Deno.test("OCS 10.4: acquire() at less than one sample per second collects them", async () => {
  const { clock, reports, stop, ended } = run({ sampleRate: 0.4 });
  await clock.advance(10);
  stop.abort();
  await ended;
  assert.deepEqual(reports.map((report) => report.timestamps), [[1000], [1002.5], [1005], [1007.5]]);
});

Deno.test("acquire() makes nothing at a rate of zero or below, and ends all the same", async () => {
  for (const sampleRate of [0, -5]) {
    const { clock, reports, stop, ended } = run({ sampleRate });
    await clock.advance(100);
    stop.abort();
    await ended;
    assert.equal(reports.length, 0);
  }
});

Deno.test("OCS 10.4: acquire() in test mode ends after one report", async () => {
  const { clock, reports, ended } = run({ testMode: true });
  await clock.advance(5);
  await ended;
  assert.equal(reports.length, 1);
});

Deno.test("OCS 10.4: acquire() toggles the degraded state at once and then every period", async () => {
  const { clock, toggles, stop, ended } = run({ degradationPeriodSeconds: 2.5 });
  await clock.advance(11);
  stop.abort();
  await ended;
  // It looks once per second.
  assert.deepEqual(toggles, [1000, 1003, 1006, 1009]);
});

Deno.test("acquire() gives up what it cannot make up for, and goes on when the clock is set back", async () => {
  const own = new ManualClock(1000);
  let jump = 0;
  const { clock, reports, texts, stop, ended } = run({ now: () => own.now() + jump });
  const step = async (seconds: number) => {
    await own.advance(seconds);
    await clock.advance(seconds);
  };
  for (let i = 0; i < 3; i++) await step(1);
  jump = 60;
  for (let i = 0; i < 3; i++) await step(1);
  assert.match(texts.join("\n"), /Got way behind in reporting: \d+\.\d seconds\. Dropping fake data\./);
  jump = -3600;
  const before = reports.length;
  for (let i = 0; i < 5; i++) await step(1);
  assert.ok(reports.length >= before + 2);
  stop.abort();
  await ended;
});

Deno.test("OCS 10.4: delay() shows how far it has come and tells how long it took", async () => {
  const clock = new ManualClock(1000);
  const shown: number[] = [];
  const ended = delay(new AbortController().signal, {
    delaySeconds: 1.2,
    succeed: true,
    now: () => clock.now(),
    sleep: (seconds) => sleep(seconds, { clock }),
    show: (progress) => shown.push(progress.delay_so_far.value),
  });
  await clock.advance(2);
  assert.deepEqual(await ended, [true, "Exited after 1.2 seconds"]);
  assert.deepEqual(shown.map((seconds) => seconds.toFixed(1)), ["0.0", "0.5", "1.0", "1.2"]);
});

Deno.test("OCS 10.4: delay() says what it was told to say, and fails when aborted", async () => {
  const clock = new ManualClock(1000);
  const stop = new AbortController();
  const options = {
    delaySeconds: 0,
    succeed: false,
    now: () => clock.now(),
    sleep: (seconds: number) => sleep(seconds, { clock, signal: stop.signal }),
    show: () => {},
  };
  assert.deepEqual(await delay(stop.signal, options), [false, "Exited after 0.0 seconds"]);
  const ended = delay(stop.signal, { ...options, delaySeconds: 100, succeed: true });
  await clock.advance(0.7);
  stop.abort();
  assert.deepEqual(await ended, [false, "Aborted after 0.7 seconds"]);
});
