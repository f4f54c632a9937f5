// deno-lint-ignore-file no-console -- a program that prints
/**
 * Sends pysmurf messages by UDP at a steady rate and prints what it has sent as JSON.
 *
 *     deno run -A --unstable-net tests/tools/udp_flood.ts PORT RATE SECONDS BYTES
 *
 * Every tenth is `session_data` with its number in `payload.n`, the others are `general`. A sender that was held up
 * catches up, as fast as it can.
 *
 * @module
 */
const [port = 0, rate = 0, seconds = 0, bytes = 0] = Deno.args.map(Number);
const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
const target = { transport: "udp", hostname: "127.0.0.1", port } as const;
const encoder = new TextEncoder();
const total = Math.round(rate * seconds);
const start = performance.now();
let sent = 0;
let relayed = 0;
while (sent < total) {
  const due = Math.min(total, Math.ceil((performance.now() - start) * rate / 1000));
  for (; sent < due; sent++) {
    const isRelayed = sent % 10 === 0;
    const text = JSON.stringify({
      host: "smurf-srv7",
      id: "crate1slot4",
      script: "undeclared",
      time: Date.now() / 1000,
      seq_no: sent,
      type: isRelayed ? "session_data" : "general",
      payload: { n: sent, pad: "" },
    });
    const pad = "x".repeat(Math.max(0, bytes - text.length));
    await socket.send(encoder.encode(`${text.slice(0, -3)}${pad}"}}`), target);
    if (isRelayed) relayed++;
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
socket.close();
console.log(JSON.stringify({ sent, relayed, seconds: (performance.now() - start) / 1000 }));
