/** Paths into `session.data` as operators write them. @module */
import { nearMiss } from "../site/near_miss.ts";

/** One step: a key of a map, or a place in a list (from the end where negative). */
export type PathStep = string | number;

/**
 * Reads a path such as `fields.channel_00`, `result.return_val[0]` or `["odd.key"].x`.
 *
 * @throws {SyntaxError} If it is none; says where.
 */
export function parseDataPath(text: string): PathStep[] {
  const steps: PathStep[] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const name = (steps.length === 0 ? /^\.?([^.[\]]+)/ : /^\.([^.[\]]+)/).exec(rest);
    const place = /^\[(-?\d+)\]/.exec(rest);
    const key = /^\[(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\]"']+))\]/.exec(rest);
    const found = name ?? place ?? key;
    if (found === null) {
      throw new SyntaxError(
        `Cannot read path "${text}": "${rest}" at character ${at + 1} is no step, expected one like ` +
          'fields.channel_00 or values[0] or ["odd.key"]',
      );
    }
    if (name !== null) steps.push(name[1] ?? "");
    else if (place !== null) steps.push(Number(place[1]));
    else steps.push(unquoted(key?.[1]) ?? key?.[2] ?? key?.[3] ?? "");
    at += found[0].length;
  }
  return steps;
}

/** A key in double quotes, with the escapes of JSON; any other backslash takes the next character as it is. */
function unquoted(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text.replaceAll(/\\(.)/g, "$1");
  }
}

/** Writes a step behind a path. */
export function joinPath(path: string, step: PathStep): string {
  if (typeof step === "number") return `${path}[${step}]`;
  if (!/^[^.[\]\s"']+$/.test(step)) return `${path}[${JSON.stringify(step)}]`;
  return path === "" ? step : `${path}.${step}`;
}

/** There is nothing at a path; the text says how far it led, and what is there. */
export class DataPathError extends Error {
  /** Name of the class. */
  override readonly name = "DataPathError";
}

/**
 * Follows a path into a value. A number written as a name (`values.0`) is a place where there is a list.
 *
 * @param what Whose data it is, for the error.
 * @throws {DataPathError} If it leads nowhere.
 */
export function lookUp(data: unknown, steps: readonly PathStep[], what: string): unknown {
  let value = data;
  let path = "";
  for (const step of steps) {
    const next = oneStep(value, step);
    if (next === undefined) throw nothingThere(value, { step, path, what });
    value = next.value;
    path = joinPath(path, step);
  }
  return value;
}

function oneStep(value: unknown, step: PathStep): { readonly value: unknown } | undefined {
  if (Array.isArray(value)) {
    const place = typeof step === "number" ? step : /^-?\d+$/.test(step) ? Number(step) : NaN;
    const at = place < 0 ? value.length + place : place;
    return at >= 0 && at < value.length ? { value: value[at] } : undefined;
  }
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return undefined;
  const key = String(step);
  // Own properties only: the data of an agent has no `constructor`.
  return Object.hasOwn(value, key) ? { value: Reflect.get(value, key) } : undefined;
}

/** How many names an error lists. */
const MOST_NAMES = 12;

function nothingThere(
  value: unknown,
  { step, path, what }: { readonly step: PathStep; readonly path: string; readonly what: string },
): DataPathError {
  const wanted = joinPath(path, step);
  const where = path === "" ? "it" : `"${path}"`;
  const start = `Cannot find "${wanted}" in the data of "${what}": ${where}`;
  if (Array.isArray(value)) {
    const range = value.length === 0 ? "is an empty list" : `is a list of ${value.length}`;
    return new DataPathError(`${start} ${range}`);
  }
  if (typeof value !== "object" || value === null) {
    return new DataPathError(`${start} is ${value === null ? "None" : `the value ${String(value)}`}`);
  }
  const names = Object.keys(value);
  if (names.length === 0) return new DataPathError(`${start} is empty`);
  const near = nearMiss(String(step), names);
  const hint = near === undefined ? "" : `; did you mean "${joinPath(path, near)}"?`;
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return new DataPathError(`${start} has ${names.slice(0, MOST_NAMES).join(", ")}${more}${hint}`);
}
