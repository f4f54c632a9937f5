/** `g3`: reading G3 files, as data for the parser. @module */
import {
  command,
  constant,
  flag,
  float,
  merge,
  message,
  multiple,
  object,
  option,
  optional,
  or,
  string,
  withDefault,
} from "../deps/optique.ts";
import { filePath } from "./file_path.ts";
import { G3_COMMON, G3_FILES } from "./g3_arguments.ts";
import { G3_EXPORT, G3_FIELDS, G3_INFLUX, G3_LAST, G3_PLOT } from "./g3_field_grammar.ts";

const ls = command(
  "ls",
  merge(
    object({
      command: constant("g3 ls"),
      files: G3_FILES,
      summary: withDefault(flag("-s", "--summary", { description: message`Only one line a file.` }), false),
    }),
    G3_COMMON,
  ),
  { brief: message`List the frames of G3 files: type, size, time, what is in them.` },
);

const cat = command(
  "cat",
  merge(
    object({
      command: constant("g3 cat"),
      files: G3_FILES,
      frames: multiple(option("--frame", string({ metavar: "N|A-B" }), {
        description:
          message`Only these frames, counted from 0: 3, 0-5, 7-, 0,4,8; may be given several times.`,
      })),
      keys: multiple(option("--key", string({ metavar: "KEY" }), {
        description: message`Only these keys; * and ? stand for any letters; may be given several times.`,
      })),
      all: withDefault(flag("--all", { description: message`Leave nothing out on a terminal.` }), false),
    }),
    G3_COMMON,
  ),
  { brief: message`Show keys and values of frames.` },
);

const check = command(
  "check",
  merge(
    object({
      command: constant("g3 check"),
      files: G3_FILES,
      gap: withDefault(
        option("--gap", float({ metavar: "SECONDS", min: 0 }), {
          description: message`What is shorter is no gap; default 5. Nor is what is usual for a series.`,
        }),
        5,
      ),
      noGaps: withDefault(
        flag("--no-gaps", {
          description: message`Do not look for what is missing between frames and files.`,
        }),
        false,
      ),
      noValues: withDefault(
        flag("--no-values", { description: message`Do not decode values: faster.` }),
        false,
      ),
    }),
    G3_COMMON,
  ),
  { brief: message`Find everything that is wrong with G3 files, and what is missing in them.` },
);

const repair = command(
  "repair",
  merge(
    object({
      command: constant("g3 repair"),
      files: G3_FILES,
      output: optional(option("-o", "--output", filePath(), {
        description: message`Write the copy of one file there; default: x.repaired.g3 beside x.g3.`,
      })),
    }),
    G3_COMMON,
  ),
  { brief: message`Copy the whole frames of damaged files to new ones; the old ones stay.` },
);

/** The parser of `g3` and what follows it; the same on the command line and at the prompt. */
export const G3_GRAMMAR = command(
  "g3",
  or(ls, cat, check, repair, G3_FIELDS, G3_LAST, G3_EXPORT, G3_INFLUX, G3_PLOT),
  { brief: message`Look into G3 files: ls, cat, check, repair, fields, last, export, influx, plot.` },
);
