/** Reads a tree of JSON with checks, collecting everything that is wrong with its place. @module */
import { dictOf } from "./session.ts";

/** What was found so far, shared by all nodes of one tree. */
export interface ConfigReport {
  /** What makes the configuration useless. */
  readonly faults: string[];
  /** What is not acted on. */
  readonly warnings: string[];
}

/** A dict of a configuration, and where it is. */
export class ConfigNode {
  /** Shared by all nodes of one tree. */
  readonly report: ConfigReport;
  readonly #data: Readonly<Record<string, unknown>>;
  readonly #place: string;

  private constructor(data: unknown, place: string, report: ConfigReport) {
    this.report = report;
    this.#place = place;
    const dict = dictOf(data);
    this.#data = dict ?? {};
    if (dict === undefined) this.fault("expected a dict");
  }

  /** The node of the whole configuration. */
  static root(data: unknown): ConfigNode {
    return new ConfigNode(data, "", { faults: [], warnings: [] });
  }

  /** Notes something that makes the configuration useless. */
  fault(text: string): void {
    this.report.faults.push(`${this.#place || "top level"}: ${text}`);
  }

  /** Notes something that is not acted on. */
  warn(text: string): void {
    this.report.warnings.push(`${this.#place || "top level"}: ${text}`);
  }

  /** Warns of every key but these. */
  known(...keys: readonly string[]): void {
    for (const key of Object.keys(this.#data)) {
      if (!keys.includes(key)) this.warn(`unknown key "${key}" is ignored`);
    }
  }

  /** A string that must be there. */
  text(key: string): string {
    const value = this.#data[key];
    if (typeof value === "string") return value;
    this.fault(`${key} is ${value === undefined ? "missing" : "of the wrong type"}, expected a string`);
    return "";
  }

  /** A string that must be there and hold something. */
  filledText(key: string): string {
    const value = this.text(key);
    if (this.#data[key] === "") this.fault(`${key} is empty, expected a string`);
    return value;
  }

  /** A string that may be absent. */
  optionalText(key: string): string | undefined {
    return this.#data[key] === undefined ? undefined : this.text(key);
  }

  /** An integer above 0 that must be there. */
  integer(key: string): number {
    const value = this.#data[key];
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    this.fault(`${key} is ${value === undefined ? "missing" : "wrong"}, expected a positive integer`);
    return 0;
  }

  /** An integer above 0 that may be absent. */
  optionalInteger(key: string): number | undefined {
    return this.#data[key] === undefined ? undefined : this.integer(key);
  }

  /** A whole number from 0 that may be absent. */
  optionalCount(key: string): number | undefined {
    const value = this.#data[key];
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    this.fault(`${key} is wrong, expected a whole number from 0`);
    return undefined;
  }

  /** A list of strings that may be absent. */
  optionalTexts(key: string): readonly string[] | undefined {
    const value = this.#data[key];
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) return value;
    this.fault(`${key} is of the wrong type, expected a list of strings`);
    return undefined;
  }

  /** A bool that may be absent. */
  flag(key: string): boolean | undefined {
    const value = this.#data[key];
    if (value === undefined || typeof value === "boolean") return value;
    this.fault(`${key} is of the wrong type, expected true or false`);
    return undefined;
  }

  /** A dict that may be absent. */
  child(key: string): ConfigNode | undefined {
    const value = this.#data[key];
    return value === undefined ? undefined : new ConfigNode(value, this.#at(key), this.report);
  }

  /** All entries, which must be dicts. */
  children(): [string, ConfigNode][] {
    return Object.entries(this.#data).map(([key, value]) => [
      key,
      new ConfigNode(value, this.#at(key), this.report),
    ]);
  }

  /** A list of dicts that must be there. */
  list(key: string): ConfigNode[] {
    const value = this.#data[key];
    if (Array.isArray(value)) {
      return value.map((entry, at) => new ConfigNode(entry, `${this.#at(key)}[${at}]`, this.report));
    }
    this.fault(`${key} is ${value === undefined ? "missing" : "of the wrong type"}, expected a list`);
    return [];
  }

  #at(key: string): string {
    return this.#place === "" ? key : `${this.#place}.${key}`;
  }
}
