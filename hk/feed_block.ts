/** A block of a feed's message, looked at far enough to be recorded or refused. @module */
import { Float } from "../internal/float.ts";
import type { BlockFault } from "./block_fault.ts";
import { sampleFault } from "./sample_column.ts";
import { type SampleKind, sampleKind } from "./sample_kind.ts";

/** A block as it came, with decoded values whose kinds were kept; what it holds is known only by its shape. */
export interface FeedBlock {
  /** Its key in the message. */
  readonly name: string;
  /** Names of the fields as they came. */
  readonly fields: readonly string[];
  /** The samples of each field, as many as there are times. */
  readonly samples: readonly (readonly unknown[])[];
  /** Unix seconds, unchecked. */
  readonly times: readonly unknown[];
}

/** Looks at one block of a message: is it one, and is each field as long as its times? */
export function readFeedBlock(name: string, value: unknown): FeedBlock | BlockFault {
  if (!isObject(value)) return { reason: "not a block", detail: `it is ${what(value)}, expected an object` };
  const { data, timestamps } = value;
  if (!isObject(data)) {
    return { reason: "not a block", detail: `"data" is ${what(data)}, expected an object of fields` };
  }
  if (!Array.isArray(timestamps)) {
    return { reason: "not a block", detail: `"timestamps" is ${what(timestamps)}, expected a list` };
  }
  const fields = Object.keys(data);
  const samples: unknown[][] = [];
  for (const field of fields) {
    const values = data[field];
    if (!Array.isArray(values)) {
      return { reason: "not a block", detail: `field "${shown(field)}" is ${what(values)}, expected a list` };
    }
    if (values.length !== timestamps.length) {
      return {
        reason: "lengths differ",
        detail: `field "${
          shown(field)
        }" has ${values.length} samples and there are ${timestamps.length} times`,
      };
    }
    samples.push(values);
  }
  if (fields.length === 0 && timestamps.length > 0) {
    return { reason: "no fields", detail: `there are ${timestamps.length} times and no fields` };
  }
  return { name, fields, samples, times: timestamps };
}

/** The kind of each field, by its first sample. */
export function blockKinds({ fields, samples }: FeedBlock): SampleKind[] | BlockFault {
  const kinds: SampleKind[] = [];
  for (const [i, values] of samples.entries()) {
    const kind = sampleKind(values[0]);
    if (kind === undefined) return ofField(fields[i] ?? "", sampleFault(values, 0));
    kinds.push(kind);
  }
  return kinds;
}

/** A fault of a field's samples, with the field's name. */
export function ofField(field: string, { reason, detail }: BlockFault): BlockFault {
  return { reason, detail: `field "${shown(field)}": ${detail}` };
}

/** Unix seconds of a decoded value; NaN for what is no number. */
export function secondsOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (value instanceof Float) return value.value;
  return typeof value === "bigint" ? Number(value) : NaN;
}

/** Tells a decoded object from everything else. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A name of any length, for a message. */
export function shown(name: string): string {
  return name.length <= 100 ? name : `${name.slice(0, 100)}…`;
}

function what(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
