/** The newest values of a feed. @module */
import type { Clock } from "../internal/clock.ts";
import type { EncodedBlock, Sample } from "../ocs/mod.ts";
import { duration } from "./duration.ts";
import { eventTime } from "./event_time.ts";
import { footLine, headLine, lossText } from "./feed_head.ts";
import type { FeedWatch, WatchedEvent } from "./feed_watch.ts";
import { FieldChoice } from "./field_choice.ts";
import { fieldLines } from "./field_lines.ts";
import { FieldTable } from "./field_table.ts";
import { breakText, printable } from "./fit_text.ts";
import { type Follower, followFeed, type FollowOptions, type Reading } from "./follow_feed.ts";
import type { Key } from "./key_decoder.ts";
import type { LiveView } from "./live_view.ts";
import type { Look } from "./look.ts";
import type { VerbResult } from "./outcome.ts";
import { Scroll, windowText } from "./scroll.ts";
import { messageText, sampleText } from "./value_text.ts";

/** Fewer rows than that are for values only. */
const MIN_ROWS_WITH_FRAME = 6;
/** Events of a feed without blocks that are kept: more than a screen has rows. */
const MAX_EVENTS = 200;
/** What is shown of each of them; as lines all of it is written. */
const MAX_EVENT_LETTERS = 2000;

/**
 * Shows the newest value of each field, its age, minimum, maximum and mean, until q or Ctrl-C; a value that has stopped to
 * come is marked. A feed without blocks is shown event by event.
 *
 * Where nothing can be redrawn each sample is one line.
 *
 * @param target `AGENT.FEED`.
 * @param fields Names, or patterns with `*` and `?`; none: all.
 * @returns See `followFeed`, as for what it throws.
 */
export function watch(
  target: string,
  fields: readonly string[],
  options: FollowOptions,
): Promise<VerbResult> {
  const { look } = options.terminal;
  const choice = new FieldChoice(fields);
  return followFeed(target, {
    missing: (name) => choice.missing(name, "watch"),
    follower: (source, clock) =>
      source.found.info.record
        ? tableFollower(target, { source, clock, look, choice })
        : eventFollower(target, { source, clock, look }),
  }, options);
}

interface Parts {
  readonly source: FeedWatch;
  readonly clock: Clock;
  readonly look: Look;
}

function tableFollower(target: string, parts: Parts & { readonly choice: FieldChoice }): Follower {
  const table = new FieldTable();
  return {
    take: (event) => {
      const blocks = (event.blocks ?? []).map((block) => chosen(block, parts.choice));
      table.add(blocks, event);
      return blocks.flatMap((block) => blockReadings(target, block, parts.look));
    },
    view: new TableView(target, table, parts),
  };
}

function chosen(block: EncodedBlock, choice: FieldChoice): EncodedBlock {
  const entries = Object.entries(block.data).filter(([field]) => choice.has(field));
  return { ...block, data: Object.fromEntries(entries) };
}

/** One reading for each time of a block; none where no field of it was asked for. */
function blockReadings(target: string, block: EncodedBlock, look: Look): Reading[] {
  const columns = Object.entries(block.data);
  if (columns.length === 0) return [];
  return block.timestamps.map((timestamp, at) => {
    // As many samples as times, see parseBlock.
    const fields = columns.map(([field, samples]) => [field, samples[at]] as readonly [string, Sample]);
    return {
      data: () => ({ feed: target, block: block.block_name, timestamp, fields: Object.fromEntries(fields) }),
      text: () => {
        const texts = fields.map(([field, value]) =>
          `${printable(field)} ${look.style("bold", sampleText(value))}`
        );
        return `${look.style("dim", eventTime(timestamp))} ${texts.join("  ")}`;
      },
    };
  });
}

/** The table of fields on a screen. */
class TableView implements LiveView {
  readonly #target: string;
  readonly #table: FieldTable;
  readonly #parts: Parts & { readonly choice: FieldChoice };
  readonly #scroll = new Scroll();

