/** Frames over TCP (g3 6.4, conformance points 61 to 63). @module */
import assert from "node:assert/strict";
import { G3StreamError } from "../../../g3/errors.ts";
import { G3Frame } from "../../../g3/frame.ts";
import { FrameSplitter, type RawFrame } from "../../../g3/frame_splitter.ts";
import { receiveFrames, type ReceiveOptions } from "../../../g3/io/receive.ts";
import { G3Sender } from "../../../g3/io/sender.ts";
import { g3Int } from "../../../g3/make.ts";
import { goldenFile } from "../../helpers/g3_golden.ts";
import { untilTrue } from "../../helpers/until.ts";

function frame(letter: string, n: number): G3Frame {
  return new G3Frame(letter).set("n", g3Int(n));
}

/** Letter and number of a frame. */
function name(raw: RawFrame): string {
  const parsed = G3Frame.parse(raw);
  return `${parsed.letters}${parsed.get("n", "G3Int").value}`;
}

async function receiveAll(options: ReceiveOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const raw of receiveFrames(options)) names.push(name(raw));
  return names;
}

const HERE = { hostname: "127.0.0.1" } as const;

Deno.test("G3-62, trap 34: G3Sender gives a new client the latest frame of each type, then what comes", async () => {
  await using sender = await G3Sender.open({ port: 0 });
  for (const [letter, n] of [["O", 1], ["W", 2], ["S", 3], ["T", 4], ["N", 5], ["O", 6]] as const) {
    sender.send(frame(letter, n));
  }
  const received = receiveAll({ ...HERE, port: sender.port! });
  await untilTrue(() => sender.clients === 1, { what: "the client is there" });
  sender.send(frame("S", 7));
  sender.send(frame("O", 8));
  await sender.close();
  assert.deepEqual(await received, ["O6", "W2", "N5", "S7", "O8"]);
});

Deno.test("G3-63, trap 32: G3Sender ends at EndProcessing, does not send it, and its clients see the end", async () => {
  await using sender = await G3Sender.open({ port: 0 });
  const clients = [1, 2, 3].map(() => receiveAll({ ...HERE, port: sender.port! }));
  await untilTrue(() => sender.clients === 3, { what: "three clients are there" });
  sender.send(frame("S", 1));
  sender.send(new G3Frame("Z"));
  assert.deepEqual(await Promise.all(clients), [["S1"], ["S1"], ["S1"]]);
  assert.throws(() => sender.send(frame("S", 2)), /the sender is closed/);
});

Deno.test("G3Sender drops data for a client that takes nothing, keeps metadata for it, and delays nobody", async () => {
  await using sender = await G3Sender.open({ port: 0, maxQueueFrames: 5, drainTimeoutMs: 10 });
  using slow = await Deno.connect({ ...HERE, port: sender.port! });
  await untilTrue(() => sender.clients === 1, { what: "the slow client is there" });
  const large = new Uint8Array(1 << 20);
  const data = new G3Frame("S").set("data", { class: "G3VectorUnsignedChar", value: large });
  for (let i = 0; i < 40; i++) sender.send(data);
  assert(sender.dropped > 0);
  const received = receiveAll({ ...HERE, port: sender.port! });
  await untilTrue(() => sender.clients === 2, { what: "the other client is there" });
  sender.send(frame("O", 1));
  sender.send(frame("S", 2));
  sender.send(new G3Frame("Z"));
  assert.deepEqual(await received, ["O1", "S2"]);
  assert.equal(slow.localAddr.transport, "tcp");
});

Deno.test("G3Sender drops a client for which too many bytes wait", async () => {
  await using sender = await G3Sender.open({ port: 0, maxQueueBytes: 1 << 22 });
  using _slow = await Deno.connect({ ...HERE, port: sender.port! });
  await untilTrue(() => sender.clients === 1, { what: "the client is there" });
  const metadata = new G3Frame("O").set("x", {
    class: "G3VectorUnsignedChar",
    value: new Uint8Array(1 << 20),
  });
  await untilTrue(() => {
    sender.send(metadata);
    return sender.clients === 0;
  }, { what: "the client is dropped" });
});

