/** What an HTTP request to the bridge asks for, checked in crossbar's order (spec 7.1). @module */
import { isUtf8 } from "node:buffer";
import { JSON_SERIALIZER } from "../wamp/serializers.ts";

/** The request is refused; the text becomes `error` of the body. */
export class BridgeRefusal extends Error {
  /** HTTP status. */
  readonly status: number;

  /** Takes status and text of the answer. */
  constructor(status: number, message: string) {
    super(message);
    this.name = "BridgeRefusal";
    this.status = status;
  }
}

/** What a body said. */
export interface BridgeRequest {
  /** The procedure or topic; a string or whatever else stood there. */
  readonly uri: unknown;
  /** Positional values. */
  readonly args: readonly unknown[];
  /** Keyword values. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Publish options. */
  readonly options: Readonly<Record<string, unknown>>;
}

const JSON_TYPE = "application/json";

/**
 * Checks the media type and charset of a body (steps 1 and 2).
 *
 * @param contentType The header, or undefined without one: Python's `requests` sends none with a string body.
 * @throws {BridgeRefusal} If it is not JSON in UTF-8.
 */
export function checkContentType(contentType: string | undefined): void {
  if (contentType === undefined) return;
  const [type = "", ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase());
  if (type !== JSON_TYPE) {
    throw new BridgeRefusal(400, `Non-accepted content type. (must be one of '${JSON_TYPE}', not '${type}')`);
  }
  const seen = new Map<string, string>();
  for (const parameter of parameters) {
    if (!parameter.includes("=")) continue;
    const [name = "", value = "", ...more] = parameter.split("=").map((part) => part.trim());
    if (more.length > 0 || seen.has(name)) throw badEncoding();
    seen.set(name, value);
  }
  const charset = seen.get("charset") ?? "utf-8";
  if (charset !== "utf-8" && charset !== "utf8") throw badEncoding();
}

function badEncoding(): BridgeRefusal {
  return new BridgeRefusal(400, "Non-accepted request encoding, must be UTF-8.");
}

/**
 * Reads a body (steps 8 to 12); floats and integers stay apart.
 *
 * @param body The body as it came.
 * @param key Which key names the target: `procedure` or `topic`.
 * @throws {BridgeRefusal} If it is not an object with that key, or its values have the wrong shape.
 */
export function parseBody(body: Uint8Array, key: "procedure" | "topic"): BridgeRequest {
  if (!isUtf8(body)) throw new BridgeRefusal(400, "Non-decodable request body, was not UTF-8.");
  let value: unknown;
  try {
    value = JSON_SERIALIZER.decodeValue(body, { floats: "keep" });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BridgeRefusal(400, "Request body was invalid JSON.");
  }
  if (!isDict(value)) {
    throw new BridgeRefusal(400, "Request body was valid JSON, but not well formed (must be a dict).");
  }
  if (!Object.hasOwn(value, key)) {
    throw new BridgeRefusal(400, `Request body was valid JSON, but not well formed (missing key '${key}').`);
  }
  return {
    uri: value[key],
    args: listOf(value.args, "args"),
    kwargs: dictOf(value.kwargs, "kwargs"),
    options: dictOf(value.options, "options"),
  };
}

function listOf(value: unknown, field: string): readonly unknown[] {
  if (isFalsy(value)) return [];
  if (Array.isArray(value)) return value;
  throw badField(field, "list");
}

function dictOf(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (isFalsy(value)) return {};
  if (isDict(value)) return value;
  throw badField(field, "dict");
}

function badField(field: string, expected: string): BridgeRefusal {
  return new BridgeRefusal(
    400,
    `Request body was valid JSON, but not well formed ('${field}' must be a ${expected}).`,
  );
}

/** Python's idea of nothing: null, false, 0, an empty string, list or dict. */
function isFalsy(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  if (typeof value === "object") {
    return Object.keys(value).length === 0 && (Array.isArray(value) || isDict(value));
  }
  return value === 0;
}

function isDict(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
