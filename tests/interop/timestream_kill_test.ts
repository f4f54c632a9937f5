// deno-lint-ignore-file no-console -- a failed run has to be repeatable, and a long one shows its figures
/**
 * The timestream aggregator killed at any moment under load: spt3g reads each file to its last whole frame, at most the frame in
 * flight is missing, and no older file is touched.
 *
 * The sender keeps the connection full, but sends the last byte of a frame only when the one before is in the file: a kill
 * finds at most one whole frame that is not, the one in flight. A third of the kills comes at a random moment, the others when the file has a random size and is
 * seen to end inside a frame; each file that does so afterwards is a kill inside a write. @module
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { splitG3File } from "../../g3/io/mod.ts";
import { G3Frame, g3Int, G3StreamError } from "../../g3/mod.ts";
import { freePort } from "../helpers/free_port.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { Random } from "../helpers/random_values.ts";
import { within } from "../helpers/until.ts";
import { writeSite } from "../helpers/site_file.ts";

const SOAK = Deno.env.get("OCS_SOAK") === "1";
const KILLS = SOAK ? 500 : 20;
const FRAME_BYTES = 16_000_000;
/** Frames that differ; the stream repeats them. */
const DISTINCT = 3;
const LONGEST_RUN_MS = 400;
const PROGRAM = new URL("../../agents/timestream_aggregator.ts", import.meta.url).pathname;

// Answers each path with the number of frames that spt3g reads of the file, and how that ended.
const READER = `
import sys
import so3g
from spt3g import core
core.set_log_level(core.G3LogLevel.LOG_FATAL)
print('ready', flush=True)
for line in sys.stdin:
    frames, end = 0, 'end of file'
    try:
        for frame in core.G3File(line.strip()):
            frames += 1
    except RuntimeError as error:
        end = 'error'
    print(frames, end, flush=True)
`;

/** spt3g in a program that reads file after file. */
class Spt3gReader implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  constructor({ python }: PythonPeers) {
    this.#child = new Deno.Command(python, {
      args: ["-c", READER],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  async #line(): Promise<string> {
    const { value, done } = await within(this.#lines.next(), 60_000, "spt3g");
    if (done === true) throw new Error("Cannot read: spt3g has ended");
    return value;
  }

  async ready(): Promise<void> {
    assert.equal(await this.#line(), "ready");
  }

  /** Frames that spt3g reads, and how it ends: `3 end of file`, `3 error`. */
  async read(path: string): Promise<string> {
    await this.#input.write(new TextEncoder().encode(`${path}\n`));
    return await this.#line();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#lines.return?.();
    await this.#child.status;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const piece of stream) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** The newest file of a recorder. */
class NewestFile {
  #path: string | undefined;

  constructor(readonly folder: string, readonly known: ReadonlySet<string>) {}

  /** Its size; 0 before it is there. */
  get size(): number {
    this.#path ??= g3Files(this.folder).find((one) => !this.known.has(one));
    return this.#path === undefined ? 0 : Deno.statSync(this.#path).size;
  }
}

/** An Observation frame and scans without end, to whoever connects. */
class EndlessSender implements AsyncDisposable {
  readonly observation = new G3Frame("O").set("session_id", g3Int(1)).encode();
  readonly frames: readonly Uint8Array[];
  /** Frames that have been sent completely to the latest client. */
  sent = 0;
  /** Where that client records to. */
  file: NewestFile | undefined;
  readonly #listener: Deno.TcpListener;
  readonly #serving: Promise<void>;
  #connected = Promise.withResolvers<void>();

  constructor(port: number, seed: number) {
    const random = new Random(seed);
    this.frames = Array.from({ length: DISTINCT }, (_, n) => {
      const value = new Uint8Array(FRAME_BYTES);
      const words = new Uint32Array(value.buffer);
      for (let i = 0; i < words.length; i++) words[i] = random.next() * 2 ** 32;
      return new G3Frame("S").set("n", g3Int(n)).set("data", { class: "G3VectorUnsignedChar", value })
        .encode();
    });
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#serving = this.#serve();
  }

  /** Resolves when the next client is there. */
  connected(): Promise<void> {
    return this.#connected.promise;
  }

  async #serve(): Promise<void> {
    for await (const conn of this.#listener) {
      this.sent = 0;
      const { resolve } = this.#connected;
      this.#connected = Promise.withResolvers();
      resolve();
      try {
        await this.#stream(conn);
      } catch {
        // Killed: that is what this is about.
      } finally {
        conn.close();
      }
    }
  }

  /** Sends until the client is gone. */
  async #stream(conn: Deno.TcpConn): Promise<void> {
    const write = async (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    };
    const isGone = conn.read(new Uint8Array(1)).then(() => true, () => true);
    for (let before = 0;;) {
      const frame = this.expected(this.sent);
      await write(frame.subarray(0, -1));
      while ((this.file?.size ?? 0) < before) {
        if (await Promise.race([isGone, setImmediate(false)])) return;
      }
      before += frame.length;
      // The last byte may be all that was missing: it counts before it is sent.
      this.sent++;
      await write(frame.subarray(-1));
    }
  }

  /** The frame with this number of every stream. */
  expected(number: number): Uint8Array {
    return number === 0 ? this.observation : this.frames[(number - 1) % DISTINCT]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }
}

/** What a killed recorder has left. */
interface Left {
  readonly path: string;
  readonly wholeFrames: number;
  readonly endsInsideFrame: boolean;
  readonly sha256: string;
}

function g3Files(folder: string): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) found.push(...g3Files(`${folder}/${name}`));
    else found.push(`${folder}/${name}`);
  }
  return found;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (let size = await file.read(buffer); size !== null; size = await file.read(buffer)) {
    hash.update(buffer.subarray(0, size));
  }
  return hash.digest("hex");
}

