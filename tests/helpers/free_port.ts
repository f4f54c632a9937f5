/** Ports for programs that cannot choose one themselves. @module */

/**
 * Finds a TCP port of the loopback that nobody listens on.
 *
 * It is free when this returns; another program may take it before the caller does, so prefer port 0 wherever the
 * program can tell which one it got.
 */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
