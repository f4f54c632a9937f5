/** Names of the registry's fields, which dashboards know by heart. @module */
import { checkFieldName, enforceFieldName } from "../../ocs/field_names.ts";

/**
 * Makes the name under which an operation's code is published, such as `observatory_faker1_acq`.
 *
 * @throws {RangeError} If nothing valid can be made of the names.
 */
export function operationField(agentAddress: string, opName: string): string {
  const name = enforceFieldName(`${agentAddress}_${opName}`.replace(/[.-]/g, "_"));
  try {
    checkFieldName(name);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Improper field name: ${name}\n${why}`, { cause });
  }
  return name;
}

/** Remembers the names, and which of them nothing can be made of: the registry needs them again every second. */
export class OperationFields {
  readonly #names = new Map<string, string | undefined>();
  readonly #complain: (text: string) => void;

  /** @param complain Told of each improper name once. */
  constructor(complain: (text: string) => void) {
    this.#complain = complain;
  }

  /** The field of an operation; undefined for an improper name. */
  of(agentAddress: string, opName: string): string | undefined {
    const key = `${agentAddress}\n${opName}`;
    if (this.#names.has(key)) return this.#names.get(key);
    let name: string | undefined;
    try {
      name = operationField(agentAddress, opName);
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
    }
    this.#names.set(key, name);
    return name;
  }
}
