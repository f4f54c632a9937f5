// deno-lint-ignore-file no-console -- an installation takes a while, and whoever waits should know
/** JavaScript WAMP libraries, installed apart from the product's own packages. @module */
import { cached, digest } from "./cache.ts";
import { Program } from "./process.ts";

// Not inline `npm:` imports: these peers want other builds of `ws`, which would then end up in our lock file.
const PACKAGES: readonly string[] = [
  "autobahn-20@npm:autobahn@20.9.2",
  // What browsers load; of the version that ocs-web locks.
  "autobahn-browser@20.9.2",
  "autobahn-26@npm:autobahn@26.3.1",
  "wampy@npm:wampy@8.0.2",
  // Optional for autobahn, which without it cannot tell progress.
  "when@3.7.8",
];

/** The libraries' folder in the cache: load with `createRequire(folder + "/package.json")`. */
export async function npmPeers(): Promise<string> {
  return await cached(`npm-${await digest(...PACKAGES)}`, async (folder) => {
    console.log(`installing ${PACKAGES.join(", ")} into ${folder} (once)`);
    await Deno.writeTextFile(`${folder}/package.json`, "{}\n");
    await Program.run({
      name: "npm install",
      command: "npm",
      args: ["install", "--no-audit", "--no-fund", "--omit=optional", "--ignore-scripts", ...PACKAGES],
      cwd: folder,
      timeoutMs: 5 * 60_000,
    });
  });
}
