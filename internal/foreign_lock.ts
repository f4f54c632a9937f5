/** The lock file of programs that load modules of others. @module */
import { stateFolder } from "./state_folder.ts";

/**
 * Copies the lock file of this checkout to where it can be written, afresh each time.
 *
 * Deno notes in a lock file what a program fetches, and fails where it cannot: a checkout of a container belongs to
 * somebody else. Without any lock, packages that are in no cache might be asked for.
 *
 * @returns The path of the copy; undefined where there is no lock file to copy, or nowhere to write one.
 */
export function foreignLock(): string | undefined {
  const original = new URL("../deno.lock", import.meta.url);
  if (original.protocol !== "file:") return undefined;
  try {
    const folder = `${stateFolder()}/foreign_modules`;
    Deno.mkdirSync(folder, { recursive: true });
    const [path, part] = [`${folder}/deno.lock`, `${folder}/deno.lock.${Deno.pid}`];
    Deno.writeFileSync(part, Deno.readFileSync(original));
    // Another program may be reading it.
    Deno.renameSync(part, path);
    return path;
  } catch {
    return undefined;
  }
}
