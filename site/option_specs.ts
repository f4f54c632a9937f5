/** Options of a program as data: read by `--help`, by the site file's arguments and by `ocs config check`. @module */

/** What an option's value is. */
export type OptionType = "string" | "int" | "float" | "flag";

/** One option, declared once. */
export interface OptionSpec {
  /** `flag` takes no value. */
  readonly type: OptionType;
  /** One letter that stands for the long name: `m` for `-m VALUE`. */
  readonly short?: string;
  /** Value when the option is not given; absent means `undefined` (a flag: `false`). */
  readonly default?: string | number | boolean;
  /** The only values allowed. */
  readonly choices?: readonly (string | number)[];
  /** The option may be given several times or with several values; its value is an array. */
  readonly multiple?: boolean;
  /** The program does not start without it. */
  readonly required?: boolean;
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
  /** One or two sentences for the operator, with the unit. */
  readonly help: string;
  /** What stands for the value in the help text, such as `SECONDS`. */
  readonly placeholder?: string;
}

/** Options by their long name without hyphens in front, such as `num-channels`. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Type of one value of an option. */
export type OptionValue<S extends OptionSpec> = S["choices"] extends readonly (infer C)[] ? C
  : S["type"] extends "flag" ? boolean
  : S["type"] extends "string" ? string
  : number;

/** The property of an option's value: `num-channels` is `numChannels`. */
export type OptionProperty<K extends string> = K extends `${infer A}-${infer B}`
  ? `${A}${Capitalize<OptionProperty<B>>}`
  : K;

/** The parsed values, by camel-case name: `num-channels` becomes `numChannels`. */
export type OptionValues<S extends OptionSpecs> = {
  readonly [K in keyof S & string as OptionProperty<K>]: S[K]["multiple"] extends true
    ? readonly OptionValue<S[K]>[]
    : S[K] extends { default: string | number | boolean } ? OptionValue<S[K]>
    : S[K] extends { required: true } ? OptionValue<S[K]>
    : S[K]["type"] extends "flag" ? boolean
    : OptionValue<S[K]> | undefined;
};
