import assert from "node:assert/strict";
import { Program } from "../../helpers/process.ts";
import { UdpReceiver } from "../../helpers/udp_receiver.ts";

const FILE = new URL("../../../agents/pysmurf_monitor.ts", import.meta.url).pathname;
// Nobody is there: the agent fails before it would connect.
const SITE = [
  "--site-hub",
  "ws://127.0.0.1:1/ws",
  "--site-realm",
  "test_realm",
  "--address-root",
  "observatory",
];

async function run(args: readonly string[], denoArgs: readonly string[] = []) {
  await using program = Program.start({
    name: "pysmurf monitor",
    command: Deno.execPath(),
    args: ["run", "-A", ...denoArgs, FILE, "--instance-id", "pysmurf-monitor", ...SITE, ...args],
  });
  return await program.ended;
}

Deno.test("pysmurf_monitor.ts says that its UDP port is taken, and ends with 1", async () => {
  await using taken = new UdpReceiver();
  const { code, stdout, stderr } = await run(["--udp-port", String(taken.port)]);
  assert.equal(code, 1);
  assert.match(
    stdout + stderr,
    new RegExp(
      `Cannot start PysmurfMonitor: Cannot listen on UDP port ${taken.port}: another program has it, expected a free port\n$`,
    ),
  );
});

Deno.test("pysmurf_monitor.ts wants to be told its UDP port, and ends with 2", async () => {
  const { code, stderr } = await run([]);
  assert.equal(code, 2);
  assert.match(stderr, /--udp-port is missing: expected/);
  assert.equal((await run(["--udp-port", "70000"])).code, 2);
});

Deno.test("pysmurf_monitor.ts says which flag of Deno's it needs", async () => {
  const { code, stdout, stderr } = await run(["--udp-port", "0"], ["--no-config"]);
  assert.equal(code, 1);
  assert.match(stdout + stderr, /Cannot listen on UDP port 0: .*expected "deno run --unstable-net \.\.\."/);
});
