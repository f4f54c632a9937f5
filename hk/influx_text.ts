/** Names and texts in InfluxDB's line protocol. @module */

const SPECIAL_IN_KEY = /[\\ ,=\n\r]/;
const SPECIAL_IN_MEASUREMENT = /[\\ ,\n\r]/;
const SPECIAL_IN_TEXT = /["\\]/;

/**
 * Escapes the key of a field, or key or value of a tag.
 *
 * A backslash is doubled, and stays so in the database: nothing else keeps it from escaping what follows. A line break, which
 * would end the point, becomes `\n`. So does Python's client.
 */
export function escapeKey(text: string): string {
  if (!SPECIAL_IN_KEY.test(text)) return text;
  return withoutBreaks(text).replaceAll(/[ ,=]/g, "\\$&");
}

/** Escapes the name of a measurement, in which `=` is a letter like any other. */
export function escapeMeasurement(text: string): string {
  if (!SPECIAL_IN_MEASUREMENT.test(text)) return text;
  return withoutBreaks(text).replaceAll(/[ ,]/g, "\\$&");
}

/** Writes a text as the value of a field: in double quotes, line breaks as they are. */
export function quoteText(text: string): string {
  return SPECIAL_IN_TEXT.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : `"${text}"`;
}

function withoutBreaks(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}
