/** Looking at values of which nothing is known. @module */

/** Tells whether a value is an object of named values; a list is none. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
