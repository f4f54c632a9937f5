/** Names with wildcards. @module */

/** Makes a test for names: `*` is any text, `?` one letter, everything else itself. */
export function namePattern(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*").replace(/\?/g, ".");
  const expression = new RegExp(`^${source}$`, "su");
  return (name) => expression.test(name);
}
