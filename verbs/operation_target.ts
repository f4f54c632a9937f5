/** `AGENT.OP` as operators write it. @module */

/** Agent and operation; for a pattern, a glob of each. */
export interface OperationTarget {
  readonly instanceId: string;
  readonly opName: string;
}

/** Whether a text means more than one agent or operation: `*` and `?` stand for any text and any character. */
export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

/**
 * Splits `AGENT.OP` at its last dot, or `AGENT/OP` at its slash.
 *
 * @throws {SyntaxError} If there is no agent or no operation.
 */
export function parseTarget(text: string): OperationTarget {
  const slash = text.indexOf("/");
  const at = slash < 0 ? text.lastIndexOf(".") : slash;
  if (at < 1 || at === text.length - 1) {
    throw new SyntaxError(
      `Cannot read operation "${text}": expected AGENT.OP, such as faker1.acq or faker*.acq`,
    );
  }
  return { instanceId: text.slice(0, at), opName: text.slice(at + 1) };
}

/** Reads a target of which the operation may be left out: then all of them are meant. */
export function parseWideTarget(text: string): OperationTarget {
  return /[./]/.test(text) || text === "" ? parseTarget(text) : { instanceId: text, opName: "*" };
}
