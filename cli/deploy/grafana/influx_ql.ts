/** Names and texts in InfluxQL. @module */

/** A measurement, field or tag. */
export function quoteName(name: string): string {
  return `"${escape(name, '"')}"`;
}

/** The value of a tag. */
export function quoteValue(text: string): string {
  return `'${escape(text, "'")}'`;
}

function escape(text: string, quote: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(quote, `\\${quote}`);
}
