/** Who may do what: the rules an agent holds and how it applies them. @module */
import { createHash } from "node:crypto";
import { asNumber, kindOf, RecordReader } from "./_wire.ts";
import { CredLevel, credLevelText, toCredLevel } from "./access_level.ts";
import { type AccessScope, type AgentIdentity, parseScope, scopeApplies } from "./access_scope.ts";
import { pyRepr } from "./python_text.ts";

/** A password as rules carry it, in the wire's own words. */
export interface HashedPassword {
  /** `none` (clear text), `md5` (see `hashPassword`) or `blocked`, which no password matches. */
  readonly hash: string;
  /** Empty matches any password. */
  readonly value: string;
}

/** One rule, in the wire's own words and order. */
export interface AccessRule {
  /** The password that the rule asks for. */
  readonly hashed_pass: HashedPassword;
  /** What the password gives. */
  readonly cred_level: CredLevel;
  /** The agents that the rule is for. */
  readonly scope_spec: AccessScope;
  /** Name of the grant that the rule comes from. */
  readonly lockout_id: string | null;
  /** Holder of that grant. */
  readonly lockout_owner: string | null;
  /** Levels taken from everybody who does not have this rule's password. */
  readonly lockout_levels: readonly CredLevel[];
}

/** Where an agent's rules come from. */
export interface AccessPolicy {
  /** As `get_api` shows it. */
  readonly name: "none" | "override" | "director";
  /** Instance id of the director whose rules are waited for; policy `director` only. */
  readonly directorId?: string;
  /** Rules to begin with. */
  readonly rules: readonly AccessRule[];
}

/** What a caller was found to be. */
export interface CallerLevel {
  /** What the caller may do. */
  readonly level: CredLevel;
  /** Why it is not more; empty where there is nothing to say. */
  readonly detail: string;
}

const EVERYWHERE: AccessScope = { default: true, agent_class: null, instance_id: null };

/**
 * Reads the access policy of an agent.
 *
 * @param text `none` (or nothing), `override:PW2,PW3` or `director:ID`.
 * @throws {RangeError} If it is none of these.
 */
export function parseAccessPolicy(text: string | null | undefined): AccessPolicy {
  if (text === null || text === undefined || text === "" || text === "none") {
    return { name: "none", rules: sameForAll({ hash: "none", value: "" }) };
  }
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? undefined : text.slice(colon + 1);
  if (name === "director" && rest !== undefined) {
    const rules = sameForAll({ hash: "blocked", value: "" });
    return { name, directorId: rest === "" ? "access-director" : rest, rules };
  }
  if (name === "override" && rest !== undefined) {
    const [second, third] = rest.split(",");
    if (second === undefined || third === undefined) {
      // The passwords themselves do not belong into a log.
      throw new RangeError(
        'Cannot use access policy "override": one password, expected two ("override:PW2,PW3")',
      );
    }
    const rules = ["", second, third].map((value, i) => rule({ hash: "none", value }, i + 1));
    return { name, rules };
  }
  // Python's words first; not the passwords of "override=PW2,PW3" or "PW2,PW3".
  const shown = /^\w*(?=[:=]|$)/.exec(text)?.[0] ?? "***";
  throw new RangeError(`Invalid policy "${shown}": expected none, override:PW2,PW3 or director:ID`);
}

/** An access policy as it may be shown: without the passwords of `override`, also of one that is misspelt. */
export function shownAccessPolicy(text: string): string {
  return /^(?:director:.*|\w*)$/.test(text) ? text : text.replace(/^(\w*[:=])?[^]*$/, "$1***");
}

/**
 * Reads the rules of a director's message.
 *
 * @throws {TypeError} If one is not a rule: the whole message is to be dropped then, as it is by Python agents.
 */
