/** Writes points to InfluxDB so that a bad one costs only itself. @module */
import { influxLineOf, measurementOf, originOf, readInfluxLine } from "../influx_point.ts";
import type { InfluxOrigin } from "../influx_point.ts";
import type { InfluxVerdict } from "../influx_answer.ts";
import type { InfluxAway, InfluxDatabase } from "./influx_database.ts";

/** Something that the database has refused and will not get again. */
export interface InfluxRefusal extends InfluxOrigin {
  /** The field; undefined for whole points. */
  readonly field: string | undefined;
  /** Why, in the database's words. */
  readonly cause: string;
  /** Points that are missing it; their other fields are there. */
  readonly points: number;
}

/** What became of points. */
export type InfluxOutcome =
  /** They are there, but for what was refused. */
  | { readonly kind: "done"; readonly written: number }
  /** The database takes nothing at present: try all of them again, it does no harm. */
  | InfluxAway
  /** It refuses all of them and does not say what it dislikes: they are bad, or something is wrong with the database. */
  | { readonly kind: "doubtful"; readonly why: string };

/** How a writer works. */
export interface InfluxWriterOptions {
  /** Told of what is refused. */
  readonly onRefusal: (refusal: InfluxRefusal) => void;
  /** Time that never runs backwards. */
  readonly monotonicMs: () => number;
  /** Points in a request at most; less once the database finds that too much. Default 10,000. */
  readonly mostPoints?: number;
}

/** A point that was refused alone. */
interface Suspect {
  readonly line: string;
  readonly why: string;
}

type Conflict = Extract<InfluxVerdict, { readonly kind: "conflict" }>;

const MOST_POINTS = 10_000;
/** A database that finds this too much is in trouble, or the points are that long; they are halved all the same. */
const FEWEST_POINTS = 100;
/** After so long it may take more at a time again. */
const GROW_MS = 60_000;
/** Requests that look for the bad points of a batch, before the database itself is doubted. */
const DOUBT_AFTER = 40;
/** Refused points of a batch that are looked for one by one. */
const FEW = 16;
/** Fields that are left out from then on without asking, so long. InfluxDB forgets kinds with the data that had them. */
const REMEMBERED_MS = 600_000;
const MOST_REMEMBERED = 1000;

/** Writes to one database. */
export class InfluxWriter {
  readonly #database: InfluxDatabase;
  readonly #onRefusal: (refusal: InfluxRefusal) => void;
  readonly #monotonicMs: () => number;
  /** By measurement and field. */
  readonly #conflicts = new Map<
    string,
    Map<string, { readonly conflict: Conflict; readonly untilMs: number }>
  >();
  readonly #limit: number;
  #mostPoints: number;
  #growAtMs = 0;

  /** Writes nothing yet. */
  constructor(database: InfluxDatabase, options: InfluxWriterOptions) {
    this.#database = database;
    this.#onRefusal = options.onRefusal;
    this.#monotonicMs = options.monotonicMs;
    this.#limit = options.mostPoints ?? MOST_POINTS;
    this.#mostPoints = this.#limit;
  }

  /** Points in a request at most. */
  get mostPoints(): number {
    return this.#mostPoints;
  }

  /** Whether the database takes these points as they are; undefined where it is away. */
  async takes(lines: readonly string[], signal?: AbortSignal): Promise<boolean | undefined> {
    const { kind } = await this.#database.write(lines.slice(0, this.#mostPoints).join("\n"), signal);
    if (kind === "away") return undefined;
    return kind !== "refused" && kind !== "too large" && kind !== "unreadable";
  }

