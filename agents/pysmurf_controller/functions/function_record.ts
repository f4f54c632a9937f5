/** The protocol's two objects as bytes: what is asked of a helper, and what it answers (smurf 2.9). @module */
import { Float } from "../../../internal/float.ts";
import { JsonDecoder } from "../../../wamp/json_decode.ts";
import { jsonText } from "../../../wamp/json_encode.ts";
import { skipSpace } from "../../../wamp/json_scan.ts";
import { NameTable } from "../../../wamp/utf8.ts";
import { finiteOnly } from "../relay.ts";
import type { FunctionCall, FunctionRecord } from "./smurf_backend.ts";

/**
 * Writes what is asked of a helper: one line of JSON with the five keys, floats as floats.
 *
 * @param slot Slot of the card; null leaves it to the helper's environment.
 */
export function encodeCall(
  { funcName, args = [], kwargs = {}, runInMainProcess = false }: FunctionCall,
  slot: number | null,
): string {
  const request = { func_name: funcName, args, kwargs, slot, run_in_main_process: runInMainProcess };
  return jsonText(request, { nonFiniteAsNull: false }) + "\n";
}

/**
 * Reads one JSON object of a helper, integral floats as `Float`, what is not finite as null (smurf B17).
 *
 * @throws {SyntaxError} If the bytes are no JSON object and nothing else.
 */
export function decodeObject(bytes: Uint8Array): Record<string, unknown> {
  const decoder = new JsonDecoder(bytes, skipSpace(bytes, 0), "keep", new NameTable());
  const value = decoder.value();
  const end = skipSpace(bytes, decoder.at);
  if (end !== bytes.length) {
    throw new SyntaxError(`Cannot decode object: expected its end at byte ${end} of ${bytes.length}`);
  }
  if (!isObject(value)) throw new SyntaxError("Cannot decode object: it is another kind of JSON value");
  // An object stays one.
  return finiteOnly(value) as Record<string, unknown>;
}

/**
 * Reads a helper's answer.
 *
 * @throws {SyntaxError} If it is none.
 */
export function decodeRecord(bytes: Uint8Array): FunctionRecord {
  return toRecord(decodeObject(bytes));
}

/**
 * Looks at what should be an answer; missing keys but `success` count as null.
 *
 * @throws {SyntaxError} If it is none.
 */
export function toRecord({ success, return_val, traceback }: Record<string, unknown>): FunctionRecord {
  if (typeof success !== "boolean") {
    throw new SyntaxError('Cannot decode record: "success" is missing or no boolean');
  }
  if (traceback !== undefined && traceback !== null && typeof traceback !== "string") {
    throw new SyntaxError('Cannot decode record: "traceback" is neither text nor null');
  }
  return { success, return_val: return_val ?? null, traceback: traceback ?? null };
}

/** Tells an object from everything else that JSON has. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Float) &&
    !(value instanceof Uint8Array);
}
