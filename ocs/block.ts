/** Samples of a recorded feed. @module */
import { Float } from "../internal/float.ts";
import { asNumber, isRecord, kindOf, RecordReader } from "./_wire.ts";

/** What a field may hold. `Float` and `bigint` come from decoders that keep the kinds of numbers. */
export type Sample = number | bigint | Float | string | boolean;

/** Co-sampled fields with their times, in the wire's own words and order. */
export interface EncodedBlock {
  /** Unique within the feed. */
  readonly block_name: string;
  /** Samples by field, as many as there are times. */
  readonly data: Readonly<Record<string, readonly Sample[]>>;
  /** Tags for InfluxDB by field; null where there are none, absent in agents before OCS 0.12. */
  readonly influxdb_tags?: Readonly<Record<string, unknown>> | null;
  /** Unix seconds. */
  readonly timestamps: readonly number[];
}

/**
 * Reads the message of a recorded feed: blocks by name.
 *
 * An agent may send an empty message; that is no block, and no error.
 *
 * @throws {TypeError} If a block is not one; says which and why.
 */
export function parseBlocks(message: unknown): readonly EncodedBlock[] {
  if (!isRecord(message)) {
    throw new TypeError(`Cannot read blocks: ${kindOf(message)}, expected an object of blocks by name`);
  }
  return Object.entries(message).map(([name, block]) => parseBlock(name, block));
}

/**
 * Reads one block of a recorded feed. A null among its samples is a NaN.
 *
 * @param name Its key in the message.
 * @throws {TypeError} If it is none, a field has more or fewer samples than there are times, or a sample cannot be
 * recorded.
 */
export function parseBlock(name: string, value: unknown): EncodedBlock {
  const what = `block "${name}"`;
  const block = new RecordReader(what, value);
  const timestamps = block.array("timestamps").map((time) =>
    asNumber(time) ?? fail(what, "timestamps", time)
  );
  const data: Record<string, readonly Sample[]> = {};
  for (const [field, samples] of Object.entries(block.record("data"))) {
    if (!Array.isArray(samples) || samples.length !== timestamps.length) {
      throw new TypeError(
        `Cannot read ${what}: field "${field}" is ${
          kindOf(samples)
        }, expected an array of ${timestamps.length}`,
      );
    }
    data[field] = samples.map((sample: unknown) => {
      // A publisher whose JSON has no NaN says null: that value is missing, the others are not.
      if (sample === null) return NaN;
      return isSample(sample) ? sample : fail(what, field, sample);
    });
  }
  const tags = block.raw("influxdb_tags");
  return {
    block_name: block.text("block_name", name),
    data,
    ...(tags === undefined ? {} : { influxdb_tags: isRecord(tags) ? tags : null }),
    timestamps,
  };
}

/** Tells whether a value can be a sample of a recorded feed. */
export function isSample(value: unknown): value is Sample {
  switch (typeof value) {
    case "number":
    case "bigint":
    case "string":
    case "boolean":
      return true;
    default:
      return value instanceof Float;
  }
}

function fail(what: string, field: string, sample: unknown): never {
  throw new TypeError(
    `Cannot read ${what}: field "${field}" holds ${kindOf(sample)}, expected numbers, texts or booleans`,
  );
}
