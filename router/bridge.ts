/** The HTTP bridge: one POST, one call or publication (spec 7). @module */
import { BlockList, isIPv6 } from "node:net";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "../internal/log.ts";
import { concat } from "../transport/websocket_framing.ts";
import { checkUri } from "../wamp/uri.ts";
import type { ErrorMessage, Published, Result } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import { JSON_SERIALIZER } from "../wamp/serializers.ts";
import { BridgeRefusal, type BridgeRequest, checkContentType, parseBody } from "./bridge_request.ts";
import type { InternalSession } from "./core/internal_session.ts";
import { checkSignature, type SignatureRules } from "./bridge_signature.ts";
import type { RouterLimits } from "./limits.ts";
import type { WireCounters } from "./wire_counters.ts";

/** How one service of the bridge behaves. */
export interface BridgeService {
  /** `caller` calls procedures, `publisher` publishes events. */
  readonly kind: "caller" | "publisher";
  /** Requests must be signed. Default: they need not. */
  readonly signature?: SignatureRules;
  /** Networks that may ask, such as `10.0.0.0/8`. Default: all. */
  readonly requireIp?: readonly string[];
  /** Refuses plain HTTP. Default false. */
  readonly requireTls?: boolean;
  /** Largest body in bytes; 0 leaves it at the router's limit. Default 0. */
  readonly postBodyLimit?: number;
}

/** What a bridge is made from. */
export interface BridgeOptions {
  /** What it does. */
  readonly service: BridgeService;
  /** The session it acts through. */
  readonly session: InternalSession;
  /** Bounds. */
  readonly limits: RouterLimits;
  /** Totals. */
  readonly counters: WireCounters;
  /** Where failures inside the bridge are told. */
  readonly logger: Logger;
  /** Ms since 1970. */
  now(): number;
  /** True once the router takes no new requests. */
  stopping(): boolean;
}

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

const PUBLISH_OPTIONS = [
  "retain",
  "exclude_me",
  "exclude",
  "exclude_authid",
  "exclude_authrole",
  "eligible",
  "eligible_authid",
  "eligible_authrole",
  "forward_for",
];
const EMPTY = new Uint8Array(0);

/** Answers the requests of one path. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #networks: BlockList | undefined;
  #pending = 0;

  /** Checks the networks of the service. */
  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#networks = options.service.requireIp === undefined
      ? undefined
      : blockList(options.service.requireIp);
  }

  /** Handles one request; the answer may take hours. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request).catch((error: unknown) => {
      if (error instanceof BridgeRefusal) return refusalAnswer(error);
      this.#options.logger.error(`HTTP bridge failed: ${String(error)}`);
      return errorAnswer(500, "wamp.error.runtime_error", ["Sorry, the router has encountered a problem."]);
    }).then((answer) => {
      if (!response.destroyed) write(request, response, answer);
    }).catch((error: unknown) =>
      this.#options.logger.error(`HTTP bridge could not answer: ${String(error)}`)
    );
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { method = "" } = request;
    if (method === "OPTIONS") return { status: 200, body: EMPTY };
    if (method !== "POST" && method !== "PUT") {
      throw new BridgeRefusal(
        405,
        `Method not accepted by the REST bridge. (${method} not allowed, only POST, PUT)`,
      );
    }
    const body = await this.#readBody(request);
    if (this.#options.stopping()) {
      return errorAnswer(503, "wamp.error.unavailable", ["The router is shutting down"]);
    }
    const { service } = this.#options;
    if (service.signature !== undefined) {
      const query = new URLSearchParams((request.url ?? "").split("?", 2)[1] ?? "");
      checkSignature(query, body, { rules: service.signature, nowMs: this.#options.now() });
    }
    this.#checkOrigin(request);
    if (service.kind === "publisher") return await this.#publish(parseBody(body, "topic"));
    return await this.#call(parseBody(body, "procedure"), nonFiniteAsNull(request));
  }

  /** Steps 1 to 4. */
  async #readBody(request: IncomingMessage): Promise<Uint8Array> {
    checkContentType(request.headers["content-type"]);
    const { limits, service } = this.#options;
    const limit = service.postBodyLimit === undefined || service.postBodyLimit === 0
      ? limits.maxBodyBytes
      : Math.min(service.postBodyLimit, limits.maxBodyBytes);
    const announced = Number(request.headers["content-length"] ?? "0");
    if (announced > limit) throw tooLong(announced, limit);
    return await bodyOf(request, limit, limits.idleHttpMs);
  }

  /** Steps 6 and 7. */
  #checkOrigin(request: IncomingMessage): void {
    const { remoteAddress = "" } = request.socket;
    if (
      this.#networks !== undefined &&
      !this.#networks.check(remoteAddress, isIPv6(remoteAddress) ? "ipv6" : "ipv4")
    ) {
      throw new BridgeRefusal(400, "Request denied based on IP address.");
    }
    if (this.#options.service.requireTls === true && !("encrypted" in request.socket)) {
      throw new BridgeRefusal(400, "Request denied: TLS is required.");
    }
  }

  async #call(request: BridgeRequest, asNull: boolean): Promise<Answer> {
    const { session, counters } = this.#options;
    const { uri } = request;
    const fault = faultOf(uri);
    if (fault !== undefined || typeof uri !== "string") return invalidUri(fault);
    counters.bridgeCalls++;
    const payload = { kind: "values", args: request.args, kwargs: kwargsOf(request) } as const;
    return await this.#bounded(async () => callAnswer(await session.call(uri, payload), asNull));
  }

  async #publish(request: BridgeRequest): Promise<Answer> {
    const { session, counters } = this.#options;
    const { uri } = request;
    const fault = faultOf(uri);
    if (fault !== undefined || typeof uri !== "string") return invalidUri(fault);
    counters.bridgePublications++;
    const options: Record<string, unknown> = {};
    for (const name of PUBLISH_OPTIONS) {
      if (Object.hasOwn(request.options, name)) options[name] = request.options[name];
    }
    const payload = { kind: "values", args: request.args, kwargs: kwargsOf(request) } as const;
    return await this.#bounded(async () => publishAnswer(await session.publish(uri, payload, options)));
  }

  /** Runs one request of at most so many at a time; waits as long as the callee takes. */
  async #bounded(run: () => Promise<Answer>): Promise<Answer> {
    if (this.#pending >= this.#options.limits.bridgeCalls) {
      return errorAnswer(503, "wamp.error.unavailable", ["Too many requests are waiting for their answer"]);
    }
    this.#pending++;
    try {
      return await run();
    } catch (error) {
      if (error instanceof TypeError) return errorAnswer(200, "wamp.error.invalid_argument", [error.message]);
      if (this.#options.stopping()) return stopping();
      throw error;
    } finally {
      this.#pending--;
    }
  }
}