  /**
   * Writes points, and looks for those that the database dislikes: by what it says, else by halves.
   *
   * Points are only to blame when others are taken both before and after they are refused: a database that comes and goes must
   * not cost any.
   *
   * @param options `witness`: other points, which the database has taken just now.
   */
  async write(
    lines: readonly string[],
    options: { readonly witness?: readonly string[]; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<InfluxOutcome> {
    const { signal } = options;
    if (this.#mostPoints < this.#limit && this.#monotonicMs() >= this.#growAtMs) {
      this.#mostPoints = Math.min(this.#limit, 2 * this.#mostPoints);
      this.#growAtMs = this.#monotonicMs() + GROW_MS;
    }
    const parts: (readonly string[])[] = [this.#withoutKnownConflicts(lines)];
    const suspects: Suspect[] = [];
    let witness = options.witness;
    let written = 0;
    for (let requests = 0; parts.length > 0; requests++) {
      const part = parts.pop() ?? [];
      if (part.length === 0) continue;
      if (part.length > this.#mostPoints) {
        // The first ones first.
        parts.push(part.slice(this.#mostPoints), part.slice(0, this.#mostPoints));
        continue;
      }
      const verdict = await this.#database.write(part.join("\n"), signal);
      if (verdict.kind === "away") {
        // A database at the end of its strength would never be through with so many.
        const isOverworked = verdict.isLate === true || verdict.trouble === "server";
        if (isOverworked && part.length > FEWEST_POINTS) this.#shrink(part.length);
        return verdict;
      }
      if (verdict.kind === "written") witness = part.slice(0, 1);
      const rest = this.#after(verdict, part);
      if (rest !== undefined) {
        written += rest.written;
        parts.push(rest.again);
        continue;
      }
      const why = "why" in verdict ? verdict.why : "";
      const [line] = part;
      if (part.length > 1) parts.push(part.slice(part.length >> 1), part.slice(0, part.length >> 1));
      else if (line !== undefined) suspects.push({ line, why });
      if (witness === undefined && requests >= DOUBT_AFTER) return { kind: "doubtful", why };
    }
    const [first] = suspects;
    if (first === undefined) return { kind: "done", written };
    if (witness === undefined) return { kind: "doubtful", why: first.why };
    return await this.#confirm(suspects, { witness, written, signal });
  }

  /** Refuses points that the database refuses again, between others that it takes. */
  async #confirm(
    suspects: readonly Suspect[],
    { witness, written, signal }: {
      readonly witness: readonly string[];
      readonly written: number;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<InfluxOutcome> {
    const guilty: Suspect[] = [];
    for (const suspect of suspects) {
      const verdict = await this.#database.write(suspect.line, signal);
      if (verdict.kind === "away") return verdict;
      if (verdict.kind !== "written") guilty.push({ line: suspect.line, why: verdict.why });
    }
    const [first] = guilty;
    if (first !== undefined && await this.takes(witness, signal) !== true) {
      return { kind: "doubtful", why: first.why };
    }
    for (const { line, why } of guilty) this.#refuseLine(line, why);
    return { kind: "done", written: written + suspects.length - guilty.length };
  }

  /** What is there after an answer and what has to be sent again; undefined where the points have to be halved. */
  #after(
    verdict: Exclude<InfluxVerdict, InfluxAway>,
    part: readonly string[],
  ): { readonly written: number; readonly again: readonly string[] } | undefined {
    switch (verdict.kind) {
      case "written":
        return { written: part.length, again: [] };
      case "partly":
        // Which points they are is not said. Of a few, halving finds them: what is there already does no harm.
        if (part.length > 1 && verdict.dropped <= FEW && verdict.dropped < part.length) return undefined;
        this.#refusePartly(part, verdict);
        return { written: Math.max(0, part.length - verdict.dropped), again: [] };
      case "conflict": {
        this.#remember(verdict);
        const again = this.#withoutKnownConflicts(part);
        // Where leaving the field out changes nothing, halving finds the points.
        return again === part ? undefined : { written: 0, again };
      }
      case "unreadable": {
        const again = part.filter((line) => !verdict.lines.has(line));
        if (again.length === part.length) return undefined;
        for (const line of part) if (verdict.lines.has(line)) this.#refuseLine(line, verdict.why);
        return { written: 0, again };
      }
      case "too large":
        this.#shrink(part.length);
        return undefined;
      case "refused":
        return undefined;
    }
  }

  /** Sends fewer at a time, for a while. */
  #shrink(tooMany: number): void {
    this.#mostPoints = Math.min(this.#mostPoints, Math.max(FEWEST_POINTS, tooMany >> 1));
    this.#growAtMs = this.#monotonicMs() + GROW_MS;
  }

  #remember(conflict: Conflict): void {
    let fields = this.#conflicts.get(conflict.measurement);
    if (fields === undefined) {
      if (this.#conflicts.size >= MOST_REMEMBERED) this.#conflicts.clear();
      this.#conflicts.set(conflict.measurement, fields = new Map());
    }
    fields.set(conflict.field, { conflict, untilMs: this.#monotonicMs() + REMEMBERED_MS });
  }

  /** The lines without fields that would be refused; the same ones where there are none. */
  #withoutKnownConflicts(lines: readonly string[]): readonly string[] {
    if (this.#conflicts.size === 0) return lines;
    const nowMs = this.#monotonicMs();
    const refused = new Map<Conflict, { readonly origin: InfluxOrigin; points: number }>();
    let isChanged = false;
    const kept = lines.flatMap((line) => {
      const known = this.#conflicts.get(measurementOf(line));
      if (known === undefined) return [line];
      const point = readInfluxLine(line);
      const fields = point.fields.filter(({ key, kind }) => {
        const found = known.get(key);
        if (found === undefined || found.conflict.stored === kind) return true;
        if (found.untilMs < nowMs) {
          known.delete(key);
          return true;
        }
        const count = refused.get(found.conflict) ?? { origin: originOf(point), points: 0 };
        count.points++;
        refused.set(found.conflict, count);
        return false;
      });
      if (fields.length === point.fields.length) return [line];
      isChanged = true;
      return influxLineOf(point, fields) ?? [];
    });
    for (const [{ field, why }, { origin, points }] of refused) {
      this.#onRefusal({ ...origin, field, cause: why, points });
    }
    return isChanged ? kept : lines;
  }

  /** Refuses points of which only their number is known: by their feeds when it is all, else as those of nobody. */
  #refusePartly(
    part: readonly string[],
    { dropped, why }: Extract<InfluxVerdict, { readonly kind: "partly" }>,
  ): void {
    const cause = why;
    if (dropped < part.length) {
      return this.#onRefusal({ agent: "", feed: "", field: undefined, cause, points: dropped });
    }
    const byOrigin = new Map<string, InfluxOrigin & { points: number }>();
    for (const line of part) {
      const origin = originOf(readInfluxLine(line));
      const key = `${origin.agent}\n${origin.feed}`;
      const counted = byOrigin.get(key) ?? { ...origin, points: 0 };
      counted.points++;
      byOrigin.set(key, counted);
    }
    for (const counted of byOrigin.values()) this.#onRefusal({ ...counted, field: undefined, cause });
  }

  #refuseLine(line: string, cause: string): void {
    const point = readInfluxLine(line);
    const [field, second] = point.fields;
    this.#onRefusal({
      ...originOf(point),
      field: second === undefined ? field?.key : undefined,
      cause,
      points: 1,
    });
  }
}
