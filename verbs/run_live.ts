/** From the verbs that show something live to the modules that do it. @module */
import type { FleetWatch } from "./fleet_watch.ts";
import type { VerbCommand } from "./grammar.ts";
import type { VerbResult } from "./outcome.ts";
import type { VerbOptions } from "./site_link.ts";
import type { VerbTerminal } from "./terminal.ts";

/** The verbs that print for themselves, for as long as somebody looks. */
export type LiveCommand = Extract<VerbCommand, { readonly command: "watch" | "plot" | "top" }>;

/** What they work with. */
export interface LiveContext {
  /** Site or link, deadline and rights, and what gives up. */
  readonly options: VerbOptions;
  readonly terminal: VerbTerminal;
  /** The prompt's live picture of the site; without it `top` makes its own. */
  readonly fleet?: FleetWatch | undefined;
}

/** Carries one out; an interruption is how it ends, and no error. */
export async function runLive(command: LiveCommand, context: LiveContext): Promise<VerbResult> {
  try {
    return await show(command, context);
  } catch (error) {
    if (context.options.signal?.aborted !== true) throw error;
    return "ok";
  }
}

async function show(
  command: LiveCommand,
  { options, terminal, fleet }: LiveContext,
): Promise<VerbResult> {
  const { json, plain, count } = command;
  const all = { ...options, terminal, json, plain, count };
  switch (command.command) {
    case "watch": {
      const { watch } = await import("./watch.ts");
      return await watch(command.feed, command.fields, all);
    }
    case "plot": {
      const { plot } = await import("./plot.ts");
      const { last: lastSeconds, min, max, unit } = command;
      return await plot(command.feed, command.field, { ...all, lastSeconds, min, max, unit });
    }
    case "top": {
      const { top } = await import("./top.ts");
      return await top({ ...all, fleet, sort: command.sort, intervalSeconds: command.interval });
    }
  }
}
