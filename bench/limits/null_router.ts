/**
 * Upper bound for a router in this runtime: moves the bytes of the load driver over the same sockets,
 * without matching, checks, permissions or transcoding. Serves `wamp_load` only.
 *
 *     deno run -A limits/null_router.ts --port 18251 [--transport node|deno]
 *
 * What it shows: the cost of sockets, framing and unmasking alone. EVENT frames are built once per
 * publication and shared by all subscribers; everything of one event-loop turn goes out in one write.
 */
import { createHash } from "node:crypto";
import { createServer } from "node:net";

type Serializer = "json" | "msgpack" | "cbor";

interface Peer {
  readonly serializer: Serializer;
  readonly batched: boolean;
  write(bytes: Uint8Array): void;
  out: Uint8Array;
  outLength: number;
}

const option = (name: string, fallback: string): string => {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? fallback : Deno.args[at + 1] ?? fallback;
};

const utf8 = new TextEncoder();
const latin1 = new TextDecoder("latin1");
const topics = new Map<string, { peers: Set<Peer>; out: Uint8Array; length: number }>();
const procedures = new Map<string, Peer>();
const calls = new Map<number, { peer: Peer; id: number }>();
const dirtyPeers = new Set<Peer>();
const dirtyTopics = new Set<{ peers: Set<Peer>; out: Uint8Array; length: number }>();
let nextId = 2 ** 30;
let scheduled = false;

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(() => {
    scheduled = false;
    for (const topic of dirtyTopics) {
      const bytes = topic.out.slice(0, topic.length);
      topic.length = 0;
      for (const peer of topic.peers) peer.write(bytes);
    }
    dirtyTopics.clear();
    for (const peer of dirtyPeers) {
      peer.write(peer.out.slice(0, peer.outLength));
      peer.outLength = 0;
    }
    dirtyPeers.clear();
  });
}

// --- encoding -------------------------------------------------------------------------------------

function uint(s: Serializer, n: number): number[] {
  if (s === "json") return [...utf8.encode(String(n))];
  const major = s === "cbor" ? [24, 25, 26, 27] as const : [0xcc, 0xcd, 0xce, 0xcf] as const;
  if (n < (s === "cbor" ? 24 : 128)) return [n];
  if (n < 2 ** 8) return [major[0], n];
  if (n < 2 ** 16) return [major[1], n >> 8, n & 255];
  const b = new Uint8Array(9);
  const view = new DataView(b.buffer);
  if (n < 2 ** 32) {
    b[0] = major[2];
    view.setUint32(1, n);
    return [...b.subarray(0, 5)];
  }
  b[0] = major[3];
  view.setBigUint64(1, BigInt(n));
  return [...b];
}

/** `[kind, ...ids, {}?` without the closing bracket; what follows is passed through. */
function header(s: Serializer, length: number, kind: number, ids: number[], emptyDict: boolean): Uint8Array {
  if (s === "json") {
    return utf8.encode(`[${[kind, ...ids].join(",")}${emptyDict ? ",{}" : ""},`);
  }
  const b = [(s === "cbor" ? 0x80 : 0x90) | length, ...uint(s, kind), ...ids.flatMap((n) => uint(s, n))];
  if (emptyDict) b.push(s === "cbor" ? 0xa0 : 0x80);
  return Uint8Array.from(b);
}

function short(s: Serializer, kind: number, ids: number[]): Uint8Array {
  if (s === "json") return utf8.encode(`[${[kind, ...ids].join(",")}]`);
  return header(s, 1 + ids.length, kind, ids, false);
}

function welcome(s: Serializer, id: number): Uint8Array {
  const roles = { roles: { broker: {}, dealer: {} } };
  if (s === "json") return utf8.encode(JSON.stringify([2, id, roles]));
  const text = (t: string) => [(s === "cbor" ? 0x60 : 0xa0) | t.length, ...utf8.encode(t)];
  const dict = (n: number) => (s === "cbor" ? 0xa0 : 0x80) | n;
  return Uint8Array.from([
    ...header(s, 3, 2, [id], false),
    dict(1),
    ...text("roles"),
    dict(2),
    ...text("broker"),
    dict(0),
    ...text("dealer"),
    dict(0),
  ]);
}

function frameHead(target: Uint8Array, at: number, size: number, peer: Peer): number {
  const extra = peer.batched ? (peer.serializer === "json" ? 1 : 4) : 0;
  const total = size + extra;
  target[at++] = 0x80 | (peer.serializer === "json" ? 1 : 2);
  if (total < 126) target[at++] = total;
  else if (total < 65536) {
    target[at++] = 126;
    target[at++] = total >> 8;
    target[at++] = total & 255;
  } else {
    target[at++] = 127;
    new DataView(target.buffer).setBigUint64(at, BigInt(total));
    at += 8;
  }
  if (extra === 4) {
    new DataView(target.buffer).setUint32(at, size);
    at += 4;
  }
  return at;
}

