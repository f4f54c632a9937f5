/** `hk`: housekeeping on disk, as data for the parser. @module */
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
  optional,
  or,
  string,
  withDefault,
} from "../deps/optique.ts";
import { JSON_OPTION, NO_REQUEST_OPTIONS, type SiteParser } from "./common_options.ts";

const dataDir = optional(option("--data-dir", string({ metavar: "DIR" }), {
  description:
    message`Folder of the housekeeping files; default that of this host's AggregatorAgent, else ./ocs-data/hk.`,
}));

/** Makes the parser of `hk` and what follows it. */
// deno-lint-ignore explicit-module-boundary-types -- the type is that of the parsers, which `VerbCommand` reads from it
export function hkGrammar(site: SiteParser) {
  const last = command(
    "last",
    merge(
      object({
        command: constant("hk last"),
        patterns: multiple(argument(string({ metavar: "PATTERN" }), {
          description:
            message`AGENT, AGENT.FEED, AGENT.FEED.FIELD or FIELD; * stands for anything. Default: all.`,
        })),
        dataDir,
        all: withDefault(flag("--all", { description: message`Leave nothing out on a terminal.` }), false),
      }),
      JSON_OPTION,
      NO_REQUEST_OPTIONS,
      site,
    ),
    { brief: message`List recorded fields, trouble first: last value, age, whether they land, file.` },
  );

  const index = command(
    "index",
    merge(
      object({
        command: constant("hk index"),
        dataDir,
        since: withDefault(
          option("--since", string({ metavar: "TIME" }), {
            description: message`How far back files are read: such as 12h, 30d or 2026-11-25; default 7d.`,
          }),
          "7d",
        ),
      }),
      JSON_OPTION,
      NO_REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Make the index that last reads from the files themselves.` },
  );

  return command("hk", or(last, index), { brief: message`Look at what is being recorded: last, index.` });
}
