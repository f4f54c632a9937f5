/** What the index of last samples keeps of each field. @module */

/** What a field's values are; in a file they make four types of vectors. */
export type LastKind = "int" | "float" | "string" | "bool";

/** A value of one of these kinds. */
export type LastValue = number | bigint | string | boolean;

/** The feed that a field belongs to, as the recorder knows it. */
export interface LastFeed {
  /** Such as `observatory.faker1.feeds.temperatures`. */
  readonly address: string;
  /** The publishing agent's session. */
  readonly sessionId: string;
  /** Without data for so long the feed counts as gone. */
  readonly freshSeconds: number;
  /** After so long a frame is written. */
  readonly frameSeconds: number;
}

/** The newest sample of a field. */
export interface LastSample {
  /** Name as in the file. */
  readonly field: string;
  /** What its values are. */
  readonly kind: LastKind;
  /** Texts are kept up to their first 1000 characters. */
  readonly value: LastValue;
  /** The agent's time, Unix seconds. */
  readonly timeSeconds: number;
}

/** A field and its newest sample that is in a file. */
export interface WrittenField {
  /** Name as in the file. */
  readonly field: string;
  /** The agent's time, Unix seconds. */
  readonly timeSeconds: number;
}

/** One row of the index. */
export interface LastField extends LastFeed, LastSample {
  /** When it came, by the recorder's clock, Unix seconds. */
  readonly arrivedSeconds: number;
  /** How far arrivals are apart, see `UsualGap`; undefined while too few have come. */
  readonly gapSeconds: number | undefined;
  /** When the oldest sample came that is in no file yet, by the recorder's clock; undefined if all are. */
  readonly waitsSinceSeconds: number | undefined;
  /** File that holds the newest sample that was written; undefined before the first frame. */
  readonly file: string | undefined;
  /** Time of that sample, Unix seconds. */
  readonly writtenSeconds: number | undefined;
}
