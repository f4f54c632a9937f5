/** JSON of whatever came from the wire. @module */

/** Writes a value on one line; what JSON has no notion of becomes null (NaN) or text (big integers, bytes in base64). */
export function jsonText(value: unknown): string {
  const text: string | undefined = JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry === "bigint") return entry.toString();
    if (entry instanceof Uint8Array) return entry.toBase64();
    return entry;
  });
  return text ?? "null";
}
