/** Reads the expected values in `tests/data/ocs`, which `make.py` there gets from Python OCS. @module */
import { Float } from "../../../ocs/mod.ts";

/** Gives marked values their kind back. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [key, content] = entries.length === 1 ? entries[0] ?? [] : [];
  if (key === "$float") return new Float(pyFloat(String(content)));
  if (key === "$int") return BigInt(String(content));
  if (key === "$bytes" && Array.isArray(content)) return Uint8Array.from(content);
  return Object.fromEntries(entries.map(([name, entry]) => [name, revive(entry)]));
}

/** Reads a float as Python writes it. */
function pyFloat(text: string): number {
  return Number(text.replace("inf", "Infinity").replace("nan", "NaN"));
}

/** Reads the eight bytes of a float, written in hexadecimal. */
export function floatFromHex(hex: string): number {
  return new DataView(new BigUint64Array([BigInt(`0x${hex}`)]).buffer).getFloat64(0, true);
}
