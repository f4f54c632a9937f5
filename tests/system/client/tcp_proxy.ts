/** A TCP relay that can stop relaying, as a host does that hangs. @module */

/** Relays one port of the loopback to another. Dispose of it. */
export class TcpProxy implements AsyncDisposable {
  /** `ws://127.0.0.1:PORT/ws` */
  readonly url: string;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #done: Promise<void>;
  readonly #relays: Promise<void>[] = [];
  #frozen = false;
  #gate: PromiseWithResolvers<void> | undefined;

  private constructor(listener: Deno.TcpListener, target: number) {
    this.#listener = listener;
    this.url = `ws://127.0.0.1:${listener.addr.port}/ws`;
    this.#done = this.#serve(target);
  }

  /** Starts relaying to a port. */
  static start(target: number): Promise<TcpProxy> {
    return Promise.resolve(new TcpProxy(Deno.listen({ hostname: "127.0.0.1", port: 0 }), target));
  }

  /** From now on bytes are taken and go nowhere; connections stay open. */
  freeze(): void {
    this.#frozen = true;
  }

  /** From now on nothing is read from the client's side, as by a router that is stuck; the other way goes on. */
  stopReading(): void {
    this.#gate = Promise.withResolvers<void>();
  }

  /** Reads on. */
  readAgain(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  async #serve(target: number): Promise<void> {
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: target });
      for (const [from, to] of [[near, far], [far, near]] as const) {
        this.#connections.add(from);
        this.#relays.push(this.#relay(from, to, from === near));
      }
    }
  }

  async #relay(from: Deno.TcpConn, to: Deno.TcpConn, isOutward: boolean): Promise<void> {
    try {
      const buffer = new Uint8Array(65_536);
      for (;;) {
        if (isOutward) await this.#gate?.promise;
        const length = await from.read(buffer);
        if (length === null) break;
        let part = buffer.subarray(0, length);
        while (!this.#frozen && part.length > 0) part = part.subarray(await to.write(part));
      }
    } catch {
      // One side has gone; the other is closed below.
    }
    this.#close(from);
    if (!this.#frozen) this.#close(to);
  }

  #close(connection: Deno.TcpConn): void {
    if (this.#connections.delete(connection)) connection.close();
  }

  /** Ends every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.readAgain();
    for (const connection of [...this.#connections]) this.#close(connection);
    await Promise.all(this.#relays);
    await this.#done;
  }
}
