/** Arguments of an agent's two procedures, read as Python reads them. @module */
import { bindArguments } from "./bind_arguments.ts";

/** What a request to `.ops` says; anything may be of any type. */
export interface OpsRequest {
  readonly action: unknown;
  readonly opName: unknown;
  readonly params: unknown;
  readonly timeout: unknown;
  readonly password: unknown;
}

const OPS = {
  name: "OCSAgent._ops_handler",
  required: ["action", "op_name"],
  optional: ["params", "timeout", "password"],
} as const;

/**
 * Reads a call of `.ops`: up to five positional arguments, each also usable as a keyword (OCS 1.4).
 *
 * @throws {TypeError} If arguments are missing, too many, unknown or given twice, with Python's text.
 */
export function readOpsRequest(
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): OpsRequest {
  const given = bindArguments(OPS, args, kwargs);
  return {
    action: given.action,
    opName: given.op_name,
    params: given.params ?? null,
    timeout: given.timeout ?? null,
    password: given.password ?? null,
  };
}

/**
 * Reads a call of the management procedure: the query `q`, positional or as keyword; other keywords are ignored.
 *
 * @throws {TypeError} If the query is missing, given twice, or not alone.
 */
export function readManagementQuery(
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): unknown {
  const handler = "OCSAgent._management_handler()";
  const keyword = Object.hasOwn(kwargs, "q");
  if (args.length > 0 && keyword) throw new TypeError(`${handler} got multiple values for argument 'q'`);
  if (args.length > 1) {
    throw new TypeError(`${handler} takes 2 positional arguments but ${args.length + 1} were given`);
  }
  if (args.length === 1) return args[0];
  if (keyword) return kwargs["q"];
  throw new TypeError(`${handler} missing 1 required positional argument: 'q'`);
}
