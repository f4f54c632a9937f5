/** The client's side of a WebSocket, over npm:ws. @module */
import { WebSocket } from "../deps/ws.ts";
import { ConnectError } from "./errors.ts";
import type { FrameTransport } from "./frame_transport.ts";
import { explainTls } from "./tls_trouble.ts";
import { CloseCode, closePayload, isSendableCode } from "./websocket_framing.ts";

const DEFAULT_TIMEOUT_MS = 10_000;
const PING_AFTER_MS = 10_000;
/** Silence is counted in tenths of that time, which costs less than a timer for each message. */
const TICKS_BEFORE_PING = 10;
const PONG_WITHIN_MS = 5_000;
const CLOSE_TIMEOUT_MS = 1_000;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** How a WebSocket is opened and watched. */
export interface OpenWebSocketOptions {
  /** Offered in this order, such as `wamp.2.cbor`. */
  readonly subprotocols: readonly string[];
  /** The whole opening handshake ends within this time. Default 10 s. */
  readonly timeoutMs?: number;
  /** Further header fields of the handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Authorities that a `wss://` server's certificate may be signed by, each as PEM text. Default: those that the machine
   * knows, and those in the file that the environment variable `DENO_CERT` names.
   */
  readonly caCerts?: readonly string[] | undefined;
  /** Gives up opening; has no effect on an open connection. */
  readonly signal?: AbortSignal;
  /** A ping is sent when nothing was received for this time. Default 10 s. */
  readonly pingAfterMs?: number;
  /** The connection is ended when nothing is received for this time after a ping. Default 5 s. */
  readonly pongWithinMs?: number;
  /** Largest message taken from the server, in bytes; above it the connection closes with 1009. Default 64 MiB. */
  readonly maxMessageBytes?: number;
}

/**
 * Opens a WebSocket with TCP_NODELAY and its own heartbeat.
 *
 * A dead server is found 15 s after its last byte, even when the network says nothing. The caller closes or
 * terminates the connection. Writes of one loop turn go out together.
 *
 * @param url Where to, such as `ws://127.0.0.1:8001/ws`.
 * @param options What to offer and how long to wait.
 * @throws {ConnectError} If the server refuses, does not answer in time, or chooses no offered subprotocol.
 * @throws {SyntaxError} If the URL is not a WebSocket URL.
 */
export function openWebSocket(url: string, options: OpenWebSocketOptions): Promise<FrameTransport> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, caCerts } = options;
  if (signal?.aborted) {
    return Promise.reject(new ConnectError(url, "given up by the caller", { cause: signal.reason }));
  }
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...options.subprotocols], {
      headers: { ...options.headers },
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
      ...(caCerts === undefined ? {} : { ca: [...caCerts] }),
    });
    const startedMs = performance.now();
    const failed = (cause: string, error?: unknown) => {
      done();
      socket.on("error", () => {});
      socket.terminate();
      reject(new ConnectError(url, cause, error === undefined ? {} : { cause: error }));
    };
    const opened = () => {
      done();
      resolve(new ClientTransport(socket, options));
    };
    const onError = (error: Error) => {
      done();
      socket.on("error", () => {});
      socket.terminate();
      const leftMs = Math.max(1, timeoutMs - (performance.now() - startedMs));
      void explainTls({ url, error, caCerts, timeoutMs: leftMs, signal })
        .then((why) => failed(why ?? (error.message === "" ? error.name : error.message), error));
    };
    const onClose = () => failed("the connection ended before it was open");
    const onAbort = () => failed("given up by the caller", signal?.reason);
    const timer = setTimeout(() => failed(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("open", opened).off("error", onError).off("close", onClose);
    }
    signal?.addEventListener("abort", onAbort);
    socket.on("open", opened).on("error", onError).on("close", onClose);
  });
}

class ClientTransport implements FrameTransport {
  readonly subprotocol: string;
  onmessage: ((frame: string | Uint8Array) => void) | undefined;
  onclose: ((code: number, reason: string) => void) | undefined;

