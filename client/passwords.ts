/** Passwords for access control: where they are kept. @module */
import { homedir } from "node:os";
import { join } from "node:path";
import { type Logger, SILENT } from "../internal/log.ts";
import { toError } from "../internal/to_error.ts";
import {
  type AgentIdentity,
  choosePassword,
  needsPasswordsFile,
  type PasswordEntry,
  type Privs,
  scopeApplies,
} from "../ocs/mod.ts";

/** What a look for a password works with. */
export interface FindPasswordOptions {
  /** Told of entries that do not fit but are for other agents, and of misspelt keys. Default: silent. */
  readonly logger?: Logger | undefined;
}

/** Largest file that is read; one entry for each of 10,000 agents needs a tenth of it. */
const MAX_BYTES = 10 * 1024 * 1024;

/**
 * Finds the password for an agent: the given text, or by level 2 or 3 from the passwords file.
 *
 * The file is `OCS_PASSWORDS_FILE`, else `~/.ocs-passwords.yaml`; it is read only for the levels 2 and 3. An entry with a
 * fault is an error for the agents that it is for, and for the others a warning.
 *
 * @returns Empty text when there is none to send.
 * @throws {Deno.errors.NotFound} If the file is needed and absent; the text names it.
 * @throws {AccessFileError} If it cannot be used for this agent; the text lists file, line and what was expected, and
 * never a password.
 */
export async function findPassword(
  privs: Privs,
  agent: AgentIdentity,
  { logger = SILENT }: FindPasswordOptions = {},
): Promise<string> {
  const entries = needsPasswordsFile(privs) ? await readEntries(passwordsPath(), { agent, logger }) : [];
  return choosePassword(privs, { entries, agent });
}

function passwordsPath(): string {
  return Deno.env.get("OCS_PASSWORDS_FILE") || join(homedir(), ".ocs-passwords.yaml");
}

async function readEntries(
  path: string,
  { agent, logger }: { readonly agent: AgentIdentity; readonly logger: Logger },
): Promise<readonly PasswordEntry[]> {
  const text = await readText(path);
  // Loaded when needed: most scripts have no passwords.
  const { readPasswords } = await import("../site/read_passwords.ts");
  const { AccessFileError } = await import("../site/errors.ts");
  const { formatProblem } = await import("../site/site_problem.ts");
  const { entries, broken, warnings } = await readPasswords(text, path);
  const [own, others] = [true, false].map((isOwn) =>
    broken.filter(({ scope }) => (scope === undefined || scopeApplies(scope, agent)) === isOwn)
      .flatMap(({ problems }) => problems)
  );
  if (own !== undefined && own.length > 0) throw new AccessFileError("passwords file", path, own);
  for (const problem of [...others ?? [], ...warnings]) logger.warn(formatProblem(problem));
  return entries;
}

async function readText(path: string): Promise<string> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw new TypeError(`Cannot read passwords "${path}": it is no file`);
    if (size > MAX_BYTES) {
      throw new TypeError(
        `Cannot read passwords "${path}": it has ${size} bytes, expected at most ${MAX_BYTES}`,
      );
    }
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof TypeError) throw error;
    if (error instanceof Deno.errors.NotFound) {
      const text = `Cannot read passwords "${path}": it is not there (OCS_PASSWORDS_FILE names another one)`;
      throw new Deno.errors.NotFound(text, { cause: error });
    }
    throw new TypeError(`Cannot read passwords "${path}": ${toError(error).message}`, { cause: error });
  }
}
