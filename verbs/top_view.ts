/** The table of `top` on a screen. @module */
import type { Clock } from "../internal/clock.ts";
import { duration } from "./duration.ts";
import { footLine } from "./feed_head.ts";
import { padText, textWidth } from "./fit_text.ts";
import type { FleetWatch } from "./fleet_watch.ts";
import type { Key } from "./key_decoder.ts";
import type { LiveView } from "./live_view.ts";
import type { Look } from "./look.ts";
import type { ScreenSize } from "./screen_update.ts";
import { Scroll, windowText } from "./scroll.ts";
import { topLines } from "./top_lines.ts";
import { type TableOrder, TOP_ORDERS, type TopOrder } from "./top_order.ts";
import { isIdle, isTrouble, sortRows, topRows } from "./top_rows.ts";

/** What a view needs of a fleet. */
export type ShownFleet = Pick<FleetWatch, "agents" | "nowMs" | "listening"> & {
  readonly router: Pick<FleetWatch["router"], "state" | "sinceMs">;
};

/** Whether the router is lost, or the first listing is not complete; empty where neither is so. */
export function routerText(fleet: ShownFleet, look: Look): string {
  if (fleet.router.state === "up") return fleet.listening ? look.style("yellow", "listening") : "";
  const seconds = (fleet.nowMs - fleet.router.sinceMs) / 1000;
  return look.style(["bold", "red"], `router lost for ${duration(seconds)}: all of this is old`);
}

/** How many agents are how. */
export function summaryText(fleet: ShownFleet, look: Look): string {
  const states = [...fleet.agents.values()].map(({ state }) => state);
  const parts = (["up", "stuck", "expired"] as const).flatMap((state) => {
    const number = states.filter((each) => each === state).length;
    if (number === 0 && state !== "up") return [];
    const text = `${number} ${state}`;
    return [state === "up" ? text : look.style(["bold", "red"], text)];
  });
  return `Agents: ${parts.join(", ")}`;
}

/** By key: the first letters, but `o` for the operation and `t` for the age, the time. */
const SORT_KEYS: Readonly<Record<string, TopOrder>> = {
  "!": "trouble",
  a: "agent",
  c: "class",
  s: "state",
  t: "age",
  o: "operation",
};

/** All operations of all agents: sorted, scrolled, and without the idle ones if wanted. */
export class TopView implements LiveView {
  readonly #fleet: ShownFleet;
  readonly #look: Look;
  readonly #clock: Clock;
  readonly #scroll = new Scroll();
  #order: TableOrder;
  #hidesIdle = false;

  constructor(
    fleet: ShownFleet,
    { look, clock, order }: { readonly look: Look; readonly clock: Clock; readonly order: TableOrder },
  ) {
    this.#fleet = fleet;
    this.#look = look;
    this.#clock = clock;
    this.#order = order;
  }

  lines({ columns, rows }: ScreenSize): readonly string[] {
    const look = this.#look;
    const all = topRows(this.#fleet);
    const sorted = sortRows(this.#hidesIdle ? all.filter((row) => !isIdle(row)) : all, this.#order);
    const hasFrame = rows >= 6;
    const { first, shown } = this.#scroll.window(sorted, rows - (hasFrame ? 3 : 1));
    const { title, lines } = topLines(shown, { columns, look, order: this.#order.by, all: sorted });
    const head = this.#head(columns);
    if (!hasFrame) return [head, ...lines];
    const blank = Array.from({ length: Math.max(0, rows - 3 - lines.length) }, () => "");
    const trouble = all.filter(isTrouble).length;
    const notes = [
      `by ${this.#order.by}${this.#order.reverse ? ", reversed" : ""}${
        this.#hidesIdle ? ", without idle" : ""
      }`,
      windowText(first, shown.length, sorted.length),
      trouble === 0 ? "" : look.style("red", `${trouble} in trouble`),
    ];
    return [head, title, ...lines, ...blank, footLine(look, { notes, keys: KEYS_HELP })];
  }

  onKey(key: Key): void {
    const by = SORT_KEYS[key];
    if (by !== undefined) {
      this.#order = { by, reverse: this.#order.by === by && !this.#order.reverse };
    } else if (key === "r") this.#order = { ...this.#order, reverse: !this.#order.reverse };
    else if (key === "i") this.#hidesIdle = !this.#hidesIdle;
    else if (key === "left" || key === "right") this.#turn(key === "right" ? 1 : -1);
    else this.#scroll.onKey(key);
  }

  #turn(by: 1 | -1): void {
    const length = TOP_ORDERS.length;
    const at = (TOP_ORDERS.indexOf(this.#order.by) + by + length) % length;
    this.#order = { by: TOP_ORDERS[at] ?? "trouble", reverse: false };
  }

  #head(columns: number): string {
    const time = new Date(this.#clock.now() * 1000).toTimeString().slice(0, 8);
    const router = routerText(this.#fleet, this.#look);
    const agents = summaryText(this.#fleet, this.#look);
    // Trouble stands first, for a screen that has no room for both.
    const left = router === "" ? agents : `${router}  ${agents}`;
    if (textWidth(left) + 2 + time.length > columns) return left;
    return padText(left, columns - time.length) + this.#look.style("dim", time);
  }
}

const KEYS_HELP = "sort: a c s t o !, r reverses; i idle";
