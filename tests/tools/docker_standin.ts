// deno-lint-ignore-file no-console -- a program that prints
/**
 * A stand-in for docker's command line client, for tests of host managers.
 *
 * It keeps its "containers" in `$DOCKER_STANDIN/state.json` and answers `docker compose -f FILE config|ps|up|rm|pull` and
 * `docker inspect|stop|rm|logs` in the shapes of docker 28: lists, exit codes, texts on standard error. What it is asked goes to
 * `$DOCKER_STANDIN/calls`. Compose files are JSON, which is YAML; a service's `x-program` is what runs while it is up.
 * `$DOCKER_STANDIN/mode` makes it misbehave (`hang`, `garbage`, `flood`), `$DOCKER_STANDIN/images.json` says which tags it
 * has, by tag; all of them without that file.
 *
 * @module
 */
interface Container {
  readonly file: string;
  readonly service: string;
  readonly pid: number;
  readonly image: string;
}

type State = Record<string, Container>;

const FOLDER = Deno.env.get("DOCKER_STANDIN") ?? ".";

function readJson(name: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(`${FOLDER}/${name}`));
  } catch {
    return undefined;
  }
}

function mode(): string {
  try {
    return Deno.readTextFileSync(`${FOLDER}/mode`).trim();
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

function imageId(tag: string): string | undefined {
  // Tests write it.
  const known = readJson("images.json") as Record<string, string> | undefined;
  return known === undefined ? `sha256:of-${tag}` : known[tag];
}

function inspect(state: State, names: readonly string[]): number {
  let code = 0;
  const found = names.flatMap((name): unknown[] => {
    const one = state[name];
    if (one !== undefined) {
      const running = isAlive(one.pid);
      return [{
        Id: name,
        State: { Status: running ? "running" : "exited", Running: running, ExitCode: running ? 0 : 137 },
        Image: one.image,
        Config: {
          Labels: {
            "com.docker.compose.project.working_dir": one.file.replace(/\/[^/]*$/, ""),
            "com.docker.compose.project.config_files": one.file,
            "com.docker.compose.service": one.service,
          },
        },
      }];
    }
    const id = imageId(name);
    if (id !== undefined) return [{ Id: id, RepoTags: [name] }];
    console.error(`Error: No such object: ${name}`);
    code = 1;
    return [];
  });
  console.log(JSON.stringify(found, null, 4));
  return code;
}

async function end({ pid }: Container): Promise<void> {
  for (let n = 0; isAlive(pid); n++) {
    try {
      Deno.kill(-pid, n < 250 ? "SIGTERM" : "SIGKILL");
    } catch {
      // It has ended between the look and the signal.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function compose(state: State, [, file = "", verb = "", ...rest]: readonly string[]): Promise<number> {
  let services: Record<string, { image: string; "x-program"?: string[] }>;
  try {
    services = JSON.parse(Deno.readTextFileSync(file)).services;
  } catch (error) {
    console.error(`open ${file}: ${error}`);
    return 14;
  }
  const service = rest.at(-1) ?? "";
  const mine = Object.entries(state).filter(([, one]) => one.file === file);
  if (verb === "config") console.log(`name: standin\nservices: ${JSON.stringify(services)}`);
  else if (verb === "ps") { for (const [id, one] of mine) if (isAlive(one.pid)) console.log(id); }
  else if (verb === "pull") { for (const name of Object.keys(services)) console.error(` ${name} Pulled`); }
  else if (verb === "up") {
    if (mine.some(([, one]) => one.service === service && isAlive(one.pid))) return 0;
    const [command = "", ...args] = services[service]?.["x-program"] ?? ["sleep", "1000"];
    const id = crypto.randomUUID().replaceAll("-", "");
    const logs = `${FOLDER}/${id}`;
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", 'log=$1; shift; exec "$@" >"$log.out" 2>"$log.err"', "sh", logs, command, ...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    child.unref();
    const image = imageId(services[service]?.image ?? "") ?? "";
    state[id] = { file, service, pid: child.pid, image };
    console.error(` Container standin-${service}-1  Started`);
  } else if (verb === "rm") {
    for (const [id, one] of mine) {
      if (one.service !== service) continue;
      await end(one);
      delete state[id];
    }
  } else {
    console.error(`unknown docker command: "compose ${verb}"`);
    return 1;
  }
  return 0;
}

/** `logs [--follow] --tail N ID`: both streams as the container wrote them. */
async function logs(state: State, args: readonly string[]): Promise<number> {
  const id = args.at(-1) ?? "";
  if (state[id] === undefined) {
    console.error(`Error response from daemon: No such container: ${id}`);
    return 1;
  }
  const count = args[args.indexOf("--tail") + 1] ?? "all";
  const follow = args.includes("--follow") ? [`--pid=${state[id].pid}`, "-f"] : [];
  const tails = ["out", "err"].map((stream) => ({
    stream,
    child: new Deno.Command("tail", {
      args: [...follow, "-n", count, `${FOLDER}/${id}.${stream}`],
      stdout: "piped",
      stderr: "inherit",
    }).spawn(),
  }));
  await Promise.all(tails.map(async ({ stream, child }) => {
    const to = stream === "out" ? Deno.stdout : Deno.stderr;
    await child.stdout.pipeTo(to.writable, { preventClose: true });
    await child.status;
  }));
  return 0;
}

async function main(args: readonly string[]): Promise<number> {
  Deno.writeTextFileSync(`${FOLDER}/calls`, `${args.join(" ")}\n`, { append: true });
  if (mode() === "hang") await new Promise((resolve) => setTimeout(resolve, 1_000_000));
  if (mode() === "flood") {
    for (;;) Deno.stdout.writeSync(new TextEncoder().encode("services: {a: ".repeat(1000)));
  }
  if (mode() === "garbage") {
    console.log("{ [ % nothing : : like YAML\n\t}");
    return 0;
  }
  if (args[0] === "logs") {
    // Only this program writes it.
    return await logs((readJson("state.json") ?? {}) as State, args.slice(1));
  }
  using lock = Deno.openSync(`${FOLDER}/lock`, { write: true, create: true });
  lock.lockSync(true);
  // Only this program writes it.
  const state = (readJson("state.json") ?? {}) as State;
  const before = JSON.stringify(state);
  let code = 0;
  const [verb, ...rest] = args;
  if (verb === "compose") code = await compose(state, rest);
  else if (verb === "inspect") code = inspect(state, rest);
  else {
    for (const id of rest) {
      const one = state[id];
      if (one === undefined) continue;
      await end(one);
      if (verb === "rm") delete state[id];
    }
  }
  if (JSON.stringify(state) !== before) Deno.writeTextFileSync(`${FOLDER}/state.json`, JSON.stringify(state));
  return code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
