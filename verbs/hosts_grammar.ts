/** `hosts`: what host managers run, as data for the parser. @module */
import {
  argument,
  command,
  constant,
  flag,
  float,
  merge,
  message,
  multiple,
  object,
  option,
  or,
  string,
  withDefault,
} from "../deps/optique.ts";
import { JSON_OPTION, REQUEST_OPTIONS, type SiteParser } from "./common_options.ts";

const patterns = multiple(
  argument(string({ metavar: "PATTERN" }), {
    description:
      message`Instance ids, such as faker1 or faker*; HOST/faker* only there; HOST/ all of a host; a host manager: all of it.`,
  }),
  { min: 1 },
);

const yes = withDefault(flag("-y", "--yes", { description: message`Do not ask.` }), false);

const within = withDefault(
  option("--within", float({ metavar: "SECONDS", min: 0.1 }), {
    description: message`How long agents may take to get there; default 60.`,
  }),
  60,
);

const dryRun = withDefault(
  flag("--dry-run", { description: message`Show what would be done, and do nothing.` }),
  false,
);

const reload = withDefault(
  flag("-r", "--reload", { description: message`Have the managers read the site file first.` }),
  false,
);

/** Makes the parser of `hosts` and what follows it. */
// deno-lint-ignore explicit-module-boundary-types -- the type is that of the parsers, which `VerbCommand` reads from it
export function hostsGrammar(site: SiteParser) {
  const up = command(
    "up",
    merge(
      object({ command: constant("hosts up"), patterns, yes, within, dryRun }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Have agents started by their host managers, and wait until they are up.` },
  );
  const down = command(
    "down",
    merge(
      object({ command: constant("hosts down"), patterns, yes, within, dryRun }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Have agents stopped by their host managers, and wait until they are down.` },
  );
  const restart = command(
    "restart",
    merge(
      object({ command: constant("hosts restart"), patterns, yes, within, dryRun }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Have agents stopped and started again.` },
  );
  const list = command(
    "list",
    merge(
      object({
        command: constant("hosts list"),
        only: multiple(argument(string({ metavar: "HOST" }), {
          description: message`Only this host; * stands for anything. Default: all.`,
        })),
        reload,
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    {
      brief:
        message`List hosts, their managers and agents: state and target of each; the same as hosts alone.`,
    },
  );
  return command("hosts", or(list, up, down, restart), {
    brief: message`List what host managers run; start, stop and restart it: list, up, down, restart.`,
  });
}
