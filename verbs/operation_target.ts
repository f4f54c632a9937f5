/** `AGENT.OP` as operators write it. @module */

/** Agent and operation. */
export interface OperationTarget {
  readonly instanceId: string;
  readonly opName: string;
}

/**
 * Splits `AGENT.OP` at its last dot.
 *
 * @throws {SyntaxError} If there is no agent or no operation.
 */
export function parseTarget(text: string): OperationTarget {
  const at = text.lastIndexOf(".");
  if (at < 1 || at === text.length - 1) {
    throw new SyntaxError(`Cannot read operation "${text}": expected AGENT.OP, such as faker1.acq`);
  }
  return { instanceId: text.slice(0, at), opName: text.slice(at + 1) };
}