Deno.test("G3Sender and receiveFrames() meet the other way round too: the reader listens", async () => {
  const port = Promise.withResolvers<number>();
  const received = receiveAll({ hostname: "*", port: 0, onListen: port.resolve });
  {
    await using sender = await G3Sender.open({ ...HERE, port: await port.promise });
    for (let i = 0; i < 100; i++) sender.send(frame("S", i));
  }
  assert.deepEqual(await received, Array.from({ length: 100 }, (_, i) => `S${i}`));
});

/** Sends bytes by hand to one reader. */
async function serve(
  write: (conn: Deno.Conn) => Promise<void>,
): Promise<{ port: number; done: Promise<void> }> {
  const listener = Deno.listen({ ...HERE, port: 0 });
  const done = (async () => {
    using conn = await listener.accept();
    listener.close();
    await write(conn);
  })();
  return await Promise.resolve({ port: listener.addr.port, done });
}

Deno.test("G3-61: receiveFrames() takes frames in pieces of 97 bytes, and sends nothing itself", async () => {
  const bytes = goldenFile("smurf_stream.g3");
  let heard: number | null = 0;
  const { port, done } = await serve(async (conn) => {
    for (let at = 0; at < bytes.length; at += 97) await conn.write(bytes.subarray(at, at + 97));
    await conn.closeWrite();
    heard = await conn.read(new Uint8Array(10));
  });
  const hex: string[] = [];
  for await (const raw of receiveFrames({ ...HERE, port, reuse: true })) hex.push(raw.bytes.toHex());
  assert.deepEqual(hex, [...new FrameSplitter().push(bytes)].map((raw) => raw.bytes.toHex()));
  await done;
  assert.equal(heard, null);
});

Deno.test("receiveFrames() tells a sender that ends or is silent inside a frame, and takes silence between frames for the end", async () => {
  const bytes = frame("S", 1).encode();
  const cut = await serve(async (conn) => {
    await conn.write(bytes);
    await conn.write(bytes.subarray(0, 20));
  });
  await assert.rejects(receiveAll({ ...HERE, port: cut.port }), (error) => {
    assert(error instanceof G3StreamError);
    assert.equal(error.fault, "truncated");
    assert.equal(error.offset, bytes.length);
    return error.message.includes(`tcp://127.0.0.1:${cut.port}`);
  });
  await cut.done;
  for (const [sent, expected] of [[bytes, ["S1"]], [bytes.subarray(0, 30), undefined]] as const) {
    const silent = await serve(async (conn) => {
      await conn.write(sent);
      await conn.read(new Uint8Array(1)).catch(() => {});
    });
    const received = receiveAll({ ...HERE, port: silent.port, idleTimeoutMs: 200 });
    if (expected === undefined) await assert.rejects(received, G3StreamError);
    else assert.deepEqual(await received, expected);
    await silent.done;
  }
});

Deno.test("receiveFrames() refuses rubbish, and ends when its signal says so, connected or waiting", async () => {
  const rubbish = await serve(async (conn) =>
    void await conn.write(new TextEncoder().encode("HTTP/1.1 400 Bad\r\n"))
  );
  await assert.rejects(
    receiveAll({ ...HERE, port: rubbish.port }),
    /a frame begins with 0 or 1, and this with 72/,
  );
  await rubbish.done;
  const abort = new AbortController();
  const quiet = await serve(async (conn) => void await conn.read(new Uint8Array(1)).catch(() => {}));
  const connected = receiveAll({
    ...HERE,
    port: quiet.port,
    signal: abort.signal,
    onConnect: () => abort.abort(new Error("enough")),
  });
  await assert.rejects(connected, /enough/);
  await quiet.done;
  const waiting = new AbortController();
  await assert.rejects(
    receiveAll({
      hostname: "*",
      port: 0,
      signal: waiting.signal,
      onListen: () => waiting.abort(new Error("no one")),
    }),
    /no one/,
  );
});
