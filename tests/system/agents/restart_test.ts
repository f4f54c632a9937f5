import assert from "node:assert/strict";
import { OCSClient } from "../../../client/mod.ts";
import { freePort } from "../../helpers/free_port.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { Program } from "../../helpers/process.ts";
import type { RouterFixture } from "../../helpers/router_fixture.ts";
import { untilTrue, within } from "../../helpers/until.ts";

const FAKE_DATA = new URL("../../../agents/fake_data.ts", import.meta.url);

/** A FakeDataAgent in a process of its own. Dispose of it. */
function startFaker(router: Pick<RouterFixture, "url" | "realm" | "addressRoot">): Program {
  const site = ["--site", "none", "--site-hub", router.url, "--site-realm", router.realm];
  return Program.start({
    name: "faker1",
    command: Deno.execPath(),
    args: [
      ...["run", "-A", FAKE_DATA.href, ...site, "--address-root", router.addressRoot],
      ...["--instance-id", "faker1", "--mode", "acq", "--num-channels", "2"],
    ],
    env: { LOGLEVEL: "info" },
  });
}

/** A client of the agent; connecting again after a restart is its own business. */
function connectFaker({ url, httpUrl, realm, addressRoot }: RouterFixture, timeoutSeconds = 5) {
  return OCSClient.connect("faker1", {
    site: { wampServer: url, wampHttp: httpUrl, realm, addressRoot },
    timeoutSeconds,
  });
}

/** What the test does instead of sleeping: the router is away for so long. */
function outage(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

for (const seconds of [1, 9]) {
  Deno.test(`S2: agents come back to a router that was killed and away for ${seconds} s; what runs goes on, and so does a wait`, async () => {
    await using router = await OurRouter.start();
    await using faker = startFaker(router);
    await faker.untilLog('acq:0 Status is now "running"');
    await using client = await connectFaker(router);
    const before = await client.operation("acq").status();
    await client.operation("delay_task").start({ delay: seconds + 1 });
    const waiting = client.operation("delay_task").wait({ timeoutSeconds: 30 });
    waiting.catch(() => {}); // Looked at below.

    await router.down("SIGKILL");
    await faker.untilLog(/session left: reason=wamp.close.transport_lost/);
    await outage(seconds);
    await router.up();
    await faker.until(() => countOf(faker.log, /session joined/g) === 2, "joining again", 5_000);

    const reply = await within(waiting, 15_000, "the end of the wait");
    assert.equal(reply.session.success, true);
    await using after = await connectFaker(router);
    const acq = await after.operation("acq").status();
    assert.deepEqual([acq.session.status, acq.session.start_time], [
      "running",
      before.session.start_time,
    ]);
    assert.equal(countOf(faker.log, /startup-op: launching acq/g), 1, "started once, not again");
    assert.doesNotMatch(faker.log, /; giving up/);
    // The outage is told in a few lines, not in one for each attempt or block.
    assert.ok(countOf(faker.log, /Cannot connect to|Could not publish/g) <= 4, faker.log);
  });
}

Deno.test("OCS 5.4: an agent whose router stays away gives up after 10 s, says so and ends with 0", async () => {
  await using router = await OurRouter.start();
  await using faker = startFaker(router);
  await faker.untilLog('acq:0 Status is now "running"');
  await router.down("SIGKILL");
  const { code, stdout } = await within(faker.ended, 14_500, "the end of the agent");
  assert.equal(code, 0);
  assert.match(stdout, /waiting at least 10 more seconds before giving up/);
  assert.match(stdout, /Not joined and registered within 10 s; giving up/);
  assert.match(stdout, /acq:0 Acquisition exited cleanly/);
});

Deno.test("an agent that was there before its router says so once and joins when it comes", async () => {
  const port = freePort();
  await using faker = startFaker({
    url: `ws://127.0.0.1:${port}/ws`,
    realm: "test_realm",
    addressRoot: "observatory",
  });
  await faker.untilLog(/Cannot connect to .*ECONNREFUSED.*trying again/);
  await using router = await OurRouter.start({ port });
  await faker.untilLog("session joined", 5_000);
  await using client = await connectFaker(router);
  await untilTrue(async () => (await client.operation("acq").status()).session?.status === "running");
  assert.equal(countOf(faker.log, /Cannot connect/g), 1);
});

Deno.test("a second agent of the same id is told who has it, leaves the first alone and ends", async () => {
  await using router = await OurRouter.start();
  await using first = startFaker(router);
  await first.untilLog('acq:0 Status is now "running"');
  await using second = startFaker(router);
  await second.untilLog(
    new RegExp(`"observatory.faker1" is a FakeDataAgent on host .*, process ${first.pid}`),
  );
  assert.match(second.log, /held by session \d+/);
  const { code, stdout } = await within(second.ended, 14_500, "the end of the second agent");
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /startup-op/);
  await using client = await connectFaker(router);
  assert.equal((await client.operation("acq").status()).session.status, "running");
});

Deno.test("a router that hangs costs a client its deadline and no more; the agent stays", async () => {
  await using router = await OurRouter.start();
  await using faker = startFaker(router);
  await faker.untilLog('acq:0 Status is now "running"');
  await using client = await connectFaker(router, 1.5);
  const pid = await routerPid(router);
  Deno.kill(pid, "SIGSTOP");
  try {
    const began = performance.now();
    await assert.rejects(client.operation("acq").status(), /1\.5 s|1500 ms|timed? ?out/i);
    await assert.rejects(connectFaker(router, 1.5), /no session|within|timed? ?out/i);
    assert.ok(performance.now() - began < 6_000);
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
  await untilTrue(async () => (await client.operation("acq").status()).session.status === "running");
  assert.equal(faker.running, true);
  assert.doesNotMatch(faker.log, /session left/);
});

/** The process that listens on the router's port. */
async function routerPid({ port }: OurRouter): Promise<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = (await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "")).split("\0");
    if (words.includes("router") && words[words.indexOf("--port") + 1] === String(port)) return Number(name);
  }
  throw new Error(`Cannot find the router of port ${port}: no such process`);
}
