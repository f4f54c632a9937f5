/** What clients read in the session data of a publisher's `record`. @module */
import type { Float } from "../../internal/float.ts";
import type { Refusal } from "./refusals.ts";

/** A field that has become another kind. */
export interface KindChange {
  readonly agent: string;
  readonly feed: string;
  readonly field: string;
  readonly was: string;
  readonly is: string;
  /** Unix seconds. */
  readonly time: Float;
}

/** Points that were given up. */
export interface LostPoints {
  points: number;
  /** Unix seconds. */
  readonly from: Float;
  to: Float;
  cause: string;
}

/** Counts since the run's start. */
export interface PublishCounts {
  /** Events of recorded feeds. */
  events: number;
  /** Of them from feeds that are not meant for InfluxDB. */
  excluded: number;
  /** Events that were none. */
  malformed: number;
  /** Points made of the others. */
  points: number;
  /** Points that are in the database, also of earlier runs. */
  written: number;
  /** Points that InfluxDB does not keep, or of which it does not keep a field. */
  refused: number;
  /** Points that were given up because too many waited. */
  lost: number;
}

/** Session data of `record`; the first two as Python's publisher has them. */
export interface PublishData extends Record<string, unknown> {
  /** Whether the database takes points. */
  connected: boolean;
  /** Unix seconds. */
  last_updated: Float;
  /** Why the database takes none, or points cannot wait on the disk; null when all is well. */
  trouble: string | null;
  /** What has not been written yet. */
  waiting: {
    points: number;
    /** Age of the oldest; null when none wait. */
    oldest_seconds: Float | null;
    memory_bytes: number;
    memory_limit_bytes: number;
  };
  /** null where points wait in memory only. */
  spool: { folder: string; points: number; bytes: number; limit_bytes: number } | null;
  counts: PublishCounts;
  /** What InfluxDB does not keep, the latest first. */
  refused: readonly Refusal[];
  /** Fields that have become another kind, the latest last. */
  changed: readonly KindChange[];
  /** Points that were given up; null when there are none. */
  lost: LostPoints | null;
}
