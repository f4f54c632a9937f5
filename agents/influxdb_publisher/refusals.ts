/** What InfluxDB has refused, by agent and field. @module */
import { Float } from "../../internal/float.ts";
import type { InfluxOrigin } from "../../hk/influx_point.ts";
import { printable } from "../../internal/limited_log.ts";

/** One kind of refusal, as clients see it. */
export interface Refusal {
  /** Address of the agent; empty where the database does not say which points they were. */
  readonly agent: string;
  readonly feed: string;
  /** null for whole points. */
  readonly field: string | null;
  readonly cause: string;
  /** Points that are without it in the database. */
  readonly points: number;
  /** Unix seconds. */
  readonly last: Float;
}

/** What is noted. */
export interface Refused extends InfluxOrigin {
  readonly field: string | undefined;
  readonly cause: string;
  readonly points: number;
}

/** Kinds that are counted one by one. */
const MOST_KINDS = 200;
/** Kinds that clients are shown. */
const MOST_SHOWN = 20;

/** Counts refusals, and tells of each kind once. */
export class Refusals {
  /** Points in which something is missing, or which are missing. */
  points = 0;
  /** By what they are about; changed in place. */
  readonly #kinds = new Map<
    string,
    Omit<Refusal, "points" | "last"> & { points: number; lastSeconds: number }
  >();
  readonly #tell: (text: string) => void;

  /** @param tell Told of each kind once. */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** Takes note of one. */
  note({ agent, feed, field, cause, points }: Refused, nowSeconds: number): void {
    this.points += points;
    const key = [agent, feed, field ?? "", field === undefined ? kindOfCause(cause) : ""].join("\n");
    const known = this.#kinds.get(key);
    if (known !== undefined) {
      known.points += points;
      known.lastSeconds = nowSeconds;
      return;
    }
    if (this.#kinds.size >= MOST_KINDS) return;
    const text = printable(cause);
    this.#kinds.set(key, { agent, feed, field: field ?? null, cause: text, points, lastSeconds: nowSeconds });
    const what = field === undefined ? "points" : `field ${printable(field)}`;
    const whose = agent === "" ? "of some feed" : `of ${printable(agent)}, feed ${printable(feed)}`;
    this.#tell(`InfluxDB cannot keep ${what} ${whose}: ${text}`);
  }

  /** The last kinds, the latest first. */
  shown(): Refusal[] {
    const latest = [...this.#kinds.values()].sort((a, b) => b.lastSeconds - a.lastSeconds).slice(
      0,
      MOST_SHOWN,
    );
    return latest.map(({ agent, feed, field, cause, points, lastSeconds }) => ({
      agent,
      feed,
      field,
      cause,
      points,
      last: new Float(lastSeconds),
    }));
  }
}

/** The part of a cause that does not name points or numbers. */
function kindOfCause(cause: string): string {
  return cause.replaceAll(/'[^]*?'|"[^]*?"|[\d.]+/g, "").slice(0, 100);
}
