/** UDP ports for programs under test. @module */

/** A UDP port that nobody has, for a program that is about to open it. */
export function freeUdpPort(): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  const { addr } = socket;
  socket.close();
  if (addr.transport !== "udp") throw new TypeError("Cannot get a UDP port: the address is none of UDP");
  return addr.port;
}
