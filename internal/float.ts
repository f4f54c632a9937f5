/**
 * A number that is a float on the wire even where its value is integral.
 *
 * Python keeps `1` and `1.0` apart and recorders act on it; JavaScript does not. A decoder that keeps kinds
 * gives a `Float` for every float with an integral value (`1.0`, `-0.0`) and a plain `number` for the rest;
 * an encoder writes a `Float` as a float always.
 */
export class Float {
  /** The number itself. */
  readonly value: number;

  /** Marks a number as a float. */
  constructor(value: number) {
    this.value = value;
  }

  /** The plain number, so that arithmetic and comparison work. */
  valueOf(): number {
    return this.value;
  }

  /** Plain JSON has no kinds. */
  toJSON(): number {
    return this.value;
  }
}

/** Replaces every `Float` in a decoded value by its plain number; containers are copied only where needed. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const plain = toPlain(value[i]);
      if (!Object.is(plain, value[i])) copy ??= value.slice();
      if (copy !== undefined) copy[i] = plain;
    }
    return copy ?? value;
  }
  if (isPlainObject(value)) {
    let copy: Record<string, unknown> | undefined;
    for (const [key, entry] of Object.entries(value)) {
      const plain = toPlain(entry);
      if (!Object.is(plain, entry)) {
        copy ??= { ...value };
        copy[key] = plain;
      }
    }
    return copy ?? value;
  }
  return value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
