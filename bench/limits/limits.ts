// deno-lint-ignore-file no-console -- a program that prints
/**
 * What this runtime gives at best on this machine: sockets, WebSocket, codecs, copying. JSON lines.
 *
 *     deno run -A limits/limits.ts [--seconds 1] [--round 1]
 *
 * Goals can be stated as a fraction of these. The npm codecs are only measured here, for comparison.
 */
import { connect, createServer, type Socket } from "node:net";
import { crc32 } from "node:zlib";
import { decode, encode } from "../../deps/msgpack.ts";
import { decodeCborOracle, encodeCborOracle } from "../../tests/helpers/oracles.ts";

const option = (name: string, fallback: string): string => {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? fallback : Deno.args[at + 1] ?? fallback;
};
const seconds = Number(option("seconds", "1"));
const round = Number(option("round", "1"));

function print(name: string, fields: Record<string, unknown>): void {
  console.log(JSON.stringify({ name: `limit/${name}`, stack: "deno", round, ...fields }));
}
const tidy = (x: number) => Number(x.toPrecision(4));

/** Repeats synchronous work and prints how often a second. */
function rate(name: string, bytes: number, work: () => void): void {
  for (let i = 0; i < 50; i++) work();
  let n = 0, step = 1;
  const begin = performance.now();
  let now = begin;
  while (now - begin < seconds * 1000) {
    for (let i = 0; i < step; i++) work();
    n += step;
    now = performance.now();
    if (step < 1000 && now - begin < step) step *= 2;
  }
  const perSecond = n / (now - begin) * 1000;
  print(name, { value: tidy(perSecond), mb_per_s: tidy(perSecond * bytes / 1e6), bytes });
}

/** A ping-pong of `depth` messages at a time; `send` starts one round, `arrived` is called per round. */
async function pingPong(
  name: string,
  size: number,
  depth: number,
  go: (done: () => void) => void,
): Promise<void> {
  const times: number[] = [];
  const begin = performance.now();
  while (performance.now() - begin < seconds * 1000) {
    const at = performance.now();
    await new Promise<void>((resolve) => go(resolve));
    times.push(performance.now() - at);
  }
  const wall = (performance.now() - begin) / 1000;
  times.sort((a, b) => a - b);
  const q = (x: number) => tidy(times[Math.min(times.length - 1, Math.floor(x * times.length))]!);
  print(name, {
    messages_per_s: tidy(times.length * depth / wall),
    size,
    depth,
    p50_ms: q(0.5),
    p99_ms: q(0.99),
  });
}

// --- sockets, both ends in this process -------------------------------------------------------------

