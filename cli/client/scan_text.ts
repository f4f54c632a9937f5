/** A listing of agents in the form of Python's `ocs-client-cli scan`. @module */

/** An agent, and its operations with the names of their codes. */
export interface ScannedAgent {
  readonly instance: string;
  readonly operations: Readonly<Record<string, string>>;
}

/**
 * Writes the list as Python does, to the letter (spec ocs 7.2); a blank line ends it.
 *
 * @param how `Detected` by their heartbeats, or `Registered` with a registry.
 * @param details Whether operations are listed as well.
 */
export function scanText(
  agents: readonly ScannedAgent[],
  { how, details }: { readonly how: "Detected" | "Registered"; readonly details: boolean },
): string {
  const lines = agents.flatMap(({ instance, operations }) => [
    `  ${instance}`,
    ...(details ? Object.entries(operations).map(([op, code]) => `    ${op.padEnd(20)}: ${code}`) : []),
  ]);
  return [`List of ${how} Agents: (${agents.length})`, ...lines, "", ""].join("\n");
}
