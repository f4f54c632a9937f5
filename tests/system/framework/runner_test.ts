import assert from "node:assert/strict";
import { pause } from "../../../internal/pause.ts";
import { SAME_SIGNAL_MS, stopSignals } from "../../../internal/stop_signals.ts";
import { connectWamp, type WampConnection } from "../../../client/mod.ts";
import { Router } from "../../../router/mod.ts";

/** A press so soon after the first counts as its echo. */
const ANOTHER_PRESS_MS = SAME_SIGNAL_MS + 50;

const PROGRAM = new URL("./programs/agent.ts", import.meta.url).pathname;

/** An agent's process and what it has printed so far. */
class Program implements AsyncDisposable {
  output = "";
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", PROGRAM, ...args],
      env: { LOGLEVEL: "info", ...env },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const read = async (stream: ReadableStream<Uint8Array>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) this.output += text;
    };
    this.#reading = Promise.all([read(this.#child.stdout), read(this.#child.stderr)]);
  }

  /** Waits for a text in the output; fails after 10 s. */
  async said(text: string | RegExp): Promise<void> {
    const there = () => typeof text === "string" ? this.output.includes(text) : text.test(this.output);
    const deadline = Date.now() + 10_000;
    while (!there()) {
      assert.ok(Date.now() < deadline, `never said ${text}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** The exit code; the process is killed after 15 s. */
  async code(): Promise<number> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 15_000);
    const { code } = await this.#child.status;
    clearTimeout(timer);
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // Over already.
    }
    await this.code();
  }
}

/** A router on a free port, a client on it, and the options to reach it. */
async function observatory(): Promise<AsyncDisposable & { client: WampConnection; args: string[] }> {
  const router = await Router.start({ realm: "test_realm", addressRoot: "observatory" });
  const client = await connectWamp({ url: router.url, realm: "test_realm" });
  return {
    client,
    args: [
      ...["--instance-id", "tested", "--site-hub", router.url],
      ...["--site-realm", "test_realm", "--address-root", "observatory"],
    ],
    async [Symbol.asyncDispose]() {
      await client.close();
      await router.stop();
    },
  };
}

for (const signal of stopSignals()) {
  Deno.test(`OCS 70: ${signal} stops what runs and ends the program with code 0`, async () => {
    await using site = await observatory();
    await using program = new Program(site.args);
    await program.said('count:0 Status is now "running".');
    program.kill(signal);
    assert.equal(await program.code(), 0);
    for (
      const text of [
        `caught ${signal}!`,
        "Stopping session count",
        "count:0 stopped counting",
        "stopping reactor",
      ]
    ) {
      assert.ok(program.output.includes(text), text);
    }
    for (const line of program.output.trimEnd().split("\n")) {
      assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} /);
    }
  });
}

Deno.test("OCS 70: a second SIGINT ends the program on the spot", async () => {
  await using site = await observatory();
  await using program = new Program(site.args);
  await program.said('count:0 Status is now "running".');
  await site.client.call("observatory.tested.ops", ["start", "deaf"]);
  await program.said('deaf:1 Status is now "running".');
  program.kill("SIGINT");
  await program.said("caught SIGINT!");
  await pause(ANOTHER_PRESS_MS);
  program.kill("SIGINT");
  assert.equal(await program.code(), 130);
});

Deno.test("OCS 71: the program appends to its log file", async () => {
  await using site = await observatory();
  const folder = await Deno.makeTempDir();
  try {
    await using program = new Program([...site.args, "--log-dir", folder]);
    await program.said("session joined");
    program.kill("SIGTERM");
    assert.equal(await program.code(), 0);
    const lines = (await Deno.readTextFile(`${folder}/observatory.tested.log`)).trimEnd().split("\n");
    for (const line of lines) assert.match(line, /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{6} /);
    assert.ok(lines.some((line) => line.endsWith("ocs: starting ProgramAgent @ observatory.tested")));
    assert.ok(lines.some((line) => line.endsWith("caught SIGTERM!")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("OCS 69: a second program of the same id says who holds it, and ends by itself", async () => {
  await using site = await observatory();
  await using first = new Program(site.args);
  await first.said("session joined");
  await using second = new Program([...site.args, "--crossbar-timeout", "1"]);
  assert.equal(await second.code(), 0);
  assert.match(second.output, /Is this agent already running\? agent_address="observatory.tested"/);
  assert.match(second.output, /"observatory.tested" is a ProgramAgent on host .*, process \d+/);
  assert.equal(await site.client.call("observatory.tested", ["get_agent_class"]), "ProgramAgent");
});

Deno.test("a program without a router tries on, says so, and ends on a signal", async () => {
  await using program = new Program([
    ...["--instance-id", "tested", "--site-hub", "ws://127.0.0.1:1/ws"],
    ...["--site-realm", "test_realm", "--address-root", "observatory", "--crossbar-timeout", "1"],
  ]);
  await program.said("trying again");
  program.kill("SIGTERM");
  assert.equal(await program.code(), 0);
});

Deno.test("LOGLEVEL decides what is printed, and one that does not exist ends the program", async () => {
  await using site = await observatory();
  await using loud = new Program(site.args, { LOGLEVEL: "debug" });
  await loud.said(/ \d+\.\d observatory\.tested heartbeat /);
  await using quiet = new Program(["--help"], { LOGLEVEL: "loud" });
  assert.equal(await quiet.code(), 1);
  assert.equal(
    quiet.output,
    "Invalid log level 'loud'; valid are: none, critical, error, warn, info, debug, trace\n",
  );
});

Deno.test("wrong options end the program with code 2, help with 0, a broken constructor with 1", async () => {
  await using site = await observatory();
  await using wrong = new Program([...site.args, "--breaks", "x"]);
  await using value = new Program([...site.args, "--break", "everything"]);
  await using help = new Program(["--help"]);
  await using broken = new Program([...site.args, "--break", "constructor"]);
  assert.deepEqual(await Promise.all([wrong, value, help, broken].map((one) => one.code())), [2, 2, 0, 1]);
  assert.match(wrong.output, /--breaks is not an option here; did you mean "--break"\?/);
  assert.match(value.output, /--break is "everything": expected one of nothing, constructor, stray/);
  assert.match(help.output, /Counts, and breaks where it is told to\.[^]*--break[^]*--crossbar-timeout/);
  assert.match(broken.output, /Cannot start ProgramAgent: no such port\n/);
});

Deno.test("a promise that an author forgot is logged, and the agent lives on", async () => {
  await using site = await observatory();
  await using program = new Program([...site.args, "--break", "stray"]);
  await program.said("Unhandled error: Error: lost promise");
  assert.equal(await site.client.call("observatory.tested", ["get_agent_class"]), "ProgramAgent");
});
