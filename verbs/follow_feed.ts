/** Following a feed, as a live view or as one line a reading. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { Deadlines } from "./feed_deadlines.ts";
import { tellNotices } from "./feed_notices.ts";
import { findFeed } from "./feed_target.ts";
import { FeedWatch, type WatchedEvent } from "./feed_watch.ts";
import { jsonText } from "../internal/json_text.ts";
import { firstEnds, type LiveView, type ScreenChoice, screenFor, showView } from "./live_view.ts";
import type { VerbResult } from "./outcome.ts";
import { openSite, type VerbOptions } from "./site_link.ts";

/** How a feed is followed. */
export interface FollowOptions extends VerbOptions, ScreenChoice {
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** One line without a view. */
export interface Reading {
  /** For `--json`. */
  data(): unknown;
  /** For a pipe. */
  text(): string;
}

/** What becomes of a feed's events. */
export interface Follower {
  /** Takes an event; gives its readings. */
  readonly take: (event: WatchedEvent) => readonly Reading[];
  /** What is shown on a terminal. */
  readonly view: LiveView;
}

/** Who follows. */
export interface FollowPlan {
  /** Says which fields were asked for and not published so far. */
  missing(target: string): Error | undefined;
  /** Called once the feed is listened to. */
  follower(watch: FeedWatch, clock: Clock): Follower;
}

/**
 * Follows a feed until the reader has seen enough: q or Ctrl-C in a view, the signal, or so many readings.
 *
 * @param target `AGENT.FEED`.
 * @returns `timeout` if a deadline was given and nothing was published within it.
 * @throws {FeedNotFoundError} If the agent has no such feed.
 * @throws {FieldNotFoundError} If fields were asked for that are not among those published within the deadline (default 10 s)
 * from the first event on.
 */
export async function followFeed(
  target: string,
  plan: FollowPlan,
  options: FollowOptions,
): Promise<VerbResult> {
  const { terminal, clock = SYSTEM_CLOCK, timeoutSeconds, count = Infinity, signal } = options;
  const openScreen = screenFor(options);
  const over = new AbortController();
  const end = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const say = openScreen === undefined ? (text: string) => terminal.say(text) : () => {};
  terminal.progress(`asking for ${target}`);
  await using link = await openSite(options);
  const found = await findFeed(target, link);
  await using watch = await FeedWatch.open(link, found, {
    clock,
    signal: end,
    onRouter: (isThere) => say(isThere ? ROUTER_BACK : ROUTER_LOST),
  });
  terminal.progress(undefined);
  const { take, view } = plan.follower(watch, clock);
  const deadlines = new Deadlines({ clock, timeoutSeconds, say, missing: () => plan.missing(target) });
  const read = async (print: (reading: Reading) => Promise<void> | void): Promise<void> => {
    let seen = 0;
    for await (const event of watch.events) {
      const readings = take(event);
      deadlines.begin();
      for (const reading of readings) {
        await print(reading);
        if (++seen >= count) return;
      }
    }
  };
  if (openScreen === undefined) {
    const print = ({ data, text }: Reading) =>
      terminal.print(options.json === true ? jsonText(data()) : text());
    const notices = tellNotices(watch, { clock, say, signal: end });
    await firstEnds(over, [read(print), deadlines.keep(end), notices]);
  } else {
    await using screen = await openScreen();
    const show = showView(view, { screen, signal: end, clock });
    await firstEnds(over, [show, read(() => {}), deadlines.keep(end)]);
  }
  const { dropped } = watch.events;
  if (dropped > 0) terminal.say(`${dropped} events were dropped: they came faster than they were read`);
  if (!deadlines.isOver) return "ok";
  terminal.say(`Nothing was published on "${target}" within ${timeoutSeconds} s`);
  return "timeout";
}

const ROUTER_LOST = "The router is lost; trying again";
const ROUTER_BACK = "The router is back; what was published meanwhile is missing";
