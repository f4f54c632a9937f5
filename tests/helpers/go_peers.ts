// deno-lint-ignore-file no-console -- a build takes a while, and whoever waits should know
/** Go WAMP peers, built once into the cache folder. @module */
import { cached, digest } from "./cache.ts";
import { Program } from "./process.ts";

const SOURCE = new URL("../tools/features_nexus/", import.meta.url);
const FILES = ["go.mod", "go.sum", "main.go"];

/**
 * Builds the feature script for the nexus client.
 *
 * @returns Path of the program.
 * @throws {Error} If there is no Go, or a module cannot be had.
 */
export async function nexusFeatures(): Promise<string> {
  const texts = await Promise.all(FILES.map((name) => Deno.readTextFile(new URL(name, SOURCE))));
  const folder = await cached(`nexus-${await digest(...texts)}`, async (folder) => {
    console.log(`building the nexus client into ${folder} (once)`);
    for (const [n, name] of FILES.entries()) await Deno.writeTextFile(`${folder}/${name}`, texts[n] ?? "");
    await Program.run({
      name: "go build",
      command: "go",
      args: ["build", "-o", `${folder}/features_nexus`, "."],
      cwd: folder,
      timeoutMs: 5 * 60_000,
    });
  });
  return `${folder}/features_nexus`;
}
