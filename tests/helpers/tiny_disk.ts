// deno-lint-ignore-file no-console -- whoever runs the tests must see why some were skipped
/** File systems of a few megabytes, in memory, for tests that fill them. @module */

/** A file system of its own. Dispose of it when nothing is open in it any more. */
export interface TinyDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly folder: string;
  /** Puts a file there that leaves so many bytes free, in whole pages. */
  fill(freeBytes: number): Promise<void>;
  /** Takes that file away. */
  empty(): Promise<void>;
}

/** Mounts one. Needs the right to do so, as root has it. */
export async function mountTinyDisk(bytes: number): Promise<TinyDisk> {
  const folder = await Deno.makeTempDir({ prefix: "tiny_" });
  try {
    await run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder);
  } catch (error) {
    await Deno.remove(folder);
    throw error;
  }
  const filler = `${folder}/filler`;
  return {
    folder,
    async fill(freeBytes) {
      const free = async () => {
        const { stdout } = await run("df", "--output=avail", "-B1", folder);
        return Number(stdout.trim().split("\n").at(-1));
      };
      try {
        await Deno.writeFile(filler, new Uint8Array(Math.max(0, await free() - freeBytes)), { append: true });
      } catch (error) {
        // Whoever is tested has written meanwhile.
        if (!/ \(os error 28\)/.test(String(error))) throw error;
      }
      const missing = freeBytes - await free();
      if (missing > 0) await Deno.truncate(filler, Math.max(0, (await Deno.stat(filler)).size - missing));
    },
    empty: () => Deno.remove(filler),
    async [Symbol.asyncDispose]() {
      await run("umount", folder);
      await Deno.remove(folder);
    },
  };
}

/** `Deno.test` for tests that mount: skipped with a reason where that is not allowed. */
export async function testsWithTinyDisk(): Promise<(name: string, test: () => Promise<void>) => void> {
  try {
    await using _disk = await mountTinyDisk(1e6);
  } catch (error) {
    console.log(`skipped: tests that fill a disk: ${error instanceof Error ? error.message : String(error)}`);
    return (name) => Deno.test({ name, ignore: true, fn: () => {} });
  }
  return (name, test) => Deno.test(name, test);
}

async function run(command: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Cannot run "${command} ${args.join(" ")}": ${text(stderr).trim()}`);
  return { stdout: text(stdout) };
}
