/** The aggregator on our router, recording our fake data. */
import assert from "node:assert/strict";
import { AggregatorAgent, type AggregatorOptions } from "../../../agents/aggregator.ts";
import { AGGREGATOR } from "../../../agents/aggregator/options.ts";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { ManualClock } from "../../../framework/mod.ts";
import { readHkFields } from "../../../hk/io/mod.ts";
import { Float } from "../../../internal/float.ts";
import { Router } from "../../../router/mod.ts";
import { startTestAgent, type TestAgent } from "../../../testing/mod.ts";
import { untilTrue } from "../../helpers/until.ts";
import { block, encodedFeed, readArchive } from "./aggregator_bed.ts";

/** An aggregator under test, its folder, and a router for further agents. */
class Bed implements AsyncDisposable {
  readonly agent: TestAgent<AggregatorAgent>;
  readonly folder: string;
  readonly router: Router;

  private constructor(agent: TestAgent<AggregatorAgent>, folder: string, router: Router) {
    this.agent = agent;
    this.folder = folder;
    this.router = router;
  }

  static async start(options: Partial<AggregatorOptions> = {}, dataDir?: string): Promise<Bed> {
    const folder = await Deno.makeTempDir({ prefix: "hk_" });
    const router = await Router.start({ realm: "test_realm", addressRoot: "observatory" });
    try {
      const agent = await startTestAgent(AggregatorAgent, AGGREGATOR, {
        instanceId: "aggregator",
        options: { dataDir: dataDir ?? `${folder}/hk`, stopFreeMb: 0, ...options },
        clock: new ManualClock(1_790_000_000.25),
        router,
      });
      return new Bed(agent, folder, router);
    } catch (error) {
      await router.stop();
      throw error;
    }
  }

  get dataDir(): string {
    return `${this.folder}/hk`;
  }

  async data(): Promise<Record<string, unknown>> {
    return { ...(await this.agent.status("record")).session.data };
  }

  /** Lets time pass, second by second, until something is the case: files need time of the machine's as well. */
  async until(condition: () => Promise<boolean>, what: string): Promise<void> {
    await untilTrue(async () => {
      await this.agent.advance(1);
      return await condition();
    }, { what });
  }

