/** What docker says of the services of a compose file (OCS 10.6.4). @module */
import { isAbsolute } from "node:path";
import { parseYaml } from "../../deps/yaml.ts";
import { isRecord } from "../../internal/is_record.ts";
import { toError } from "../../internal/to_error.ts";
import type { ProgramOutput } from "../../internal/run_program.ts";

/** Runs docker with arguments; rejects when it cannot be run, is not over in time, or the signal aborts. */
export type RunDocker = (args: readonly string[], signal?: AbortSignal) => Promise<ProgramOutput>;

/** A container. */
interface ContainerState {
  readonly running: boolean;
  readonly exit_code: number;
  readonly container_found: boolean;
  readonly running_image: string | null;
  readonly container_id: string | null;
}

/** One service of a compose file; names as on the wire. */
export interface DockerService extends ContainerState {
  readonly compose_file: string;
  readonly service: string;
  readonly image_tag: string;
  /** `unknown` for a tag that docker does not know. */
  readonly image_id: string;
}

/** A container whose service has gone from its compose file, as session data show it. */
export interface Orphan extends ContainerState {
  readonly compose_file: string;
  readonly service: string;
}

/** All services of a compose file and its orphans by container id. */
export interface DockerState {
  readonly services: ReadonlyMap<string, DockerService>;
  readonly orphans: ReadonlyMap<string, Orphan>;
}

/** Exit code where docker knows none. */
const NO_EXIT_CODE = 127;

/**
 * Asks docker for the services of a compose file, their images and containers.
 *
 * @param warn Takes what is wrong with single containers; these are left out.
 * @throws {Error} If docker fails, is not there, takes too long or answers what cannot be understood.
 */
export async function readDockerState(
  composeFile: string,
  { run, warn }: { readonly run: RunDocker; readonly warn: (text: string) => void },
): Promise<DockerState> {
  const images = await readImages(composeFile, run);
  const imageIds = await readImageIds([...new Set(images.values())], run);
  const services = new Map<string, DockerService>();
  for (const [service, tag] of images) {
    services.set(service, {
      compose_file: composeFile,
      service,
      image_tag: tag,
      image_id: imageIds.get(tag) ?? "unknown",
      container_found: false,
      container_id: null,
      running: false,
      running_image: null,
      exit_code: NO_EXIT_CODE,
    });
  }
  const orphans = new Map<string, Orphan>();
  const { code, stdout, stderr } = await run(["compose", "-f", composeFile, "ps", "-q"]);
  if (code !== 0) throw composeFailed(code, stderr);
  for (const line of stdout.split("\n")) {
    const id = line.trim();
    if (id === "") continue;
    try {
      const found = await inspectContainer(id, composeFile, run);
      if (found === undefined) continue;
      const known = services.get(found.service);
      if (known !== undefined) services.set(found.service, { ...known, ...found.state });
      else orphans.set(id, { compose_file: composeFile, service: found.service, ...found.state });
    } catch (error) {
      warn(`Warning, failed to inspect container ${id}; ${toError(error).message}.`);
    }
  }
  return { services, orphans };
}

function composeFailed(code: number, stderr: string): Error {
  return new Error(
    "Could not run docker compose or could not parse compose.yaml file; " +
      `exit code ${code}, error text: ${stderr.trim().slice(0, 2000)}`,
  );
}

/** Image tag of each service. */
async function readImages(composeFile: string, run: RunDocker): Promise<Map<string, string>> {
  const { code, stdout, stderr } = await run(["compose", "-f", composeFile, "config"]);
  // Peer ocs does not look at this code: without output it fails on the lack of services.
  if (code !== 0) throw composeFailed(code, stderr);
  const services = field(parse("docker compose config", stdout), "services");
  const images = new Map<string, string>();
  for (const [service, entry] of Object.entries(isRecord(services) ? services : {})) {
    const image = field(entry, "image");
    // Peer ocs fails on the whole file when a service is only built, and has no image name.
    images.set(service, typeof image === "string" ? image : "");
  }
  if (!isRecord(services)) throw new Error(`docker compose config names no services of "${composeFile}"`);
  return images;
}

/** Image id of each tag that docker knows. */
async function readImageIds(tags: readonly string[], run: RunDocker): Promise<Map<string, string>> {
  const named = tags.filter((tag) => tag !== "");
  const ids = new Map<string, string>();
  if (named.length === 0) return ids;
  // Its exit code is 1 when one of the tags is not known; what it knows is there all the same.
  const { stdout } = await run(["inspect", ...named]);
  const images = parse("docker inspect", stdout);
  if (!Array.isArray(images)) throw new Error(`docker inspect answered ${shorten(stdout)}, expected a list`);
  for (const image of images) {
    const id = field(image, "Id");
    const repoTags = field(image, "RepoTags");
    if (typeof id !== "string" || !Array.isArray(repoTags)) continue;
    for (const tag of repoTags) ids.set(String(tag), id);
  }
  return ids;
}

/** What docker knows of a container; undefined when it has gone meanwhile. */
async function inspectContainer(
  id: string,
  composeFile: string,
  run: RunDocker,
): Promise<{ readonly service: string; readonly state: ContainerState } | undefined> {
  const { code, stdout, stderr } = await run(["inspect", id]);
  if (code !== 0 && /No such object/i.test(stderr)) return undefined;
  const list = code === 0 ? parse("docker inspect", stdout) : undefined;
  if (!Array.isArray(list) || list.length !== 1) {
    throw new Error(
      `Trouble running "docker inspect ${id}": exit code ${code}, ${shorten(stderr || stdout)}`,
    );
  }
  const info: unknown = list[0];
  const labels = field(field(info, "Config"), "Labels");
  const label = (name: string): string => {
    const value = field(labels, `com.docker.compose.${name}`);
    if (typeof value !== "string") throw new Error(`it has no label com.docker.compose.${name}`);
    return value;
  };
  const [folder, file] = [label("project.working_dir"), label("project.config_files")];
  const path = isAbsolute(file) ? file : `${folder}/${file}`;
  if (!await isSameFile(path, composeFile)) {
    throw new Error(`it was started from some other compose file, ${path}`);
  }
  const state = field(info, "State");
  const [exitCode, image] = [field(state, "ExitCode"), field(info, "Image")];
  return {
    service: label("service"),
    state: {
      running: field(state, "Running") === true,
      exit_code: typeof exitCode === "number" ? exitCode : NO_EXIT_CODE,
      container_found: true,
      running_image: typeof image === "string" ? image : null,
      container_id: id,
    },
  };
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, two] = await Promise.all([Deno.realPath(a), Deno.realPath(b)]);
  return one === two;
}

/** Reads what a command of docker wrote; JSON is YAML. */
function parse(command: string, text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    throw new Error(`${command} answered ${shorten(text)}, which is no YAML`, { cause: error });
  }
}

function shorten(text: string): string {
  const line = text.trim();
  return JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}...` : line);
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
