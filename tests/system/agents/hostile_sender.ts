/** Senders that misbehave: bytes of a test's choice, to whoever connects. @module */
import type { G3Frame } from "../../../g3/mod.ts";

/** A listener whose connections a test plays by hand. */
export class HostileSender implements Disposable {
  readonly #listener: Deno.TcpListener;
  readonly #conns: Deno.TcpConn[] = [];

  /** Listens on the loopback. */
  constructor(port = 0) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
  }

  /** Its port. */
  get port(): number {
    // What listens on TCP has an address of TCP.
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Takes the next connection. */
  async accept(): Promise<HostileConnection> {
    const conn = await this.#listener.accept();
    conn.setNoDelay(true);
    this.#conns.push(conn);
    return new HostileConnection(conn);
  }

  /** Closes everything. */
  [Symbol.dispose](): void {
    for (const closeable of [this.#listener, ...this.#conns]) {
      try {
        closeable.close();
      } catch {
        // Closed already.
      }
    }
  }
}

/** One connection. */
export class HostileConnection {
  readonly #conn: Deno.TcpConn;

  /** Takes over a connection. */
  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Sends frames or any bytes. */
  async send(...parts: readonly (G3Frame | Uint8Array)[]): Promise<void> {
    for (const part of parts) {
      const bytes = part instanceof Uint8Array ? part : part.encode();
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    }
  }

  /** Waits until the other side wants no more, or is gone. */
  async ended(): Promise<void> {
    const buffer = new Uint8Array(64);
    try {
      while (await this.#conn.read(buffer) !== null);
    } catch {
      // Reset: gone as well.
    }
  }

  /** Closes it. */
  close(): void {
    this.#conn.close();
  }
}
