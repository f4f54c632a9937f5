/** From the verbs that look into G3 files to the modules that do it. @module */
import type { VerbCommand } from "../grammar.ts";
import type { VerbResult } from "../outcome.ts";
import type { VerbOptions } from "../site_link.ts";
import type { VerbTerminal } from "../terminal.ts";

/** The verbs that begin with `g3`: they print for themselves, while they read. */
export type G3Command = Extract<VerbCommand, { readonly command: `g3 ${string}` }>;

/** Carries one out; it needs no site. */
export async function runG3(
  command: G3Command,
  { options, terminal }: { readonly options: VerbOptions; readonly terminal: VerbTerminal },
): Promise<VerbResult> {
  const { json } = command;
  const { signal } = options;
  const all = { terminal, json, signal };
  switch (command.command) {
    case "g3 ls": {
      const { ls } = await import("./ls.ts");
      return await ls(command.files, { ...all, summary: command.summary });
    }
    case "g3 cat": {
      const { cat } = await import("./cat.ts");
      const { files, frames, keys, all: whole } = command;
      return await cat(files, { ...all, frames, keys, all: whole });
    }
    case "g3 check": {
      const { checkFiles } = await import("./check.ts");
      const { files, gap, noGaps, noValues } = command;
      return await checkFiles(files, { ...all, shortestGapSeconds: gap, gaps: !noGaps, values: !noValues });
    }
    case "g3 repair": {
      const { repair } = await import("./repair.ts");
      return await repair(command.files, { ...all, output: command.output });
    }
    case "g3 fields": {
      const { fields } = await import("./fields.ts");
      const { files, field, all: listsAll, since, until } = command;
      return await fields(files, { ...all, fields: field, all: listsAll, since, until });
    }
    case "g3 last": {
      const { last } = await import("./last.ts");
      const { files, field, verbose, since, until } = command;
      return await last(files, { ...all, fields: field, verbose, since, until });
    }
    case "g3 export": {
      const { exportFields } = await import("./export.ts");
      const { files, field, format, form, output, since, until } = command;
      return await exportFields(files, { ...all, fields: field, format, form, output, since, until });
    }
    case "g3 influx": {
      const { writeInflux } = await import("./influx.ts");
      const { files, field, url, database, insecure, since, until } = command;
      return await writeInflux(files, { ...all, fields: field, url, database, insecure, since, until });
    }
    case "g3 plot": {
      const { plotFiles } = await import("./plot.ts");
      const { words, field, ...drawing } = command;
      return await plotFiles(words, { ...drawing, ...all, fields: field });
    }
  }
}
