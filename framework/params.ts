/** Declares an operation's parameters: one table gives types, defaults, checks and the texts of refusal. @module */
import { Float, toPlain } from "../internal/float.ts";
import { pyRepr, pyStr, pyTypeName } from "../ocs/python_text.ts";
import { ParamError } from "./param_error.ts";

/** Converts a value before it is checked; refusals name it in Python's form. */
export interface Cast {
  /** How the text of a refusal calls it, such as `<class 'int'>`. */
  readonly name: string;
  /** Converts; throws for what it cannot convert. Gets integral floats as `Float`. */
  readonly convert: (value: unknown) => unknown;
}

/** What can be said of any parameter. */
export interface ParamOptions<T> {
  /** Value of a parameter that is not given. Without it the parameter is required; with `null` it may be null. */
  readonly default?: T | null | undefined;
  /** The only values allowed. */
  readonly choices?: readonly T[] | undefined;
  /** Smallest value allowed; a refusal reads like that of `check`. */
  readonly min?: number | undefined;
  /** Largest value allowed. */
  readonly max?: number | undefined;
  /** Says whether a value will do. May throw `ParamError` to say why not. */
  readonly check?: ((value: T) => boolean) | undefined;
  /** Applied first, before type, choices and check. */
  readonly cast?: Cast | undefined;
  /** Takes an explicit null at its word even where a default exists. Default false. */
  readonly nullable?: boolean | undefined;
  /** `keep` hands numbers inside over as they came, integral floats as `Float`. Default `plain`. */
  readonly kinds?: "plain" | "keep" | undefined;
  /** One sentence for the operator, with the unit. */
  readonly help?: string | undefined;
}

/** The Python class that a parameter is checked against. */
export type ParamType = "float" | "int" | "bool" | "str" | "list" | "tuple" | "dict";

/** One declared parameter; made by `float`, `int`, `flag`, `text`, `choice`, `list`, `tuple`, `dict`, `anything`. */
export interface Param<T> {
  /** Undefined for any. */
  readonly type: ParamType | undefined;
  /** As declared. */
  readonly options: ParamOptions<unknown>;
  /** Only there for the compiler, which infers from it what `run` gets. */
  readonly value?: T;
}

/** Parameters by name, in the order in which they are checked. */
export type ParamSpecs = Readonly<Record<string, Param<unknown>>>;

/** What an operation with these declarations gets. */
export type ParamValues<S extends ParamSpecs> = {
  readonly [K in keyof S]: S[K] extends Param<infer T> ? T : never;
};

/** The type of a parameter: with null where the default is null or null is allowed. */
export type Given<T, O> = O extends { default: null } ? T | null
  : O extends { nullable: true } ? T | null
  : T;

/**
 * Declares a number; ints are welcome.
 *
 * @throws {ParamError} If the default fails its own checks. So do all the others below.
 */
export function float<const O extends ParamOptions<number>>(options?: O): Param<Given<number, O>> {
  return declare("float", options);
}

/**
 * Declares a whole number. A float is refused, `2.0` too, as long as the caller's encoding tells it from `2`.
 *
 * Beyond 2^53 a value cannot be handed over unharmed and is refused; `anything` takes it as a `bigint`.
 */
export function int<const O extends ParamOptions<number>>(options?: O): Param<Given<number, O>> {
  return declare("int", options);
}

/** Declares a switch: true or false. */
export function flag<const O extends ParamOptions<boolean>>(options?: O): Param<Given<boolean, O>> {
  return declare("bool", options);
}

/** Declares a text. */
export function text<const O extends ParamOptions<string>>(options?: O): Param<Given<string, O>> {
  return declare("str", options);
}

/** Declares one of a few values; the type of the parameter is the union of them. */
export function choice<
  const C extends readonly (string | number | boolean)[],
  const O extends Omit<ParamOptions<C[number]>, "choices">,
>(choices: C, options?: O): Param<Given<C[number], O>> {
  return declare(undefined, { ...options, choices });
}

/** Declares an array; what is in it is for `check` to look at. */
export function list<const O extends ParamOptions<readonly unknown[]>>(
  options?: O,
): Param<Given<readonly unknown[], O>> {
  return declare("list", options);
}

/** Declares an array that Python peers call a tuple; an array is all that can arrive. */
export function tuple<const O extends ParamOptions<readonly unknown[]>>(
  options?: O,
): Param<Given<readonly unknown[], O>> {
  return declare("tuple", options);
}

/** Declares an object. */
export function dict<const O extends ParamOptions<Readonly<Record<string, unknown>>>>(
  options?: O,
): Param<Given<Readonly<Record<string, unknown>>, O>> {
  return declare("dict", options);
}

/** Declares a value of any kind. */
export function anything<const O extends ParamOptions<unknown>>(options?: O): Param<unknown> {
  return declare(undefined, options);
}

/** Python's `cast=int`. */
export const AS_INT: Cast = {
  name: "<class 'int'>",
  convert(value) {
    if (typeof value === "bigint") return value;
    if (typeof value === "string") {
      if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(value)) throw new TypeError("not a whole number");
      return Number(value.replaceAll("_", ""));
    }
    const number = toNumber(value);
    if (!Number.isFinite(number)) throw new TypeError("not a finite number");
    return Math.trunc(number);
  },
};

/** Python's `cast=float`. */
export const AS_FLOAT: Cast = {
  name: "<class 'float'>",
  convert(value) {
    if (typeof value !== "string") return new Float(toNumber(value));
    const word = value.trim().toLowerCase();
    const special = /^([+-]?)(inf|infinity|nan)$/.exec(word);
    if (special !== null) {
      return new Float(special[2] === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity);
    }
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word)) throw new TypeError("not a number");
    return new Float(Number(word));
  },
};