  readonly #socket: WebSocket;
  readonly #pongWithinMs: number;
  readonly #pingTimer: ReturnType<typeof setInterval>;
  #pongTimer: ReturnType<typeof setTimeout> | undefined;
  #closeTimer: ReturnType<typeof setTimeout> | undefined;
  #silentTicks = 0;
  #corked: { cork(): void; uncork(): void } | undefined;
  #uncorkHandle: ReturnType<typeof setImmediate> | undefined;
  #reason = "";

  constructor(socket: WebSocket, options: OpenWebSocketOptions) {
    this.#socket = socket;
    this.subprotocol = socket.protocol;
    this.#pongWithinMs = options.pongWithinMs ?? PONG_WITHIN_MS;
    socket.binaryType = "nodebuffer";
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    socket.on("ping", () => this.#hear());
    socket.on("pong", () => this.#hear());
    socket.on("error", (error: Error) => this.#reason = error.message);
    socket.on(
      "close",
      (code: number, reason: Uint8Array) => this.#closed(code, new TextDecoder().decode(reason)),
    );
    const tickMs = (options.pingAfterMs ?? PING_AFTER_MS) / TICKS_BEFORE_PING;
    this.#pingTimer = setInterval(() => this.#watch(), tickMs);
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: string | Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#cork();
    this.#socket.send(frame, { binary: typeof frame !== "string" }, ignoreWriteError);
  }

  close(code: number, reason: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const cut = new TextDecoder().decode(closePayload(1000, reason).subarray(2));
    this.#closeTimer = setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT_MS);
    if (isSendableCode(code)) this.#socket.close(code, cut);
    else this.#socket.close();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #received(data: unknown, isBinary: boolean): void {
    this.#hear();
    // With binaryType "nodebuffer", ws hands out one Buffer, which is a Uint8Array.
    if (!(data instanceof Uint8Array)) return;
    this.onmessage?.(isBinary ? data : new TextDecoder().decode(data));
  }

  #hear(): void {
    this.#silentTicks = 0;
    if (this.#pongTimer === undefined) return;
    clearTimeout(this.#pongTimer);
    this.#pongTimer = undefined;
  }

  #watch(): void {
    this.#silentTicks++;
    if (
      this.#silentTicks >= TICKS_BEFORE_PING && this.#pongTimer === undefined &&
      this.#socket.readyState === WebSocket.OPEN
    ) {
      this.#socket.ping(undefined, undefined, ignoreWriteError);
      this.#pongTimer = setTimeout(() => {
        this.#reason = `no answer to a ping within ${this.#pongWithinMs / 1000} s`;
        this.#socket.terminate();
      }, this.#pongWithinMs);
    }
  }

  /** Gathers the writes of this loop turn into one. */
  #cork(): void {
    if (this.#corked !== undefined) return;
    const socket = streamOf(this.#socket);
    if (socket === undefined) return;
    socket.cork();
    this.#corked = socket;
    this.#uncorkHandle = setImmediate(() => this.#uncork());
  }

  #uncork(): void {
    if (this.#uncorkHandle !== undefined) clearImmediate(this.#uncorkHandle);
    this.#uncorkHandle = undefined;
    this.#corked?.uncork();
    this.#corked = undefined;
  }

  #closed(code: number, reason: string): void {
    this.#uncork();
    clearInterval(this.#pingTimer);
    clearTimeout(this.#pongTimer);
    clearTimeout(this.#closeTimer);
    this.onclose?.(
      code,
      code === CloseCode.LOST && reason === "" ? this.#reason || "connection lost" : reason,
    );
  }
}

/** A failed write shows as the end of the connection; nothing is to be done about it twice. */
function ignoreWriteError(): void {}

/** The TCP or TLS stream below a WebSocket; ws has no public way to gather writes. */
function streamOf(socket: WebSocket): { cork(): void; uncork(): void } | undefined {
  const stream: unknown = Reflect.get(socket, "_socket");
  if (typeof stream !== "object" || stream === null || !("cork" in stream && "uncork" in stream)) {
    return undefined;
  }
  // Both are there, and nothing but a node:stream Duplex is ever kept in this field.
  return stream as { cork(): void; uncork(): void };
}
