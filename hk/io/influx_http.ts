/** One request to InfluxDB, with a deadline. @module */
import { Buffer } from "node:buffer";
import { type ClientRequest, type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { InfluxAnswer } from "../influx_answer.ts";

/** Where InfluxDB is, and how it is asked. */
export interface InfluxHttpOptions {
  /** `http:` or `https:`, host, port, and a path to begin with, if any. */
  readonly url: URL;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a certificate has to be one that can be trusted. */
  readonly verifiesCertificate: boolean;
  /** Certificates of authorities to trust, as PEM; default: those of the system. */
  readonly authorities?: string | undefined;
  /** Whether the points are sent compressed. */
  readonly gzip: boolean;
  /** From the beginning of a request to the end of its answer. */
  readonly timeoutMs: number;
}

/** One request. */
export interface InfluxRequest {
  /** Of HTTP. */
  readonly method: "GET" | "POST";
  /** Such as `/write`. */
  readonly path: string;
  /** What follows the `?`; escaped here. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Beside those of all requests. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Such as points, one a line. */
  readonly body?: string | undefined;
  /** Ends it at once. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the answer that are read at most; default 64 KiB. The rest of a longer one is cut off. */
  readonly mostBytes?: number | undefined;
}

/** There was no answer, or not a whole one. */
export interface InfluxSilence {
  /** Why, in words for people. */
  readonly silence: string;
  /** Whether the time was over. */
  readonly isLate?: boolean;
}

const compress = promisify(gzip);
const MOST_BYTES = 64 * 1024;
const CUT = "the connection was closed before the answer was whole";

/**
 * Makes requests, each with a connection of its own: there is about one a second, and what a kept one breaks of is not told
 * apart from a database that is away.
 */
export class InfluxHttp {
  readonly #options: InfluxHttpOptions;

  /** Connects to nothing yet. */
  constructor(options: InfluxHttpOptions) {
    this.#options = options;
  }

  /** Host and port, for messages. */
  get host(): string {
    return this.#options.url.host;
  }

  /** Asks, and reads the answer. Never rejects, and takes no longer than `timeoutMs`. */
  async ask(asked: InfluxRequest): Promise<InfluxAnswer | InfluxSilence> {
    const { timeoutMs } = this.#options;
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), timeoutMs);
    const stop = (): void => over.abort();
    asked.signal?.addEventListener("abort", stop, { once: true });
    try {
      if (asked.signal?.aborted) return { silence: "it was broken off" };
      return await this.#exchange(asked, over.signal);
    } catch (error) {
      if (asked.signal?.aborted) return { silence: "it was broken off" };
      if (over.signal.aborted) return { silence: `no answer within ${timeoutMs / 1000} s`, isLate: true };
      return { silence: reasonOf(error) };
    } finally {
      clearTimeout(timer);
      asked.signal?.removeEventListener("abort", stop);
    }
  }

  async #exchange(asked: InfluxRequest, signal: AbortSignal): Promise<InfluxAnswer> {
    const { url, verifiesCertificate, authorities } = this.#options;
    const zips = this.#options.gzip && asked.body !== undefined;
    const plain = Buffer.from(asked.body ?? "");
    const body = zips ? await compress(plain) : plain;
    const path = `${url.pathname.replace(/\/$/, "")}${asked.path}?${new URLSearchParams(asked.query ?? {})}`;
    const request = (url.protocol === "https:" ? requestTls : requestPlain)({
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port,
      path,
      method: asked.method,
      headers: {
        ...this.#options.headers,
        ...asked.headers,
        ...(zips ? { "Content-Encoding": "gzip" } : {}),
        "Content-Length": String(body.length),
      },
      agent: false,
      rejectUnauthorized: verifiesCertificate,
      ...(authorities === undefined ? {} : { ca: authorities }),
    });
    try {
      return await answerTo(request, { body, signal, mostBytes: asked.mostBytes ?? MOST_BYTES });
    } finally {
      request.destroy();
    }
  }
}

function answerTo(
  request: ClientRequest,
  { body, signal, mostBytes }: {
    readonly body: Uint8Array;
    readonly signal: AbortSignal;
    readonly mostBytes: number;
  },
): Promise<InfluxAnswer> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
    request.on("error", reject);
    request.on("response", (response: IncomingMessage) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      const answer = (): void => {
        const retryAfter = response.headers["retry-after"];
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString(), retryAfter });
      };
      response.on("data", (piece: Buffer) => {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes >= mostBytes) answer();
      });
      response.on("error", reject);
      response.on("close", () => reject(new Error(CUT)));
      response.on("end", () => response.complete ? answer() : reject(new Error(CUT)));
    });
    request.on("close", () => reject(new Error(CUT)));
    request.end(body);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: CUT,
    ENOTFOUND: "there is no such host",
    EAI_AGAIN: "the name of the host cannot be looked up",
    EHOSTUNREACH: "the host cannot be reached",
    ENETUNREACH: "the network cannot be reached",
    ETIMEDOUT: "no answer from the host",
  };
  return words[code] ?? error.message;
}
