/** The file that a result goes to. @module */

/**
 * Opens the file of a result; the caller closes it. A file that is there is added to or refused, never overwritten.
 *
 * @throws {Error} If it is there and is not to be added to, or it cannot be made.
 */
export async function openResultFile(
  { path, append }: { readonly path: string; readonly append: boolean },
): Promise<Deno.FsFile> {
  const home = Deno.env.get("HOME");
  const full = home !== undefined && path.startsWith("~/") ? `${home}${path.slice(1)}` : path;
  try {
    return await Deno.open(full, append ? { append: true, create: true } : { write: true, createNew: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) {
      throw new Error(`Cannot write "${path}": it is there already; use >> to add to it`, { cause });
    }
    throw new Error(`Cannot write "${path}": ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
