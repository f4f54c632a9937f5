/** The reading end of a connection that carries frames, with every wait bounded. @module */
import { type Clock, SYSTEM_CLOCK } from "../../internal/clock.ts";
import { bounded, connect } from "./_connect.ts";

/** How to reach a sender. */
export interface ConnectSenderOptions {
  /** Host of the sender. */
  readonly hostname: string;
  /** Port of the sender. */
  readonly port: number;
  /** How long to try, in milliseconds. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Silence that ends the stream, in milliseconds; undefined for none. */
  readonly idleTimeoutMs?: number | undefined;
  /** Ends the trying with its reason; a connection that is there goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** How to wait for a sender. */
export interface AcceptSenderOptions {
  /** Our port; 0 for a free one. */
  readonly port: number;
  /** Silence that ends the stream, in milliseconds; undefined for none. */
  readonly idleTimeoutMs?: number | undefined;
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called once with our own port, before a sender can connect. */
  readonly onListen?: ((port: number) => void) | undefined;
}

/** How the last of a stream is taken. */
export interface FinishOptions {
  /** Silence that ends the stream from now on, in milliseconds. */
  readonly quietMs: number;
  /** Nothing is read after so many milliseconds, whatever still comes. */
  readonly withinMs: number;
}

/** A connection to a sender. Whoever opened it closes it. */
export class SenderConnection implements Disposable {
  /** Address and port of the other side. */
  readonly address: string;
  readonly #conn: Deno.TcpConn;
  readonly #clock: Clock;
  #idleTimeoutMs: number | undefined;
  #cancelIdle: () => void = () => {};
  #cancelFinish: () => void = () => {};
  #reading = false;
  #closed = false;

  private constructor(conn: Deno.TcpConn, idleTimeoutMs: number | undefined, clock: Clock) {
    const { hostname, port } = conn.remoteAddr;
    this.address = `${hostname}:${port}`;
    this.#conn = conn;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#clock = clock;
  }

  /**
   * Connects to a sender.
   *
   * @throws {G3Error} If there is no answer in time.
   * @throws {Error} What the system says when it cannot.
   */
  static async connect(options: ConnectSenderOptions): Promise<SenderConnection> {
    const conn = await connect(options);
    return new SenderConnection(conn, options.idleTimeoutMs, options.clock ?? SYSTEM_CLOCK);
  }

  /**
   * Waits for one sender, and listens no more.
   *
   * @throws {Error} What the system says when it cannot listen.
   */
  static async accept(
    { port, idleTimeoutMs, signal, onListen }: AcceptSenderOptions,
  ): Promise<SenderConnection> {
    using listener = Deno.listen({ hostname: "::", port });
    // What listens on TCP has an address of TCP.
    onListen?.((listener.addr as Deno.NetAddr).port);
    const conn = await bounded(listener.accept(), {
      close: () => {
        try {
          listener.close();
        } catch {
          // Closed already.
        }
      },
      timeoutMs: undefined,
      signal,
      what: `Cannot receive on port ${port}`,
    });
    return new SenderConnection(conn, idleTimeoutMs, SYSTEM_CLOCK);
  }

  /**
   * Reads what there is; one read at a time.
   *
   * @returns How many bytes; `null` at the end of the stream, `"silence"` when nothing came in time (it is closed then).
   * @throws {Error} What the system says when the connection breaks, or was closed meanwhile.
   */
  async read(buffer: Uint8Array): Promise<number | null | "silence"> {
    // After `finish` has run out of time.
    if (this.#closed) return "silence";
    this.#reading = true;
    this.#armIdle();
    try {
      return await this.#conn.read(buffer);
    } catch (error) {
      if (this.#closed) return "silence";
      throw error;
    } finally {
      this.#reading = false;
      this.#cancelIdle();
    }
  }

  /**
   * Lets the stream end: tells the sender that nothing more is wanted, and from now on takes only what is on its way.
   *
   * A sender that looks stops; spt3g's does not look, and is cut off when the time is over.
   */
  finish({ quietMs, withinMs }: FinishOptions): void {
    if (this.#closed) return;
    this.#conn.closeWrite().catch(() => {
      // Broken already: the next read tells.
    });
    this.#idleTimeoutMs = quietMs;
    if (this.#reading) this.#armIdle();
    this.#cancelFinish();
    this.#cancelFinish = this.#clock.setTimer(withinMs, () => this.#end());
  }

  /** Closes the connection; a read that waits throws. */
  close(): void {
    this.#cancelIdle();
    this.#cancelFinish();
    try {
      this.#conn.close();
    } catch {
      // Closed already.
    }
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.close();
  }

  #armIdle(): void {
    this.#cancelIdle();
    if (this.#idleTimeoutMs === undefined) return;
    this.#cancelIdle = this.#clock.setTimer(this.#idleTimeoutMs, () => this.#end());
  }

  #end(): void {
    this.#closed = true;
    this.close();
  }
}
