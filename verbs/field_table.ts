/** Newest values of a feed's fields, how old they are, and their range. @module */
import type { EncodedBlock, Sample } from "../ocs/mod.ts";
import { ArrivalRhythm } from "./arrival_rhythm.ts";

/** One field as it is now. */
export interface FieldRow {
  readonly field: string;
  /** Newest value. */
  readonly value: Sample;
  /** Seconds since it was measured, by the agent's clock; never negative. */
  readonly ageSeconds: number;
  /**
   * `old`: values used to come more often than this. `late`: it comes, but long after it was measured; or the agent's clock
   * is wrong.
   */
  readonly staleness: "fresh" | "old" | "late";
  /** Numbers only; undefined where none has come since the table was made or cleared. */
  readonly range: { readonly min: number; readonly max: number; readonly mean: number } | undefined;
}

interface Field {
  value: Sample;
  /** How long before its arrival it was measured, in seconds. */
  lagSeconds: number;
  arrivedMs: number;
  readonly rhythm: ArrivalRhythm;
  count: number;
  mean: number;
  min: number;
  max: number;
}

/** Time that a value may take from the instrument to here. */
const LATE_SECONDS = 60;
/** More fields than that are a fault, and are not taken. */
const MAX_FIELDS = 10_000;

/** Takes blocks as they come. */
export class FieldTable {
  readonly #fields = new Map<string, Field>();

  /** Whether there are so many fields that no more are taken. */
  get isFull(): boolean {
    return this.#fields.size >= MAX_FIELDS;
  }

  /** Takes the blocks of one event. */
  add(
    blocks: readonly EncodedBlock[],
    { receivedSeconds, receivedMs }: { readonly receivedSeconds: number; readonly receivedMs: number },
  ): void {
    for (const { data, timestamps } of blocks) {
      const measured = timestamps.at(-1);
      if (measured === undefined) continue;
      for (const [name, samples] of Object.entries(data)) {
        const value = samples.at(-1);
        if (value === undefined) continue;
        const field = this.#fields.get(name) ?? newField(value);
        if (this.isFull && !this.#fields.has(name)) continue;
        this.#fields.set(name, field);
        field.value = value;
        field.lagSeconds = receivedSeconds - measured;
        field.arrivedMs = receivedMs;
        field.rhythm.add(receivedMs);
        for (const sample of samples) count(field, sample);
      }
    }
  }

  /** Forgets minimum, maximum and mean. */
  clearRanges(): void {
    for (const field of this.#fields.values()) clear(field);
  }

  /** The fields at a moment of the monotonic clock. */
  rows(nowMs: number): FieldRow[] {
    return [...this.#fields].map(([name, field]) => {
      const { value, lagSeconds, arrivedMs, rhythm, min, max, mean } = field;
      const silentSeconds = (nowMs - arrivedMs) / 1000;
      return {
        field: name,
        value,
        ageSeconds: Math.max(0, lagSeconds + silentSeconds),
        staleness: silentSeconds > rhythm.staleAfterSeconds
          ? "old"
          : lagSeconds > LATE_SECONDS
          ? "late"
          : "fresh",
        range: field.count === 0 ? undefined : { min, max, mean },
      };
    });
  }
}

function newField(value: Sample): Field {
  const field = { value, lagSeconds: 0, arrivedMs: 0, rhythm: new ArrivalRhythm() };
  return { ...field, count: 0, mean: 0, min: Infinity, max: -Infinity };
}

function clear(field: Field): void {
  Object.assign(field, { count: 0, mean: 0, min: Infinity, max: -Infinity });
}

function count(field: Field, sample: Sample): void {
  const number = numberOf(sample);
  if (number === undefined || Number.isNaN(number)) return;
  field.count++;
  field.mean += (number - field.mean) / field.count;
  field.min = Math.min(field.min, number);
  field.max = Math.max(field.max, number);
}

/** A sample as a number to reckon with; undefined for texts and booleans. */
export function numberOf(sample: Sample | undefined): number | undefined {
  switch (typeof sample) {
    case "number":
      return sample;
    case "bigint":
      return Number(sample);
    case "object":
      return sample.value;
    default:
      return undefined;
  }
}
