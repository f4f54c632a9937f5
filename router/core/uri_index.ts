/** Finds the patterns that match a URI without looking at the others (spec 3.3, 4.2). @module */
import type { MatchPolicy } from "../../wamp/uri.ts";

interface TreeNode<T> {
  readonly literal: Map<string, TreeNode<T>>;
  any: TreeNode<T> | undefined;
  value: T | undefined;
}

/**
 * Values under (URI, match): a map for exact ones, maps by length for prefixes, a tree over components for
 * wildcards. Looking up costs what the URI's own length costs, however many patterns there are.
 */
export class UriIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #prefixes = new Map<number, Map<string, T>>();
  #prefixLengths: number[] = [];
  readonly #wildcards = new Map<number, TreeNode<T>>();
  #size = 0;
  #patterns = 0;
  #steps = 0;

  /** How many values are kept. */
  get size(): number {
    return this.#size;
  }

  /** Lookups in maps and visits of tree nodes since the start, for tests of the cost. */
  get steps(): number {
    return this.#steps;
  }

  /** The value of exactly this pair. */
  get(uri: string, match: MatchPolicy): T | undefined {
    switch (match) {
      case "exact":
        return this.#exact.get(uri);
      case "prefix":
        return this.#prefixes.get(uri.length)?.get(uri);
      case "wildcard":
        return this.#node(uri)?.value;
    }
  }

  /** Adds a value for a pair that has none. */
  add(uri: string, match: MatchPolicy, value: T): void {
    this.#size++;
    if (match === "exact") {
      this.#exact.set(uri, value);
      return;
    }
    this.#patterns++;
    if (match === "prefix") {
      let sameLength = this.#prefixes.get(uri.length);
      if (sameLength === undefined) {
        this.#prefixes.set(uri.length, sameLength = new Map());
        this.#prefixLengths = [...this.#prefixes.keys()].sort((a, b) => a - b);
      }
      sameLength.set(uri, value);
      return;
    }
    const components = uri.split(".");
    let node = this.#wildcards.get(components.length);
    if (node === undefined) this.#wildcards.set(components.length, node = makeNode());
    for (const component of components) {
      if (component === "") {
        node = node.any ??= makeNode();
        continue;
      }
      let next: TreeNode<T> | undefined = node.literal.get(component);
      if (next === undefined) node.literal.set(component, next = makeNode());
      node = next;
    }
    node.value = value;
  }

  /** Removes the value of a pair. */
  remove(uri: string, match: MatchPolicy): void {
    if (match === "exact") {
      if (this.#exact.delete(uri)) this.#size--;
      return;
    }
    if (match === "prefix") {
      const sameLength = this.#prefixes.get(uri.length);
      if (sameLength === undefined || !sameLength.delete(uri)) return;
      this.#size--;
      this.#patterns--;
      if (sameLength.size > 0) return;
      this.#prefixes.delete(uri.length);
      this.#prefixLengths = this.#prefixLengths.filter((length) => length !== uri.length);
      return;
    }
    const components = uri.split(".");
    const root = this.#wildcards.get(components.length);
    if (root === undefined || this.#node(uri)?.value === undefined) return;
    this.#size--;
    this.#patterns--;
    if (prune(root, components, 0)) this.#wildcards.delete(components.length);
  }

  /** Every value that matches a URI: exact, then prefixes from the shortest, then wildcards. */
  matching(uri: string): T[] {
    const found: T[] = [];
    this.#steps++;
    const exact = this.#exact.get(uri);
    if (exact !== undefined) found.push(exact);
    if (this.#patterns === 0) return found;
    for (const length of this.#prefixLengths) {
      if (length > uri.length) break;
      const value = this.#prefixOf(uri, length);
      if (value !== undefined) found.push(value);
    }
    this.#collect(uri, found, false);
    return found;
  }

  /** The value of the pattern that is exactly this URI. */
  exact(uri: string): T | undefined {
    this.#steps++;
    return this.#exact.get(uri);
  }

  /** The value of the longest prefix that matches. */
  longestPrefix(uri: string): T | undefined {
    for (let at = this.#prefixLengths.length - 1; at >= 0; at--) {
      const length = this.#prefixLengths[at];
      if (length === undefined || length > uri.length) continue;
      const value = this.#prefixOf(uri, length);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The value of the wildcard that is literal furthest to the left among those that match. */
  bestWildcard(uri: string): T | undefined {
    const found: T[] = [];
    this.#collect(uri, found, true);
    return found[0];
  }

  #prefixOf(uri: string, length: number): T | undefined {
    this.#steps++;
    return this.#prefixes.get(length)?.get(uri.slice(0, length));
  }

  #collect(uri: string, found: T[], firstOnly: boolean): void {
    if (this.#wildcards.size === 0) return;
    const components = uri.split(".");
    const root = this.#wildcards.get(components.length);
    if (root !== undefined) this.#descend(root, components, 0, found, firstOnly);
  }

  // Literal child first: what is found first is the best match of the table in 4.2.
  #descend(
    node: TreeNode<T>,
    components: readonly string[],
    at: number,
    found: T[],
    firstOnly: boolean,
  ): void {
    this.#steps++;
    const component = components[at];
    if (component === undefined) {
      if (node.value !== undefined) found.push(node.value);
      return;
    }
    const literal = node.literal.get(component);
    if (literal !== undefined) this.#descend(literal, components, at + 1, found, firstOnly);
    if (firstOnly && found.length > 0) return;
    if (node.any !== undefined) this.#descend(node.any, components, at + 1, found, firstOnly);
  }

  #node(uri: string): TreeNode<T> | undefined {
    const components = uri.split(".");
    let node = this.#wildcards.get(components.length);
    for (const component of components) {
      node = component === "" ? node?.any : node?.literal.get(component);
    }
    return node;
  }
}

function makeNode<T>(): TreeNode<T> {
  return { literal: new Map(), any: undefined, value: undefined };
}

/** Removes the value below; true when nothing is left below this node. */
function prune<T>(node: TreeNode<T>, components: readonly string[], at: number): boolean {
  const component = components[at];
  if (component === undefined) {
    node.value = undefined;
  } else if (component === "") {
    if (node.any !== undefined && prune(node.any, components, at + 1)) node.any = undefined;
  } else {
    const child = node.literal.get(component);
    if (child !== undefined && prune(child, components, at + 1)) node.literal.delete(component);
  }
  return node.value === undefined && node.any === undefined && node.literal.size === 0;
}