for (const size of [120, 4096]) {
  for (const depth of [1, 64]) {
    {
      const server = createServer((s) => {
        s.setNoDelay(true);
        s.on("data", (b: Uint8Array) => s.write(b));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const socket: Socket = await new Promise((resolve) => {
        const s = connect((server.address() as { port: number }).port, "127.0.0.1", () => resolve(s));
      });
      socket.setNoDelay(true);
      let left = 0;
      let done = () => {};
      socket.on("data", (b: Uint8Array) => {
        left -= b.length;
        if (left === 0) done();
      });
      const all = new Uint8Array(size * depth);
      await pingPong(`node-net-echo-${size}-depth${depth}`, size, depth, (resolve) => {
        left = all.length;
        done = resolve;
        socket.write(all); // gathered into one write, the best a program can do
      });
      socket.destroy();
      server.close();
    }
    {
      const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.binaryType = "arraybuffer";
        socket.onmessage = (e) => socket.send(e.data);
        return response;
      });
      const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`);
      socket.binaryType = "arraybuffer";
      await new Promise((resolve) => socket.onopen = resolve);
      let left = 0;
      let done = () => {};
      socket.onmessage = () => {
        if (--left === 0) done();
      };
      const one = new Uint8Array(size);
      await pingPong(`deno-websocket-echo-${size}-depth${depth}`, size, depth, (resolve) => {
        left = depth;
        done = resolve;
        for (let i = 0; i < depth; i++) socket.send(one);
      });
      socket.close();
      await server.shutdown();
    }
  }
}

// --- codecs -----------------------------------------------------------------------------------------

const feed = {
  agent_address: "observatory.faker1",
  agg_params: { frame_length: 60 },
  feed_name: "false_temperatures",
  address: "observatory.faker1.feeds.false_temperatures",
  record: true,
  session_id: "1790000000.1234567",
  agent_class: "FakeDataAgent",
};
const times = Array.from({ length: 10 }, (_, i) => 1790000000 + i / 10);
const data = Object.fromEntries(
  Array.from({ length: 16 }, (_, c) => [
    `channel_${String(c).padStart(2, "0")}`,
    Array.from({ length: 10 }, (_, i) => 0.1 + 0.01 * Math.sin(i * (c + 1) / 97)),
  ]),
);
const block = [36, 7123456789012345, 3123456789012345, {}, [[{
  temps: { block_name: "temps", data, timestamps: times },
}, feed]]];
const tiny = [36, 7123456789012345, 3123456789012345, {}, [[{ acq: 3, count: 3, set_heartbeat: 1 }, {
  agent: "observatory.faker1",
}]]];
const utf8 = new TextEncoder();
const text = new TextDecoder();
for (const [name, message] of [["tiny", tiny], ["feed", block]] as const) {
  const json = JSON.stringify(message);
  const bytes = utf8.encode(json);
  rate(`json-parse-${name}`, bytes.length, () => JSON.parse(json));
  rate(`json-decode-parse-${name}`, bytes.length, () => JSON.parse(text.decode(bytes)));
  rate(`json-stringify-encode-${name}`, bytes.length, () => utf8.encode(JSON.stringify(message)));
  const packed = encode(message).slice();
  rate(`npm-msgpack-encode-${name}`, packed.length, () => encode(message));
  rate(`npm-msgpack-decode-${name}`, packed.length, () => decode(packed));
  const cbor = encodeCborOracle(message);
  rate(`npm-cborg-encode-${name}`, cbor.length, () => encodeCborOracle(message));
  rate(`npm-cborg-decode-${name}`, cbor.length, () => decodeCborOracle(cbor));
  rate(`cbor-skip-${name}`, cbor.length, () => skip(cbor, 0));
}

/** Walks over one CBOR item without making values: what a router that passes slices through has to do. */
function skip(b: Uint8Array, at: number): number {
  let open = 1;
  while (open > 0) {
    open--;
    const head = b[at++];
    const major = head! >> 5;
    let n = head! & 31;
    if (n >= 24) {
      if (n === 24) n = b[at++]!;
      else if (n === 25) {
        n = b[at]! << 8 | b[at + 1]!;
        at += 2;
      } else if (n === 26) {
        n = (b[at]! << 24 | b[at + 1]! << 16 | b[at + 2]! << 8 | b[at + 3]!) >>> 0;
        at += 4;
      } else {
        n = 0;
        at += 8;
      }
    }
    if (major === 2 || major === 3) at += n;
    else if (major === 4) open += n;
    else if (major === 5) open += 2 * n;
    else if (major === 6) open++;
  }
  return at;
}

// --- bytes ------------------------------------------------------------------------------------------

const small = new Uint8Array(4096).fill(7);
const smallTarget = new Uint8Array(4096);
rate("copy-4096", 4096, () => smallTarget.set(small));
const large = new Uint8Array(64 << 20).fill(7);
const largeTarget = new Uint8Array(64 << 20);
rate("copy-64MiB", large.length, () => largeTarget.set(large));
rate("crc32-4096", 4096, () => crc32(small));
const words = new Int32Array(small.buffer);
rate("unmask-4096", 4096, () => {
  for (let i = 0; i < words.length; i++) words[i]! ^= 0x1234567;
});
