/** What a YAML text is made of, with the place of every part. @module */
import type { Place } from "./site_problem.ts";
import type { ScalarValue } from "./yaml_scalars.ts";

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
