/** Parameters that several operations share, and what is refused of them. @module */
import { ParamError } from "../../../framework/param_error.ts";
import { anything, dict, flag, list, text } from "../../../framework/params.ts";
import { Float } from "../../../internal/float.ts";
import { pyStr } from "../../../ocs/python_text.ts";

/** Bands of a SMuRF card. */
export const NUM_BANDS = 8;
/** Bias groups of a detector module. */
export const NUM_BIAS_GROUPS = 12;
// A card has more lines than a module has groups; pysmurf knows all of them.
const NUM_BIAS_LINES = 15;

/** `kwargs`: handed to the function as they are; null for none. */
export const KWARGS = dict({
  default: null,
  kinds: "keep",
  help: "Further keyword arguments of the function.",
});

/** `tag`: one or several, with commas between them. */
export const TAG = text({
  default: null,
  help: "Tag, or several with commas between them, for the G3 stream.",
});

/** `run_in_main_process`: the reference's switch for its own tests. */
export const RUN_IN_MAIN_PROCESS = flag({
  default: false,
  help: "Accepted and passed on, without an effect.",
});

/** `bands`: one, several, or null for all that are active. */
export const BANDS = anything({
  default: null,
  check: (value) => checkNumbers("bands", value, { below: NUM_BANDS }),
  help: "Band or list of bands, 0 to 7; null for the active ones.",
});

/** `bgs`: one bias group, several, or null for all. */
export const BIAS_GROUPS = anything({
  default: null,
  check: (value) => checkNumbers("bgs", value, { below: NUM_BIAS_LINES }),
  help: "Bias group or list of bias groups; null for all.",
});

/** `rfrac_range`: bounds of what counts as biased, as fractions of the normal resistance. */
export const RFRAC_RANGE = list({
  default: [0.2, 0.9],
  kinds: "keep",
  check: (value) => isPair(value) || refuse("rfrac_range", value, "two numbers, the lower one first"),
  help: "Bounds of the fractions of normal resistance that count as biased.",
});

/** `rfrac`: a target, a pair of bounds, or null for what sodetlib aims at by itself. */
export const RFRAC = anything({
  default: null,
  kinds: "keep",
  check: (value) =>
    isNumber(value) || isPair(value) ||
    refuse("rfrac", value, "a number, or two numbers, the lower one first"),
  help: "Fraction of normal resistance to aim at, or its bounds.",
});

/** `bias`: volts, for all groups or one for each. */
export const BIAS = anything({
  kinds: "keep",
  check: (value) =>
    isNumber(value) || (Array.isArray(value) && value.every(isNumber)) ||
    refuse("bias", value, "a number or a list of numbers"),
  help: "Volts, one number for all groups or a list with one for each.",
});

/** Bias groups as a list. */
export function biasGroups(bgs: unknown): readonly unknown[] {
  if (bgs === null || bgs === undefined) return Array.from({ length: NUM_BIAS_GROUPS }, (_, group) => group);
  return Array.isArray(bgs) ? bgs : [bgs];
}

/** Keyword arguments of a function that takes data: the tag goes before what `kwargs` say (smurf 2.7). */
export function taggedKwargs(
  kwargs: Readonly<Record<string, unknown>> | null,
  tag: string | null,
): Record<string, unknown> {
  return { ...kwargs, ...(tag === null ? {} : { g3_tag: tag }) };
}

function checkNumbers(name: string, value: unknown, { below }: { readonly below: number }): boolean {
  const isOne = (one: unknown) => typeof one === "number" && Number.isInteger(one) && one >= 0 && one < below;
  const isGood = Array.isArray(value) ? value.length > 0 && value.every(isOne) : isOne(value);
  return isGood || refuse(name, value, `a whole number of 0 to ${below - 1}, or a list of them`);
}

function isNumber(value: unknown): value is number | Float {
  return Number.isFinite(value instanceof Float ? value.value : value);
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(isNumber) &&
    Number(value[0]) < Number(value[1]);
}

function refuse(name: string, value: unknown, expected: string): never {
  throw new ParamError(`Param '${name}'=${pyStr(value)} is wrong: expected ${expected}`);
}
