/**
 * The prompt's objects in Deno's own REPL, for developers; from the folder of this checkout:
 *
 *     deno repl -A --eval-file=repl/prelude.ts
 *
 * Each agent is a variable, the toolkit's names are there, and `await ocs("status faker1.acq")` carries out a verb. The site is
 * found as every OCS program finds it.
 *
 * @module
 */

// Deno's REPL reads this text as typed: what it imports is relative to the current folder, not to this file.
const prelude: typeof import("./open_prelude.ts") = await import(`file://${Deno.cwd()}/repl/open_prelude.ts`);
await prelude.openPrelude();
