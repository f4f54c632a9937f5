/** The name of an agent's variable. @module */

/** Words that mean something in TypeScript. */
export const RESERVED: ReadonlySet<string> = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined using var void while with yield async of " +
    "type declare namespace module abstract as is keyof satisfies _").split(" "),
);

/**
 * Makes a name of an instance id: `pysmurf-controller` is `pysmurf_controller`.
 *
 * What cannot be in a name is `_`; an id that begins with a digit gets one before it. A reserved word, or a name that is
 * taken, gets as many behind it as it needs.
 */
export function variableName(instanceId: string, isTaken: (name: string) => boolean): string {
  const plain = instanceId.replaceAll(/[^\p{ID_Continue}$]/gu, "_");
  let name = /^[\p{ID_Start}$_]/u.test(plain) ? plain : `_${plain}`;
  while (RESERVED.has(name) || isTaken(name)) name += "_";
  return name;
}