/** Python's `cast=str`. */
export const AS_TEXT: Cast = { name: "<class 'str'>", convert: (value) => pyStr(value) };

/** What becomes of keys that are not declared. */
export type Strays = "refuse" | "drop";

/**
 * Checks a caller's params against their declarations.
 *
 * Every declaration is looked at in the order written (Python evaluates its decorators bottom-up), strays come last;
 * the first problem wins. Texts are those of Python's `ParamHandler`.
 *
 * @param params What came with `start`; numbers with their kinds kept.
 * @returns A fresh object of exactly the declared keys, defaults filled in, numbers plain.
 * @throws {ParamError} If a value will not do.
 * @throws {TypeError} If `params` is not an object at all.
 */
export function checkParams<S extends ParamSpecs>(
  specs: S,
  params: unknown,
  { strays = "refuse" }: { readonly strays?: Strays } = {},
): ParamValues<S> {
  const given = paramsObject(params, Object.keys(specs).length > 0 ? "get" : "keys");
  const values: Record<string, unknown> = {};
  for (const [key, param] of Object.entries(specs)) values[key] = checkParam(key, param, given);
  if (strays === "refuse") {
    const unknown = Object.keys(given).filter((key) => !Object.hasOwn(specs, key));
    if (unknown.length > 0) throw new ParamError(`params included unexpected values: ${pyRepr(unknown)}`);
  }
  // Every key of the declarations has been given a checked value of its type just above.
  return values as ParamValues<S>;
}

function declare<T>(type: ParamType | undefined, options: object = {}): Param<T> {
  // What the public functions take, `ParamOptions<T>`, only with `T` forgotten.
  const param: Param<T> = { type, options: options as ParamOptions<unknown> };
  if (param.options.default !== undefined && param.options.default !== null) {
    checkParam("default", param, { default: withKind(type, param.options.default) });
  }
  return param;
}

/** A default is written as a plain number; for a float parameter it is a float. */
function withKind(type: ParamType | undefined, value: unknown): unknown {
  return type === "float" && typeof value === "number" ? new Float(value) : value;
}

function paramsObject(params: unknown, method: string): Readonly<Record<string, unknown>> {
  if (params === null || params === undefined) return {};
  if (isObject(params)) return params;
  // Python calls a method of what it takes for a dict; the dispatcher puts `CRASH: ...` in front.
  throw new TypeError(`'${pyTypeName(params)}' object has no attribute '${method}'`);
}

function checkParam(
  key: string,
  { type, options }: Param<unknown>,
  given: Readonly<Record<string, unknown>>,
): unknown {
  const present = Object.hasOwn(given, key) && given[key] !== undefined;
  let value = present ? given[key] : null;
  if (value === null && !(options.nullable === true && present)) {
    if (options.default === undefined) {
      throw new ParamError(`Param '${key}' is required and must not be None`);
    }
    value = withKind(type, options.default);
  }
  if (value === null) return null;
  if (options.cast !== undefined) value = castTo(options.cast, key, value);
  if (type !== undefined) value = checkType(type, key, value, options.cast);
  if (options.choices !== undefined && !options.choices.some((allowed) => sameValue(allowed, value))) {
    const allowed = options.choices.map((one) => withKind(type, one));
    throw new ParamError(`Param '${key}'=${pyStr(value)} is not in allowed set (${pyRepr(allowed)})`);
  }
  const result = handedOver(type, value, options.kinds ?? "plain");
  const { min = -Infinity, max = Infinity } = options;
  const bounded = options.min === undefined && options.max === undefined;
  if (!bounded && !(Number(result) >= min && Number(result) <= max)) throw failedCheck(key);
  if (type === "int" && !Number.isSafeInteger(result)) throw failedCheck(key);
  if (options.check !== undefined && !options.check(result)) throw failedCheck(key);
  return result;
}

function failedCheck(key: string): ParamError {
  return new ParamError(`Param '${key}' failed validity check (see docs?).`);
}

function castTo(cast: Cast, key: string, value: unknown): unknown {
  try {
    return cast.convert(value);
  } catch (cause) {
    throw new ParamError(`Param '${key}'=${pyStr(value)} could not be cast to ${cast.name}.`, { cause });
  }
}

function checkType(type: ParamType, key: string, value: unknown, cast: Cast | undefined): unknown {
  const is = pyTypeName(value);
  // An int, and so a bool, becomes a float free of charge; an array is a tuple unless a cast made something of it.
  if (type === "float" && (is === "int" || is === "bool")) return new Float(Number(value));
  if (type === "tuple" && is === "list" && cast === undefined) return value;
  // Python: a bool is an int.
  if (is === type || (type === "int" && is === "bool")) return value;
  throw new ParamError(`Param '${key}'=${pyStr(value)} is not of required type (<class '${type}'>)`);
}

/** What the operation gets: plain numbers, and a bool that passed for an int as 0 or 1. */
function handedOver(type: ParamType | undefined, value: unknown, kinds: "plain" | "keep"): unknown {
  if (type === "float" || type === "int") return Number(value);
  return kinds === "keep" ? value : toPlain(value);
}

/** Python's `==` between scalars: 1, 1.0 and True are equal. */
function sameValue(a: unknown, b: unknown): boolean {
  const left = comparable(a);
  const right = comparable(b);
  return left === right;
}

function comparable(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  return value;
}

function toNumber(value: unknown): number {
  if (value instanceof Float) return value.value;
  if (typeof value === "number") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  throw new TypeError("not a number");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return pyTypeName(value) === "dict";
}
