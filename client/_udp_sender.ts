/** Datagrams out of a script, without any flag of Deno's. @module */
import type { Socket } from "node:dgram";

// More than this waiting means that nobody awaits `send`.
const MOST_WAITING = 1000;

/**
 * Sends datagrams over IPv4 to one place, in order.
 *
 * By `node:dgram` and not `Deno.listenDatagram`, because the latter is missing under a plain `deno run -A script.ts` of
 * somebody who imports this by URL: it takes `--unstable-net`. Slow as `node:dgram` is in receiving (some 1,100/s), sending
 * with it takes 50 us a datagram, which is nothing beside what a script does.
 */
export class UdpSender {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #port: number;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  private constructor(socket: Socket, { host, port }: { readonly host: string; readonly port: number }) {
    this.#socket = socket;
    this.#host = host;
    this.#port = port;
  }

  /** Opens a socket; whoever does closes it, but it does not keep the program alive. */
  static async open(target: { readonly host: string; readonly port: number }): Promise<UdpSender> {
    // Loaded late: most importers of the client never publish.
    const { createSocket } = await import("node:dgram");
    const socket = createSocket("udp4");
    // Errors of a send reach its caller; what else the socket has to say is about receiving.
    socket.on("error", () => {});
    socket.unref();
    return new UdpSender(socket, target);
  }

  /**
   * Sends one datagram. The host name is resolved each time, as the publisher of pysmurf does (smurf 1.1).
   *
   * @throws {Error} If the host name cannot be resolved, or too many datagrams wait because nobody awaited them.
   */
  send(data: Uint8Array): Promise<void> {
    if (this.#waiting >= MOST_WAITING) {
      return Promise.reject(
        new Error(`Cannot send to "${this.#host}": ${MOST_WAITING} datagrams wait, await each publish`),
      );
    }
    this.#waiting++;
    const sent = this.#last.then(() => this.#send(data)).finally(() => this.#waiting--);
    // A failed datagram is its sender's affair and does not hold up the next one.
    this.#last = sent.catch(() => {});
    return sent;
  }

  /** Closes the socket when everything is sent. */
  async close(): Promise<void> {
    await this.#last;
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #send(data: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(data, this.#port, this.#host, (error) => {
        if (!error) return resolve();
        const target = `${this.#host}:${this.#port}`;
        reject(new Error(`Cannot send a datagram to "${target}": ${error.message}`, { cause: error }));
      });
    });
  }
}
