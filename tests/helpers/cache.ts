/** Where the foreign peers are kept between runs. @module */

/** The cache folder of this project, `$XDG_CACHE_HOME/ocs-deno` or `~/.cache/ocs-deno`. */
export function cacheFolder(): string {
  const home = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${home}/ocs-deno`;
}

/**
 * Makes something in the cache once, whoever asks for it first.
 *
 * The name has to change with the content (a version, a digest): what is there is taken as it is. Several processes
 * may ask at the same time; one makes it, the others wait. A making that breaks off is begun anew the next time.
 *
 * @param name Name of the folder in the cache.
 * @param make Fills the folder, which is empty and stays at this path.
 * @returns The path of the folder.
 */
export async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = `${cacheFolder()}/${name}`;
  const marker = `${folder}/.complete`;
  const isThere = () => Deno.stat(marker).then(() => true, () => false);
  if (await isThere()) return folder;
  await Deno.mkdir(cacheFolder(), { recursive: true });
  using lock = await Deno.open(`${folder}.lock`, { create: true, write: true });
  // Freed by the system when the holder dies, so a killed run never blocks the next one.
  await lock.lock(true);
  if (await isThere()) return folder;
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  await make(folder);
  await Deno.writeTextFile(marker, new Date().toISOString() + "\n");
  return folder;
}

/** Short digest of texts, for names in the cache. */
export async function digest(...texts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(texts.join("\0"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 12);
}
