/** What every FrameTransport has to do, whatever carries it. @module */
import assert from "node:assert/strict";
import type { FrameTransport } from "../../../transport/frame_transport.ts";

/** Two ends of one fresh connection. Disposing ends whatever they need beyond themselves. */
export interface TransportPair extends AsyncDisposable {
  /** The end that connected. */
  readonly client: FrameTransport;
  /** The end that accepted. */
  readonly server: FrameTransport;
}

/** Collects what one end is told. */
export class Listener {
  /** Frames in the order of their arrival. */
  readonly frames: (string | Uint8Array)[] = [];
  /** Ends; there may be one only. */
  readonly closes: { code: number; reason: string }[] = [];
  /** Resolves with the first end. */
  readonly closed: Promise<{ code: number; reason: string }>;
  #wake: () => void = () => {};

  /** Sets both handlers of a transport. */
  constructor(transport: FrameTransport) {
    const { promise, resolve } = Promise.withResolvers<{ code: number; reason: string }>();
    this.closed = withDeadline(promise, "an end");
    transport.onmessage = (frame) => {
      this.frames.push(frame);
      this.#wake();
    };
    transport.onclose = (code, reason) => {
      this.closes.push({ code, reason });
      resolve({ code, reason });
    };
  }

  /** Waits until so many frames have arrived. */
  async count(frames: number): Promise<readonly (string | Uint8Array)[]> {
    while (this.frames.length < frames) {
      await withDeadline(new Promise<void>((resolve) => this.#wake = resolve), `frame ${frames}`);
    }
    return this.frames;
  }
}

/** Fails instead of waiting for ever. */
export async function withDeadline<T>(promise: Promise<T>, what: string, timeoutMs = 5000): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Cannot wait longer for ${what}`)), timeoutMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Registers the shared tests for one kind of transport. */
export function testTransport(name: string, open: () => Promise<TransportPair>): void {
  Deno.test(`${name} keeps text and bytes apart, in order, in both directions`, async () => {
    await using pair = await open();
    const atServer = new Listener(pair.server);
    const atClient = new Listener(pair.client);
    const frames = [
      "[1]",
      new Uint8Array([0, 255, 128]),
      "",
      new Uint8Array(0),
      "grüße \u{1f52d}",
      "x".repeat(70_000),
    ];
    for (const frame of frames) pair.client.send(frame);
    for (const frame of frames) pair.server.send(frame);
    assert.deepEqual((await atServer.count(frames.length)).map(plain), frames);
    assert.deepEqual((await atClient.count(frames.length)).map(plain), frames);
  });

  Deno.test(`${name} delivers later, and what is sent is a copy`, async () => {
    await using pair = await open();
    const atServer = new Listener(pair.server);
    new Listener(pair.client);
    const bytes = new Uint8Array([1, 2, 3]);
    pair.client.send(bytes.slice());
    assert.equal(atServer.frames.length, 0);
    const [first] = await atServer.count(1);
    assert.deepEqual(plain(first), bytes);
    if (first instanceof Uint8Array) first[0] = 9;
    assert.equal(bytes[0], 1);
  });

  Deno.test(`${name} carries a thousand frames of mixed sizes without loss`, async () => {
    await using pair = await open();
    const atServer = new Listener(pair.server);
    new Listener(pair.client);
    const sizes = Array.from({ length: 1000 }, (_, i) => i * i % 4099);
    for (const [i, size] of sizes.entries()) pair.client.send(new Uint8Array(size).fill(i));
    const arrived = await atServer.count(1000);
    assert.deepEqual(arrived.map((frame) => frame.length), sizes);
    assert.ok(
      arrived.every((frame, i) => typeof frame !== "string" && frame.every((byte) => byte === i % 256)),
    );
  });

  Deno.test(`${name} tells both ends once of a close, with code and reason`, async () => {
    for (const closing of ["client", "server"] as const) {
      await using pair = await open();
      const ends = { client: new Listener(pair.client), server: new Listener(pair.server) };
      pair[closing].send("last");
      pair[closing].close(3002, "r".repeat(200));
      pair[closing].close(1000, "again");
      pair[closing].send("too late");
      const other = closing === "client" ? ends.server : ends.client;
      assert.deepEqual(await other.closed, { code: 3002, reason: "r".repeat(123) });
      assert.deepEqual(other.frames, ["last"]);
      await ends[closing].closed;
      assert.equal(ends[closing].closes.length, 1);
      pair.client.terminate();
      pair.server.terminate();
      assert.equal(other.closes.length, 1);
    }
  });

  Deno.test(`${name} reports 1006 at both ends when one terminates`, async () => {
    for (const ending of ["client", "server"] as const) {
      await using pair = await open();
      const ends = [new Listener(pair.client), new Listener(pair.server)];
      pair[ending].terminate();
      pair[ending].terminate();
      for (const end of ends) {
        assert.equal((await end.closed).code, 1006);
        assert.equal(end.closes.length, 1);
      }
      pair[ending].send("nobody hears this");
      assert.equal(pair[ending].bufferedBytes, 0);
    }
  });
}

/** Buffers of Node compare unequal to plain arrays of bytes. */
function plain(frame: string | Uint8Array | undefined): string | Uint8Array | undefined {
  return frame instanceof Uint8Array ? new Uint8Array(frame) : frame;
}
