// deno-lint-ignore-file no-console -- getting the packages takes a while, and whoever waits should know
/** A real Chromium without a window. @module */
import { cached } from "./cache.ts";
import { unpackPackages } from "./debian_package.ts";
import { Program } from "./process.ts";

const PACKAGE = "chromium-headless-shell";

/** How Chromium is started. */
export interface ChromiumProgram {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Gets Chromium: `OCS_CHROMIUM` if set, else one that is installed, else Debian's package, unpacked into the cache folder
 * beside those libraries that the machine has not got.
 *
 * @throws {Error} If there is none, and no Debian to get it from.
 */
export async function chromiumProgram(): Promise<ChromiumProgram> {
  const given = Deno.env.get("OCS_CHROMIUM");
  if (given !== undefined && given !== "") return { path: given, env: {} };
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of [PACKAGE, "chromium"]) {
      const path = `${folder}/${name}`;
      if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return { path, env: {} };
    }
  }
  const folder = await cached(`${PACKAGE}-${Deno.build.arch}`, async (folder) => {
    console.log(`getting ${PACKAGE} of Debian into ${folder} (once)`);
    await unpackPackages(folder, () => missingPackages());
    const { path, env } = await unpacked(folder);
    // It names a library that is not there.
    await Program.run({ name: PACKAGE, command: path, args: ["--version"], env });
  });
  return await unpacked(folder);
}

/** Chromium's package and those it needs that are not installed. */
async function missingPackages(): Promise<readonly string[]> {
  const { stdout } = await Program.run({
    name: "apt-get install --simulate",
    command: "apt-get",
    args: ["install", "--simulate", "--no-install-recommends", PACKAGE],
    env: { LC_ALL: "C" },
  });
  // `Inst libnss3 (2:3.87.1 …)`. One with the old version in brackets is there: it does as it is.
  return [...stdout.matchAll(/^Inst (\S+) \(/gm)].flatMap(([, name]) => name ?? []);
}

async function unpacked(folder: string): Promise<ChromiumProgram> {
  const libraries = new Set<string>();
  for (const top of ["lib", "usr/lib"]) await addLibraryFolders(`${folder}/${top}`, libraries);
  return {
    path: `${folder}/usr/lib/chromium/${PACKAGE}`,
    env: { LD_LIBRARY_PATH: [...libraries].join(":") },
  };
}

async function addLibraryFolders(folder: string, found: Set<string>): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  for (const { name, isDirectory } of entries) {
    if (isDirectory) await addLibraryFolders(`${folder}/${name}`, found);
    else if (/\.so(\.|$)/.test(name)) found.add(folder);
  }
}
