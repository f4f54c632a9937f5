/** The least of a pysmurf monitor: datagrams in, events on its relay feed out. @module */
import { connectWamp } from "../../client/mod.ts";

/** Where it relays to. */
export interface SmallMonitorOptions {
  readonly url: string;
  readonly realm: string;
  readonly addressRoot: string;
}

/** A relay of datagrams. Dispose of it. */
export interface SmallMonitor extends AsyncDisposable {
  /** UDP port that publishers send to. */
  readonly port: number;
  /** The environment of a publisher that sends here. */
  publisherEnv(id: string): Record<string, string>;
  /** Publishes any message as the monitor would, and waits until the router has it. */
  relay(message: unknown): Promise<void>;
}

/** Starts one that calls itself `pysmurf-monitor`, on a free port. */
export async function startSmallMonitor(
  { url, realm, addressRoot }: SmallMonitorOptions,
): Promise<SmallMonitor> {
  const connection = await connectWamp({ url, realm });
  const topic = `${addressRoot}.pysmurf-monitor.feeds.pysmurf_session_data`;
  const relay = (message: unknown): Promise<void> =>
    connection.publish(topic, [[message, { feed_name: "pysmurf_session_data" }]], { acknowledge: true });
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const buffer = new Uint8Array(65_536);
  const pump = (async () => {
    for (;;) {
      let bytes: Uint8Array;
      try {
        [bytes] = await socket.receive(buffer);
      } catch {
        return; // closed
      }
      const text = new TextDecoder().decode(bytes);
      // Bare NaN and infinities of Python's encoder, as far as the fake scripts send them.
      const message = JSON.parse(text.replaceAll(/([\[:, ])-?(?:NaN|Infinity)(?=[,\]}])/g, "$1null"));
      if (["session_data", "session_log"].includes(message.type)) await relay(message);
    }
  })();
  // Known to be an address with a port: the socket is of UDP.
  const { port } = socket.addr as Deno.NetAddr;
  return {
    port,
    publisherEnv: (id) => ({
      SMURFPUB_BACKEND: "udp",
      SMURFPUB_ID: id,
      SMURFPUB_UDP_HOST: "127.0.0.1",
      SMURFPUB_UDP_PORT: String(port),
    }),
    relay,
    async [Symbol.asyncDispose]() {
      socket.close();
      await pump;
      await connection.close();
    },
  };
}
