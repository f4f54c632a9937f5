/** The TCP connection that a TLS one runs on. @module */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";

/** Gives the TCP socket below a stream, which is the stream itself without TLS; undefined where there is none. */
export function tcpBelow(stream: Duplex): Socket | undefined {
  // node:tls has no public way to it; without it a reset connection would look to its peer like one that ended well.
  const below: unknown = stream instanceof TLSSocket ? Reflect.get(stream, "_parent") : stream;
  return below instanceof Socket ? below : undefined;
}
