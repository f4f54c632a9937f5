/** `g3`: reading G3 files, as data for the parser. @module */
import {
  argument,
  command,
  constant,
  flag,
  merge,
  message,
  multiple,
  object,
  option,
  or,
  string,
  withDefault,
} from "../deps/optique.ts";
import { JSON_OPTION, NO_REQUEST_OPTIONS, NO_SITE_OPTIONS } from "./common_options.ts";

const files = multiple(
  argument(string({ metavar: "FILE" }), {
    description: message`Files (.g3, also .gz, .bz2, .zst), or folders: all such files below them.`,
  }),
  { min: 1, errors: { tooFew: message`Expected a file or a folder.` } },
);

/** What all have that only read files: neither site nor agents. */
const COMMON = merge(JSON_OPTION, NO_REQUEST_OPTIONS, NO_SITE_OPTIONS);

const ls = command(
  "ls",
  merge(
    object({
      command: constant("g3 ls"),
      files,
      summary: withDefault(flag("-s", "--summary", { description: message`Only one line a file.` }), false),
    }),
    COMMON,
  ),
  { brief: message`List the frames of G3 files: type, size, time, what is in them.` },
);

const cat = command(
  "cat",
  merge(
    object({
      command: constant("g3 cat"),
      files,
      frames: multiple(option("--frame", string({ metavar: "N|A-B" }), {
        description:
          message`Only these frames, counted from 0: 3, 0-5, 7-, 0,4,8; may be given several times.`,
      })),
      keys: multiple(option("--key", string({ metavar: "KEY" }), {
        description: message`Only these keys; * and ? stand for any letters; may be given several times.`,
      })),
      all: withDefault(flag("--all", { description: message`Leave nothing out on a terminal.` }), false),
    }),
    COMMON,
  ),
  { brief: message`Show keys and values of frames.` },
);

/** The parser of `g3` and what follows it; the same on the command line and at the prompt. */
export const G3_GRAMMAR = command(
  "g3",
  or(ls, cat),
  { brief: message`Look into G3 files: ls, cat.` },
);
