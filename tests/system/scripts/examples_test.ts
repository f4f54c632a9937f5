import assert from "node:assert/strict";
import { type ScriptSite, type ScriptSiteOptions, startScriptSite } from "../../helpers/script_site.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { startOcs } from "../cli/ocs.ts";
import { discoverAgents, OCSClient } from "../../../client/mod.ts";

const FOLDER = new URL("../../../scripts/examples/", import.meta.url);

/** Agents, and the examples as an operator runs them. */
async function withSite(
  options: ScriptSiteOptions,
  run: (
    tools: {
      readonly site: ScriptSite;
      readonly example: (...words: readonly string[]) => ReturnType<typeof runExample>;
    },
  ) => Promise<void>,
): Promise<void> {
  await using site = await startScriptSite({ registry: true, ...options });
  const { fakers = [], smurfs = [], crates = {} } = options;
  const agents = fakers.length + smurfs.length + Object.keys(crates).length;
  await untilTrue(async () => (await discoverAgents({ site: site.site })).length === agents);
  await run({ site, example: (...words) => runExample(site, words) });
}

async function runExample({ router }: ScriptSite, [name, ...args]: readonly string[]) {
  const site = ["--site-hub", router.url, "--site-realm", "test_realm", "--address-root", "observatory"];
  await using program = startOcs(["run", ...site, new URL(`${name}.ts`, FOLDER).pathname, ...args]);
  return await within(program.ended, 60_000, `the end of ${name}\n${program.tail()}`);
}

Deno.test("acquire.ts acquires with several agents and stops all of them", () =>
  withSite({ fakers: ["faker1", "faker2"] }, async ({ site, example }) => {
    const { code, stderr } = await example("acquire", "--minutes", "0.02", "faker1", "faker2");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^faker1\.acq: session \d+\nfaker2\.acq: session \d+\nDone, stopping\.\n$/);
    assert.deepEqual(await site.on(), []);
    const usage = await example("acquire");
    assert.equal(usage.code, 2);
    assert.match(usage.stderr, /Usage: acquire.ts/);
  }));

Deno.test("tune_all.ts tunes all crates at once, tells which failed, and fails below the minimum", () =>
  withSite({ crates: { crate1: {}, crate2: {}, crate3: { broken: true } } }, async ({ site, example }) => {
    const { code, stdout, stderr } = await example("tune_all", "--class", "CrateAgent", "uxm_setup");
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "Tuned: crate1, crate2\n");
    assert.match(stderr, /crate1\.uxm_setup: ok/);
    assert.match(stderr, /crate3\.uxm_setup: FAILED: [^]*no light in band 3/);
    const strict = await example("tune_all", "--class", "CrateAgent", "--minimum", "3");
    assert.equal(strict.code, 1);
    assert.match(strict.stderr, /Cannot go on with 2 agents: expected at least 3/);
    assert.deepEqual(await site.on(), []);
  }));

Deno.test("tune_all.ts sets up every pysmurf controller, here with simulated crates", () =>
  withSite({ smurfs: ["smurf1", "smurf2"] }, async ({ example }) => {
    const { code, stdout, stderr } = await example("tune_all", "--minimum", "2");
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "Tuned: smurf1, smurf2\n");
    assert.match(stderr, /^PysmurfController: smurf1, smurf2\nuxm_setup: started on smurf1, smurf2\n/);
  }));

Deno.test("wait_for_temperature.ts waits for a value, and tells what was seen when it does not come", () =>
  withSite({ fakers: ["faker1"] }, async ({ site, example }) => {
    await using faker = await OCSClient.connect("faker1", { site: site.site });
    await faker.operation("acq").start();
    const words = ["wait_for_temperature", "faker1.false_temperatures", "channel_00"] as const;
    const found = await example(...words, "--above=-1000");
    assert.equal(found.code, 0, found.stderr);
    assert.match(found.stdout, /^\d{4}-.*Z faker1 channel_00 = -?\d/);
    const late = await example(...words, "--above", "1000", "--hours", "0.0003");
    assert.equal(late.code, 1);
    assert.match(
      late.stderr,
      /Cannot see the right channel_00 on feed "observatory.faker1.feeds.false_temperatures"/,
    );
    const typo = await example(
      "wait_for_temperature",
      "faker1.false_temperatures",
      "chan",
      "--hours",
      "0.002",
    );
    assert.match(typo.stderr, /^No chan in temps: channel_00/m);
    assert.equal((await example("wait_for_temperature", "faker1.false_temperatures")).code, 2);
    assert.equal((await example(...words, "--below", "cold")).code, 2);
    const wrong = await example("wait_for_temperature", "faker1.temps", "channel_00");
    assert.match(wrong.stderr, /"faker1" has the feeds .*false_temperatures/);
  }));

Deno.test("nightly_summary.ts tells what runs and what has failed", () =>
  withSite({ fakers: ["faker1"], crates: { crate1: { broken: true } } }, async ({ site, example }) => {
    await using faker = await OCSClient.connect("faker1", { site: site.site });
    await faker.operation("acq").start();
    await faker.operation("delay_task")({ delay: 0 });
    await using crate = await OCSClient.connect("crate1", { site: site.site });
    await crate.operation("uxm_setup")();
    const { code, stdout, stderr } = await example("nightly_summary");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /crate1 \(CrateAgent\)\n {2}uxm_setup: .* FAILED: no light in band 3\n/);
    assert.match(stdout, /faker1 \(FakeDataAgent\)\n {2}delay_task: .* ok\n {2}acq: running since /);
    assert.match(stdout, /\n1 failed\n$/);
  }));

Deno.test("each example is under 60 lines and documented in docs/scripts.md", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/scripts.md", import.meta.url));
  const examples = [...Deno.readDirSync(FOLDER)].map(({ name }) => name);
  assert.ok(examples.length >= 4);
  for (const name of examples) {
    const lines = (await Deno.readTextFile(new URL(name, FOLDER))).split("\n").length - 1;
    assert.ok(lines < 60, `${name}: ${lines} lines`);
    assert.ok(page.includes(`scripts/examples/${name}`), name);
  }
});