/** Reads a body to its end; rejects when it is too long or takes too long, or when the client goes away. */
function bodyOf(request: IncomingMessage, limit: number, timeoutMs: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    // A byte now and then would otherwise hold the connection for ever: it counts as busy, not as idle.
    const timer = setTimeout(() => {
      reject(new BridgeRefusal(408, `Request body did not arrive within ${timeoutMs / 1000} s.`));
    }, timeoutMs);
    request.on("close", () => clearTimeout(timer));
    request.on("data", (part: Uint8Array) => {
      length += part.length;
      if (length > limit) reject(tooLong(length, limit));
      else parts.push(part);
    });
    request.on("end", () => {
      clearTimeout(timer);
      const [only] = parts;
      resolve(only !== undefined && parts.length === 1 ? only : concat(parts, length));
    });
    request.on("close", () => {
      if (!request.complete) reject(new BridgeRefusal(400, "Request body ended early."));
    });
  });
}

function kwargsOf(request: BridgeRequest): Readonly<Record<string, unknown>> | undefined {
  return Object.keys(request.kwargs).length === 0 ? undefined : request.kwargs;
}

/** JSON.parse of a browser knows no NaN. */
function nonFiniteAsNull(request: IncomingMessage): boolean {
  return request.headers.origin !== undefined || (request.headers["user-agent"] ?? "").startsWith("Mozilla/");
}

function callAnswer(reply: Result | ErrorMessage, asNull: boolean): Answer {
  const { args, kwargs } = valuesOf(reply.payload);
  if (reply.type === 8) return jsonAnswer(200, { error: reply.error, args, kwargs }, asNull);
  const body: Record<string, unknown> = {};
  const hasKwargs = Object.keys(kwargs).length > 0;
  if (args.length > 0) body.args = args;
  else if (!hasKwargs) body.args = [null];
  if (hasKwargs) body.kwargs = kwargs;
  return jsonAnswer(200, body, asNull);
}

function publishAnswer(reply: Published | ErrorMessage): Answer {
  if (reply.type === 17) return jsonAnswer(200, { id: reply.publication }, false);
  return callAnswer(reply, false);
}

function valuesOf(payload: Payload): { args: unknown[]; kwargs: Record<string, unknown> } {
  return JSON_SERIALIZER.decodePayload(payload, { floats: "keep" });
}

function jsonAnswer(status: number, value: unknown, asNull: boolean): Answer {
  return { status, body: JSON_SERIALIZER.encodeValue(value, { nonFiniteAsNull: asNull }) };
}

function errorAnswer(status: number, error: string, args: readonly unknown[]): Answer {
  return jsonAnswer(status, { error, args, kwargs: {} }, false);
}

function refusalAnswer(refusal: BridgeRefusal): Answer {
  return errorAnswer(refusal.status, refusal.message, []);
}

/** Own choice: crossbar answers 500 here, and its client cannot tell what was wrong. */
function invalidUri(fault = ""): Answer {
  return errorAnswer(200, "wamp.error.invalid_uri", [fault]);
}

function stopping(): Answer {
  return errorAnswer(503, "wamp.error.unavailable", ["The router is shutting down"]);
}

function tooLong(length: number, limit: number): BridgeRefusal {
  return new BridgeRefusal(413, `Request too long. (${length} is longer than accepted ${limit})`);
}

function faultOf(uri: unknown): string | undefined {
  return typeof uri === "string" ? checkUri(uri) : "Cannot use a URI that is not a string";
}

function write(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { origin } = request.headers;
  const headers: Record<string, string> = {
    "Access-Control-Allow-Origin": origin === undefined || origin === "null" ? "*" : origin,
    "Access-Control-Allow-Credentials": "true",
    "Cache-Control": "no-store,no-cache,must-revalidate,max-age=0",
    "Content-Type": "application/json; charset=UTF-8",
    "Content-Length": String(answer.body.length),
  };
  const wanted = request.headers["access-control-request-headers"];
  if (wanted !== undefined) headers["Access-Control-Allow-Headers"] = wanted;
  if (request.method === "OPTIONS") {
    headers["Allow"] = "POST,PUT,OPTIONS";
    headers["Access-Control-Allow-Methods"] = "POST,PUT,OPTIONS";
  }
  // A body that was not read to its end would be taken for the next request.
  if (!request.complete) headers["Connection"] = "close";
  response.writeHead(answer.status, headers);
  response.end(request.method === "HEAD" ? EMPTY : answer.body);
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
