// deno-lint-ignore-file no-console -- getting the package takes a while, and whoever waits should know
/** Programs of Debian, unpacked into the cache folder and not installed. @module */
import { cached } from "./cache.ts";
import { Program } from "./process.ts";

/** What is looked for. */
export interface DebianProgram {
  /** Package that has it; the version is that of the machine's release. */
  readonly name: string;
  /** Its file in `/usr/bin`. */
  readonly program: string;
  /** Variable of the environment that names another one. */
  readonly variable: string;
}

/**
 * Gets a program: that of the variable if set, else one that is installed, else Debian's package, unpacked.
 *
 * @returns Its path.
 * @throws {Error} If there is none, and no Debian to get it from.
 */
export async function debianProgram({ name, program, variable }: DebianProgram): Promise<string> {
  const given = Deno.env.get(variable);
  if (given !== undefined && given !== "") return given;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${program}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  const folder = await cached(`${name}-${Deno.build.arch}`, async (folder) => {
    console.log(`getting ${name} of Debian into ${folder} (once)`);
    await unpackPackages(folder, () => Promise.resolve([name]));
  });
  return `${folder}/usr/bin/${program}`;
}

/**
 * Unpacks packages of Debian into a folder.
 *
 * @param folder Where to; it has nothing else in it.
 * @param names Says which; asked again with a new list of packages, where that of the machine has not got them.
 */
export async function unpackPackages(
  folder: string,
  names: () => Promise<readonly string[]>,
): Promise<void> {
  const apt = (...args: readonly string[]) =>
    Program.run({ name: `apt-get ${args[0]}`, command: "apt-get", args, cwd: folder, timeoutMs: 120_000 });
  const get = async () => await apt("download", ...await names());
  // A fresh machine has no list of packages, an old one that of packages that are gone.
  await get().catch(async () => {
    await apt("update", "-qq");
    await get();
  });
  const files = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
    .filter((name) => name.endsWith(".deb"));
  for (const name of files) {
    await Program.run({ name: "dpkg", command: "dpkg", args: ["-x", name, "."], cwd: folder });
    await Deno.remove(`${folder}/${name}`);
  }
}
