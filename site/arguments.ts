/** Arguments of an instance and of the command line, and how one is laid over the other (spec 6.6). @module */
import type { Place } from "./site_problem.ts";

/** One element of a command line or of an instance's `arguments`. */
export interface Argument {
  /** As it stands on the command line. */
  readonly text: string;
  /** Where it stands, for messages: `default.yaml:12:7`, `the environment (SITE_HUB)`; absent: the command line. */
  readonly origin?: string | undefined;
}

/** Takes texts as arguments of the command line. */
export function toArguments(texts: readonly string[]): Argument[] {
  return texts.map((text) => ({ text }));
}

/** Says where an argument of a site file stands. */
export function originOf(file: string, place: Place): string {
  return `${file}:${place.line}:${place.column}`;
}

/**
 * Tells whether an element opens an option: hyphens, then a letter.
 *
 * Peer ocs (`ArgContainer`): hyphens are stripped from both ends before the look, so `-3`, `-.5` and `--7` are
 * values.
 */
export function isOptionName(text: string): boolean {
  return text.startsWith("-") && /^\p{L}/u.test(text.replace(/^-+/, ""));
}

/** Options in the order of their first place, each with its values; the key `""` holds what comes before them. */
type Groups = Map<string, { readonly name: Argument | undefined; readonly values: Argument[] }>;

function group(elements: readonly Argument[]): Groups {
  const groups: Groups = new Map([["", { name: undefined, values: [] }]]);
  let key = "";
  for (const element of elements) {
    if (isOptionName(element.text)) {
      key = element.text;
      // A key that occurs twice keeps its first place and its last values.
      groups.set(key, { name: element, values: [] });
    } else {
      groups.get(key)?.values.push(element);
    }
  }
  return groups;
}

/**
 * Lays the command line over an instance's arguments.
 *
 * An option that is in both takes its values from the command line as a whole, at the place it had in the file.
 * `--opt=1` is another key than `--opt`; it comes later or earlier and the parser lets the last one win. Elements
 * before the first option of the file are dropped, as Python does; `dropped` names them so that a check can tell.
 */
export function mergeArguments(
  fromFile: readonly Argument[],
  commandLine: readonly Argument[],
): { readonly merged: Argument[]; readonly dropped: readonly Argument[] } {
  const groups = group(fromFile);
  const dropped = groups.get("")?.values ?? [];
  for (const [key, values] of group(commandLine)) groups.set(key, values);
  const merged: Argument[] = [];
  for (const { name, values } of groups.values()) {
    if (name !== undefined) merged.push(name);
    merged.push(...values);
  }
  return { merged, dropped };
}
