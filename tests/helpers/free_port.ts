/** Ports for programs that cannot choose one themselves. @module */

// Below what Linux hands out to outgoing connections (32768 and up): such a one would take the port in between.
const FIRST_PORT = 20_000;
const PORTS = 10_000;
const TRIES = 100;

/**
 * Finds a TCP port of the loopback that nobody listens on.
 *
 * It is free when this returns; another program may take it before the caller does, so prefer port 0 wherever the
 * program can tell which one it got.
 */
export function freePort(): number {
  for (let tries = 1;; tries++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse) || tries === TRIES) throw error;
    }
  }
}
