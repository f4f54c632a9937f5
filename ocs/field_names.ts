/** What a field of a recorded feed may be called. @module */

const LONGEST = 255;

/**
 * Checks the name of a field: letters, digits and underscores, starting with a letter behind any underscores, 1 to 255
 * characters long. Names of nothing but underscores pass, as they do with Python peers.
 *
 * @throws {RangeError} With the text of Python's `ValueError`.
 */
export function checkFieldName(name: string): void {
  if (name === "") throw new RangeError("Empty field name encountered, please enter a valid field name.");
  const stranger = /[^a-zA-Z0-9_]/u.exec(name);
  if (stranger !== null) {
    throw new RangeError(
      `message 'data' block contains the key ${name} with the invalid character '${stranger[0]}'. ` +
        "Valid characters are a-z, A-Z, 0-9, and underscore.",
    );
  }
  if (/^_*[0-9]/.test(name)) {
    throw new RangeError(
      `message 'data' block contains the key ${name}, which does not start with a letter ` +
        "(after any number of leading underscores.)",
    );
  }
  if (name.length > LONGEST) {
    throw new RangeError(
      `message 'data' block contains key ${name} which exceeds the valid length of 255 characters.`,
    );
  }
}

/** Whether a field may be called so. */
export function isFieldName(name: string): boolean {
  try {
    checkFieldName(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Turns any text into something that is mostly a valid field name, as recorders and the registry do it.
 *
 * The result may be empty and may collide with another field's: that is for the caller to see to.
 */
export function enforceFieldName(name: string): string {
  const kept = (name === "" ? "invalid_field" : name).replaceAll(" ", "_").replace(/[^a-zA-Z0-9_]/g, "");
  const underscores = /^_*/.exec(kept)?.[0] ?? "";
  return (underscores + kept.replace(/^[^a-zA-Z]*/, "")).slice(0, LONGEST);
}
