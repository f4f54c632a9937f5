/** Makes in a plain folder what the Dockerfile's stage `toolkit` makes in an image. @module */
import { readDockerfile, readEnvironment, type Stage } from "./dockerfile.ts";

/** The checkout. */
const ROOT = new URL("..", import.meta.url);

/** The stages of this project's Dockerfile. */
export async function projectStages(): Promise<readonly Stage[]> {
  return readDockerfile(await Deno.readTextFile(new URL("Dockerfile", ROOT)));
}

/**
 * Paths of the checkout that docker would send as build context, such as `agents` and `docker/ocs`.
 *
 * @throws {SyntaxError} If `.dockerignore` does not begin with `*` and go on with what is let in: the one form that is
 *   understood here, and the one that keeps secrets and recorded data out.
 */
export async function contextPaths(): Promise<readonly string[]> {
  const text = await Deno.readTextFile(new URL(".dockerignore", ROOT));
  const [all, ...rest] = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const stray = all !== "*" ? all : rest.find((line) => !/^![\w./-]+$/.test(line));
  if (all !== "*" || stray !== undefined) {
    throw new SyntaxError(
      `Cannot read .dockerignore: "${stray}", expected "*" and then only lines of "!path"`,
    );
  }
  return rest.map((line) => line.slice(1));
}

/**
 * Copies the build context to `opt/ocs` of a folder and runs the steps of the stage there. Packages come from the npm
 * registry, as they do when docker builds: nothing that this machine has is used.
 *
 * @param folder Stands for the root of the image's file system; its `opt` must not be there yet.
 * @throws {Error} If a step fails.
 */
export async function makeImageTree(folder: string): Promise<void> {
  const stage = (await projectStages()).find(({ name }) => name === "toolkit");
  if (stage === undefined) throw new Error('Cannot find stage "toolkit" in the Dockerfile');
  const tree = `${folder}/opt/ocs`;
  await Deno.mkdir(tree, { recursive: true });
  for (const path of await contextPaths()) {
    const parent = path.split("/").slice(0, -1).join("/");
    await Deno.mkdir(`${tree}/${parent}`, { recursive: true });
    await run("cp", ["-a", new URL(path, ROOT).pathname, `${tree}/${path}`]);
  }
  const variables = readEnvironment(stage);
  const cache = `${folder}${variables["DENO_DIR"]}`;
  for (const { text } of stage.instructions.filter(({ keyword }) => keyword === "RUN")) {
    await run("sh", ["-ec", text], { cwd: tree, env: { ...variables, DENO_DIR: cache, HOME: folder } });
  }
}

async function run(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const path = `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}`;
  const { code, stderr } = await new Deno.Command(command, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: path, ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(120_000),
  }).output();
  if (code !== 0) {
    throw new Error(
      `Cannot run "${command} ${args.join(" ")}": code ${code}, ${new TextDecoder().decode(stderr)}`,
    );
  }
}
