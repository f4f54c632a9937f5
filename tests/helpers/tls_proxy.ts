/** A proxy with TLS that hands one folder of its paths on, as nginx does with `proxy_pass`. @module */
import certificate from "../data/tls/localhost.cert.pem" with { type: "text" };
import key from "../data/tls/localhost.key.pem" with { type: "text" };

/** A running proxy. */
export interface TlsProxy extends AsyncDisposable {
  /** Where the folder is seen, such as `https://127.0.0.1:28443/ocs/`. */
  readonly url: string;
}

const MAX_HEAD_BYTES = 16_384;

/**
 * Starts one. All that a request says is handed on as it is but for its path, and nothing is added: no `X-Forwarded-…`.
 * Each connection serves one request, or one WebSocket.
 *
 * @param prefix Folder, such as `/ocs/`; taken off.
 * @param port Port of the HTTP server on the loopback.
 */
export function startTlsProxy(prefix: string, port: number): TlsProxy {
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: certificate, key });
  const sockets = new Set<Deno.Conn>();
  const relay = async (browser: Deno.Conn) => {
    sockets.add(browser);
    let server: Deno.Conn | undefined;
    try {
      const { head, rest } = await readHead(browser);
      if (!head.includes(` ${prefix}`)) return;
      server = await Deno.connect({ hostname: "127.0.0.1", port });
      sockets.add(server);
      const onward = head.replace(` ${prefix}`, " /");
      const isUpgrade = /^upgrade:/im.test(head);
      await writeAll(
        server,
        new TextEncoder().encode(
          isUpgrade ? onward : onward.replace(/^connection:.*$/im, "Connection: close"),
        ),
      );
      await writeAll(server, rest);
      await Promise.race([pump(browser, server), pump(server, browser)]);
    } catch {
      // Gone, on one side or the other; with its connection the request is over.
    } finally {
      for (const socket of [browser, server]) {
        if (socket === undefined || !sockets.delete(socket)) continue;
        socket.close();
      }
    }
  };
  const relays = new Set<Promise<void>>();
  const accepting = (async () => {
    for await (const browser of listener) {
      const one = relay(browser).finally(() => relays.delete(one));
      relays.add(one);
    }
  })();
  return {
    url: `https://127.0.0.1:${listener.addr.port}${prefix}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const socket of [...sockets]) {
        sockets.delete(socket);
        socket.close();
      }
      await Promise.all(relays);
    },
  };
}

async function readHead(from: Deno.Conn): Promise<{ readonly head: string; readonly rest: Uint8Array }> {
  const buffer = new Uint8Array(MAX_HEAD_BYTES);
  for (let length = 0;;) {
    const read = await from.read(buffer.subarray(length));
    if (read === null || read === 0) throw new Error("Cannot read a request: no end of its head");
    length += read;
    // Heads are ASCII, so characters are bytes.
    const end = new TextDecoder("latin1").decode(buffer.subarray(0, length)).indexOf("\r\n\r\n");
    if (end < 0) continue;
    const head = new TextDecoder("latin1").decode(buffer.subarray(0, end + 4));
    return { head, rest: buffer.subarray(end + 4, length) };
  }
}

async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (let read; (read = await from.read(buffer)) !== null;) await writeAll(to, buffer.subarray(0, read));
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}
