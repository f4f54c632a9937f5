/** How the router writes where a connection comes from. @module */
import type { Socket } from "node:net";

/** Where a connection comes from, such as `tcp4:127.0.0.1:40112`. */
export function addressOf(socket: Socket): string {
  const { remoteAddress = "unknown", remotePort = 0 } = socket;
  return `${remoteAddress.includes(":") ? "tcp6" : "tcp4"}:${remoteAddress}:${remotePort}`;
}
