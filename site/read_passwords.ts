/** The passwords file of clients (OCS 11.7). @module */
import type { AccessScope } from "../ocs/access_scope.ts";
import type { PasswordEntry } from "../ocs/passwords_file.ts";
import { AccessFields, errorsOf, kindOfNode, rootOf, SELECTORS } from "./_access_fields.ts";
import { Notes } from "./_fields.ts";
import type { SiteProblem } from "./site_problem.ts";
import { readYaml } from "./yaml_tree.ts";

/** What could not be read of a passwords file, and whom that concerns. */
export interface BrokenEntry {
  /** The agents that the entry is for, as far as it says so; undefined where it concerns everybody. */
  readonly scope: AccessScope | undefined;
  /** Where and why; never a password. */
  readonly problems: readonly SiteProblem[];
}

/** Result of `readPasswords`. */
export interface ReadPasswords {
  /** Entries without a fault, in the order of the file. */
  readonly entries: readonly PasswordEntry[];
  /** The others. */
  readonly broken: readonly BrokenEntry[];
  /** What is merely suspicious, such as a misspelt key. */
  readonly warnings: readonly SiteProblem[];
}

const KEYS = [...SELECTORS, "password_2", "password_3"];
const EXPECTED = "a list of entries with default, agent_class or instance_id, and password_2 or password_3";

/**
 * Reads a passwords file's text: a list of entries with `default`, `agent_class`, `instance_id`, `password_2`, `password_3`.
 *
 * Entries with a fault are told apart from the others, so that a slip in one does not take the rest away.
 */
export async function readPasswords(text: string, file: string): Promise<ReadPasswords> {
  const notes = new Notes(file);
  const root = rootOf(await readYaml(text), notes);
  if (errorsOf(notes.problems).length === 0 && root?.kind !== "list") {
    const what = root === undefined ? "empty" : kindOfNode(root);
    notes.error(root ?? { line: 1, column: 1 }, `the file is ${what}`, EXPECTED);
  }
  const entries: PasswordEntry[] = [];
  const broken: BrokenEntry[] = [];
  const warnings: SiteProblem[] = [];
  const take = (notes: Notes, scope: AccessScope | undefined): boolean => {
    warnings.push(...notes.problems.filter(({ severity }) => severity === "warning"));
    const problems = errorsOf(notes.problems);
    if (problems.length > 0) broken.push({ scope, problems });
    return problems.length === 0;
  };
  if (!take(notes, undefined) || root?.kind !== "list") return { entries, broken, warnings };
  root.items.forEach((node, at) => {
    const own = new Notes(file);
    const owner = `passwords entry ${at + 1}`;
    if (node.kind !== "map") {
      own.error(node, `${owner} is ${kindOfNode(node)}`, "a mapping");
      take(own, undefined);
      return;
    }
    const fields = new AccessFields(node, owner, own);
    const scope = fields.scope();
    const isScopeKnown = errorsOf(own.problems).length === 0;
    const password2 = fields.secret("password_2");
    const password3 = fields.secret("password_3");
    fields.warnOfOthers(KEYS);
    fields.warnWithoutSelector();
    if (password2 === undefined && password3 === undefined && errorsOf(own.problems).length === 0) {
      own.warn(node, `${owner} has no password`, '"password_2" or "password_3" beside the rest of it');
    }
    if (take(own, isScopeKnown ? scope : undefined)) {
      entries.push({
        scope,
        ...(password2 === undefined ? {} : { password2 }),
        ...(password3 === undefined ? {} : { password3 }),
      });
    }
  });
  return { entries, broken, warnings };
}
