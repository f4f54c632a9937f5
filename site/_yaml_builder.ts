/** Nodes of the YAML package as ours: aliases and merge keys followed, scalars read as asked for. @module */
import { Float } from "../internal/float.ts";
import type { Place } from "./site_problem.ts";
import type { YamlEntry, YamlNode, YamlProblem, YamlScalar } from "./yaml_node.ts";
import type { ScalarValue } from "./yaml_scalars.ts";

/** Depth a configuration may have; far beyond any real one, far below the stack's end. */
const MAX_DEPTH = 100;

/** The problem of what is nested deeper than that. */
export function tooDeep(place: Place): YamlProblem {
  return {
    ...place,
    severity: "error",
    what: "lists or mappings are nested too deep",
    expected: `at most ${MAX_DEPTH} levels`,
  };
}

type Yaml = typeof import("../deps/yaml.ts");

/** Builds one document; notes what it cannot. */
export class YamlBuilder {
  readonly #yaml: Yaml;
  readonly #document: ReturnType<Yaml["parseDocument"]>;
  readonly #placeOf: (offset: number) => Place;
  readonly #resolvePlain: (text: string) => ScalarValue;
  readonly #problems: YamlProblem[];
  readonly #done = new Map<unknown, YamlNode>();
  readonly #open = new Set<unknown>();

  constructor(
    yaml: Yaml,
    document: ReturnType<Yaml["parseDocument"]>,
    placeOf: (offset: number) => Place,
    resolvePlain: (text: string) => ScalarValue,
    problems: YamlProblem[],
  ) {
    this.#yaml = yaml;
    this.#document = document;
    this.#placeOf = placeOf;
    this.#resolvePlain = resolvePlain;
    this.#problems = problems;
  }

  build(node: unknown, depth: number, fallback: Place = { line: 1, column: 1 }): YamlNode {
    const done = this.#done.get(node);
    if (done !== undefined) return done;
    const place = this.#place(node, fallback);
    if (this.#open.has(node)) {
      this.#refuse(place, "an alias stands inside its own anchor", "lists and mappings that end");
      return nothing(place);
    }
    if (depth > MAX_DEPTH) {
      this.#problems.push(tooDeep(place));
      return nothing(place);
    }
    this.#open.add(node);
    const built = this.#make(node, place, depth);
    this.#open.delete(node);
    if (node !== null) this.#done.set(node, built);
    return built;
  }

  #make(node: unknown, place: Place, depth: number): YamlNode {
    const { isAlias, isMap, isScalar, isSeq } = this.#yaml;
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) {
        this.#refuse(
          place,
          `there is no anchor "${node.source}" before this alias`,
          "an anchor before its alias",
        );
        return nothing(place);
      }
      return this.build(target, depth + 1, place);
    }
    if (isScalar(node)) return this.#scalar(node, place);
    if (isSeq(node)) {
      this.#checkTag(node.tag, place, "seq");
      return { kind: "list", ...place, items: node.items.map((item) => this.build(item, depth + 1, place)) };
    }
    if (isMap(node)) {
      this.#checkTag(node.tag, place, "map");
      return { kind: "map", ...place, entries: this.#entries(node.items, place, depth) };
    }
    return nothing(place);
  }

  #entries(
    pairs: readonly { readonly key: unknown; readonly value: unknown }[],
    place: Place,
    depth: number,
  ): ReadonlyMap<string, YamlEntry> {
    const own = new Map<string, YamlEntry>();
    const merged = new Map<string, YamlEntry>();
    for (const pair of pairs) {
      const keyNode = this.build(pair.key, depth + 1, place);
      const value = this.build(pair.value, depth + 1, keyNode);
      if (keyNode.kind !== "scalar") {
        this.#refuse(keyNode, `a ${keyNode.kind} is used as a key`, "a text");
        continue;
      }
      if (keyNode.text === "<<" && !keyNode.quoted) {
        this.#merge(value, merged);
        continue;
      }
      const before = own.get(keyNode.text);
      if (before !== undefined) {
        this.#problems.push({
          ...placeOnly(keyNode),
          severity: "warning",
          what: `the key "${keyNode.text}" is there a second time (first in line ${before.keyNode.line})`,
          expected: "each key once; the last one is used and the others are not",
        });
      }
      own.set(keyNode.text, { key: keyNode.text, keyNode, value });
    }
    if (merged.size === 0) return own;
    for (const [key, entry] of own) merged.set(key, entry);
    return merged;
  }

  #merge(value: YamlNode, into: Map<string, YamlEntry>): void {
    if (value.kind === "map") {
      for (const [key, entry] of value.entries) if (!into.has(key)) into.set(key, entry);
    } else if (value.kind === "list") {
      for (const item of value.items) this.#merge(item, into);
    } else {
      this.#refuse(value, "the merge key << has no mapping", "an alias of a mapping, or a list of them");
    }
  }

  #scalar(node: { value: unknown; source?: string; type?: string; tag?: string }, place: Place): YamlScalar {
    const quoted = node.type !== undefined && node.type !== "PLAIN";
    const text = typeof node.value === "string" ? node.value : node.source ?? "";
    const tag = node.tag?.replace("tag:yaml.org,2002:", "");
    let value: ScalarValue = quoted ? text : this.#resolvePlain(text);
    if (tag === "str" || tag === "!") value = text;
    else if (tag !== undefined) value = this.#cast(tag, text, place);
    return { kind: "scalar", ...place, value, text, quoted: quoted || tag === "str" || tag === "!" };
  }

  #cast(tag: string, text: string, place: Place): ScalarValue {
    const value = this.#resolvePlain(text);
    const number = typeof value === "number" || typeof value === "bigint" || value instanceof Float;
    if (tag === "int" && number && Number.isInteger(Number(value))) {
      return value instanceof Float ? value.value : value;
    }
    if (tag === "float" && number) {
      return Number.isInteger(Number(value)) ? new Float(Number(value)) : Number(value);
    }
    if (tag === "bool" && typeof value === "boolean") return value;
    if (tag === "null") return null;
    if (tag === "timestamp") return text;
    this.#refuse(
      place,
      `the tag !!${tag} does not fit "${text}"`,
      "no tag, or !!str, !!int, !!float, !!bool, !!null",
    );
    return null;
  }

  #checkTag(tag: string | undefined, place: Place, allowed: "seq" | "map"): void {
    if (tag === undefined || tag === `tag:yaml.org,2002:${allowed}` || tag === "!") return;
    this.#refuse(place, `the tag ${tag.replace("tag:yaml.org,2002:", "!!")} is not known`, "no tag");
  }

  #place(node: unknown, fallback: Place): Place {
    const range: unknown = Object(node).range;
    const offset: unknown = Array.isArray(range) ? range[0] : undefined;
    return typeof offset === "number" ? this.#placeOf(offset) : placeOnly(fallback);
  }

  #refuse(place: Place, what: string, expected: string): void {
    this.#problems.push({ ...placeOnly(place), severity: "error", what, expected });
  }
}

function placeOnly({ line, column }: Place): Place {
  return { line, column };
}

function nothing(place: Place): YamlScalar {
  return { kind: "scalar", ...placeOnly(place), value: null, text: "", quoted: false };
}
