/** The configuration file of an Access Director (OCS 11.10). @module */
import { dirname, isAbsolute, join } from "node:path";
import { type CredLevel, toCredLevel } from "../ocs/access_level.ts";
import { type AccessRule, type HashedPassword, hashPassword } from "../ocs/access_rules.ts";
import type { AccessScope } from "../ocs/access_scope.ts";
import { AccessFields, errorsOf, kindOfNode, mappingsOf, rootOf, SELECTORS } from "./_access_fields.ts";
import { Notes } from "./_fields.ts";
import type { SiteProblem } from "./site_problem.ts";
import type { YamlNode } from "./yaml_node.ts";
import { readYamlWith, type YamlPackage } from "./yaml_tree.ts";

/** Where a director's configuration is: a relative path is below the folder of the site file (OCS 10.9). */
export function accessConfigPath(path: string, siteFile: string | undefined): string {
  return isAbsolute(path) || siteFile === undefined ? path : join(dirname(siteFile), path);
}

/** What the holder of a grant may do, and what everybody else may no longer do, with some agents. */
export interface GrantItem {
  /** The agents that it is for. */
  readonly scope: AccessScope;
  /** Level of the holder. */
  readonly credLevel: CredLevel;
  /** Levels that others do not have meanwhile. */
  readonly lockoutLevels: readonly CredLevel[];
}

/** An exclusive grant that can be asked for. */
export interface GrantBlock {
  /** Its name. */
  readonly name: string;
  /** What whoever asks for it has to know; undefined: nothing. */
  readonly password: string | undefined;
  /** How the holder's password is hashed for the agents. */
  readonly hash: string;
  /** What it gives. */
  readonly grants: readonly GrantItem[];
}

/** Content of the file, as agents are told it. */
export interface AccessConfig {
  /** Rules for all times, in the order of the file and of the levels. */
  readonly rules: readonly AccessRule[];
  /** Grants by their order in the file. */
  readonly blocks: readonly GrantBlock[];
}

/** Result of `readAccessConfig`. */
export interface ReadAccessConfig {
  /** Undefined when there are errors. */
  readonly config: AccessConfig | undefined;
  /** Errors and warnings in no particular order; none holds a password. */
  readonly problems: readonly SiteProblem[];
}

const FILE_KEYS = [
  "passwords",
  "exclusive_access_blocks",
  "distrib_hashfunc",
  "passwords_block_default_hashfunc",
];
const PASSWORD_KEYS = ["password_1", "password_2", "password_3", "password_4"];
const GRANT_KEYS = ["name", "grants", "password", "hash"];
const GRANT_ITEM_KEYS = [...SELECTORS, "cred_level", "lockout_levels"];
/** Hashes that a rule may carry, and those that a clear text can be put through. */
const HASHES = ["none", "md5", "blocked"];
const HASHES_OF_TEXT = ["none", "md5"];
const MD5_VALUE = /^[0-9a-f]{16}$/;

/**
 * Reads a director's configuration: base rules with their passwords hashed for distribution, and the grants.
 *
 * Finds all errors at once. Keys that nobody knows are warned of, since Python ignores them without a word.
 */
export function readAccessConfig(yaml: YamlPackage, text: string, file: string): ReadAccessConfig {
  const notes = new Notes(file);
  const root = rootOf(readYamlWith(yaml, text), notes);
  if (errorsOf(notes.problems).length > 0) return { config: undefined, problems: notes.problems };
  if (root?.kind !== "map") {
    const what = root === undefined ? "empty" : kindOfNode(root);
    notes.error(root ?? { line: 1, column: 1 }, `the file is ${what}`, `a mapping with "passwords"`);
    return { config: undefined, problems: notes.problems };
  }
  const fields = new AccessFields(root, "the file", notes);
  const given = readHash(fields, "passwords_block_default_hashfunc", HASHES) ?? "none";
  const distributed = readHash(fields, "distrib_hashfunc", HASHES_OF_TEXT) ?? "md5";
  if (distributed === "none") {
    notes.warn(
      fields.node("distrib_hashfunc") ?? root,
      `"distrib_hashfunc" is none`,
      `md5: passwords go to all in clear text`,
    );
  }
  const reader = new ConfigReader(notes, { given, distributed });
  const config = {
    rules: list(root.entries.get("passwords")?.value, "passwords", notes).flatMap((entry) =>
      reader.rules(entry)
    ),
    blocks: list(root.entries.get("exclusive_access_blocks")?.value, "exclusive_access_blocks", notes)
      .flatMap((entry) => reader.block(entry)),
  };
  fields.warnOfOthers(FILE_KEYS);
  return { config: errorsOf(notes.problems).length > 0 ? undefined : config, problems: notes.problems };
}

function list(node: YamlNode | undefined, key: string, notes: Notes): AccessFields[] {
  if (node === undefined) return [];
  const item = key === "passwords" ? "passwords entry" : "grant block";
  return mappingsOf(node, { what: `"${key}"`, item, notes });
}

function readHash(fields: AccessFields, key: string, allowed: readonly string[]): string | undefined {
  const name = fields.text(key);
  const node = fields.node(key);
  if (name === undefined || node === undefined || allowed.includes(name)) return name;
  fields.fail(node, `"${key}"`, `one of ${allowed.join(", ")}`);
  return undefined;
}

/** Reads the two lists of the file. */
class ConfigReader {
  readonly #notes: Notes;
  readonly #hashes: { readonly given: string; readonly distributed: string };
  readonly #names = new Set<string>();

