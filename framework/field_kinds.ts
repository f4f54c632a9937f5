/** Kinds of feed fields, which never change while an agent lives. @module */
import { Float } from "../internal/float.ts";
import { pyTypeName } from "../ocs/python_text.ts";

/** What a field's values are; a float field is a float on the wire also where its value is 3. */
export type FieldKind = "int" | "float" | "string" | "bool";

/** Remembers each field's kind. */
export class FieldKinds {
  readonly #declared: ReadonlyMap<string, FieldKind>;
  readonly #inferred = new Map<string, FieldKind>();

  /** Starts with what the author declared. */
  constructor(declared: Readonly<Record<string, FieldKind>> = {}) {
    this.#declared = new Map(Object.entries(declared));
  }

  /** The kind of a field, inferred from these values where it is not known; undefined without any value. */
  of(block: string, field: string, values: readonly unknown[]): FieldKind | undefined {
    const known = this.#declared.get(field) ?? this.#inferred.get(key(block, field));
    return known ?? (values.length === 0 ? undefined : kindOf(values[0]));
  }

  /** Remembers the kind of a field whose samples were taken. */
  keep(block: string, field: string, kind: FieldKind): void {
    if (!this.#declared.has(field)) this.#inferred.set(key(block, field), kind);
  }
}

function key(block: string, field: string): string {
  return JSON.stringify([block, field]);
}

/**
 * Refuses what feeds cannot carry, with the texts of Python's `Feed.verify_message_data_type`.
 *
 * @param single Whether the values are one sample, which Python words differently.
 * @throws {TypeError} If a value is no float, int, string or bool.
 */
export function checkValues(values: readonly unknown[], single: boolean): void {
  const foreign = new Set<string>();
  for (const value of values) {
    const type = pyTypeName(value);
    if (type !== "float" && type !== "int" && type !== "str" && type !== "bool") foreign.add(type);
  }
  if (foreign.size === 0) return;
  const names = [...foreign].map((type) => `<class '${type}'>`);
  throw new TypeError(
    single
      ? `message 'data' block contains invalid data type: ${names[0]}`
      : `message 'data' block contains invalid datatypes: {${names.join(", ")}}`,
  );
}

/** A plain number is a float: a reading that happens to be 3 must not make the field an int for ever. */
function kindOf(value: unknown): FieldKind {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    default:
      return "float";
  }
}

/**
 * Turns a value into its form on the wire.
 *
 * @throws {TypeError} If it is not of the kind.
 */
export function toKind(value: unknown, kind: FieldKind, field: string): unknown {
  const number = value instanceof Float ? value.value : typeof value === "bigint" ? Number(value) : value;
  if (kind === "float" && typeof number === "number") return new Float(number);
  if (kind === "int" && !(value instanceof Float) && Number.isSafeInteger(value)) return value;
  if (kind === "int" && typeof value === "bigint") return Number.isSafeInteger(number) ? number : value;
  if (kind === "string" && typeof value === "string") return value;
  if (kind === "bool" && typeof value === "boolean") return value;
  throw new TypeError(
    `Cannot publish "${number}" in field "${field}": the field is of kind ${kind}, which never changes`,
  );
}
