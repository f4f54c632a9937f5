/**
 * Python's way of writing values, where its texts reach the wire or an operator's eye.
 *
 * Refusals of parameters and the printed form of a reply embed values as Python prints them, and tests and scripts
 * compare those texts.
 *
 * @module
 */
import { Float } from "../internal/float.ts";
import { pyFloatRepr } from "./python_float.ts";

/**
 * Names the Python class of a decoded value: `int`, `float`, `str`, `bool`, `NoneType`, `list`, `dict`, `bytes`.
 *
 * A plain number is an int when it is integral and an exact one, as the codecs decode with kinds kept: every other
 * integral float is a `Float` there.
 */
export function pyTypeName(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (value instanceof Float) return "float";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return isPyInt(value) ? "int" : "float";
    case "string":
      return "str";
    case "function":
      return "function";
    case "symbol":
      return "symbol";
  }
  if (Array.isArray(value)) return "list";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Map) return "dict";
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return "dict";
  const maker: unknown = value?.constructor;
  if (typeof maker !== "function") return "object";
  return maker.name === "Set" ? "set" : maker.name;
}

/** Writes the Python class of a value as it stands in messages, such as `<class 'float'>`. */
export function pyClass(value: unknown): string {
  return `<class '${pyTypeName(value)}'>`;
}

/** Tells how Python's `if` sees a value: null, false, zero and everything empty are false. */
export function isTruthy(value: unknown): boolean {
  if (value instanceof Float) return value.value !== 0;
  if (typeof value === "number") return value !== 0; // NaN is true in Python.
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (value instanceof Map || value instanceof Set) return value.size > 0;
  if (pyTypeName(value) === "dict") return Object.keys(Object(value)).length > 0;
  return Boolean(value);
}

/** Writes a value as Python's `str()` does: a text as it is, anything else as `pyRepr`. */
export function pyStr(value: unknown): string {
  return typeof value === "string" ? value : pyRepr(value);
}

/**
 * Writes a value as Python's `repr()` does.
 *
 * @param value A decoded value. What Python has no notion of is written in its JavaScript form.
 */
export function pyRepr(value: unknown): string {
  return write(value, []);
}

function write(value: unknown, outer: readonly unknown[]): string {
  if (value === null || value === undefined) return "None";
  if (value instanceof Float) return pyFloatRepr(value.value);
  switch (typeof value) {
    case "boolean":
      return value ? "True" : "False";
    case "number":
      return isPyInt(value) ? String(value) : pyFloatRepr(value);
    case "bigint":
      return value.toString();
    case "string":
      return quoteText(value);
    case "object":
      break;
    default:
      return String(value);
  }
  if (value instanceof Uint8Array) return quoteBytes(value);
  const isList = Array.isArray(value);
  if (!isList && pyTypeName(value) !== "dict") return String(value);
  // Python, too, writes a container that holds itself with three dots inside.
  if (outer.includes(value)) return isList ? "[...]" : "{...}";
  const inner = [...outer, value];
  if (isList) return `[${value.map((entry) => write(entry, inner)).join(", ")}]`;
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  return `{${
    Array.from(entries, ([key, entry]) => `${write(key, inner)}: ${write(entry, inner)}`).join(", ")
  }}`;
}

function isPyInt(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Python writes single quotes unless only double ones save an escape. */
function quoteFor(text: string): "'" | '"' {
  return text.includes("'") && !text.includes('"') ? '"' : "'";
}

function quoteText(text: string): string {
  const quote = quoteFor(text);
  let written = quote as string;
  for (const char of text) written += char === quote ? `\\${char}` : ESCAPES[char] ?? escapeUnprintable(char);
  return written + quote;
}

function escapeUnprintable(char: string): string {
  // Python's str.isprintable(): no control, format, surrogate, private or unassigned characters, no space but " ".
  if (char === " " || !/[\p{C}\p{Z}]/u.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}

function quoteBytes(bytes: Uint8Array): string {
  const latin = Array.from(bytes, (byte) => String.fromCharCode(byte));
  const quote = quoteFor(latin.join(""));
  let written = `b${quote}`;
  for (const char of latin) {
    if (char === quote) written += `\\${char}`;
    else if (char >= " " && char <= "~") written += ESCAPES[char] ?? char;
    else written += ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  }
  return written + quote;
}
