/** The director's configuration, read from its file. @module */
import * as yaml from "../../deps/yaml.ts";
import type { Logger } from "../../internal/log.ts";
import { toError } from "../../internal/to_error.ts";
import { AccessFileError } from "../../site/errors.ts";
import { type AccessConfig, readAccessConfig } from "../../site/read_access_config.ts";
import { formatProblem } from "../../site/site_problem.ts";

/** Largest file that is read; a thousand agents with passwords of their own need a twentieth of it. */
const MAX_BYTES = 10 * 1024 * 1024;

/**
 * Reads the configuration; at once, since an agent without one is not to start.
 *
 * @param log Told what is suspicious, such as keys that nobody knows.
 * @throws {TypeError} If the file cannot be read.
 * @throws {AccessFileError} If it has errors; lists all of them, without passwords.
 */
export function readConfigFile(path: string, log: Logger): AccessConfig {
  const { config, problems } = readAccessConfig(yaml, readText(path), path);
  if (config === undefined) {
    const errors = problems.filter(({ severity }) => severity === "error");
    throw new AccessFileError("access configuration", path, errors);
  }
  for (const problem of problems) log.warn(formatProblem(problem));
  return config;
}

function readText(path: string): string {
  let text: string;
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile) throw new TypeError("it is no file");
    if (size > MAX_BYTES) throw new TypeError(`it has ${size} bytes, expected at most ${MAX_BYTES}`);
    text = Deno.readTextFileSync(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : toError(error).message;
    throw new TypeError(`Cannot read access configuration "${path}": ${why}`, { cause: error });
  }
  return text;
}
