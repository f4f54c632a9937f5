/** Passwords for access control: where they are kept. @module */
import { homedir } from "node:os";
import { join } from "node:path";
import { toError } from "../internal/to_error.ts";
import {
  type AgentIdentity,
  choosePassword,
  needsPasswordsFile,
  parsePasswords,
  type PasswordEntry,
  type Privs,
} from "../ocs/mod.ts";

/**
 * Finds the password for an agent: the given text, or by level 2 or 3 from the passwords file.
 *
 * The file is `OCS_PASSWORDS_FILE`, else `~/.ocs-passwords.yaml`; it is read only for the levels 2 and 3.
 *
 * @returns Empty text when there is none to send.
 * @throws {Deno.errors.NotFound} If the file is needed and absent; the text names it.
 * @throws {TypeError} If the file is not a list of passwords.
 */
export async function findPassword(privs: Privs, agent: AgentIdentity): Promise<string> {
  const entries = needsPasswordsFile(privs) ? await readPasswords(passwordsPath()) : [];
  return choosePassword(privs, { entries, agent });
}

function passwordsPath(): string {
  return Deno.env.get("OCS_PASSWORDS_FILE") || join(homedir(), ".ocs-passwords.yaml");
}

async function readPasswords(path: string): Promise<readonly PasswordEntry[]> {
  // Loaded when needed: most scripts have no passwords.
  const { parseYaml } = await import("../deps/yaml.ts");
  try {
    return parsePasswords(parseYaml(await Deno.readTextFile(path)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      const text = `Cannot read passwords "${path}": it is not there (OCS_PASSWORDS_FILE names another one)`;
      throw new Deno.errors.NotFound(text, { cause: error });
    }
    const text = toError(error).message;
    throw new TypeError(`Cannot read passwords "${path}": ${text}`, { cause: error });
  }
}
