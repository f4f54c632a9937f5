/** Frames to the network: the side of `G3NetworkSender` (g3 6.4). @module */
import { G3Error } from "../errors.ts";
import { G3Frame } from "../frame.ts";
import { FRAME_TYPES } from "../frame_type.ts";
import type { RawFrame } from "../frame_splitter.ts";
import { type Logger, SILENT } from "../../internal/log.ts";
import { connect } from "./_connect.ts";

/** How a sender serves its clients. */
export interface SenderOptions {
  /** Host to connect to; `*` (the default) listens for any number of clients. */
  readonly hostname?: string;
  /** Port to listen on (0 for a free one), or to connect to. */
  readonly port: number;
  /** How long to try to connect, in milliseconds. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Frames that wait for a client at most; beyond them Scan and Timepoint frames are dropped for it. Default 1000. */
  readonly maxQueueFrames?: number;
  /** Bytes that wait for a client at most; beyond them it is dropped altogether. Default 256 MiB. */
  readonly maxQueueBytes?: number;
  /** How long `close` waits for clients to take what is left, in milliseconds. Default 5000. */
  readonly drainTimeoutMs?: number;
  /** Hears of clients that come, go or are dropped. Default nobody. */
  readonly logger?: Logger;
}

/** Frames of these types are dropped first, and not kept for new clients. */
const TRANSIENT: ReadonlySet<number> = new Set([FRAME_TYPES.Scan, FRAME_TYPES.Timepoint]);

/** One connection and the frames that wait for it. */
class Client {
  readonly address: string;
  readonly #conn: Deno.TcpConn;
  readonly #queue: Uint8Array[] = [];
  #bytes = 0;
  #wake = Promise.withResolvers<void>();
  #ending = false;
  /** Settles when the connection is closed. */
  readonly done: Promise<void>;

  constructor(conn: Deno.TcpConn, onEnd: (client: Client, error?: unknown) => void) {
    const { hostname, port } = conn.remoteAddr;
    this.address = `${hostname}:${port}`;
    this.#conn = conn;
    conn.setNoDelay(true);
    this.done = this.#run().then(() => onEnd(this), (error: unknown) => onEnd(this, error));
  }

  get frames(): number {
    return this.#queue.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
    this.#wake.resolve();
  }

  /** Closes the connection once everything is sent. */
  finish(): void {
    this.#ending = true;
    this.#wake.resolve();
  }

  /** Closes the connection now. */
  drop(): void {
    this.#ending = true;
    this.#queue.length = 0;
    this.#wake.resolve();
    try {
      this.#conn.close();
    } catch {
      // Closed already.
    }
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const frame = this.#queue[0];
        if (frame !== undefined) {
          for (let at = 0; at < frame.length;) at += await this.#conn.write(frame.subarray(at));
          if (this.#queue.shift() !== undefined) this.#bytes -= frame.length;
          continue;
        }
        if (this.#ending) return;
        this.#wake = Promise.withResolvers<void>();
        await this.#wake.promise;
      }
    } finally {
      this.drop();
    }
  }
}

/**
 * Sends frames to whoever listens, as spt3g's sender does.
 *
 * A client that connects gets the latest frame of each type but Scan and Timepoint, in the order in which the types first
 * appeared, and then every frame. A slow client loses Scan and Timepoint frames and delays nobody. Unlike spt3g's, it closes
 * the connections when it ends, so that readers see it.
 */
export class G3Sender implements AsyncDisposable {
  readonly #listener: Deno.TcpListener | undefined;
  readonly #clients = new Set<Client>();
  readonly #metadata = new Map<number, Uint8Array>();
  readonly #maxQueueFrames: number;
  readonly #maxQueueBytes: number;
  readonly #drainTimeoutMs: number;
  readonly #logger: Logger;
  #accepting: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;
  #dropped = 0;

  private constructor(listener: Deno.TcpListener | undefined, options: SenderOptions) {
    this.#listener = listener;
    this.#maxQueueFrames = options.maxQueueFrames ?? 1000;
    this.#maxQueueBytes = options.maxQueueBytes ?? 1 << 28;
    this.#drainTimeoutMs = options.drainTimeoutMs ?? 5000;
    this.#logger = options.logger ?? SILENT;
    if (listener !== undefined) this.#accepting = this.#accept(listener);
  }

  /**
   * Listens, or connects to a reader that does.
   *
   * @throws {G3Error} If there is no connection in time.
   * @throws {Error} What the system says when it cannot.
   */
  static async open(options: SenderOptions): Promise<G3Sender> {
    const { hostname = "*", port } = options;
    if (hostname === "*") return new G3Sender(Deno.listen({ hostname: "::", port }), options);
    const conn = await connect({ ...options, hostname });
    const sender = new G3Sender(undefined, options);
    sender.#add(conn);
    return sender;
  }

  /** The port that it listens on; undefined for one that has connected. */
  get port(): number | undefined {
    // What listens on TCP has an address of TCP.
    return (this.#listener?.addr as Deno.NetAddr | undefined)?.port;
  }

  /** How many clients there are. */
  get clients(): number {
    return this.#clients.size;
  }

  /** How many frames were dropped for slow clients, counted for each of them. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Hands a frame to every client; never waits. An EndProcessing frame is not sent: it closes the sender (G3-63).
   *
   * @throws {G3Error} If it is closed.
   */
  send(frame: G3Frame | RawFrame): void {
    if (this.#closed !== undefined) throw new G3Error("Cannot send frame: the sender is closed");
    if (frame.type === FRAME_TYPES.EndProcessing) {
      this.close().catch((error: unknown) => this.#logger.error(`closing failed: ${error}`));
      return;
    }
    const bytes = frame instanceof G3Frame ? frame.encode() : frame.bytes;
    const transient = TRANSIENT.has(frame.type);
    if (!transient) this.#metadata.set(frame.type, bytes);
    for (const client of this.#clients) this.#push(client, bytes, transient);
  }

  #push(client: Client, bytes: Uint8Array, transient: boolean): void {
    if (transient && client.frames >= this.#maxQueueFrames) {
      this.#dropped++;
      return;
    }
    if (client.bytes + bytes.length <= this.#maxQueueBytes) return client.push(bytes);
    this.#logger.warn(`client ${client.address} takes nothing: dropped with ${client.bytes} bytes waiting`);
    client.drop();
  }

  #add(conn: Deno.TcpConn): void {
    const client = new Client(conn, (ended, error) => {
      this.#clients.delete(ended);
      this.#logger.info(`client ${ended.address} is gone${error === undefined ? "" : `: ${error}`}`);
    });
    this.#clients.add(client);
    this.#logger.info(`client ${client.address} is here`);
    for (const bytes of this.#metadata.values()) client.push(bytes);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    for (;;) {
      try {
        this.#add(await listener.accept());
      } catch (error) {
        if (this.#closed !== undefined) return;
        // One connection that failed while it was made is no reason to refuse the others.
        this.#logger.warn(`a client could not connect: ${error}`);
        if (error instanceof Deno.errors.BadResource) return;
      }
    }
  }

  /** Takes no more frames, lets clients take what is left, and closes all connections. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    // `#closed` has to be there before the listener ends.
    await Promise.resolve();
    this.#listener?.close();
    await this.#accepting;
    const clients = [...this.#clients];
    for (const client of clients) client.finish();
    const timer = setTimeout(() => clients.forEach((client) => client.drop()), this.#drainTimeoutMs);
    await Promise.all(clients.map((client) => client.done));
    clearTimeout(timer);
  }

  /** Closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
