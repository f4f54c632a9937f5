/** A UDP port that keeps what it gets. @module */
import { untilTrue } from "./until.ts";

/** Datagrams that arrived on a port of this machine. Dispose of it. */
export class UdpReceiver implements AsyncDisposable {
  /** Texts of the datagrams, in the order they came. */
  readonly texts: string[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #ended: Promise<void>;

  /** Opens a port; default a free one. */
  constructor(port = 0) {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port });
    this.#ended = this.#receive();
  }

  /** The port. */
  get port(): number {
    return this.#socket.addr.transport === "udp" ? this.#socket.addr.port : 0;
  }

  /** What the datagrams say. */
  get messages(): Record<string, unknown>[] {
    return this.texts.map((text) => JSON.parse(text));
  }

  /** Waits until so many datagrams have come. */
  async until(count: number): Promise<void> {
    await untilTrue(() => this.texts.length >= count, { what: `${count} datagrams` });
  }

  /** Closes the port. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#ended;
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      try {
        const [data] = await this.#socket.receive(buffer);
        this.texts.push(new TextDecoder().decode(data));
      } catch (error) {
        if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
        throw error;
      }
    }
  }
}