  constructor(notes: Notes, hashes: { readonly given: string; readonly distributed: string }) {
    this.#notes = notes;
    this.#hashes = hashes;
  }

  /** The rules of one passwords entry, by level. */
  rules(fields: AccessFields): AccessRule[] {
    const scope = fields.scope();
    const rules = PASSWORD_KEYS.flatMap((key, at) => {
      const password = this.#password(fields, key);
      const level = toCredLevel(at + 1);
      if (password === undefined || level === undefined) return [];
      return [{
        hashed_pass: this.#forDistribution(password),
        cred_level: level,
        scope_spec: scope,
        lockout_id: null,
        lockout_owner: null,
        lockout_levels: [],
      }];
    });
    fields.warnOfOthers([...SELECTORS, ...PASSWORD_KEYS]);
    fields.warnWithoutSelector();
    if (PASSWORD_KEYS.every((key) => fields.node(key) === undefined)) {
      this.#notes.warn(
        fields.map,
        `${fields.owner} has no password`,
        `"password_1" to "password_4" beside the rest of it`,
      );
    }
    return rules;
  }

  /** One grant; none where it has no name. */
  block(fields: AccessFields): GrantBlock[] {
    const name = fields.text("name");
    if (name === undefined && fields.node("name") === undefined) {
      this.#notes.error(fields.map, `${fields.owner} has no "name"`, "a text");
    }
    if (name !== undefined && this.#names.has(name)) {
      this.#notes.warn(
        fields.map,
        `${fields.owner} has the name of one before it, which wins`,
        "another name",
      );
    }
    if (name !== undefined) this.#names.add(name);
    const password = fields.secret("password");
    const hash = readHash(fields, "hash", HASHES_OF_TEXT) ?? "md5";
    const grants = fields.map.entries.get("grants")?.value;
    if (grants === undefined) {
      this.#notes.error(fields.map, `${fields.owner} has no "grants"`, "a list of what it gives");
    }
    fields.warnOfOthers(GRANT_KEYS);
    const items = grants === undefined ? [] : mappingsOf(grants, {
      what: `"grants" of ${fields.owner}`,
      item: `${fields.owner}, grant`,
      notes: this.#notes,
    });
    const read = items.flatMap((item) => this.#item(item));
    return name === undefined ? [] : [{ name, password, hash, grants: read }];
  }

  #item(fields: AccessFields): GrantItem[] {
    const scope = fields.scope();
    const node = fields.node("cred_level");
    const credLevel = levelOf(node);
    if (node === undefined) {
      this.#notes.error(fields.map, `${fields.owner} has no "cred_level"`, "a level, 0 to 4");
    } else if (credLevel === undefined) fields.fail(node, '"cred_level"', "a level, 0 to 4");
    const locked = fields.node("lockout_levels");
    const lockoutLevels: CredLevel[] = [];
    if (locked !== undefined && locked.kind !== "list") {
      fields.fail(locked, '"lockout_levels"', "a list of levels, such as [1, 2, 3]");
    }
    for (const entry of locked?.kind === "list" ? locked.items : []) {
      const level = levelOf(entry);
      if (level === undefined) fields.fail(entry, 'an element of "lockout_levels"', "a level, 0 to 4");
      else lockoutLevels.push(level);
    }
    // The example file of Python OCS itself has the name wrong, so that its grant locks nobody out.
    fields.warnOfOthers(GRANT_ITEM_KEYS);
    fields.warnWithoutSelector();
    return credLevel === undefined ? [] : [{ scope, credLevel, lockoutLevels }];
  }

  /** A text, which is in the hash that the file says, or a mapping of hash and value. */
  #password(fields: AccessFields, key: string): HashedPassword | undefined {
    const node = fields.node(key);
    if (node?.kind !== "map") {
      const value = fields.secret(key);
      if (value === undefined || node === undefined) return undefined;
      if (value === "") return { hash: "none", value };
      return this.#checked({ hash: this.#hashes.given, value }, node, `"${key}" of ${fields.owner}`);
    }
    const inner = new AccessFields(node, `"${key}" of ${fields.owner}`, this.#notes);
    if (inner.node("hash") === undefined) {
      this.#notes.error(node, `${inner.owner} has no "hash"`, `one of ${HASHES.join(", ")}`);
    }
    inner.warnOfOthers(["hash", "value"]);
    const hash = readHash(inner, "hash", HASHES);
    const value = inner.secret("value") ?? "";
    return hash === undefined ? undefined : this.#checked({ hash, value }, node, inner.owner);
  }

  /** Warns of a value that no password gives. */
  #checked(password: HashedPassword, node: YamlNode, what: string): HashedPassword {
    if (password.hash === "md5" && password.value !== "" && !MD5_VALUE.test(password.value)) {
      this.#notes.warn(
        node,
        `${what} is no md5 value, so no password matches it`,
        "the first 16 digits of the hexadecimal MD5, in lower case",
      );
    }
    return password;
  }

  /** Clear texts do not leave the director as they are. */
  #forDistribution(password: HashedPassword): HashedPassword {
    if (password.hash !== "none" || password.value === "") return password;
    const hash = this.#hashes.distributed;
    return { hash, value: hashPassword(hash, password.value) };
  }
}

function levelOf(node: YamlNode | undefined): CredLevel | undefined {
  return node?.kind === "scalar" ? toCredLevel(node.value) : undefined;
}
