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
    const get = () =>
      Program.run({
        name: "apt-get download",
        command: "apt-get",
        args: ["download", name],
        cwd: folder,
        timeoutMs: 120_000,
      });
    // A fresh machine has no list of packages.
    await get().catch(async () => {
      await Program.run({
        name: "apt-get update",
        command: "apt-get",
        args: ["update", "-qq"],
        timeoutMs: 120_000,
      });
      await get();
    });
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".deb")) {
        await Program.run({ name: "dpkg", command: "dpkg", args: ["-x", name, "."], cwd: folder });
      }
    }
  });
  return `${folder}/usr/bin/${program}`;
}