export function parseAccessRules(value: unknown): readonly AccessRule[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`Cannot read access rules: ${kindOf(value)}, expected an array`);
  }
  return value.map((entry: unknown, i) => {
    const read = new RecordReader(`access rule ${i + 1}`, entry);
    const password = new RecordReader(`password of access rule ${i + 1}`, read.raw("hashed_pass"));
    const levels = (read.raw("lockout_levels") ?? null) === null ? [] : read.array("lockout_levels");
    return {
      hashed_pass: { hash: password.text("hash"), value: password.text("value", "") },
      cred_level: toLevel(read.raw("cred_level")) ?? read.fail("cred_level", "a level, 0 to 4"),
      scope_spec: read.raw("scope_spec") === undefined ? EVERYWHERE : parseScope(read.raw("scope_spec")),
      lockout_id: read.textOrNull("lockout_id"),
      lockout_owner: read.textOrNull("lockout_owner"),
      lockout_levels: levels.map((level) => toLevel(level) ?? read.fail("lockout_levels", "levels, 0 to 4")),
    };
  });
}

/**
 * Hashes a password as rules carry it.
 *
 * @param hash `none` gives the text itself, `md5` the first 16 hexadecimal digits of its MD5.
 * @throws {RangeError} If there is no such hash.
 */
export function hashPassword(hash: string, password: string): string {
  if (hash === "none") return password;
  if (hash === "md5") return createHash("md5").update(password, "utf8").digest("hex").slice(0, 16);
  throw new RangeError(`Cannot hash a password: "${hash}" is no known hash, expected none or md5`);
}

/**
 * Tells whether a password is the one that a rule asks for.
 *
 * @throws {RangeError} If the rule's hash is unknown.
 */
export function passwordMatches(hashed: HashedPassword, password: string | null | undefined): boolean {
  if (hashed.hash === "blocked") return false;
  if (hashed.value === "") return true;
  return hashPassword(hashed.hash, password ?? "") === hashed.value;
}

/** Who asks, and of whom. */
export interface Caller {
  /** What came with the request; nothing counts as empty text. */
  readonly password: string | null | undefined;
  /** The agent asks itself, for its startup operations. */
  readonly isAgentItself?: boolean;
  /** The agent that is asked. */
  readonly agent: AgentIdentity;
}

/**
 * Finds a caller's level under a policy, with the rules in force now.
 *
 * Under policy `none` it is 1 for everyone, the agent itself included.
 */
export function callerLevel(policy: Pick<AccessPolicy, "name" | "rules">, caller: Caller): CallerLevel {
  if (policy.name === "none") {
    return { level: CredLevel.BASIC, detail: "No access policy -- level 1 for all." };
  }
  if (caller.isAgentItself) return { level: CredLevel.SUPERUSER, detail: "Super-user." };
  let level: CredLevel = CredLevel.BLOCKED;
  const blocked = new Set<CredLevel>();
  const lockouts = new Set<string>();
  for (const rule of policy.rules) {
    if (!scopeApplies(rule.scope_spec, caller.agent)) continue;
    if (passwordMatches(rule.hashed_pass, caller.password)) {
      if (rule.cred_level > level) level = rule.cred_level;
    } else if (rule.lockout_levels.length > 0) {
      for (const taken of rule.lockout_levels) blocked.add(taken);
      lockouts.add(`${rule.lockout_id ?? "None"}[${rule.lockout_owner ?? "None"}]`);
    }
  }
  const granted = level;
  while (level > CredLevel.BLOCKED && blocked.has(level)) level = toCredLevel(level - 1) ?? CredLevel.BLOCKED;
  const detail = level === granted
    ? ""
    : `Privileges diminished; lockouts active: ${pyRepr(Array.from(lockouts))}`;
  return { level, detail };
}

/** Writes why a request was refused; `stop` and `abort` leave the detail out. */
export function refusalText(level: CredLevel, required: CredLevel, detail = ""): string {
  return `The action requires credential level ${credLevelText(required)} but the client has only level ` +
    credLevelText(level) + (detail === "" ? "" : ` ${detail}`);
}

function sameForAll(password: HashedPassword): readonly AccessRule[] {
  return [1, 2, 3].map((level) => rule(password, level));
}

function rule(password: HashedPassword, level: number): AccessRule {
  return {
    hashed_pass: password,
    cred_level: toCredLevel(level) ?? CredLevel.BLOCKED,
    scope_spec: EVERYWHERE,
    lockout_id: null,
    lockout_owner: null,
    lockout_levels: [],
  };
}

function toLevel(value: unknown): CredLevel | undefined {
  return toCredLevel(asNumber(value));
}