/** Reads a file as far as its frames are those that were sent, byte for byte and in order. */
async function inspect(path: string, sender: EndlessSender): Promise<Left> {
  let wholeFrames = 0;
  let endsInsideFrame = false;
  try {
    for await (const { bytes } of splitG3File(path, { reuse: true })) {
      const expected = sender.expected(wholeFrames++);
      assert.equal(Buffer.compare(bytes, expected), 0, `frame ${wholeFrames - 1} of ${path}`);
    }
  } catch (error) {
    if (!(error instanceof G3StreamError && error.fault === "truncated")) throw error;
    endsInsideFrame = true;
  }
  return { path, wholeFrames, endsInsideFrame, sha256: await sha256Of(path) };
}

/** Waits until the file has so many bytes of scans and ends inside a frame, or the time is over. */
async function untilInsideFrame(file: NewestFile, sender: EndlessSender, bytes: number): Promise<void> {
  const end = performance.now() + 10 * LONGEST_RUN_MS;
  const frameBytes = sender.frames[0]!.length;
  while (performance.now() < end) {
    await setImmediate();
    const beyond = file.size - sender.observation.length;
    if (beyond > bytes && beyond % frameBytes !== 0) return;
  }
}

const test = await testsWith("so3g", pythonPeers);

test(`SIGKILL ${KILLS} times: TimestreamAggregator leaves files that spt3g reads to the last whole frame`, async (python) => {
  const seed = Number(Deno.env.get("OCS_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`OCS_SEED=${seed}`);
  const random = new Random(seed);
  await using stack = new AsyncDisposableStack();
  const router = stack.use(await OurRouter.start());
  const folder = await Deno.makeTempDir({ prefix: "killed_" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  const sender = stack.use(new EndlessSender(port, seed));
  const agent = { agentClass: "TimestreamAggregator", instanceId: "timestream-agg" };
  const site = stack.use(await writeSite(router, [agent]));
  const reader = stack.use(new Spt3gReader(python));
  await reader.ready();

  // Those of the last two runs; older ones have been looked at twice, and would fill the disk.
  let old: Left[] = [];
  let inside = 0;
  let withoutFile = 0;
  let missing = 0;
  let frames = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const known = new Set(old.map(({ path }) => path));
    const connected = sender.connected();
    const file = sender.file = new NewestFile(folder, known);
    await using recorder = Program.start({
      name: "timestream_aggregator.ts",
      command: Deno.execPath(),
      args: [
        ...["run", "-A", PROGRAM, "--instance-id", agent.instanceId, "--site-file", site.file],
        ...["--site-host", "localhost", "--auto-start", "True", "--address", "127.0.0.1"],
        ...["--port", String(port), "--data-dir", folder, "--stop-free-mb", "0", "--warn-free-mb", "0"],
      ],
      env: { OCS_CONFIG_DIR: site.folder },
    });
    await within(connected, 20_000, `a connection of run ${kill}: ${recorder.tail()}`);
    const bytes = random.next() * 3 * FRAME_BYTES;
    if (kill % 3 !== 0) await untilInsideFrame(file, sender, bytes);
    else await new Promise((resolve) => setTimeout(resolve, random.below(LONGEST_RUN_MS)));
    Deno.kill(recorder.pid, "SIGKILL");
    const { sent } = sender;
    await recorder.ended;

    const fresh = g3Files(folder).filter((path) => !known.has(path));
    assert(fresh.length <= 1, `run ${kill}: ${fresh.join(" ")}`);
    const left = await Promise.all(fresh.map((path) => inspect(path, sender)));
    const [{ wholeFrames, endsInsideFrame, path } = { wholeFrames: 0, endsInsideFrame: false, path: "" }] =
      left;
    if (path === "") withoutFile++;
    else assert.equal(await reader.read(path), `${wholeFrames} ${endsInsideFrame ? "error" : "end of file"}`);
    assert(wholeFrames >= sent - 1, `run ${kill}: ${sent} frames sent, ${wholeFrames} in ${path}`);
    if (endsInsideFrame) inside++;
    missing += Math.max(0, sent - wholeFrames);
    frames += wholeFrames;
    for (const one of old) assert.equal(await sha256Of(one.path), one.sha256, `${one.path} has changed`);
    const gone = old.slice(0, -1);
    old = [...old.slice(-1), ...left];
    for (const one of gone) await Deno.remove(one.path);
    if (SOAK && kill % 50 === 49) console.log(`${kill + 1} kills, ${inside} inside a write`);
  }
  console.log(
    `${KILLS} kills, ${inside} inside a write (the file ends inside a frame), ${withoutFile} before the first file; ` +
      `${frames} frames in the files, ${missing} in flight`,
  );
  assert(inside >= KILLS / 2, `${inside} of ${KILLS} inside a write`);
});
