/** Frames from the network: the side of `G3Reader("tcp://...")` (g3 6.4). @module */
import { FrameSplitter, type RawFrame, type SplitOptions } from "../frame_splitter.ts";
import { SenderConnection } from "./connection.ts";

const PIECE_BYTES = 1 << 18;

/** Where frames come from, and how long to wait for them. */
export interface ReceiveOptions extends SplitOptions {
  /** Host of the sender; `*` to wait for one sender to connect to us. */
  readonly hostname: string;
  /** Port of the sender, or ours. */
  readonly port: number;
  /** How long to try to connect, in milliseconds. Default 10,000. Waiting for a sender has no bound but the signal. */
  readonly connectTimeoutMs?: number;
  /**
   * Silence that ends the stream, in milliseconds: at a frame boundary as its end, inside a frame with an error. Default
   * none: a sender may be silent as long as it likes, and `signal` is the bound.
   */
  readonly idleTimeoutMs?: number;
  /** Ends the receiving; what waits is rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Called once with our own port, before a sender can connect. */
  readonly onListen?: (port: number) => void;
  /** Called once with the sender's address when the connection is there. */
  readonly onConnect?: (address: string) => void;
}

/**
 * Receives frames as their bytes from one sender, until it closes the connection. Nothing is decoded and nothing is sent.
 *
 * @example Count the frames of a streamer
 * ```ts no-run
 * let frames = 0;
 * for await (const _ of receiveFrames({ hostname: "smurf-srv", port: 4532 })) frames++;
 * ```
 *
 * @throws {G3StreamError} At the first damage, or when the connection ends inside a frame.
 * @throws {G3Error} If there is no connection in time.
 * @throws {Error} What the system says when it cannot connect, or the connection breaks.
 */
export async function* receiveFrames(options: ReceiveOptions): AsyncGenerator<RawFrame, void, void> {
  const { hostname, port, signal, reuse = false } = options;
  using connection = hostname === "*"
    ? await SenderConnection.accept(options)
    : await SenderConnection.connect(options);
  const source = `tcp://${hostname === "*" ? connection.address : `${hostname}:${port}`}`;
  const splitter = new FrameSplitter({ source, ...options });
  const onAbort = () => connection.close();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    options.onConnect?.(connection.address);
    let buffer = new Uint8Array(PIECE_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const size = await connection.read(buffer);
      if (size === null || size === "silence") return splitter.end();
      yield* splitter.push(buffer.subarray(0, size));
      // Frames are views of it.
      if (!reuse) buffer = new Uint8Array(PIECE_BYTES);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