function grown(b: Uint8Array, need: number): Uint8Array {
  if (need <= b.length) return b;
  const bigger = new Uint8Array(Math.max(need, b.length * 2));
  bigger.set(b);
  return bigger;
}

/** Adds one frame to a buffer and returns the new length. */
function put(holder: { out: Uint8Array }, length: number, peer: Peer, a: Uint8Array, b?: Uint8Array): number {
  const size = a.length + (b?.length ?? 0);
  holder.out = grown(holder.out, length + size + 16);
  let at = frameHead(holder.out, length, size, peer);
  holder.out.set(a, at);
  at += a.length;
  if (b !== undefined) {
    holder.out.set(b, at);
    at += b.length;
  }
  if (peer.batched && peer.serializer === "json") holder.out[at++] = 0x18;
  return at;
}

function send(peer: Peer, a: Uint8Array, b?: Uint8Array): void {
  peer.outLength = put(peer, peer.outLength, peer, a, b);
  dirtyPeers.add(peer);
  schedule();
}

// --- decoding -------------------------------------------------------------------------------------

let offset = 0;
function readUint(s: Serializer, b: Uint8Array): number {
  if (s === "json") {
    while (b[offset] === 44 || b[offset] === 32) offset++;
    let n = 0;
    while (b[offset]! >= 48 && b[offset]! <= 57) n = n * 10 + b[offset++]! - 48;
    return n;
  }
  const c = b[offset++]!;
  if (c < (s === "cbor" ? 24 : 128)) return c;
  const size = 1 << (c - (s === "cbor" ? 24 : 0xcc));
  let n = 0;
  for (let i = 0; i < size; i++) n = n * 256 + b[offset++]!;
  return n;
}

const O = 111, B = 98, S = 115;
/** Finds the URI that starts with "observatory"; leaves `offset` after it. */
function readUri(s: Serializer, b: Uint8Array): string {
  let at = offset;
  while (at < b.length && !(b[at] === O && b[at + 1] === B && b[at + 2] === S)) at++;
  let end = at;
  for (let c = b[end]!; c === 46 || c === 95 || c >= 48 && c <= 57 || c >= 97 && c <= 122; c = b[++end]!);
  offset = s === "json" ? end + 2 : end;
  return latin1.decode(b.subarray(at, end));
}

function handle(peer: Peer, b: Uint8Array): void {
  const s = peer.serializer;
  offset = 1;
  const kind = readUint(s, b);
  const request = kind === 1 ? 0 : readUint(s, b);
  const id = ++nextId;
  switch (kind) {
    case 1:
      return send(peer, welcome(s, id));
    case 32: {
      const key = `${s}${peer.batched} ${readUri(s, b)}`;
      let topic = topics.get(key);
      if (topic === undefined) {
        topics.set(key, topic = { peers: new Set(), out: new Uint8Array(65536), length: 0 });
      }
      topic.peers.add(peer);
      return send(peer, short(s, 33, [request, id]));
    }
    case 64:
      procedures.set(readUri(s, b), peer);
      return send(peer, short(s, 65, [request, id]));
    case 16: {
      const acknowledge = b[offset] !== 0xa0 && b[offset] !== 0x80 && b[offset + 2] !== 125;
      const uri = readUri(s, b);
      const exact = topics.get(`${s}${peer.batched} ${uri}`);
      const topic = exact !== undefined && exact.peers.size > 0
        ? exact
        : topics.get(`${s}${peer.batched} observatory..feeds.`);
      if (topic !== undefined && topic.peers.size > 0) {
        topic.length = put(
          topic,
          topic.length,
          peer,
          header(s, 5, 36, [2 ** 30, id], true),
          b.subarray(offset),
        );
        dirtyTopics.add(topic);
        schedule();
      }
      if (acknowledge) send(peer, short(s, 17, [request, id]));
      return;
    }
    case 48: {
      const callee = procedures.get(readUri(s, b));
      if (callee === undefined) return;
      calls.set(id, { peer, id: request });
      return send(callee, header(s, 5, 68, [id, 1], true), b.subarray(offset));
    }
    case 70: {
      const call = calls.get(request);
      if (call === undefined) return;
      calls.delete(request);
      return send(
        call.peer,
        header(s, 4, 50, [call.id], false),
        b.subarray(s === "json" ? offset + 1 : offset),
      );
    }
  }
}

