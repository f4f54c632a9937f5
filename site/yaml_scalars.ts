/** How a plain scalar is read: as PyYAML does (YAML 1.1), or as an operator means it (YAML 1.2). @module */
import { Float } from "../internal/float.ts";

/** What a scalar can be; integral floats are `Float`, integers beyond 2^53 `bigint`. */
export type ScalarValue = string | number | bigint | boolean | null | Float;

const TRUE_11 = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE_11 = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL_11 = /^(?:~|null|Null|NULL|)$/;
const FLOAT_11 = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const SEXAGESIMAL_FLOAT_11 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/;
const NAN = /^\.(?:nan|NaN|NAN)$/;
const INT_11 = /^[-+]?(?:0b[0-1_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$/;
const SEXAGESIMAL_INT_11 = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/;

/**
 * Reads a plain scalar as PyYAML's safe loader does.
 *
 * Peer PyYAML (`resolver.py`): `yes`, `no`, `on`, `off` are booleans, `010` is 8, `1:30` is 90, and `1e3` is a text
 * since it has no dot. Dates stay texts here: `str()` of the date gives the same text back.
 */
export function resolvePlain11(text: string): ScalarValue {
  if (TRUE_11.test(text)) return true;
  if (FALSE_11.test(text)) return false;
  if (NULL_11.test(text)) return null;
  if (FLOAT_11.test(text)) return floatOf(Number(text.replaceAll("_", "")));
  if (SEXAGESIMAL_FLOAT_11.test(text)) return floatOf(sexagesimal(text));
  if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (NAN.test(text)) return NaN;
  if (INT_11.test(text)) return readInt(text);
  if (SEXAGESIMAL_INT_11.test(text)) return sexagesimal(text);
  return text;
}

/**
 * Reads a plain scalar as YAML 1.2 (core schema) does: `on`, `yes` and `1:30` are texts, `1e3` is a float.
 */
export function resolvePlain12(text: string): ScalarValue {
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (NULL_11.test(text)) return null;
  if (/^[-+]?[0-9]{1,1000}$/.test(text)) return intOf(BigInt(text.replace(/^\+/, "")));
  if (/^0o[0-7]+$/.test(text) || /^0x[0-9a-fA-F]+$/.test(text)) return intOf(BigInt(text));
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return floatOf(Number(text));
  if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (NAN.test(text)) return NaN;
  return text;
}

function floatOf(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

function intOf(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function readInt(text: string): number | bigint | string {
  const plain = text.replaceAll("_", "");
  const digits = plain.replace(/^[-+]/, "");
  // `0b_` and `0x_` pass PyYAML's pattern and are no number; digits by the thousand are no configuration.
  if (digits.length > 1000 || /^0[bx]$/.test(digits)) return text;
  const octal = /^0[0-7]+$/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return intOf(plain.startsWith("-") ? -value : value);
}

function sexagesimal(text: string): number {
  const digits = text.replaceAll("_", "").replace(/^[-+]/, "");
  const value = digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return text.startsWith("-") ? -value : value;
}
