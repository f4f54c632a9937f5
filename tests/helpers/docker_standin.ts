/** A `docker` on the PATH that is not docker. @module */

/** What a service of the stand-in is. */
export interface StandinService {
  readonly image: string;
  /** What runs while it is up; default something that does nothing. */
  readonly program?: readonly string[];
}

/** A folder with a `docker` program and a compose file. Dispose of it: nothing it has started outlives it. */
export class DockerStandin implements AsyncDisposable {
  readonly folder: string;
  readonly composeFile: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.composeFile = `${folder}/docker-compose.yaml`;
  }

  /** Makes the folder. */
  static async make(services: Readonly<Record<string, StandinService>>): Promise<DockerStandin> {
    const standin = new DockerStandin(await Deno.realPath(await Deno.makeTempDir({ prefix: "docker_" })));
    await Deno.mkdir(`${standin.folder}/bin`);
    const tool = new URL("../tools/docker_standin.ts", import.meta.url).pathname;
    const script =
      `#!/bin/sh\nDOCKER_STANDIN="${standin.folder}" exec "${Deno.execPath()}" run -A --no-config ` +
      `--quiet "${tool}" "$@"\n`;
    await Deno.writeTextFile(`${standin.folder}/bin/docker`, script, { mode: 0o755 });
    await standin.write(services);
    return standin;
  }

  /** Environment in which `docker` is this. */
  get env(): Readonly<Record<string, string>> {
    return { PATH: `${this.folder}/bin:${Deno.env.get("PATH") ?? ""}` };
  }

  /** Writes the compose file. */
  async write(services: Readonly<Record<string, StandinService>>): Promise<void> {
    const entries = Object.entries(services).map(([name, { image, program }]) => {
      return [name, { image, ...(program === undefined ? {} : { "x-program": program }) }];
    });
    await Deno.writeTextFile(this.composeFile, JSON.stringify({ services: Object.fromEntries(entries) }));
  }

  /** How docker behaves: as it should, or not. */
  async behave(mode: "well" | "hang" | "garbage" | "flood"): Promise<void> {
    await Deno.writeTextFile(`${this.folder}/mode`, mode);
  }

  /** Which image tags it has, with their ids. */
  async images(ids: Readonly<Record<string, string>>): Promise<void> {
    await Deno.writeTextFile(`${this.folder}/images.json`, JSON.stringify(ids));
  }

  /** Runs it as an operator would. */
  async docker(...args: readonly string[]): Promise<void> {
    await new Deno.Command(`${this.folder}/bin/docker`, { args: [...args], stdout: "null", stderr: "null" })
      .output();
  }

  /** What it was asked. */
  async calls(): Promise<readonly string[]> {
    return (await Deno.readTextFile(`${this.folder}/calls`)).trimEnd().split("\n");
  }

  /** Process ids of what runs, by service. */
  async pids(): Promise<Readonly<Record<string, number>>> {
    try {
      // Only the stand-in writes it.
      const state = JSON.parse(await Deno.readTextFile(`${this.folder}/state.json`)) as Record<
        string,
        { readonly service: string; readonly pid: number }
      >;
      return Object.fromEntries(Object.values(state).map(({ service, pid }) => [service, pid]));
    } catch {
      return {};
    }
  }

  /** Ends what runs and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of Object.values(await this.pids())) {
      try {
        Deno.kill(-pid, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}
