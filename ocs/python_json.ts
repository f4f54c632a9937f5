/** JSON text, byte for byte as Python's `json.dumps` writes it. @module */
import { Float } from "../internal/float.ts";
import { pyFloatRepr } from "./python_float.ts";
import { pyTypeName } from "./python_text.ts";

/** As deep as Python's recursion limit lets `json.dumps` go, about. */
const DEEPEST = 900;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/**
 * Writes a value as Python's `json.dumps` does: `", "` and `": "` between parts, ASCII only, and the bare tokens `NaN`,
 * `Infinity` and `-Infinity`, which strict readers refuse.
 *
 * A plain number is an integer when it is a safe one, else a float; a `Float` is a float always, a bigint an integer.
 * Typed arrays are written as lists. Members that are `undefined` are left out. A `Map` keeps the order of keys that look
 * like integers, which an object does not.
 *
 * @throws {TypeError} If something in it cannot be written, such as a function or a Date.
 * @throws {RangeError} If it holds itself, or is nested deeper than Python could write.
 */
export function pyJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > DEEPEST) throw new RangeError("maximum recursion depth exceeded while encoding a JSON object");
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      return number(value);
    case "boolean":
    case "bigint":
      return String(value);
    case "undefined":
      return "null";
    case "object":
      return value === null ? "null" : container(value, depth);
    default:
      throw notSerializable(value);
  }
}

function container(value: object, depth: number): string {
  if (value instanceof Float) return float(value.value);
  if (Array.isArray(value)) return list(Array.from(value, (entry) => write(entry, depth + 1)));
  if (value instanceof Float64Array || value instanceof Float32Array) return list(Array.from(value, float));
  if (value instanceof Map) {
    return object(Array.from(value, ([key, entry]) => [keyText(key), write(entry, depth + 1)]));
  }
  if (isIntegers(value)) return list(Array.from<number | bigint, string>(value, String));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw notSerializable(value);
  return object(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, write(entry, depth + 1)]),
  );
}

function list(entries: readonly string[]): string {
  return `[${entries.join(", ")}]`;
}

function object(entries: readonly (readonly [key: string, text: string])[]): string {
  return `{${entries.map(([key, text]) => `${quote(key)}: ${text}`).join(", ")}}`;
}

function number(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : float(value);
}

function float(value: number): string {
  if (Number.isFinite(value)) return pyFloatRepr(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/** Python writes keys that are numbers, bools or None as their JSON text. */
function keyText(key: unknown): string {
  if (typeof key === "string") return key;
  if (typeof key === "object" && key !== null && !(key instanceof Float)) {
    throw new TypeError(`keys must be str, int, float, bool or None, not ${pyTypeName(key)}`);
  }
  return write(key, 0);
}

function quote(text: string): string {
  // By UTF-16 unit, so that a character beyond the basic plane becomes two escapes, as in Python.
  const escaped = text.replace(
    /[^ !#-[\]-~]/g,
    (unit) => SHORT_ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}

function isIntegers(
  value: object,
): value is Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | BigInt64Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function notSerializable(value: unknown): TypeError {
  return new TypeError(`Object of type ${pyTypeName(value)} is not JSON serializable`);
}
