/** Values to JSON text, numbers as Python writes them. @module */
import { Float } from "../internal/float.ts";
import { MAX_DEPTH, Timestamp } from "./kinds.ts";
import { numericList, replacement, Unsendable } from "./sendable.ts";

/** Text that stands in a JSON string as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** How NaN and infinities are written: as Python does, or as null. */
export interface JsonOptions {
  /** Write `null`. */
  readonly nonFiniteAsNull: boolean;
}

/**
 * Writes a value as JSON without spaces.
 *
 * @throws {Unsendable} If something in it cannot be sent.
 */
export function jsonText(value: unknown, options: JsonOptions, depth = 0): string {
  switch (typeof value) {
    case "string":
      return stringText(value);
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? `${value}` : floatText(value, options);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return `${value}`;
    case "undefined":
      return "null";
    case "object":
      return value === null ? "null" : objectText(value, options, depth);
    default:
      throw new Unsendable();
  }
}

/** Writes a float so that Python reads the same float: always with a point, an exponent or a name. */
export function floatText(value: number, options: JsonOptions): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e16) {
    return Number.isInteger(value) ? `${value}.0` : `${value}`;
  }
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (!Number.isFinite(value)) {
    if (options.nonFiniteAsNull) return "null";
    return value !== value ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  }
  // Python writes two digits of exponent at least.
  const text = value.toExponential();
  return text.at(-3) === "e" ? `${text.slice(0, -1)}0${text.at(-1)}` : text;
}

/** Writes a string; one that starts with NUL would be taken for bytes by Python, so it must be base64. */
function stringText(text: string): string {
  if (text.charCodeAt(0) === 0 && !isBytesText(text)) return quoted(`\ufffd${text.slice(1)}`);
  return quoted(text);
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Tells whether a string is how autobahn writes bytes in JSON: NUL, then base64. */
export function isBytesText(text: string): boolean {
  return text.charCodeAt(0) === 0 && BASE64.test(text.slice(1));
}

function objectText(value: object, options: JsonOptions, depth: number): string {
  if (value instanceof Float) return floatText(value.value, options);
  if (value instanceof Uint8Array) return `"\\u0000${value.toBase64()}"`;
  if (depth >= MAX_DEPTH) throw new Unsendable();
  if (Array.isArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i++) {
      if (i > 0) text += ",";
      text += jsonText(value[i], options, depth + 1);
    }
    return `${text}]`;
  }
  if (value instanceof Map) {
    let text = "{";
    for (const [key, entry] of value) {
      if (text.length > 1) text += ",";
      text += `${quoted(keyText(key))}:${jsonText(entry, options, depth + 1)}`;
    }
    return `${text}}`;
  }
  if (value instanceof Timestamp) return `"\\u0000${value.body.toBase64()}"`;
  const list = numericList(value);
  if (list !== undefined) {
    const texts: string[] = [];
    for (const number of list.values) {
      texts.push(list.kind === "float" ? floatText(Number(number), options) : `${number}`);
    }
    return `[${texts.join()}]`;
  }
  const other = replacement(value);
  if (other !== undefined) return jsonText(other.value, options, depth + 1);
  let text = "{";
  for (const [key, entry] of Object.entries(value)) {
    if (entry === undefined) continue;
    if (text.length > 1) text += ",";
    text += `${quoted(key)}:${jsonText(entry, options, depth + 1)}`;
  }
  return `${text}}`;
}

/** The JSON key that stands for a map key of any kind, as Python's `json` makes it. */
export function keyText(key: unknown): string {
  if (typeof key === "string") return key;
  if (key instanceof Uint8Array) return `\0${key.toBase64()}`;
  return jsonText(key, { nonFiniteAsNull: false });
}
