import assert from "node:assert/strict";
import { droppedBySystem, growReceiveBuffer } from "../../../agents/pysmurf_monitor/receive_buffer.ts";

const linux = { ignore: Deno.build.os !== "linux" };

/** A port that nobody reads, and a way to send to it. */
function openPort() {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  const port = socket.addr.transport === "udp" ? socket.addr.port : 0;
  return {
    port,
    async send(count: number): Promise<void> {
      const bytes = new Uint8Array(1000);
      for (let i = 0; i < count; i++) {
        await socket.send(bytes, { transport: "udp", hostname: "127.0.0.1", port });
      }
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

Deno.test("droppedBySystem() counts what did not fit into the buffer of a port", linux, async () => {
  using port = openPort();
  assert.equal(droppedBySystem(port.port), 0);
  const size = growReceiveBuffer(port.port, 100_000);
  assert.ok(size >= 100_000 && size <= 400_000, `${size} bytes`);
  await port.send(1000);
  const small = droppedBySystem(port.port) ?? 0;
  assert.ok(small > 500 && small < 1000, `${small} of 1000 dropped`);
});

Deno.test("growReceiveBuffer() makes room", linux, async () => {
  using port = openPort();
  const size = growReceiveBuffer(port.port, 8 * 1024 * 1024);
  // With what the system adds, a datagram of 1000 bytes takes 2304 or a little more.
  const fit = Math.floor(size / 4000);
  await port.send(fit);
  assert.equal(droppedBySystem(port.port), 0);
});

Deno.test("growReceiveBuffer() and droppedBySystem() say when a port is not there", linux, () => {
  let port: number;
  {
    using opened = openPort();
    port = opened.port;
  }
  assert.equal(droppedBySystem(port), undefined);
  assert.throws(() => growReceiveBuffer(port, 1000), new RegExp(`the system does not list UDP port ${port}`));
});
