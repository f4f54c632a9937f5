/** Values as TypeScript writes them. @module */
import { Float } from "../internal/float.ts";
import type { ParamValue } from "./key_values.ts";

/** A value, and whether it needs `Float` to be imported. */
export interface ScriptValue {
  readonly code: string;
  readonly usesFloat: boolean;
}

/** Writes a value so that it is the same on the wire: `2.0` is `new Float(2)`. */
export function scriptValue(value: ParamValue): ScriptValue {
  const usesFloat = { seen: false };
  return { code: write(value, usesFloat), usesFloat: usesFloat.seen };
}

function write(value: ParamValue, usesFloat: { seen: boolean }): string {
  if (value instanceof Float) {
    usesFloat.seen = true;
    return `new Float(${Object.is(value.value, -0) ? "-0" : String(value.value)})`;
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return scriptText(value);
  if (value === null || typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map((item) => write(item, usesFloat)).join(", ")}]`;
  const entries = Object.entries(value).map(([key, item]) => `${scriptKey(key)}: ${write(item, usesFloat)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** A text in quotes, on one line whatever is in it. */
export function scriptText(text: string): string {
  return JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** A key of an object. `__proto__` would be another thing without its brackets. */
function scriptKey(key: string): string {
  if (key === "__proto__") return '["__proto__"]';
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : scriptText(key);
}

function isList(value: ParamValue): value is readonly ParamValue[] {
  return Array.isArray(value);
}
