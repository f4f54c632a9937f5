/** Arguments of a call, bound to names as Python binds them. @module */
import { pyRepr } from "../ocs/python_text.ts";

/** What a method of a Python class takes; each argument is usable by position and by keyword. */
export interface PythonSignature {
  /** Class and method, such as `OCSAgent._ops_handler`. */
  readonly name: string;
  /** Arguments that have to be given, in order. */
  readonly required: readonly string[];
  /** Those that may be left out, behind the others. */
  readonly optional: readonly string[];
}

/** Values by the names of a signature; what was not given is undefined. */
export type BoundArguments<S extends PythonSignature> = {
  readonly [K in S["required"][number] | S["optional"][number]]: unknown;
};

/**
 * Binds the arguments of a call to the names of a signature.
 *
 * @throws {TypeError} If arguments are missing, too many, unknown or given twice, with Python's text.
 */
export function bindArguments<const S extends PythonSignature>(
  signature: S,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): BoundArguments<S> {
  const { required, optional } = signature;
  const handler = `${signature.name}()`;
  const names = [...required, ...optional];
  const given: Record<string, unknown> = Object.fromEntries(
    names.slice(0, args.length).map((name, index) => [name, args[index]]),
  );
  for (const [name, value] of Object.entries(kwargs)) {
    if (!names.includes(name)) {
      throw new TypeError(`${handler} got an unexpected keyword argument ${pyRepr(name)}`);
    }
    if (Object.hasOwn(given, name)) {
      throw new TypeError(`${handler} got multiple values for argument '${name}'`);
    }
    given[name] = value;
  }
  if (args.length > names.length) {
    // Python counts `self`, so both numbers are one higher.
    const [fewest, most] = [required.length + 1, names.length + 1];
    const takes = fewest === most ? `takes ${most}` : `takes from ${fewest} to ${most}`;
    throw new TypeError(`${handler} ${takes} positional arguments but ${args.length + 1} were given`);
  }
  const missing = required.filter((name) => !Object.hasOwn(given, name));
  if (missing.length > 0) {
    const list = missing.map((name) => `'${name}'`).join(" and ");
    const plural = missing.length > 1 ? "s" : "";
    throw new TypeError(
      `${handler} missing ${missing.length} required positional argument${plural}: ${list}`,
    );
  }
  // Every key of it is one of the signature's names: others were refused above.
  return given as BoundArguments<S>;
}