  constructor(target: string, table: FieldTable, parts: Parts & { readonly choice: FieldChoice }) {
    this.#target = target;
    this.#table = table;
    this.#parts = parts;
  }

  lines({ columns, rows }: { readonly columns: number; readonly rows: number }): readonly string[] {
    const { source, clock, look, choice } = this.#parts;
    const head = headLine(this.#target, source, { look, columns, now: new Date(clock.now() * 1000) });
    const fields = this.#table.rows(clock.monotonicMs());
    if (fields.length === 0) {
      const nothing = choice.missing(this.#target, "watch")?.message ?? NOTHING_YET;
      return [head, "", nothing, lossText(source, look)];
    }
    const hasFrame = rows >= MIN_ROWS_WITH_FRAME;
    const { first, shown } = this.#scroll.window(fields, rows - (hasFrame ? 3 : 1));
    const { title, lines } = fieldLines(shown, { columns, look });
    if (!hasFrame) return [head, ...lines];
    const missing = choice.missing(this.#target, "watch");
    const notes = [
      windowText(first, shown.length, fields.length),
      missing === undefined ? "" : look.style("yellow", missing.message),
      this.#table.isFull ? look.style("yellow", `no more than ${fields.length} fields`) : "",
      lossText(source, look),
    ];
    const body = [look.style("dim", title), ...lines];
    const blank = Array.from({ length: Math.max(0, rows - 2 - body.length) }, () => "");
    return [head, ...body, ...blank, footLine(look, { notes, keys: "c clears min, max, mean" })];
  }

  onKey(key: Key): void {
    if (key === "c") this.#table.clearRanges();
    else this.#scroll.onKey(key);
  }
}

const NOTHING_YET = "Nothing has been published yet.";

/** Feeds without blocks: the events themselves, the newest at the bottom. */
function eventFollower(target: string, { source, clock, look }: Parts): Follower {
  const events: { readonly time: string; readonly body: string }[] = [];
  const text = ({ message, receivedSeconds }: WatchedEvent): string =>
    `${look.style("dim", eventTime(receivedSeconds))} ${messageText(message)}`;
  return {
    take: (event) => {
      events.push({ time: eventTime(event.receivedSeconds), body: briefMessage(event.message) });
      if (events.length > MAX_EVENTS) events.shift();
      return [{
        data: () => ({ feed: target, received: event.receivedSeconds, message: event.message }),
        text: () => text(event),
      }];
    },
    view: {
      lines: ({ columns, rows }) => {
        const head = headLine(target, source, { look, columns, now: new Date(clock.now() * 1000) });
        const age = source.lastEventSeconds;
        const room = Math.max(1, rows - 2);
        const newest = events.slice(-room).flatMap((event) => eventLines(event, { columns, look })).slice(
          -room,
        );
        const blank = Array.from({ length: Math.max(0, room - newest.length) }, () => "");
        const note = age === undefined ? NOTHING_YET : `last event ${duration(age)} ago`;
        return [head, ...newest, ...blank, footLine(look, { notes: [note, lossText(source, look)] })];
      },
    },
  };
}

/** The beginning of a message: a screen shows no more, and what is kept of it must be bounded. */
function briefMessage(message: unknown): string {
  const whole = messageText(message);
  return whole.length > MAX_EVENT_LETTERS ? `${whole.slice(0, MAX_EVENT_LETTERS)}…` : whole;
}

/** An event on as many lines as it needs. */
function eventLines(
  { time, body }: { readonly time: string; readonly body: string },
  { columns, look }: { readonly columns: number; readonly look: Look },
): string[] {
  const [first = "", ...more] = breakText(body, Math.max(8, columns - time.length - 1));
  return [`${look.style("dim", time)} ${first}`, ...more.map((line) => " ".repeat(time.length + 1) + line)];
}
