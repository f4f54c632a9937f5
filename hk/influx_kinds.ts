/** Which kinds fields have in InfluxDB, and when one changes. @module */
import type { InfluxOrigin } from "./influx_point.ts";
import type { InfluxKind } from "./influx_value.ts";

/** A field that is of another kind than before, which InfluxDB refuses. */
export interface InfluxKindChange extends InfluxOrigin {
  /** Name of the field in InfluxDB. */
  readonly field: string;
  /** Kind of the samples before. */
  readonly was: InfluxKind;
  /** Kind of the samples now. */
  readonly is: InfluxKind;
}

/** Fields that are remembered, of all measurements. */
const MOST_FIELDS = 200_000;

/** Remembers the kind of each field that went by: for InfluxDB it is the same in all feeds of a measurement. */
export class InfluxKinds {
  readonly #kinds = new Map<string, Map<string, InfluxKind>>();
  #fields = 0;

  /** Kinds by field of a measurement. */
  of(measurement: string): Map<string, InfluxKind> {
    const known = this.#kinds.get(measurement);
    if (known !== undefined) return known;
    const kinds = new Map<string, InfluxKind>();
    if (this.#fields < MOST_FIELDS) this.#kinds.set(measurement, kinds);
    return kinds;
  }

  /** Takes note of a kind; gives the one before where it was another. */
  see(kinds: Map<string, InfluxKind>, field: string, is: InfluxKind): InfluxKind | undefined {
    const was = kinds.get(field);
    if (was === is) return undefined;
    if (was === undefined && ++this.#fields > MOST_FIELDS) return undefined;
    kinds.set(field, is);
    return was;
  }
}
