import assert from "node:assert/strict";
import { Float, PysmurfPublisher, type PysmurfPublisherOptions } from "../../../mod.ts";
import { VERSION } from "../../../internal/version.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { Program } from "../../helpers/process.ts";
import { UdpReceiver } from "../../helpers/udp_receiver.ts";

const MOD = new URL("../../../mod.ts", import.meta.url).href;

/** A publisher whose environment has nothing but what is given, and whose complaints are kept. */
async function open(
  options: PysmurfPublisherOptions & { readonly variables?: Readonly<Record<string, string>> },
) {
  const complaints: string[] = [];
  const publisher = await PysmurfPublisher.open({
    getVariable: (name) => options.variables?.[name],
    complain: (text) => void complaints.push(text),
    ...options,
  });
  return { publisher, complaints };
}

Deno.test("PUB-1: PysmurfPublisher is undeclared, null, localhost and 8200 unless it is told otherwise", async () => {
  const asked: string[] = [];
  await using publisher = await PysmurfPublisher.open({ getVariable: (name) => void asked.push(name) });
  assert.equal(publisher.id, "undeclared");
  assert.equal(publisher.script, "undeclared");
  assert.deepEqual(asked.sort(), [
    "SMURFPUB_BACKEND",
    "SMURFPUB_ID",
    "SMURFPUB_UDP_HOST",
    "SMURFPUB_UDP_PORT",
  ]);
  const taken = takePort(8200);
  if (taken === undefined) return; // Somebody uses the port; then it is not for us to look at.
  await using receiver = taken;
  const { publisher: udp } = await open({ variables: { SMURFPUB_BACKEND: "udp" } });
  await udp[Symbol.asyncDispose]();
  await receiver.until(2);
  assert.equal(receiver.messages[0]?.["id"], "undeclared");
});