  async waitFor(opName: string): Promise<Record<string, unknown>> {
    const done = this.agent.wait(opName);
    let isOver = false;
    void done.finally(() => isOver = true);
    await this.until(() => Promise.resolve(isOver), `the end of ${opName}`);
    return { ...(await done).session };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
    await this.router.stop();
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("OCS 10.3: AggregatorAgent describes itself as Python's does", async () => {
  await using bed = await Bed.start();
  const { agent_class, tasks, processes } = await bed.agent.api();
  assert.equal(agent_class, "AggregatorAgent");
  assert.deepEqual(tasks, []);
  const [[name, session, info] = ["", {}, { docstring: "" }]] = processes;
  assert.deepEqual([name, session], ["record", { op_name: "record", status: "no_history" }]);
  assert.deepEqual({ ...info, docstring: "" }, {
    blocking: true,
    docstring: "",
    op_type: "process",
    min_privs: 1,
  });
  assert.match(info.docstring ?? "", /^record\(test_mode=False\)\n\n\*\*Process\*\*/);
});

Deno.test("AggregatorAgent records what a fake data agent publishes, and ends with Python's words", async () => {
  await using bed = await Bed.start({ initialState: "record" });
  await using faker = await startTestAgent(FakeDataAgent, FAKE_DATA, {
    instanceId: "faker1",
    options: { mode: "acq", numChannels: 3, sampleRate: 4, frameLength: 5 },
    clock: bed.agent.clock,
    router: bed.router,
  });
  const address = "observatory.faker1.feeds.false_temperatures";
  await bed.until(async () => {
    const { frames } = Object((await bed.data()).counts);
    return frames >= 4;
  }, "two data frames");
  const data = await bed.data();
  assert.equal(data.current_file, `${bed.dataDir}/17900/1790000000.g3`);
  assert.deepEqual(Object.keys(data).slice(0, 2), ["current_file", "providers"]);
  const { last_refresh, ...provider } = Object(Object(data.providers)[address]);
  assert.deepEqual(Object.keys(Object(data.providers)), [address]);
  assert.equal(typeof Number(last_refresh), "number");
  assert.deepEqual(provider, { sessid: "1790000000.25", stale: false, last_block_received: "temps" });

  await faker.stop("acq");
  await faker.advance(1);
  const sent = faker.feed("false_temperatures").blocks;
  assert.equal((await bed.agent.stop("record")).message, 'Requested stop on process record".');
  const session = await bed.waitFor("record");
  assert.equal(session.success, true);
  assert.deepEqual(Object(session).messages.map(([, text]: [number, string]) => text), [
    'Status is now "starting".',
    'Status is now "running".',
    'Status is now "stopping".',
    "Aggregation has ended",
    'Status is now "done".',
  ]);
  const { series } = await readHkFields(bed.dataDir);
  assert.deepEqual([...series.keys()], [0, 1, 2].map((i) => `${address}.channel_0${i}`));
  for (const [name, { kind, times, values }] of series) {
    const field = name.slice(address.length + 1);
    assert.equal(kind, "double");
    assert.deepEqual([...times], sent.flatMap((one) => one.timestamps));
    assert.deepEqual([...values], sent.flatMap((one) => one.data[field]?.map(Number)));
  }
});

Deno.test("AggregatorAgent records only feeds with record, only while record runs, and none that exclude it", async () => {
  await using bed = await Bed.start();
  const feed = encodedFeed("observatory.thermo.feeds.temps");
  const publish = (name: string, value: number, more: Record<string, unknown> = {}) =>
    bed.agent.publish(feed.address, [[block("b", [1_790_000_000], { [name]: [new Float(value)] }), {
      ...feed,
      ...more,
    }]]);
  await publish("too_early", 1);
  await bed.agent.start("record");
  await publish("yes", 2);
  await publish("no_record", 3, { record: false, address: "observatory.thermo.feeds.other" });
  await publish("excluded", 4, { agg_params: { exclude_aggregator: true }, session_id: "2" });
  await bed.agent.publish(feed.address, ["nonsense"]);
  await bed.agent.publish(feed.address, [[{}, { ...feed, session_id: 7 }]]);
  await bed.until(async () => Object((await bed.data()).counts).malformed === 2, "the malformed events");
  assert.deepEqual(Object.keys(Object((await bed.data()).providers)), [feed.address]);
  await bed.agent.stop("record");
  await bed.waitFor("record");
  await publish("too_late", 5);
  const { series } = await readHkFields(bed.dataDir);
  assert.deepEqual([...series.keys()], [`${feed.address}.yes`]);
});

Deno.test("record with test_mode makes one pass", async () => {
  await using bed = await Bed.start();
  await bed.agent.start("record", { test_mode: true });
  assert.deepEqual(await bed.data(), {});
  const session = await bed.waitFor("record");
  assert.deepEqual([session.success, Object(session).messages.at(-2)?.[1]], [true, "Aggregation has ended"]);
  const files = await readArchive(bed.dataDir);
  assert.deepEqual([...files.values()].map((frames) => frames.length), [1]);
});

Deno.test("record ends as failed where the data folder may not be made", async () => {
  // A folder that root may not write to either.
  await using bed = await Bed.start({}, "/sys/hk");
  await bed.agent.start("record");
  const session = await bed.waitFor("record");
  assert.deepEqual([session.success, Object(session).messages.at(-2)?.[1]], [
    false,
    "Aggregation not started",
  ]);
  assert.ok(bed.agent.logTexts.some((text) => text.startsWith("Unable to make files in /sys/hk: ")));
});

Deno.test("record goes on, degraded, where files cannot be written for another reason", async () => {
  await using bed = await Bed.start({}, "/dev/null/hk");
  await bed.agent.start("record");
  await bed.until(async () => (await bed.data()).trouble !== undefined, "the first look");
  const { session } = await bed.agent.status("record");
  assert.deepEqual([session.status, session.degraded], ["running", true]);
  assert.match(String((await bed.data()).trouble), /\/dev\/null\/hk/);
  const feed = encodedFeed("observatory.thermo.feeds.temps");
  await bed.agent.publish(feed.address, [[block("b", [1_790_000_000, 1_790_000_001], { n: [1, 2] }), feed]]);
  await bed.agent.stop("record");
  const { success, messages, data } = Object(await bed.waitFor("record"));
  assert.equal(success, true);
  assert.deepEqual(messages.map(([, text]: [number, string]) => text).slice(-3), [
    "Lost samples of 1 feeds, 2 so far; the log has each",
    "Aggregation has ended",
    'Status is now "done".',
  ]);
  assert.equal(data.lost.feeds[feed.address].cause, "not written at the end");
  const line =
    `Lost 2 samples of ${feed.address}, 2026-09-21T14:13:20.000Z to 2026-09-21T14:13:21.000Z: not written at the end`;
  assert.ok(bed.agent.logTexts.includes(line), bed.agent.logTexts.join("\n"));
});
