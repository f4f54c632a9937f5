import assert from "node:assert/strict";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import type { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { OCSClient } from "../../../client/mod.ts";
import { startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { SILENT } from "../../../internal/log.ts";
import { type NewEntry, NightLog } from "../../../verbs/night_log.ts";
import { scriptOf } from "../../../verbs/script_of.ts";
import { Program } from "../../helpers/process.ts";

Deno.test("scriptOf() saves a night that runs again by itself, with parameters of the same kinds", async () => {
  const folder = await Deno.makeTempDir({ prefix: "script_" });
  await using router = await Router.start();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  for (const instanceId of ["faker1", "faker-2"]) {
    const agent = await startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
      instanceId,
      connection: { url: router.url, realm: "test_realm" },
      options: { mode: "idle", numChannels: 2, sampleRate: 5, frameLength: 60 },
    });
    stack.defer(() => agent.stop());
  }
  const site = {
    wampServer: router.url,
    wampHttp: undefined,
    realm: "test_realm",
    addressRoot: "observatory",
  };
  const night = await NightLog.open({ folder, site: "site-1", who: "me@here", log: SILENT });
  const child = `${folder}/child.ts`;
  const toolkit = new URL("../../../mod.ts", import.meta.url).href;
  await Deno.writeTextFile(
    child,
    `import { OCSClient } from ${JSON.stringify(toolkit)};
await using client = await OCSClient.connect("faker-2");
console.log("child", Deno.args, (await client.operation("acq").status()).session.status);
`,
  );
  const lines: readonly (Pick<NewEntry, "line"> & Partial<NewEntry>)[] = [
    { line: "agents" },
    { line: "start faker*.acq --yes", targets: ["faker1.acq", "faker-2.acq"] },
    { line: "start faker1.delay_task delay=0.5 --wait" },
    { line: "start faker1.delay_task delay=[1]", outcome: "refused", reply: "delay is no number" },
    { line: "data faker1.delay_task requested_delay" },
    { line: "const reply = await faker_2.acq.status()", kind: "typescript" },
    { line: "const reply = await faker1.delay_task.status()", kind: "typescript" },
    { line: "reply.session.data", kind: "typescript" },
    { line: "faker1.set_heartbeat.start({ heartbeat: true })", kind: "typescript" },
    { line: "`last: ${_.message}`", kind: "typescript" },
    { line: `run ${child} --band 4` },
    { line: "stop */acq --yes", targets: ["faker1.acq", "faker-2.acq"] },
    { line: "wait */acq --timeout 10", targets: ["faker1.acq", "faker-2.acq"] },
  ];
  for (const line of lines) {
    const reply = { timeSeconds: Date.now() / 1000, reply: "", durationSeconds: 0 };
    await night.append({ kind: "verb", outcome: "ok", ...reply, ...line });
  }
  const agents = new Map([["faker1", "faker1"], ["faker_2", "faker-2"]]);
  const path = `${folder}/night.ts`;
  await Deno.writeTextFile(
    path,
    await scriptOf(night.entries, { site: { ...site, sourceFile: undefined }, agents }),
  );

  const run = () =>
    Program.run({ name: "the night", command: Deno.execPath(), args: ["run", "-A", "--no-config", path] });
  const { stdout, stderr } = await run();
  assert.equal(stderr, "");
  assert.match(stdout, /OCSReply: OK : Started process "acq"/);
  assert.match(stdout, /OCSReply: OK : Started task "delay_task"/);
  assert.match(stdout, /^0\.5$/m);
  assert.match(stdout, /\{ requested_delay: 0\.5, delay_so_far: 0\.5\d* \}/);
  assert.match(stdout, /^last: Started task "set_heartbeat"\.$/m);
  assert.match(stdout, /^child \[ "--band", "4" \] running$/m);
  await using client = await OCSClient.connect("faker-2", { site });
  const { session } = await client.operation("acq").status();
  assert.deepEqual([session.status, session.success], ["done", true]);

  // What was fine at night and is not now ends the script.
  await client.operation("acq").start();
  const refused = await Program.start({
    name: "the night",
    command: Deno.execPath(),
    args: ["run", "-A", path],
  }).ended;
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /already in progress/);
});
