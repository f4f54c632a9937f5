/** A UDP port that is read for as long as the agent lives. @module */
import type { Logger } from "../../internal/log.ts";
import { pause } from "../../internal/pause.ts";

/** Called for each datagram; the bytes are good only until it returns. */
export type TakeDatagram = (bytes: Uint8Array, sender: Deno.Addr) => void;

// The largest datagram of IPv4 has 65,507 bytes. Deno's own buffer of 1 KiB would cut longer ones (smurf 1.3).
const BUFFER_BYTES = 65_536;
// A socket that fails at every read must not take the whole processor.
const RETRY_MS = 100;

/** An open UDP port. Whoever opens it disposes of it. */
export class UdpListener implements AsyncDisposable {
  /** The port, also where any free one was asked for. */
  readonly port: number;
  readonly #socket: Deno.DatagramConn;
  readonly #take: TakeDatagram;
  readonly #log: Logger;
  readonly #over = new AbortController();
  readonly #ended: Promise<void>;

  /**
   * Opens a port on all IPv4 addresses and begins to read.
   *
   * @param options Port (0: any free one), what to do with each datagram, and the log.
   * @throws {Error} If the port is taken or may not be opened, or Deno was started without `--unstable-net`.
   */
  constructor(
    { port, take, log }: { readonly port: number; readonly take: TakeDatagram; readonly log: Logger },
  ) {
    this.#take = take;
    this.#log = log;
    this.#socket = open(port);
    const { addr } = this.#socket;
    this.port = addr.transport === "udp" ? addr.port : port;
    this.#ended = this.#read();
  }

  /** Closes the port; resolves when nothing reads it any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over.signal.aborted) {
      this.#over.abort();
      this.#socket.close();
    }
    await this.#ended;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(BUFFER_BYTES);
    const { signal } = this.#over;
    while (!signal.aborted) {
      try {
        const [bytes, sender] = await this.#socket.receive(buffer);
        this.#take(bytes, sender);
      } catch (error) {
        if (signal.aborted) return;
        this.#log.error(`Cannot read UDP port ${this.port}: ${String(error)}`);
        await pause(RETRY_MS, { signal });
      }
    }
  }
}

function open(port: number): Deno.DatagramConn {
  if (typeof Deno.listenDatagram !== "function") {
    throw new Error(
      `Cannot listen on UDP port ${port}: this Deno was started without UDP, expected "deno run --unstable-net ..." ` +
        'or "unstable": ["net"] in deno.json',
    );
  }
  try {
    return Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port });
  } catch (cause) {
    const why = cause instanceof Deno.errors.AddrInUse
      ? "another program has it, expected a free port"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new Error(`Cannot listen on UDP port ${port}: ${why}`, { cause });
  }
}
