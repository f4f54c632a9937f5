/** What files with passwords have in common: selectors of agents, and values that no message may repeat. @module */
import type { AccessScope } from "../ocs/access_scope.ts";
import { Fields, isNull, type Notes } from "./_fields.ts";
import { nearMiss } from "./near_miss.ts";
import type { SiteProblem } from "./site_problem.ts";
import type { YamlMap, YamlNode, YamlTree } from "./yaml_node.ts";

/** Keys that choose agents. */
export const SELECTORS = ["default", "agent_class", "instance_id"] as const;

/** What a node is, without its value: it may be a password. */
export function kindOfNode(node: YamlNode): string {
  if (node.kind === "list") return "a list";
  if (node.kind === "map") return "a mapping";
  if (node.value === null) return "empty";
  if (typeof node.value === "string") return "a text";
  return typeof node.value === "boolean" ? "a boolean in YAML" : "a number in YAML";
}

/** The root of a file, with what is wrong with its YAML; the parser's words may quote the file, so quotes go. */
export function rootOf(tree: YamlTree, notes: Notes): YamlNode | undefined {
  for (const { what, ...rest } of tree.problems) {
    const harmless = what.replace(/:?\s*"(?:[^"\\]|\\.)*("|$)/gs, "").replace(/:?\s*'[^']*('|$)/gs, "");
    notes.problems.push({ file: notes.file, what: harmless, ...rest });
  }
  return tree.root;
}

/** Reads the fields of one mapping of such a file. */
export class AccessFields {
  readonly map: YamlMap;
  /** Such as `passwords entry 2`. */
  readonly owner: string;
  readonly #notes: Notes;
  readonly #fields: Fields;

  constructor(map: YamlMap, owner: string, notes: Notes) {
    this.map = map;
    this.owner = owner;
    this.#notes = notes;
    this.#fields = new Fields(map, owner, notes);
  }

  node(key: string): YamlNode | undefined {
    const node = this.#fields.node(key);
    return node === undefined || isNull(node) ? undefined : node;
  }

  /** A text that is no secret; null and absent are undefined. */
  text(key: string): string | undefined {
    return this.#fields.text(key);
  }

  /** A password: a text, of which no message tells more than its kind. Null and absent are undefined. */
  secret(key: string): string | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.kind === "scalar" && typeof node.value === "string") return node.value;
    this.fail(node, `"${key}"`, node.kind === "scalar" ? "a text: put it in quotes" : "a text");
    return undefined;
  }

  /** Which agents it is for; the rest of a selector that is wrong is left open. */
  scope(): AccessScope {
    const all = this.node("default");
    const isDefault = all?.kind === "scalar" && all.value === true;
    if (all !== undefined && !isDefault && !(all.kind === "scalar" && all.value === false)) {
      this.fail(all, '"default"', "true or false");
    }
    return {
      default: isDefault,
      agent_class: this.text("agent_class") ?? null,
      instance_id: this.text("instance_id") ?? null,
    };
  }

  /** Notes an error about a value. */
  fail(node: YamlNode, what: string, expected: string): void {
    this.#notes.error(node, `${what} of ${this.owner} is ${kindOfNode(node)}`, expected);
  }

  /** Notes keys that are ignored, by Python as well. */
  warnOfOthers(known: readonly string[]): void {
    for (const { key, keyNode } of this.map.entries.values()) {
      if (known.includes(key)) continue;
      const near = nearMiss(key, known);
      this.#notes.warn(
        keyNode,
        `"${key}" of ${this.owner} is not known and ignored, by Python OCS as well`,
        near === undefined ? `one of ${known.join(", ")}` : "a known key",
        near,
      );
    }
  }

  /** Notes an entry that is for no agent. */
  warnWithoutSelector(): void {
    const all = this.node("default");
    const isForAll = all !== undefined && !(all.kind === "scalar" && all.value === false);
    if (isForAll || this.node("agent_class") !== undefined || this.node("instance_id") !== undefined) return;
    this.#notes.warn(
      this.map,
      `${this.owner} is for no agent`,
      `"default: true", "agent_class" or "instance_id" beside the rest of it`,
    );
  }
}

/** The elements of a list that are mappings; notes the others. */
export function mappingsOf(
  node: YamlNode,
  { what, item, notes }: { readonly what: string; readonly item: string; readonly notes: Notes },
): AccessFields[] {
  if (node.kind !== "list") {
    notes.error(node, `${what} is ${kindOfNode(node)}`, "a list");
    return [];
  }
  return node.items.flatMap((entry, at) => {
    if (entry.kind === "map") return [new AccessFields(entry, `${item} ${at + 1}`, notes)];
    notes.error(entry, `${item} ${at + 1} is ${kindOfNode(entry)}`, "a mapping");
    return [];
  });
}

/** Those of the problems that keep a file from being used. */
export function errorsOf(problems: readonly SiteProblem[]): SiteProblem[] {
  return problems.filter(({ severity }) => severity === "error");
}
