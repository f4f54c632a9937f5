/** A YAML text as a tree in which every node knows its line and column. @module */
import { Float } from "../internal/float.ts";
import type { Place } from "./site_problem.ts";
import { resolvePlain11, type ScalarValue } from "./yaml_scalars.ts";

/** A scalar with its place. */
export interface YamlScalar extends Place {
  readonly kind: "scalar";
  readonly value: ScalarValue;
  /** As it is written, without quotes. */
  readonly text: string;
  /** False for a plain scalar, which YAML may have read as a number, a boolean or null. */
  readonly quoted: boolean;
}

/** A list with its place. */
export interface YamlList extends Place {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
}

/** One entry of a mapping. */
export interface YamlEntry {
  /** The key as a text; `keyNode` tells whether it is one. */
  readonly key: string;
  readonly keyNode: YamlNode;
  readonly value: YamlNode;
}

/** A mapping with its place; a key that occurs twice holds its last value, as PyYAML has it. */
export interface YamlMap extends Place {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

/** One node of the tree. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

/** Something that is wrong with the text itself. */
export interface YamlProblem extends Place {
  readonly severity: "error" | "warning";
  readonly what: string;
  readonly expected: string;
}

/** Result of `readYaml`. */
export interface YamlTree {
  /** Undefined for an empty document or one that cannot be read. */
  readonly root: YamlNode | undefined;
  readonly problems: readonly YamlProblem[];
}

/** How plain scalars are read. */
export interface YamlOptions {
  /** Default: as PyYAML reads them. */
  readonly resolvePlain?: ((text: string) => ScalarValue) | undefined;
}

/** Depth a configuration may have; far beyond any real one, far below the stack's end. */
const MAX_DEPTH = 100;

/**
 * Reads one YAML document; loads the YAML package on first use.
 *
 * Aliases and merge keys (`<<`) are followed; nodes are shared, not copied, so a bomb of aliases stays small here.
 */
export async function readYaml(text: string, options: YamlOptions = {}): Promise<YamlTree> {
  const yaml = await import("../deps/yaml.ts");
  const counter = new yaml.LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: YamlProblem[] = [];
  if (/\0|\uFFFD/.test(text)) {
    const at = text.search(/\0|\uFFFD/);
    const before = text.slice(0, at).split("\n");
    return {
      root: undefined,
      problems: [{
        line: before.length,
        column: (before.at(-1)?.length ?? 0) + 1,
        severity: "error",
        what: "there are bytes that are no text",
        expected: "a YAML file in UTF-8",
      }],
    };
  }
  const refuseDepth = depthProblem(text);
  if (refuseDepth !== undefined) return { root: undefined, problems: [refuseDepth] };
  // Everything a text: what plain scalars mean is decided here, as PyYAML decides it.
  const document = yaml.parseDocument(text, {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    strict: false,
    prettyErrors: false,
    logLevel: "error",
    lineCounter: counter,
  });
  for (const error of document.errors) {
    problems.push({
      ...placeOf(error.pos[0]),
      severity: "error",
      ...explain(error.code, error.message),
    });
  }
  if (problems.length > 0) return { root: undefined, problems };
  const builder = new Builder(yaml, document, placeOf, options.resolvePlain ?? resolvePlain11, problems);
  const root = document.contents === null ? undefined : builder.build(document.contents, 0);
  return { root: isEmpty(root) ? undefined : root, problems };
}

function isEmpty(node: YamlNode | undefined): boolean {
  return node?.kind === "scalar" && !node.quoted && node.text === "";
}

/** Brackets nested beyond reason would end the parser's stack; counted without regard to quotes, far above use. */
function depthProblem(text: string): YamlProblem | undefined {
  let depth = 0;
  let line = 1;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\n") {
      line++;
      start = at + 1;
    } else if (char === "[" || char === "{") {
      if (++depth > 1000) return tooDeep({ line, column: at - start + 1 });
    } else if (char === "]" || char === "}") {
      depth = Math.max(0, depth - 1);
    }
  }
  // "- - - -" nests as well.
  const dashes = /(?:[-?:] ){1000}/.exec(text);
  if (dashes !== null) return tooDeep({ line: text.slice(0, dashes.index).split("\n").length, column: 1 });
  return undefined;
}

function tooDeep(place: Place): YamlProblem {
  return {
    ...place,
    severity: "error",
    what: "lists or mappings are nested too deep",
    expected: `at most ${MAX_DEPTH} levels`,
  };
}

function explain(code: string, message: string): Pick<YamlProblem, "what" | "expected"> {
  if (code === "TAB_AS_INDENT") return { what: "there is a tab in the indentation", expected: "spaces" };
  const flow = /^Flow (sequence|map) .*end with a (.)/i.exec(message);
  if (flow !== null) {
    const kind = flow[1] === "map" ? "mapping" : "list";
    return { what: `the ${kind} in brackets has not ended here`, expected: `"${flow[2]}" before this place` };
  }
  const text = message.replace(/\s+/g, " ").replace(/[.:]$/, "");
  const what = text.charAt(0).toLowerCase() + text.slice(1);
  if (code === "MULTIPLE_DOCS") return { what: "a second document begins", expected: "one document" };
  if (code === "BAD_INDENT") return { what, expected: "the indentation of the lines around it" };
  return { what, expected: "valid YAML" };
}

type Yaml = typeof import("../deps/yaml.ts");

class Builder {
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
