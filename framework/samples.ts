/** Samples as authors hand them to a feed. @module */
import { Float } from "../internal/float.ts";
import { pyTypeName } from "../ocs/python_text.ts";

/** One sample of several fields. */
export interface Sample {
  /** Name of the fields that are read together. */
  readonly blockName: string;
  /** Unix seconds; default now. */
  readonly timestamp?: number | undefined;
  /** Values by field. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Tags per field for InfluxDB; each needs a `_field`, and every field its tags. */
  readonly influxdbTags?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | null | undefined;
}

/** Several samples of several fields: as many values per field as timestamps. */
export interface Samples extends Omit<Sample, "timestamp" | "data"> {
  /** Unix seconds. */
  readonly timestamps: ArrayLike<number>;
  /** Arrays of values by field; typed arrays are welcome. */
  readonly data: Readonly<Record<string, ArrayLike<unknown>>>;
}

/** Samples whose form is good; names and values have still to be looked at. */
export interface CheckedSamples {
  readonly blockName: string;
  readonly timestamps: readonly number[];
  readonly data: Readonly<Record<string, readonly unknown[]>>;
  readonly influxdbTags: Sample["influxdbTags"];
  readonly single: boolean;
}

/** Both forms of a message as one. Looked at closely, because what an author passes may come from anywhere. */
export function toSamples(message: unknown, now: number): CheckedSamples {
  const { blockName, timestamp, timestamps, data, influxdbTags } = object(
    message,
    "message of a record feed",
  );
  // Texts of Python's KeyError.
  if (typeof blockName !== "string") throw new TypeError("'block_name'");
  if (data === undefined) throw new TypeError("'data'");
  const fields = object(data, "'data' of a record feed");
  const columns: Record<string, readonly unknown[]> = {};
  if (timestamps === undefined) {
    for (const [field, value] of Object.entries(fields)) columns[field] = [value];
    return {
      blockName,
      timestamps: [seconds(timestamp ?? now)],
      data: columns,
      influxdbTags: tags(influxdbTags),
      single: true,
    };
  }
  const times = array(timestamps, "timestamps").map(seconds);
  for (const [field, values] of Object.entries(fields)) {
    const column = array(values, `field "${field}"`);
    if (column.length !== times.length) {
      throw new RangeError(
        `Cannot publish block "${blockName}": field "${field}" has ${column.length} values ` +
          `for ${times.length} timestamps`,
      );
    }
    columns[field] = column;
  }
  return { blockName, timestamps: times, data: columns, influxdbTags: tags(influxdbTags), single: false };
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`Cannot publish a ${pyTypeName(value)} as ${what}: expected an object`);
  }
  // An object that is no array can be asked for its members; each is looked at where it is used.
  return value as Record<string, unknown>;
}

function array(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    throw new TypeError(`Cannot publish a ${pyTypeName(value)} as ${what}: expected an array`);
  }
  // Every view that is not a DataView is a typed array.
  return Array.from(value as ArrayLike<unknown>);
}

function seconds(value: unknown): number {
  const number = value instanceof Float ? value.value : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw new TypeError(`Cannot publish at time "${String(value)}": expected Unix seconds`);
  }
  return number;
}

function tags(value: unknown): Sample["influxdbTags"] {
  if (value === undefined || value === null) return undefined;
  const sets: Record<string, Record<string, unknown>> = {};
  for (const [field, set] of Object.entries(object(value, "influxdbTags"))) {
    sets[field] = object(set, `influxdbTags of "${field}"`);
  }
  return sets;
}

/** Texts of Python's `Feed.verify_influxdb_tags`. */
export function checkTags(sets: Sample["influxdbTags"], data: Readonly<Record<string, unknown>>): void {
  if (sets === undefined || sets === null) return;
  for (const set of Object.values(sets)) {
    if (!Object.hasOwn(set, "_field")) {
      throw new RangeError(`'_field' not supplied with 'influxdb_tags' for tag set ${JSON.stringify(set)}`);
    }
  }
  for (const field of Object.keys(data)) {
    if (!Object.hasOwn(sets, field)) {
      throw new RangeError(`'influxdb_tags' does not contain tags for '${field}'`);
    }
  }
  for (const field of Object.keys(sets)) {
    if (!Object.hasOwn(data, field)) throw new RangeError(`'influxdb_tags' contains extra tag '${field}'`);
  }
}
