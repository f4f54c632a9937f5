/** Command lines as declared options. @module */
import { type Argument, isOptionName } from "./arguments.ts";
import { OptionError } from "./errors.ts";
import { nearMiss } from "./near_miss.ts";
import type { OptionSpec, OptionSpecs, OptionValues } from "./option_specs.ts";

/** One thing that is wrong with a command line. */
export interface OptionProblem {
  /** The whole story, such as `--num-channels is "many": expected an int`. */
  readonly text: string;
  /** What was expected. */
  readonly expected: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
  /** The argument that is wrong; undefined where one is missing. */
  readonly argument: Argument | undefined;
}

/** Result of `readOptions`. */
export interface ReadOptions<S extends OptionSpecs> {
  /** Complete only where there are no problems. */
  readonly values: OptionValues<S>;
  /** In the order of the command line, missing options last. */
  readonly problems: readonly OptionProblem[];
  /** What belongs to no option. */
  readonly rest: readonly Argument[];
}

/** Options named in a message about one that is not there. */
const MAX_NAMED = 12;

type Parsed = string | number | boolean;

/** The property that holds an option's value: `num-channels` becomes `numChannels`. */
export function optionProperty(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Reads a command line by the options declared.
 *
 * `--opt value`, `--opt=value` and `-o value`, unambiguous abbreviations as in Python's argparse, negative numbers as values, the
 * last one wins. Collects every problem instead of stopping at the first.
 *
 * @param specs The options allowed.
 * @param elements Command line, in order.
 */
export function readOptions<S extends OptionSpecs>(
  specs: S,
  elements: readonly Argument[],
): ReadOptions<S> {
  const reader = new Reader(specs);
  reader.read(elements);
  // Safe: the reader fills one property per option of S with a value of the type its spec declares, and says in
  // `problems` where it could not.
  return { values: reader.finish() as OptionValues<S>, problems: reader.problems, rest: reader.rest };
}

/**
 * Parses a command line; the quick form of `readOptions` for programs without arguments beside options.
 *
 * @throws {OptionError} With every problem: unknown options, values that do not fit, missing ones, strays.
 */
export function parseOptions<S extends OptionSpecs>(
  specs: S,
  elements: readonly (string | Argument)[],
): OptionValues<S> {
  const args = elements.map((element) => typeof element === "string" ? { text: element } : element);
  const { values, problems } = readOptions(specs, args);
  if (problems.length > 0) throw new OptionError(problems.map(describeProblem));
  return values;
}

/** Writes a problem with the place of the argument, where that is not the command line. */
export function describeProblem({ text, argument, suggestion }: OptionProblem): string {
  const hint = suggestion === undefined ? "" : `; did you mean "${suggestion}"?`;
  return `${argument?.origin === undefined ? "" : `${argument.origin}: `}${text}${hint}`;
}

class Reader {
  /** In the order of the command line, missing options last. */
  readonly problems: OptionProblem[] = [];
  readonly rest: Argument[] = [];
  readonly #specs: OptionSpecs;
  readonly #given = new Map<string, Parsed[]>();

  constructor(specs: OptionSpecs) {
    this.#specs = specs;
  }

  read(elements: readonly Argument[]): void {
    for (let at = 0; at < elements.length;) {
      const element = elements[at];
      if (element === undefined) break;
      at++;
      if (!isOptionName(element.text)) {
        this.#stray(element);
        continue;
      }
      const equals = element.text.indexOf("=");
      const written = equals < 0 ? element.text : element.text.slice(0, equals);
      const name = this.#findName(written, element);
      const values: Argument[] = equals < 0
        ? []
        : [{ text: element.text.slice(equals + 1), origin: element.origin }];
      if (name === undefined) {
        // The values of an unknown option are not strays; one message is enough.
        while (at < elements.length && !isOptionName(elements[at]?.text ?? "")) at++;
        continue;
      }
      const spec = this.#spec(name);
      if (spec.type !== "flag" && equals < 0) {
        while (at < elements.length && (spec.multiple === true || values.length === 0)) {
          const next = elements[at];
          if (next === undefined || this.#opensOption(next.text)) break;
          values.push(next);
          at++;
        }
      }
      this.#take(name, element, values);
    }
  }

  finish(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const [name, spec] of Object.entries(this.#specs)) {
      const given = this.#given.get(name);
      const property = optionProperty(name);
      if (spec.multiple === true) {
        values[property] = given ?? (spec.default === undefined ? [] : [spec.default]);
      } else {
        values[property] = given?.at(-1) ?? spec.default ?? (spec.type === "flag" ? false : undefined);
      }
      if (spec.required === true && given === undefined) {
        this.problems.push({
          text: `--${name} is missing: expected ${expectation(spec)}`,
          expected: `--${name} with ${expectation(spec)}`,
          argument: undefined,
        });
      }
    }
    return values;
  }

  #spec(name: string): OptionSpec {
    const spec = this.#specs[name];
    if (spec === undefined) throw new TypeError(`Cannot read option "${name}": not declared`);
    return spec;
  }

  /** A value that begins with a hyphen and holds a space is no option, as in Python's argparse. */
  #opensOption(text: string): boolean {
    if (!isOptionName(text)) return false;
    return !text.includes(" ") || Object.hasOwn(this.#specs, text.replace(/^--|=.*$/gs, ""));
  }

  #findName(written: string, element: Argument): string | undefined {
    const word = written.replace(/^-+/, "");
    const names = Object.keys(this.#specs);
    if (written.startsWith("--") && !written.startsWith("---")) {
      if (Object.hasOwn(this.#specs, word)) return word;
      const starts = names.filter((name) => name.startsWith(word));
      if (starts.length === 1) return starts[0];
      if (starts.length > 1) {
        this.problems.push({
          text: `${written} is ambiguous: expected one of ${starts.map((name) => `--${name}`).join(", ")}`,
          expected: `one of ${starts.map((name) => `--${name}`).join(", ")}`,
          argument: element,
        });
        return undefined;
      }
    } else if (written === `-${word}`) {
      const named = names.find((name) => this.#spec(name).short === word);
      if (named !== undefined) return named;
    }
    const near = nearMiss(word, names);
    // The program's own come first; with those of every agent behind them it is a long list.
    const known = names.slice(0, MAX_NAMED).map((name) => `--${name}`).join(", ") +
      (names.length > MAX_NAMED ? ", ..." : "");
    this.problems.push({
      text: near === undefined && names.length > 0
        ? `${written} is not an option here: expected one of ${known}`
        : `${written} is not an option here`,
      expected: names.length === 0 ? "no options" : `one of ${known}`,
      suggestion: near === undefined ? undefined : `--${near}`,
      argument: element,
    });
    return undefined;
  }

  #stray(element: Argument): void {
    this.rest.push(element);
    this.problems.push({
      text: `${
        JSON.stringify(element.text)
      } belongs to no option: expected an option such as --name before it`,
      expected: "an option before it",
      argument: element,
    });
  }

  #take(name: string, element: Argument, values: readonly Argument[]): void {
    const spec = this.#spec(name);
    if (spec.type === "flag") {
      if (values.length === 0) this.#given.set(name, [true]);
      else this.#refuse(name, `has the value ${JSON.stringify(values[0]?.text)}`, "no value", element);
      return;
    }
    if (values.length === 0) {
      this.#refuse(name, "has no value", expectation(spec), element);
      return;
    }
    const parsed: Parsed[] = [];
    for (const { text, origin } of values) {
      const value = parseValue(spec, text);
      if (value === undefined) {
        this.#refuse(
          name,
          `is ${JSON.stringify(text)}`,
          expectation(spec),
          { text, origin },
          nearChoice(spec, text),
        );
      } else {
        parsed.push(value);
      }
    }
    if (parsed.length === 0) return;
    this.#given.set(name, spec.multiple === true ? [...this.#given.get(name) ?? [], ...parsed] : parsed);
  }

  #refuse(name: string, what: string, expected: string, argument: Argument, suggestion?: string): void {
    this.problems.push({ text: `--${name} ${what}: expected ${expected}`, expected, suggestion, argument });
  }
}

