/** Compose files, read with the library with which `docker compose` reads them. @module */
import { cached, digest } from "./cache.ts";
import { Program } from "./process.ts";

/** What of a service the tests look at. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly target?: string };
  readonly command: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly user?: string;
  readonly volumes?: readonly {
    readonly type: "bind" | "volume";
    readonly source: string;
    readonly target: string;
    readonly read_only?: boolean;
  }[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly stop_grace_period?: string;
}

const SOURCE = new URL("../tools/compose_config/", import.meta.url);
const FILES = ["go.mod", "go.sum", "main.go"];

/**
 * Builds the reader, once.
 *
 * @returns Path of the program.
 * @throws {Error} If there is no Go, or a module cannot be had.
 */
export async function composeReader(): Promise<string> {
  const texts = await Promise.all(FILES.map((name) => Deno.readTextFile(new URL(name, SOURCE))));
  const folder = await cached(`compose-${await digest(...texts)}`, async (folder) => {
    for (const [n, name] of FILES.entries()) await Deno.writeTextFile(`${folder}/${name}`, texts[n] ?? "");
    await Program.run({
      name: "go build",
      command: "go",
      args: ["build", "-o", `${folder}/compose_config`, "."],
      cwd: folder,
      timeoutMs: 5 * 60_000,
    });
  });
  return `${folder}/compose_config`;
}

/** Reads a compose file; variables go over those of the `.env` beside it. */
export async function readCompose(
  reader: string,
  { file, env }: { readonly file: string; readonly env?: Readonly<Record<string, string>> },
): Promise<{ readonly services: Readonly<Record<string, ComposeService>>; readonly stderr: string }> {
  const { stdout, stderr } = await Program.run({
    name: "compose_config",
    command: reader,
    args: [file],
    ...(env === undefined ? {} : { env }),
  });
  // Safe: the library has checked it against the schema of compose files.
  const project = JSON.parse(stdout) as { services: Record<string, ComposeService> };
  return { services: project.services, stderr };
}