function takePort(port: number): UdpReceiver | undefined {
  try {
    return new UdpReceiver(port);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

Deno.test("PUB-1: options win over the environment, which is read once and may have another prefix", async () => {
  await using receiver = new UdpReceiver();
  const variables: Record<string, string> = {
    X_ID: "from env",
    X_BACKEND: "udp",
    X_UDP_PORT: String(receiver.port),
    X_UDP_HOST: "127.0.0.1",
    SMURFPUB_ID: "not this",
  };
  const { publisher } = await open({ variables, environmentRoot: "X_" });
  const { publisher: other } = await open({ variables, environmentRoot: "X_", id: "from options" });
  variables["X_ID"] = "changed";
  await publisher.log("x");
  await publisher[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await receiver.until(5);
  assert.deepEqual(receiver.messages.map(({ id, type }) => `${id} ${type}`), [
    "from env start",
    "from options start",
    "from env log",
    "from env stop",
    "from options stop",
  ]);
});

Deno.test("PUB-2: PysmurfPublisher sends one datagram per publish with udp, none with null", async () => {
  await using receiver = new UdpReceiver();
  const udpPort = receiver.port;
  const { publisher: silent } = await open({ udpPort });
  const { publisher: alsoSilent } = await open({ udpPort, backend: "null" });
  for (const publisher of [silent, alsoSilent]) {
    await publisher.sessionData({ x: 1 });
    assert.equal(publisher.nextSequenceNumber, 2);
    await assert.rejects(publisher.publish(() => 1), /not JSON serializable/);
    assert.equal(publisher.nextSequenceNumber, 3);
    await publisher.publish("x".repeat(100_000));
    assert.equal(publisher.nextSequenceNumber, 4);
    await publisher[Symbol.asyncDispose]();
  }
  const { publisher } = await open({ udpPort, backend: "udp" });
  await publisher.sessionData({ x: 1 });
  await publisher[Symbol.asyncDispose]();
  await receiver.until(3);
  assert.deepEqual(receiver.messages.map((message) => message["type"]), ["start", "session_data", "stop"]);
});

Deno.test("PUB-3: PysmurfPublisher complains about an unknown backend and sends nothing", async () => {
  await using receiver = new UdpReceiver();
  const { publisher, complaints } = await open({ udpPort: receiver.port, backend: "carrier pigeon" });
  await publisher.sessionLog("x");
  await publisher[Symbol.asyncDispose]();
  assert.deepEqual(complaints, [
    'PysmurfPublisher: no backend for "carrier pigeon", selecting null publisher.',
  ]);
  assert.deepEqual(receiver.texts, []);
});

Deno.test("PUB-4, PUB-5, PUB-7: PysmurfPublisher starts with start, counts alone, and has Python's envelope", async () => {
  await using receiver = new UdpReceiver();
  const settings = { udpPort: receiver.port, backend: "udp", clock: new ManualClock(1_700_000_123) };
  const { publisher: one } = await open({ ...settings, id: "one", script: "tune.py" });
  const { publisher: two } = await open({ ...settings, id: "two" });
  await one.publish({ note: 1 });
  await one.publish(null);
  await two.sessionLog("x");
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
  await receiver.until(7);
  const [first] = receiver.texts;
  assert.equal(
    first,
    `{"host": "${Deno.hostname()}", "id": "one", "script": "tune.py", "time": 1700000123.0, "seq_no": 0, ` +
      `"type": "start", "payload": {}}`,
  );
  const numbers = (id: string) =>
    receiver.messages.filter((message) => message["id"] === id)
      .map((message) => `${message["seq_no"]} ${message["type"]}`);
  assert.deepEqual(numbers("one"), ["0 start", "1 general", "2 general", "3 stop"]);
  assert.deepEqual(numbers("two"), ["0 start", "1 session_log", "2 stop"]);
});

Deno.test("PUB-6: PysmurfPublisher sends 64,000 bytes, and a backend_error in place of 64,001", async () => {
  await using receiver = new UdpReceiver();
  const { publisher, complaints } = await open({
    udpPort: receiver.port,
    backend: "udp",
    clock: new ManualClock(),
  });
  await publisher.publish("");
  await receiver.until(2);
  const rest = 64_000 - (receiver.texts[1] ?? "").length;
  await publisher.publish("x".repeat(rest));
  await publisher.publish("x".repeat(rest + 1));
  await publisher.publish("after");
  await publisher[Symbol.asyncDispose]();
  await receiver.until(6);
  assert.deepEqual(receiver.texts[2]?.length, 64_000);
  assert.deepEqual(receiver.messages.map(({ seq_no, type }) => [seq_no, type]), [
    [0, "start"],
    [1, "general"],
    [2, "general"],
    [4, "backend_error"],
    [5, "general"],
    [6, "stop"],
  ]);
  const message = "Backend error: dropped large UDP packet (64001 bytes).";
  assert.deepEqual(receiver.messages[3]?.["payload"], { message });
  assert.deepEqual(complaints, [`PysmurfPublisher undeclared: ${message}`]);
});

Deno.test("PysmurfPublisher labels files with the outermost action, also after a failure in it", async () => {
  await using receiver = new UdpReceiver();
  const { publisher } = await open({
    udpPort: receiver.port,
    backend: "udp",
    clock: new ManualClock(1_700_000_110),
  });
  const file = { path: "/data/x", type: "iv" };
  const result = await publisher.acting("take_iv", async () => {
    await publisher.acting("inner", () => publisher.registerFile(file));
    await publisher.registerFile({ ...file, format: "npy", plot: true, timestamp: new Float(5) });
    return 42;
  });
  assert.equal(result, 42);
  await assert.rejects(publisher.acting("failing", () => Promise.reject(new Error("no"))), /no/);
  await publisher.registerFile(file);
  await publisher[Symbol.asyncDispose]();
  await receiver.until(5);
  const payloads = receiver.messages.slice(1, 4).map((message) => message["payload"]);
  const common = { path: "/data/x", type: "iv", pysmurf_version: `ocs-deno ${VERSION}` };
  const action = { action: "take_iv", action_ts: "1700000110" };
  const none = { action: null, action_ts: null };
  assert.deepEqual(payloads, [
    { ...common, ...action, format: "", timestamp: 1_700_000_110, plot: false },
    { ...common, ...action, format: "npy", timestamp: 5, plot: true },
    { ...common, ...none, format: "", timestamp: 1_700_000_110, plot: false },
  ]);
});

Deno.test("PysmurfPublisher uses up a number for what it cannot encode, and goes on", async () => {
  await using receiver = new UdpReceiver();
  const { publisher } = await open({ udpPort: receiver.port, backend: "udp" });
  await assert.rejects(
    publisher.sessionData({ now: new Date() }),
    /Object of type Date is not JSON serializable/,
  );
  await publisher.sessionData({ ok: true });
  await publisher[Symbol.asyncDispose]();
  await receiver.until(3);
  assert.deepEqual(receiver.messages.map((message) => message["seq_no"]), [0, 2, 3]);
});

Deno.test("PysmurfPublisher does not care whether somebody listens", async () => {
  const receiver = new UdpReceiver();
  const udpPort = receiver.port;
  await receiver[Symbol.asyncDispose]();
  const { publisher } = await open({ udpPort, backend: "udp" });
  await publisher.log("x");
  await publisher.log("y");
  await publisher[Symbol.asyncDispose]();
  await assert.rejects(publisher.log("z"), /the publisher has been closed/);
  await publisher[Symbol.asyncDispose]();
});

Deno.test("PysmurfPublisher.open() says what is wrong with host or port", async () => {
  for (const udpPort of [0, 65_536, 8200.5, NaN]) {
    await assert.rejects(open({ backend: "udp", udpPort }), {
      name: "RangeError",
      message: `Cannot publish to UDP port "${udpPort}": expected a number from 1 to 65535`,
    });
  }
  await assert.rejects(
    open({ variables: { SMURFPUB_BACKEND: "udp", SMURFPUB_UDP_PORT: "http" } }),
    /UDP port "http"/,
  );
  await assert.rejects(
    open({ backend: "udp", udpHost: "no.such.host.invalid" }),
    /Cannot send a datagram to "no.such.host.invalid:8200"/,
  );
});

Deno.test("PysmurfPublisher works under a plain deno run, without flags and settings", async () => {
  await using receiver = new UdpReceiver();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/script.ts`,
      `import { PysmurfPublisher } from ${JSON.stringify(MOD)};\n` +
        `const publisher = await PysmurfPublisher.open();\n` +
        `await publisher.sessionData({ datafile: "/data/x.dat" });\n` +
        `console.log("done");\n`,
    );
    const { stdout, stderr } = await Program.run({
      name: "script",
      command: Deno.execPath(),
      args: ["run", "-A", "--no-config", `${folder}/script.ts`],
      cwd: folder,
      env: { SMURFPUB_BACKEND: "udp", SMURFPUB_ID: "crate1slot2", SMURFPUB_UDP_PORT: String(receiver.port) },
    });
    // It also ends by itself although nobody disposed of the publisher.
    assert.equal(stdout, "done\n", stderr);
    await receiver.until(2);
    assert.deepEqual(receiver.messages.map(({ id, type }) => [id, type]), [
      ["crate1slot2", "start"],
      ["crate1slot2", "session_data"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
