/** Names of fields that readers of housekeeping can use (OCS 4.7, 10.3, OCS 93). @module */
import { enforceFieldName, isFieldName } from "../ocs/field_names.ts";

const LONGEST = 255;

/** Names as they go into files, in the order in which they came. */
export interface RepairedNames {
  /** All valid, and each only once. */
  readonly names: readonly string[];
  /** The first name that was not valid; undefined when all were. */
  readonly invalid: string | undefined;
}

/** Repairs the names of a block's fields as Python's aggregator does, so that both make the same of the same. */
export function repairFieldNames(raw: readonly string[]): RepairedNames {
  const invalid = raw.find((name) => !isFieldName(name));
  if (invalid === undefined) return { names: raw, invalid };
  const taken = new Set<string>();
  for (const name of raw) taken.add(free(repaired(name), taken));
  return { names: [...taken], invalid };
}

function repaired(name: string): string {
  return enforceFieldName(name) || enforceFieldName(`invalid_field_${name}`);
}

/** The name, with `_01`, `_02`, … behind it where it is taken. */
function free(name: string, taken: ReadonlySet<string>): string {
  let result = name;
  for (let i = 1; taken.has(result); i++) {
    const suffix = `_${String(i).padStart(2, "0")}`;
    result = name.slice(0, LONGEST - suffix.length) + suffix;
  }
  return result;
}
