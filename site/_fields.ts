/** Reads the fields of one mapping and notes what does not fit. @module */
import { Float } from "../internal/float.ts";
import type { Place, SiteProblem } from "./site_problem.ts";
import type { YamlMap, YamlNode } from "./yaml_node.ts";

/** Where problems of one file are noted. */
export class Notes {
  readonly problems: SiteProblem[] = [];
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Notes what makes the file unusable, for Python as well. */
  error(place: Place, what: string, expected: string, suggestion?: string): void {
    this.#add("error", place, { what, expected, suggestion });
  }

  /** Notes what is not as meant, but does not stop anybody. */
  warn(place: Place, what: string, expected: string, suggestion?: string): void {
    this.#add("warning", place, { what, expected, suggestion });
  }

  #add(
    severity: SiteProblem["severity"],
    { line, column }: Place,
    text: Pick<SiteProblem, "what" | "expected" | "suggestion">,
  ): void {
    this.problems.push({ file: this.file, line, column, severity, ...text });
  }
}

/** Describes a node in a message. */
export function describeNode(node: YamlNode): string {
  if (node.kind === "list") return "a list";
  if (node.kind === "map") return "a mapping";
  if (node.value === null) return node.text === "" ? "empty" : node.text;
  if (typeof node.value === "string") return JSON.stringify(shorten(node.value));
  if (typeof node.value === "boolean") return `${node.text} (a boolean in YAML)`;
  return `${shorten(node.text)} (a number in YAML)`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The fields of a mapping, read one by one. */
export class Fields {
  readonly map: YamlMap;
  /** Such as `host "daq-1"`. */
  readonly owner: string;
  readonly #notes: Notes;

  constructor(map: YamlMap, owner: string, notes: Notes) {
    this.map = map;
    this.owner = owner;
    this.#notes = notes;
  }

  node(key: string): YamlNode | undefined {
    return this.map.entries.get(key)?.value;
  }

  /** A text; null and absent are undefined, anything else is noted. */
  text(key: string, expected = "a text"): string | undefined {
    const node = this.node(key);
    if (node === undefined || isNull(node)) return undefined;
    if (node.kind === "scalar" && typeof node.value === "string") return node.value;
    const quoteIt = node.kind === "scalar" ? ` in quotes, "${node.text}"` : "";
    this.#notes.error(
      node,
      `"${key}" of the ${this.owner} is ${describeNode(node)}`,
      `${expected}${quoteIt}`,
    );
    return undefined;
  }

  /** A number of seconds, not below 0. */
  seconds(key: string): number | undefined {
    const node = this.node(key);
    if (node === undefined || isNull(node)) return undefined;
    const value = node.kind === "scalar" ? numberOf(node.value) : undefined;
    if (value !== undefined && value >= 0) return value;
    this.#notes.error(
      node,
      `"${key}" of the ${this.owner} is ${describeNode(node)}`,
      "a number of seconds, 0 or more, without quotes",
    );
    return undefined;
  }
}

/** Tells whether a node is YAML's null. */
export function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

function numberOf(value: unknown): number | undefined {
  if (value instanceof Float) return value.value;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
