/** Which password a client sends. @module */
import { type AccessScope, type AgentIdentity, scopeApplies, scopeSpecificity } from "./access_scope.ts";

/** What a client asks for: a password, or a level (1 to 3) to find a password for. Nothing means 1. */
export type Privs = string | 1 | 2 | 3 | null | undefined;

/** One entry of a passwords file. */
export interface PasswordEntry {
  /** The agents that the entry is for. */
  readonly scope: AccessScope;
  /** Absent where the entry offers none for level 2. */
  readonly password2?: string;
  /** Absent where the entry offers none for level 3. */
  readonly password3?: string;
}

/** Tells whether a passwords file has to be read at all. */
export function needsPasswordsFile(privs: Privs): privs is 2 | 3 {
  return privs === 2 || privs === 3;
}

/**
 * Chooses the password that a client sends to an agent.
 *
 * @param privs What the client asks for.
 * @param entries Content of the passwords file; looked at for the levels 2 and 3 only.
 * @returns The most specific entry's password, the last among equals; empty text means that none is sent.
 * @throws {RangeError} If `privs` is another number.
 * @throws {TypeError} If `privs` is something else.
 */
export function choosePassword(
  privs: Privs,
  { entries = [], agent }: { readonly entries?: readonly PasswordEntry[]; readonly agent: AgentIdentity },
): string {
  if (typeof privs === "string") return privs;
  if (privs === null || privs === undefined || privs === 1) return "";
  if (typeof privs !== "number") throw new TypeError("privs argument should be int or str.");
  if (!needsPasswordsFile(privs)) {
    throw new RangeError(`Cannot ask for privileges "${String(privs)}": expected 1, 2 or 3`);
  }
  let best: { readonly weight: number; readonly password: string } | undefined;
  for (const entry of entries) {
    // An entry that offers both is asked for level 2 only where that is wanted.
    const password = privs === 2 ? entry.password2 ?? entry.password3 : entry.password3;
    if (password === undefined || !scopeApplies(entry.scope, agent)) continue;
    const weight = scopeSpecificity(entry.scope);
    if (best === undefined || weight >= best.weight) best = { weight, password };
  }
  return best?.password ?? "";
}
