/** All agents and what they do, live. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";
import { FleetWatch } from "./fleet_watch.ts";
import { jsonText } from "../internal/json_text.ts";
import { type ScreenChoice, screenFor, showView } from "./live_view.ts";
import type { Look } from "./look.ts";
import type { VerbResult } from "./outcome.ts";
import { openSite, type VerbOptions } from "./site_link.ts";
import { topLines } from "./top_lines.ts";
import type { TableOrder, TopOrder } from "./top_order.ts";
import { sortRows, topRows } from "./top_rows.ts";
import { routerText, summaryText, TopView } from "./top_view.ts";
import { untilDescribed } from "./until_described.ts";

/** How `top` shows. */
export interface TopOptions extends VerbOptions, ScreenChoice {
  /** A watch that is there already, such as the prompt's; it is borrowed. */
  readonly fleet?: FleetWatch | undefined;
  /** Seconds between tables; default 2. */
  readonly intervalSeconds?: number | undefined;
  /** Default `trouble`. */
  readonly sort?: TopOrder | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

const DEFAULT_INTERVAL_SECONDS = 2;

/** Shows every operation of every agent until q or Ctrl-C; where nothing can be redrawn, one table an interval. */
export async function top(options: TopOptions): Promise<VerbResult> {
  const { terminal, clock = SYSTEM_CLOCK, signal = new AbortController().signal } = options;
  await using link = await openSite(options);
  await using stack = new AsyncDisposableStack();
  const fleet = options.fleet ?? stack.use(FleetWatch.open(link, { clock }));
  const order: TableOrder = { by: options.sort ?? "trouble", reverse: false };
  const openScreen = screenFor(options);
  if (openScreen !== undefined) {
    await using screen = await openScreen();
    await showView(new TopView(fleet, { look: terminal.look, clock, order }), { screen, signal, clock });
    return "ok";
  }
  const { count = Infinity, intervalSeconds = DEFAULT_INTERVAL_SECONDS } = options;
  await untilDescribed(fleet, { clock, signal });
  for (let shown = 0; shown < count && !signal.aborted; shown++) {
    if (shown > 0) await pause(intervalSeconds * 1000, { clock, signal });
    if (signal.aborted) break;
    await terminal.print(
      options.json === true
        ? tableJson(fleet, { order, clock })
        : tableText(fleet, { order, look: terminal.look }),
    );
  }
  return "ok";
}

function tableJson(
  fleet: FleetWatch,
  { order, clock }: { readonly order: TableOrder; readonly clock: Clock },
): string {
  return jsonText({
    timestamp: clock.now(),
    router: fleet.router.state,
    operations: sortRows(topRows(fleet), order),
  });
}

function tableText(
  fleet: FleetWatch,
  { order, look }: { readonly order: TableOrder; readonly look: Look },
): string {
  const rows = sortRows(topRows(fleet), order);
  const { title, lines } = topLines(rows, { columns: look.columns, look, order: order.by });
  const router = routerText(fleet, look);
  return [summaryText(fleet, look) + (router === "" ? "" : `, ${router}`), title, ...lines, ""].join("\n");
}
