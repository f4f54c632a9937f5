/** What others import: the entry points of the public API, and the runnable agents. @module */

/** Modules that are a public face; those not in the tree yet are left out by `existing`. */
export const ENTRY_POINTS: readonly string[] = [
  "mod.ts",
  "client/mod.ts",
  "framework/mod.ts",
  "testing/mod.ts",
  "g3/mod.ts",
  "g3/io/mod.ts",
  "hk/mod.ts",
  "hk/io/mod.ts",
];

/** The paths that exist below the root. */
export function existing(root: string, paths: readonly string[]): string[] {
  return paths.filter((path) => {
    try {
      return Deno.statSync(`${root}/${path}`).isFile;
    } catch {
      return false;
    }
  });
}

/** The files `agents/*.ts`, each a program, without the table that lists them. */
export function agentFiles(root: string): string[] {
  return [...Deno.readDirSync(`${root}/agents`)]
    .filter(({ isFile, name }) =>
      isFile && name.endsWith(".ts") && name !== "table.ts" && !name.startsWith("_")
    )
    .map(({ name }) => `agents/${name}`)
    .sort();
}
