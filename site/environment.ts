/** The thin edge through which site/ sees the machine. @module */

/** What the site file's search needs of the machine; tests hand in their own. */
export interface SiteEnvironment {
  /** An environment variable; undefined when it is not set. */
  getVariable(name: string): string | undefined;
  /** Name of this machine, as the operating system gives it. */
  hostname(): string;
  /** Makes a path absolute. */
  absolute(path: string): string;
  /** Reads a whole text file as bytes; rejects as `Deno.readFile` does. */
  readFile(path: string): Promise<Uint8Array>;
}

/** The real machine. Needs `--allow-env`, `--allow-sys=hostname` and `--allow-read` only for what is really used. */
export const MACHINE: SiteEnvironment = {
  getVariable: (name) => Deno.env.get(name),
  hostname: () => Deno.hostname(),
  absolute: (path) => path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path) ? path : `${Deno.cwd()}/${path}`,
  readFile: (path) => Deno.readFile(path),
};
