/** Stands in for InfluxDB where a real one cannot be had or does not misbehave: refuses every request that is not right. @module */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** What it expects. */
export interface StrictInfluxOptions {
  /** Paths, queries and answers of InfluxDB 1.x or 2. */
  readonly version: 1 | 2;
  readonly authorization: string;
  /** Database or bucket. */
  readonly database: string;
  /** Of version 2. */
  readonly org?: string;
  /** Whether it is there; version 1 lets it be made. Default true. */
  readonly exists?: boolean;
  /** Default: any free one. */
  readonly port?: number;
}

/** Answers a request itself, or gives false and leaves it to the server. */
export type Fault = (answer: ServerResponse, body: string, request: IncomingMessage) => boolean;

// A point as both versions take it: escaped names, values of the four kinds, a time in nanoseconds.
const NAME = String.raw`(?:[^\s,=\\]|\\.)+`;
const VALUE = String.raw`(?:-?\d+i|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|True|False|"(?:[^"\\]|\\["\\])*")`;
const POINT = new RegExp(
  `^(${NAME}(?:,${NAME}=${NAME})*) (${NAME}=${VALUE}(?:,${NAME}=${VALUE})*) (-?\\d{1,19})$`,
);
const FIELD = new RegExp(`(${NAME})=(${VALUE})(?:,|$)`, "g");

/** A database that keeps points as InfluxDB does: by series and time. */
export class StrictInflux implements AsyncDisposable {
  /** Values by series and time, by field. */
  readonly points = new Map<string, Map<string, string>>();
  /** What was wrong with requests. */
  readonly faults: string[] = [];
  /** Requests to write, and how many of them were answered by a fault. */
  readonly counts = { writes: 0, faulty: 0, gzipped: 0, overwritten: 0 };
  /** Sizes of writes in points. */
  readonly sizes: number[] = [];
  /** Answers writes in the server's place. */
  fault: Fault | undefined;
  /** Whether the database is there. */
  exists: boolean;
  readonly #options: StrictInfluxOptions;
  readonly #server: Server;

  private constructor(options: StrictInfluxOptions) {
    this.#options = options;
    this.exists = options.exists ?? true;
    this.#server = createServer((request, answer) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => this.#handle(request, answer, Buffer.concat(pieces)));
    });
  }

  /** Listens. */
  static async start(options: StrictInfluxOptions): Promise<StrictInflux> {
    const strict = new StrictInflux(options);
    await new Promise<void>((resolve) => strict.#server.listen(options.port ?? 0, "127.0.0.1", resolve));
    return strict;
  }

  /** Where it listens. */
  get port(): number {
    // An address of TCP has a port.
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening, and closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #handle(request: IncomingMessage, answer: ServerResponse, raw: Buffer): void {
    const url = new URL(request.url ?? "", "http://influx");
    const isZipped = request.headers["content-encoding"] === "gzip";
    const body = (isZipped ? gunzipSync(raw) : raw).toString();
    if (request.headers.authorization !== this.#options.authorization) {
      return this.#send(answer, 401, { error: "authorization failed", message: "unauthorized access" });
    }
    if (Number(request.headers["content-length"] ?? 0) !== raw.length) {
      return this.#refuse(answer, "content-length");
    }
    const path = `${request.method} ${url.pathname}`;
    const isWrite = path === (this.#options.version === 1 ? "POST /write" : "POST /api/v2/write");
    if (!isWrite) return this.#answerQuestion(answer, path, url.searchParams);
    this.counts.writes++;
    if (isZipped) this.counts.gzipped++;
    if (this.fault?.(answer, body, request)) {
      this.counts.faulty++;
      return;
    }
    this.#write(answer, url.searchParams, body.replace(/\n$/, ""));
  }

  #answerQuestion(answer: ServerResponse, path: string, query: URLSearchParams): void {
    const { database, version } = this.#options;
    const q = query.get("q");
    if (version === 2 && path === "GET /api/v2/buckets" && query.get("name") === database) {
      const bucket = { id: "1", name: database, orgID: "2", retentionRules: [] };
      return this.#send(answer, 200, { buckets: this.exists ? [bucket] : [] });
    }
    if (version === 1 && path === "GET /query" && q === "SHOW DATABASES") {
      const values = [["_internal"], ...(this.exists ? [[database]] : [])];
      return this.#send(answer, 200, {
        results: [{ series: [{ name: "databases", columns: ["name"], values }] }],
      });
    }
    if (version === 1 && path === "POST /query" && q === `CREATE DATABASE "${database}"`) {
      this.exists = true;
      return this.#send(answer, 200, { results: [{ statement_id: 0 }] });
    }
    this.#refuse(answer, `${path}?${query}`);
  }

  #write(answer: ServerResponse, query: URLSearchParams, body: string): void {
    const { database, org, version } = this.#options;
    const isRight = version === 1
      ? query.get("db") === database && [undefined, "ns"].includes(query.get("precision") ?? undefined)
      : query.get("bucket") === database && query.get("org") === org && query.get("precision") === "ns";
    if (!isRight) return this.#refuse(answer, String(query));
    if (!this.exists) return this.#send(answer, 404, { error: `database not found: "${database}"` });
    const lines = body.split("\n");
    const bad = lines.find((line) => !POINT.test(line));
    if (bad !== undefined) {
      this.faults.push(bad);
      return this.#send(answer, 400, { error: `unable to parse '${bad}': invalid` });
    }
    this.sizes.push(lines.length);
    for (const line of lines) this.#keep(line);
    answer.writeHead(204).end();
  }

  #keep(line: string): void {
    const [, series = "", fields = "", time = ""] = POINT.exec(line) ?? [];
    const key = `${series} ${time}`;
    const kept = this.points.get(key) ?? new Map<string, string>();
    if (kept.size > 0) this.counts.overwritten++;
    this.points.set(key, kept);
    for (const [, field = "", value = ""] of fields.matchAll(FIELD)) kept.set(field, value);
  }

  #refuse(answer: ServerResponse, what: string): void {
    this.faults.push(what);
    this.#send(answer, 418, { error: `not expected: ${what}` });
  }

  #send(answer: ServerResponse, status: number, value: unknown): void {
    answer.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  }
}
