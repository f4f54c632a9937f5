/** From the verbs that show something live to the modules that do it. @module */
import type { VerbCommand } from "./grammar.ts";
import type { VerbResult } from "./outcome.ts";
import type { VerbOptions } from "./site_link.ts";
import type { VerbTerminal } from "./terminal.ts";

/** The verbs that print for themselves, for as long as somebody looks. */
export type LiveCommand = Extract<VerbCommand, { readonly command: "watch" | "plot" | "top" }>;

/** Carries one out; an interruption is how it ends, and no error. */
export async function runLive(
  command: LiveCommand,
  options: VerbOptions,
  terminal: VerbTerminal,
): Promise<VerbResult> {
  try {
    return await show(command, options, terminal);
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    return "ok";
  }
}

async function show(
  command: LiveCommand,
  options: VerbOptions,
  terminal: VerbTerminal,
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
      return await top({ ...all, sort: command.sort, intervalSeconds: command.interval });
    }
  }
}
