/**
 * What the system keeps for a UDP port until it is read, and what it had to drop.
 *
 * Linux only; elsewhere both functions say that they cannot tell. See
 * docs/decisions/0006_the_monitor_asks_libc_for_a_larger_udp_buffer.md. @module
 */

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;

/**
 * Asks for a larger receive buffer.
 *
 * Linux's usual 208 KiB hold 28 ms of 10,000 small datagrams per second: any hiccup loses some. As root the size is what
 * was asked for, else at most `net.core.rmem_max`.
 *
 * @param port The port, which this process has open.
 * @param bytes Wanted size.
 * @returns The size in effect, as the kernel counts it (twice what was asked for).
 * @throws {Error} If the system or the permissions of this program do not allow it; the buffer stays as it is.
 */
export function growReceiveBuffer(port: number, bytes: number): number {
  if (Deno.build.os !== "linux") throw new Error(`not possible on ${Deno.build.os}`);
  const fd = descriptorOf(socketOf(port).inode);
  const libc = Deno.dlopen("libc.so.6", {
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  });
  try {
    const { setsockopt, getsockopt } = libc.symbols;
    const value = new Int32Array([bytes]);
    const length = new Uint32Array([value.byteLength]);
    const asBytes = new Uint8Array(value.buffer);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, asBytes, value.byteLength) !== 0) {
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, asBytes, value.byteLength);
    }
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, asBytes, new Uint8Array(length.buffer)) !== 0) {
      throw new Error("the system does not tell the size");
    }
    return value[0] ?? 0;
  } finally {
    libc.close();
  }
}

/**
 * Datagrams that the system has dropped because the buffer of a port was full.
 *
 * @returns Their number since the port was opened; undefined where the system does not tell.
 */
export function droppedBySystem(port: number): number | undefined {
  try {
    return socketOf(port).drops;
  } catch {
    return undefined; // Not Linux, or no permission to read there.
  }
}

/** The line of `/proc/net/udp` about a port on all addresses. */
function socketOf(port: number): { readonly inode: string; readonly drops: number } {
  const local = `00000000:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  for (const line of Deno.readTextFileSync("/proc/net/udp").split("\n")) {
    // sl, local address, remote, state, queues, timer, retransmits, uid, timeout, inode, references, pointer, drops
    const columns = line.trim().split(/\s+/);
    const [, address, , , , , , , , inode] = columns;
    if (address === local && inode !== undefined) return { inode, drops: Number(columns[12] ?? 0) };
  }
  throw new Error(`the system does not list UDP port ${port}`);
}

/** The descriptor in this process of a socket. */
function descriptorOf(inode: string): number {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      if (Deno.readLinkSync(`/proc/self/fd/${name}`) === `socket:[${inode}]`) return Number(name);
    } catch {
      continue; // Closed in the meantime, such as the descriptor of the listing itself.
    }
  }
  throw new Error("this process does not have the port open");
}
