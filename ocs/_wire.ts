/** Looking at values from the wire. Private to this folder. @module */
import { Float } from "../internal/float.ts";

/** A decoded object. */
export type WireRecord = Readonly<Record<string, unknown>>;

/** Tells a decoded object from everything else. */
export function isRecord(value: unknown): value is WireRecord {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A number without its kind; undefined for what is no number. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (value instanceof Float) return value.value;
  return typeof value === "bigint" ? Number(value) : undefined;
}

/** Names what a value is, for an error message. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  if (asNumber(value) !== undefined) return "a number";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? `"${value.slice(0, 40)}"` : String(value);
}

/** Reads the entries of one object and knows how to complain about them. */
export class RecordReader {
  readonly #what: string;
  readonly #record: WireRecord;

  /** @throws {TypeError} If the value is no object. */
  constructor(what: string, value: unknown) {
    if (!isRecord(value)) throw new TypeError(`Cannot read ${what}: ${kindOf(value)}, expected an object`);
    this.#what = what;
    this.#record = value;
  }

  /** The entry as it came. */
  raw(key: string): unknown {
    return this.#record[key];
  }

  text(key: string, fallback?: string): string {
    const value = this.#record[key] ?? fallback;
    return typeof value === "string" ? value : this.fail(key, "a text");
  }

  textOrNull(key: string): string | null {
    return (this.#record[key] ?? null) === null ? null : this.text(key);
  }

  number(key: string, fallback?: number): number {
    return asNumber(this.#record[key] ?? fallback) ?? this.fail(key, "a number");
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.#record[key] ?? fallback;
    return typeof value === "boolean" ? value : this.fail(key, "true or false");
  }

  record(key: string, fallback?: WireRecord): WireRecord {
    const value = this.#record[key] ?? fallback;
    return isRecord(value) ? value : this.fail(key, "an object");
  }

  array(key: string): readonly unknown[] {
    const value = this.#record[key];
    return Array.isArray(value) ? value : this.fail(key, "an array");
  }

  /** @throws {TypeError} Always. */
  fail(key: string, expected: string): never {
    throw new TypeError(
      `Cannot read ${this.#what}: "${key}" is ${kindOf(this.#record[key])}, expected ${expected}`,
    );
  }
}
