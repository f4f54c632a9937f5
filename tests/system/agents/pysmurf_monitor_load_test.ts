import assert from "node:assert/strict";
import { Program } from "../../helpers/process.ts";
import { Random } from "../../helpers/random_values.ts";
import { untilTrue } from "../../helpers/until.ts";
import { ENVELOPE, MonitorBed } from "./monitor_bed.ts";

const FLOOD = new URL("../../tools/udp_flood.ts", import.meta.url).pathname;
// Room for some thousand datagrams of 300 bytes, with what the system adds to each.
const LARGE_BUFFER_BYTES = 4_000_000;

/** Sends a flood from a process of its own; gives what was sent. */
async function flood(
  bed: MonitorBed,
  { rate, seconds, bytes }: { readonly rate: number; readonly seconds: number; readonly bytes: number },
) {
  const { stdout } = await Program.run({
    name: "sender",
    command: Deno.execPath(),
    args: [
      "run",
      "-A",
      "--unstable-net",
      FLOOD,
      ...[bed.agent.instance.port, rate, seconds, bytes].map(String),
    ],
  });
  return Object(JSON.parse(stdout));
}

// The figure of 10 s is measured by bench/monitor.ts; here a machine may be as busy as it likes.
Deno.test("PysmurfMonitor takes 10,000 datagrams a second, relays a tenth, and accounts for every one", async () => {
  await using bed = await MonitorBed.start();
  const sent = await flood(bed, { rate: 10_000, seconds: 2, bytes: 300 });
  const { udp } = bed.data;
  const [, buffer = "0"] =
    /^UDP receive buffer: (\d+) bytes/.exec(bed.agent.logTexts.find((text) => /^UDP rec/.test(text)) ?? "") ??
      [];
  await untilTrue(async () => {
    // The monitor looks once a second at what the system has dropped.
    await bed.agent.advance(1);
    return udp.received + (udp.lost_in_system ?? 0) >= sent.sent;
  }, { what: "every datagram, read or counted as lost" });
  assert.equal(sent.sent, 20_000);
  assert.equal(udp.malformed, 0);
  assert.equal(udp.received + (udp.lost_in_system ?? 0), sent.sent);
  if (Number(buffer) >= LARGE_BUFFER_BYTES) assert.equal(udp.lost_in_system ?? 0, 0);
  await bed.agent.advance(0);
  const numbers = bed.agent.feed("pysmurf_session_data").messages.map((message) => Object(message).payload.n);
  assert.equal(numbers.length, udp.relayed);
  assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b), "each once, in their order");
});

Deno.test("PysmurfMonitor survives datagrams that are almost right, whatever was done to them", async () => {
  await using bed = await MonitorBed.start();
  const random = new Random(42);
  const good = ["session_data", "session_log", "metadata", "data_file", "g3_file", "general"].map((type) =>
    new TextEncoder().encode(JSON.stringify({
      ...ENVELOPE,
      type,
      payload: {
        path: "AMCc.Filter[3]",
        value: [1, 2.5, null],
        format: "npy",
        timestamp: 1.5,
        plot: false,
        x: NaN,
      },
    }))
  );
  const mangled = Array.from({ length: 2000 }, () => {
    const bytes = random.pick(good).slice();
    for (let i = random.below(4); i >= 0; i--) bytes[random.below(bytes.length)] = random.below(256);
    return random.next() < 0.2 ? bytes.subarray(0, random.below(bytes.length)) : bytes;
  });
  await bed.send(...mangled);
  await bed.message("session_log", "still there");
  const { udp } = bed.data;
  assert.equal(udp.received, mangled.length + 1);
  assert.equal(udp.relayed + udp.metadata + udp.files + udp.ignored + udp.malformed, udp.received);
  assert.equal(Object(bed.agent.feed("pysmurf_session_data").messages.at(-1)).payload, "still there");
  assert.ok(!bed.agent.logTexts.some((text) => text.startsWith("Cannot handle datagram")), "a fault of ours");
});
