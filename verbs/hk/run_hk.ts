/** From the verbs about recorded housekeeping to the modules that carry them out. @module */
import type { VerbCommand } from "../grammar.ts";
import type { Outcome } from "../outcome.ts";
import type { VerbOptions } from "../site_link.ts";
import type { VerbTerminal } from "../terminal.ts";

/** The verbs that begin with `hk`. */
export type HkCommand = Extract<VerbCommand, { readonly command: `hk ${string}` }>;

/** Carries one out. */
export async function runHk(
  command: HkCommand,
  { options, terminal }: { readonly options: VerbOptions; readonly terminal: VerbTerminal },
): Promise<Outcome<unknown>> {
  switch (command.command) {
    case "hk last": {
      const { last } = await import("./last.ts");
      const { patterns, dataDir, all } = command;
      return await last(patterns, { ...options, dataDir, all });
    }
    case "hk index": {
      const { index } = await import("./index_verb.ts");
      const { dataDir, since } = command;
      return await index({
        ...options,
        dataDir,
        since,
        onFile: (file) => terminal.progress(`reading ${file}`),
      });
    }
  }
}
