/** File systems of a few hundred KiB, to fill up. @module */
import { statfs } from "node:fs/promises";

/** A file system of its own. Unmounted at the end. */
export interface SmallDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly folder: string;
  /** Fills it to the last byte. */
  fill(): Promise<void>;
  /** Makes room again. */
  clear(): Promise<void>;
  /** Changes its size. */
  resize(kibibytes: number): Promise<void>;
  /** What may still be written. */
  freeBytes(): Promise<number>;
  /** Makes it read-only, or writable again. */
  remount(how: "ro" | "rw"): Promise<void>;
}

/** Whether this user may mount one: only root may. */
export async function mayMount(): Promise<boolean> {
  await using disk = await tryMount(64);
  return disk !== undefined;
}

/**
 * Mounts a file system in memory.
 *
 * @throws {Error} If this user may not; ask `mayMount` first.
 */
export async function smallDisk(kibibytes: number): Promise<SmallDisk> {
  const disk = await tryMount(kibibytes);
  if (disk === undefined) throw new Error("Cannot mount a small disk: not allowed to this user");
  return disk;
}

async function tryMount(kibibytes: number): Promise<SmallDisk | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "small_disk_" });
  if (!await mount("-t", "tmpfs", "-o", `size=${kibibytes}k`, "tmpfs", folder)) {
    await Deno.remove(folder);
    return undefined;
  }
  const remount = async (how: string): Promise<void> => {
    if (!await mount("-o", `remount,${how}`, folder)) throw new Error(`Cannot remount "${folder}": ${how}`);
  };
  const filler = `${folder}/filler`;
  return {
    folder,
    async fill() {
      using file = await Deno.open(filler, { append: true, create: true });
      const page = new Uint8Array(4096);
      while (await file.write(page).catch(() => 0) === page.length);
    },
    clear: () => Deno.remove(filler),
    resize: (size) => remount(`size=${size}k`),
    async freeBytes() {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    remount,
    async [Symbol.asyncDispose]() {
      await new Deno.Command("umount", { args: ["--lazy", folder] }).output();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function mount(...args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command("mount", { args: [...args] }).output()).success;
  } catch {
    return false; // no such program
  }
}
