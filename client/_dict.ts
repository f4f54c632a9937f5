/** Looking into values from the wire. @module */

/** A value as a dictionary; anything else is an empty one. */
export function asDict(value: unknown): Readonly<Record<string, unknown>> {
  // An object that is no list has string keys; what is behind them stays unknown.
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}

/** The English sentence in the details of an ABORT or GOODBYE. */
export function abortText(details: unknown): string {
  const text = asDict(details).message;
  return typeof text === "string" ? text : "";
}
