/** What `session.data` becomes on the wire. @module */
import { Float } from "../internal/float.ts";
import { pyTypeName } from "../ocs/python_text.ts";

// Python's recursion limit ends a cycle; so does this, long before the stack does.
const DEEPEST = 200;

/**
 * Copies a value into what strict JSON can say, keeping the kinds of numbers.
 *
 * NaN becomes null; typed arrays become plain ones (float arrays of floats); `undefined` members are left out.
 * Spec: OCS 3.5, texts of Python's `OpSession.encoded`.
 *
 * @throws {RangeError} If there is an infinity in it, or no end to it.
 * @throws {TypeError} If there is something in it that JSON cannot say, such as a function, a Map or a Date.
 */
export function jsonSafe(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST) throw new RangeError("maximum recursion depth exceeded");
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return value;
    case "number":
      return finite(value, value);
    case "undefined":
      return null;
    case "object":
      return value === null ? null : safeObject(value, depth);
    default:
      throw notSerializable(value);
  }
}

function safeObject(value: object, depth: number): unknown {
  if (value instanceof Float) return finite(value.value, value);
  if (Array.isArray(value)) return Array.from(value, (entry) => jsonSafe(entry, depth + 1));
  if (isFloatArray(value)) return Array.from(value, (entry) => finite(entry, new Float(entry)));
  if (isIntArray(value)) return Array.from<number | bigint>(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw notSerializable(value);
  const copy: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (entry !== undefined) define(copy, key, jsonSafe(entry, depth + 1));
  }
  return copy;
}

/** Sets a member even when it is called `__proto__`. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

function finite<T>(value: number, asGiven: T): T | null {
  if (Number.isNaN(value)) return null;
  if (!Number.isFinite(value)) {
    throw new RangeError("Session.data cannot store inf/-inf; please convert to NaN.");
  }
  return asGiven;
}

function notSerializable(value: unknown): TypeError {
  return new TypeError(`Object of type ${pyTypeName(value)} is not JSON serializable`);
}

function isFloatArray(value: object): value is Float32Array | Float64Array {
  return value instanceof Float64Array || value instanceof Float32Array;
}

function isIntArray(
  value: object,
): value is Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | BigInt64Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
