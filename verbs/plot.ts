/** One field over time. @module */
import type { Clock } from "../internal/clock.ts";
import type { Sample } from "../ocs/mod.ts";
import { ArrivalRhythm } from "./arrival_rhythm.ts";
import { braillePlot, type PlotOptions } from "./braille_plot.ts";
import { duration } from "./duration.ts";
import { FeedNotFoundError } from "./errors.ts";
import { eventTime } from "./event_time.ts";
import { footLine, headLine, lossText } from "./feed_head.ts";
import type { FeedWatch, WatchedEvent } from "./feed_watch.ts";
import { FieldChoice } from "./field_choice.ts";
import { numberOf } from "./field_table.ts";
import { printable } from "./fit_text.ts";
import { type Follower, followFeed, type FollowOptions, type Reading } from "./follow_feed.ts";
import type { LiveView } from "./live_view.ts";
import type { VerbResult } from "./outcome.ts";
import { PlotHistory } from "./plot_history.ts";
import type { ScreenSize } from "./screen_update.ts";
import { sampleText } from "./value_text.ts";

/** How `plot` draws. */
export interface PlotVerbOptions extends FollowOptions, Pick<PlotOptions, "min" | "max" | "unit"> {
  /** Seconds of the past that are shown; default 300. */
  readonly lastSeconds?: number | undefined;
}

const DEFAULT_LAST_SECONDS = 300;
/** A plot that has just begun is not stretched beyond that. */
const MIN_SECONDS = 10;

/**
 * Draws a field over time until q or Ctrl-C; the line is interrupted where values are missing.
 *
 * Where nothing can be redrawn each sample is one line.
 *
 * @param target `AGENT.FEED`.
 * @param field Name of the field.
 * @returns See `followFeed`, as for what else it throws.
 * @throws {FeedNotFoundError} If the feed is not recorded: then it has no fields.
 */
export function plot(target: string, field: string, options: PlotVerbOptions): Promise<VerbResult> {
  const choice = new FieldChoice([field], { exact: true });
  return followFeed(target, {
    missing: (name) => choice.missing(name, "plot"),
    follower: (source, clock) => {
      if (!source.found.info.record) {
        throw new FeedNotFoundError(
          `Cannot plot "${target}": the feed is not recorded and has no fields; try watch ${target}`,
        );
      }
      return new FieldPlot({ target, field, choice, source, clock, options });
    },
  }, options);
}

interface Parts {
  readonly target: string;
  readonly field: string;
  readonly choice: FieldChoice;
  readonly source: FeedWatch;
  readonly clock: Clock;
  readonly options: PlotVerbOptions;
}

/** What is known of the field, and how it is drawn. */
class FieldPlot implements Follower, LiveView {
  readonly view: LiveView = this;
  readonly #parts: Parts;
  readonly #history: PlotHistory;
  readonly #rhythm = new ArrivalRhythm();
  #last: { readonly value: Sample; readonly receivedMs: number } | undefined;
  #unit: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#history = new PlotHistory(parts.options.lastSeconds ?? DEFAULT_LAST_SECONDS);
    this.#unit = parts.options.unit;
  }

  readonly take = ({ blocks = [], receivedMs }: WatchedEvent): readonly Reading[] => {
    const { field, choice } = this.#parts;
    const readings: Reading[] = [];
    for (const { data, timestamps, influxdb_tags: tags } of blocks) {
      for (const name of Object.keys(data)) choice.has(name);
      const samples = data[field];
      if (samples === undefined || !Object.hasOwn(data, field)) continue;
      this.#unit ??= unitOf(tags?.[field]);
      this.#breakAfterSilence(timestamps[0] ?? 0, receivedMs);
      timestamps.forEach((timeSeconds, at) => {
        const value = samples[at];
        if (value === undefined) return; // As many samples as times, see parseBlock.
        this.#history.add({ timeSeconds, value: heightOf(value) ?? NaN });
        this.#last = { value, receivedMs };
        readings.push(this.#reading(timeSeconds, value));
      });
      if (timestamps.length > 0) this.#rhythm.add(receivedMs);
    }
    return readings;
  };

  lines({ columns, rows }: ScreenSize): readonly string[] {
    const { target, field, choice, source, clock, options } = this.#parts;
    const { look } = options.terminal;
    const now = new Date(clock.now() * 1000);
    const title = `${target} ${printable(field)}`;
    const head = headLine(title, source, { look, columns, now });
    const last = this.#last;
    const newest = this.#history.newestSeconds;
    if (last === undefined || newest === undefined) {
      return [
        head,
        "",
        choice.missing(target, "plot")?.message ?? "Nothing has been published yet.",
        lossText(source, look),
      ];
    }
    // By the agent's clock, which goes on also when nothing comes.
    const silentSeconds = (clock.monotonicMs() - last.receivedMs) / 1000;
    const to = newest + silentSeconds;
    const points = this.#history.points(to - this.#history.windowSeconds);
    const from = Math.min(
      points[0]?.timeSeconds ?? to,
      to - Math.min(MIN_SECONDS, this.#history.windowSeconds),
    );
    const hasFoot = rows >= 7;
    const picture = braillePlot(points, {
      columns,
      rows: rows - (hasFoot ? 2 : 1),
      from,
      to,
      min: options.min,
      max: options.max,
      unit: this.#unit,
      utcOffsetMinutes: -now.getTimezoneOffset(),
    });
    if (!hasFoot) return [head, ...picture];
    const isOld = silentSeconds > this.#rhythm.staleAfterSeconds;
    const value = `${sampleText(last.value)}${this.#unit === undefined ? "" : ` ${printable(this.#unit)}`}`;
    const notes = [
      isOld
        ? look.style(["bold", "yellow"], `${value}, old ${duration(silentSeconds)}`)
        : look.style("bold", value),
      heightOf(last.value) === undefined ? look.style("yellow", "no number: nothing to draw") : "",
      lossText(source, look),
    ];
    return [head, ...picture, footLine(look, { notes })];
  }

  /** Where values have been missing the line must not pretend that they were between. */
  #breakAfterSilence(timeSeconds: number, receivedMs: number): void {
    const newest = this.#history.newestSeconds;
    if (newest === undefined || this.#last === undefined) return;
    const silentSeconds = (receivedMs - this.#last.receivedMs) / 1000;
    if (silentSeconds <= this.#rhythm.staleAfterSeconds) return;
    this.#history.add({ timeSeconds: (newest + timeSeconds) / 2, value: NaN });
  }

  #reading(timestamp: number, value: Sample): Reading {
    const { target, field, options } = this.#parts;
    const { look } = options.terminal;
    return {
      data: () => ({ feed: target, field, timestamp, value }),
      text: () => `${look.style("dim", eventTime(timestamp))} ${look.style("bold", sampleText(value))}`,
    };
  }
}

/** Where a sample stands in the plot: False is 0, True is 1; undefined for a text. */
function heightOf(value: Sample): number | undefined {
  return typeof value === "boolean" ? Number(value) : numberOf(value);
}

/** The unit that an agent names in the field's tags for InfluxDB. */
function unitOf(tags: unknown): string | undefined {
  const { unit, units } = Object(tags);
  return [unit, units].find((each) => typeof each === "string");
}