function nearChoice(spec: OptionSpec, text: string): string | undefined {
  return spec.choices === undefined ? undefined : nearMiss(text, spec.choices.map(String));
}

// What Python's int() and float() take.
const INT = /^\s*[+-]?\d+(?:_\d+)*\s*$/;
const FLOAT =
  /^\s*[+-]?(?:(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)\s*$/i;

function parseValue(spec: OptionSpec, text: string): Parsed | undefined {
  let value: string | number = text;
  if (spec.type === "int" || spec.type === "float") {
    const number = spec.type === "int" ? parseInt10(text) : parseFloatText(text);
    if (number === undefined) return undefined;
    if (spec.min !== undefined && !(number >= spec.min)) return undefined;
    if (spec.max !== undefined && !(number <= spec.max)) return undefined;
    value = number;
  }
  if (spec.choices !== undefined && !spec.choices.includes(value)) return undefined;
  return value;
}

function parseInt10(text: string): number | undefined {
  if (!INT.test(text)) return undefined;
  const value = Number(text.replaceAll("_", ""));
  return Number.isSafeInteger(value) ? value : undefined;
}

function parseFloatText(text: string): number | undefined {
  if (!FLOAT.test(text)) return undefined;
  const plain = text.trim().replaceAll("_", "").toLowerCase();
  if (plain.includes("inf")) return plain.startsWith("-") ? -Infinity : Infinity;
  return Number(plain);
}

/** Says what an option's value must be, such as `an int from 0 to 16`. */
function expectation(spec: OptionSpec): string {
  if (spec.type === "flag") return "no value";
  if (spec.choices !== undefined) return `one of ${spec.choices.join(", ")}`;
  const kind = { string: "a text", int: "an int", float: "a number" }[spec.type];
  if (spec.min !== undefined && spec.max !== undefined) return `${kind} from ${spec.min} to ${spec.max}`;
  if (spec.min !== undefined) return `${kind} of at least ${spec.min}`;
  if (spec.max !== undefined) return `${kind} of at most ${spec.max}`;
  return kind;
}