/** Takes bytes as they come; returns a function to feed. */
function connection(write: (bytes: Uint8Array) => void): { feed(bytes: Uint8Array): void; end(): void } {
  let peer: Peer | undefined;
  let rest: Uint8Array = new Uint8Array(0);
  return {
    feed(chunk) {
      let b = chunk;
      if (rest.length > 0) {
        b = new Uint8Array(rest.length + chunk.length);
        b.set(rest);
        b.set(chunk, rest.length);
      }
      let at = 0;
      if (peer === undefined) {
        const text = latin1.decode(b);
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) {
          rest = b;
          return;
        }
        const value = (name: string) => new RegExp(`^${name}:\\s*(.*?)\\s*$`, "im").exec(text)?.[1] ?? "";
        const token = value("sec-websocket-protocol").split(",")[0];
        const accept = createHash("sha1").update(
          value("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
        );
        const [, , name, batched] = token!.split(".");
        peer = {
          serializer: name as Serializer,
          batched: batched === "batched",
          write,
          out: new Uint8Array(4096),
          outLength: 0,
        };
        write(utf8.encode(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            `Sec-WebSocket-Accept: ${accept.digest("base64")}\r\nSec-WebSocket-Protocol: ${token}\r\n\r\n`,
        ));
        at = end + 4;
      }
      while (b.length - at >= 6) {
        let n = b[at + 1]! & 127, h = 6;
        if (n === 126) {
          h = 8;
          n = b[at + 2]! << 8 | b[at + 3]!;
        } else if (n === 127) {
          h = 14;
          n = new DataView(b.buffer, b.byteOffset + at + 6, 4).getUint32(0);
        }
        if (b.length - at < h + n) break;
        const start = at + h;
        unmask(b, start, n);
        const op = b[at]! & 15;
        at = start + n;
        if (op > 2) continue;
        let payload = b.subarray(start, at);
        if (!peer.batched) handle(peer, payload);
        else if (peer.serializer === "json") handle(peer, payload.subarray(0, -1));
        else {
          while (payload.length > 4) {
            const size = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
            handle(peer, payload.subarray(4, 4 + size));
            payload = payload.subarray(4 + size);
          }
        }
      }
      rest = b.slice(at);
    },
    end() {
      if (peer === undefined) return;
      for (const topic of topics.values()) topic.peers.delete(peer);
    },
  };
}

function unmask(b: Uint8Array, start: number, n: number): void {
  const k0 = b[start - 4], k1 = b[start - 3], k2 = b[start - 2], k3 = b[start - 1];
  let at = start;
  const end = start + n;
  // Whole words where the buffer happens to be aligned.
  while (at < end && (b.byteOffset + at & 3) !== 0) at++;
  const words = (end - at) >> 2;
  const phase = (at - start) & 3;
  const key = [k0, k1, k2, k3];
  for (let i = start; i < at; i++) b[i]! ^= key[(i - start) & 3]!;
  const wide = new Int32Array(b.buffer, b.byteOffset + at, words);
  const k = key[phase]! | key[phase + 1 & 3]! << 8 | key[phase + 2 & 3]! << 16 | key[phase + 3 & 3]! << 24;
  for (let i = 0; i < words; i++) wide[i]! ^= k;
  for (let i = at + words * 4; i < end; i++) b[i]! ^= key[(i - start) & 3]!;
}

const port = Number(option("port", "18251"));
if (option("transport", "node") === "node") {
  createServer((socket) => {
    socket.setNoDelay(true);
    const c = connection((bytes) => socket.write(bytes));
    socket.on("data", (chunk: Uint8Array) => c.feed(chunk));
    socket.on("close", () => c.end());
    socket.on("error", () => c.end());
  }).listen(port, "127.0.0.1");
} else {
  for await (const conn of Deno.listen({ port, hostname: "127.0.0.1" })) serve(conn);
}

async function serve(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const queue: Uint8Array[] = [];
  let writing = false;
  const drain = async () => {
    writing = true;
    while (queue.length > 0) {
      let b = queue.shift()!;
      while (b.length > 0) b = b.subarray(await conn.write(b));
    }
    writing = false;
  };
  const c = connection((bytes) => {
    queue.push(bytes);
    if (!writing) drain().catch(() => queue.length = 0);
  });
  const buffer = new Uint8Array(65536);
  try {
    for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) c.feed(buffer.slice(0, n));
  } catch {
    // the peer is gone
  }
  c.end();
  try {
    conn.close();
  } catch {
    // closed already
  }
}
