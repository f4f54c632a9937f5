/** A thread of its own that posts requests in two pieces with next to nothing between them. @module */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

const REQUESTS = 1500;
const BODY = JSON.stringify({ procedure: "observatory.none" });
const REQUEST = new TextEncoder().encode(
  `POST /call HTTP/1.1\r\nHost: x\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
);
const HEAD_BYTES = REQUEST.length - BODY.length;

self.onmessage = async ({ data: port }: MessageEvent<number>) => {
  const statuses: Record<string, number> = {};
  for (let i = 0; i < REQUESTS; i++) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    const at = i % 2 === 0 ? HEAD_BYTES : 1 + i * 7 % (REQUEST.length - 2);
    await connection.write(REQUEST.subarray(0, at));
    for (const end = performance.now() + i % 25 * 0.03; performance.now() < end;);
    await connection.write(REQUEST.subarray(at));
    const answer = new Uint8Array(2000);
    const count = await connection.read(answer) ?? 0;
    const status = new TextDecoder().decode(answer.subarray(9, Math.min(12, count)));
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  self.postMessage(statuses);
};
