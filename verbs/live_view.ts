/** A view on a live screen until its reader has seen enough. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";
import type { Key } from "./key_decoder.ts";
import type { LiveScreen } from "./live_screen.ts";
import type { ScreenSize } from "./screen_update.ts";
import type { VerbTerminal } from "./terminal.ts";

/** What is shown; asked again several times a second. */
export interface LiveView {
  /** The view as it is now, from the top; what does not fit is cut. */
  lines(size: ScreenSize): readonly string[];
  /** Takes a key, but for q and Ctrl-C. */
  onKey?(key: Key): void;
}

/** Whether a verb shows a view, or lines. */
export interface ScreenChoice {
  readonly terminal: VerbTerminal;
  /** Lines of JSON instead of a view. */
  readonly json?: boolean | undefined;
  /** Lines of text instead of a view. */
  readonly plain?: boolean | undefined;
  /** So many lines (of `top`: tables) instead of a view; default without end. */
  readonly count?: number | undefined;
}

/** What opens the screen for a view; undefined where lines are wanted, or there is no screen. */
export function screenFor(
  { terminal, json, plain, count }: ScreenChoice,
): (() => Promise<LiveScreen>) | undefined {
  if (json === true || plain === true || count !== undefined || terminal.plain) return undefined;
  return terminal.openScreen?.bind(terminal);
}

/** How a view is shown. */
export interface ShowViewOptions {
  readonly screen: LiveScreen;
  readonly signal: AbortSignal;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

const REFRESH_MS = 250;

/** Shows a view until q, Ctrl-C, the end of the screen, or the signal. */
export async function showView(
  view: LiveView,
  { screen, signal, clock = SYSTEM_CLOCK }: ShowViewOptions,
): Promise<void> {
  const over = new AbortController();
  const end = AbortSignal.any([screen.signal, signal, over.signal]);
  const draw = (): void => screen.draw(view.lines({ columns: screen.columns, rows: screen.rows }));
  const keys = screen.keys[Symbol.asyncIterator]();
  const readKeys = async (): Promise<void> => {
    for (let next = await keys.next(); next.done !== true; next = await keys.next()) {
      if (next.value === "q" || next.value === "ctrl-c") return;
      view.onKey?.(next.value);
      draw();
    }
  };
  const redraw = async (): Promise<void> => {
    while (!end.aborted) {
      draw();
      await pause(REFRESH_MS, { clock, signal: end });
    }
    await keys.return?.();
  };
  using _resize = screen.onResize(draw);
  await firstEnds(over, [readKeys(), redraw()]);
}

/**
 * Waits for several activities of which the first to end, well or badly, ends the others.
 *
 * @param over Aborted by the first end; the activities listen to it.
 * @throws Whatever the first that failed has thrown.
 */
export async function firstEnds(over: AbortController, activities: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(activities.map((each) => each.finally(() => over.abort())));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
