/** Requests over the router's HTTP bridge. @module */
import { Buffer } from "node:buffer";
import { pause } from "../internal/pause.ts";
import { JSON_SERIALIZER, WampError } from "../wamp/mod.ts";
import type { Carrier, CarrierCall } from "./_carrier.ts";
import { asDict } from "./_dict.ts";
import { CallTimeoutError } from "./errors.ts";

/** What Python's client calls an HTTP status other than 200. */
export const HTTP_REQUEST_ERROR = "client_http.error.request_error";
/** What Python's client calls a connection that does not come about. */
export const HTTP_CONNECTION_ERROR = "client_http.error.connection_error";

/** Largest answer taken, in bytes. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** Carries each request as one POST. */
export class HttpCarrier implements Carrier {
  readonly kind = "http";
  readonly session = undefined;
  readonly url: string;
  readonly #closing = new AbortController();

  /** Takes the URL of the bridge, such as `http://127.0.0.1:8001/call`. */
  constructor(url: string) {
    this.url = url;
  }

  async call(procedure: string, args: readonly unknown[], options: CarrierCall): Promise<unknown> {
    const { timeoutMs } = options;
    const signals = [this.#closing.signal];
    const deadline = Number.isFinite(timeoutMs) ? AbortSignal.timeout(timeoutMs) : undefined;
    if (deadline !== undefined) signals.push(deadline);
    if (options.signal !== undefined) signals.push(options.signal);
    try {
      return await this.#post({ procedure, args, kwargs: options.kwargs ?? {} }, AbortSignal.any(signals));
    } catch (error) {
      options.signal?.throwIfAborted();
      if (deadline?.aborted) {
        const text = `Cannot call "${procedure}": no answer within ${timeoutMs / 1000} s`;
        throw new CallTimeoutError(text, procedure, timeoutMs, { cause: error });
      }
      throw error;
    }
  }

  async #post(request: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown> {
    // Our JSON keeps 1.0 apart from 1 and writes NaN as the bridge reads it.
    const encoded = JSON_SERIALIZER.encodeValue(request);
    let response: Response;
    try {
      response = await fetch(this.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: new Uint8Array(encoded),
        signal,
      });
    } catch (cause) {
      signal.throwIfAborted();
      const text = `Failed to connect to ${this.url}${tlsTrouble(cause)}`;
      throw new WampError(HTTP_CONNECTION_ERROR, [text], {}, { cause });
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new WampError(HTTP_REQUEST_ERROR, [`Server replied with code ${response.status}`]);
    }
    const reply = asDict(decodeReply(await readBody(response)));
    if (typeof reply.error === "string") {
      throw new WampError(reply.error, Array.isArray(reply.args) ? reply.args : [], asDict(reply.kwargs));
    }
    return Array.isArray(reply.args) ? reply.args[0] : null;
  }

  async recovered(timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const left = end - performance.now();
      if (left <= 0) return false;
      try {
        const signal = AbortSignal.any([AbortSignal.timeout(Math.min(left, 5000)), this.#closing.signal]);
        const response = await fetch(this.url, { method: "OPTIONS", signal });
        await response.body?.cancel();
        return true;
      } catch {
        if (this.#closing.signal.aborted) return false;
        await pause(Math.min(250, left), { signal: this.#closing.signal });
      }
    }
  }

  /** Gives up what is under way. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }
}

/** What `fetch` says of a certificate, or of a server without TLS: Python's text alone would send people looking elsewhere. */
function tlsTrouble(cause: unknown): string {
  const below = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
  const [certificate] = /invalid peer certificate: .*/.exec(below) ?? [];
  if (certificate !== undefined) {
    return `: ${certificate}; authorities of yours belong into the file of DENO_CERT`;
  }
  if (below.includes("InvalidContentType")) return ": it does not speak TLS, expected an http:// URL";
  return below.includes("invalid HTTP version")
    ? ": it does not speak HTTP; if it speaks TLS, https:// is expected"
    : "";
}

/** Reads a reply; whoever sends it has no say in how much that may be, announced or not. */
async function readBody(response: Response): Promise<Uint8Array> {
  const declared = Number(response.headers.get("content-length") ?? 0);
  const parts: Uint8Array[] = [];
  let length = 0;
  if (declared > MAX_REPLY_BYTES) {
    await response.body?.cancel();
    throw tooLong(`${declared} bytes, more than ${MAX_REPLY_BYTES}`);
  }
  // Leaving the loop cancels the rest.
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_REPLY_BYTES) throw tooLong(`more than ${MAX_REPLY_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

function tooLong(size: string): WampError {
  return new WampError("wamp.error.payload_size_exceeded", [`The reply has ${size}`]);
}

function decodeReply(body: Uint8Array): unknown {
  try {
    return JSON_SERIALIZER.decodeValue(body);
  } catch (cause) {
    throw new WampError(HTTP_REQUEST_ERROR, ["Server replied with something that is not JSON"], {}, {
      cause,
    });
  }
}
