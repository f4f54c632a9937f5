/** The verbs that show something live, as data for the parser. @module */
import {
  argument,
  choice,
  command,
  constant,
  flag,
  float,
  integer,
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
import { JSON_OPTION, REQUEST_OPTIONS, type SiteParser } from "./common_options.ts";
import { TOP_ORDERS } from "./top_order.ts";

const feed = argument(string({ metavar: "AGENT.FEED" }), {
  description: message`Agent and feed, such as faker1.false_temperatures.`,
});

const plain = withDefault(
  flag("--plain", { description: message`Write lines; redraw nothing. For pipes that is so anyway.` }),
  false,
);

const readings = optional(option("-n", "--count", integer({ metavar: "N", min: 1 }), {
  description: message`Write so many readings as lines, then end.`,
}));

/** Makes the parser of `watch`, `plot` and `top`; see `verbGrammar`. */
// deno-lint-ignore explicit-module-boundary-types -- the type is that of the parsers, which `VerbCommand` reads from it
export function liveGrammar(site: SiteParser) {
  const watch = command(
    "watch",
    merge(
      object({
        command: constant("watch"),
        feed,
        fields: multiple(argument(string({ metavar: "FIELD" }), {
          description: message`Only these fields; * and ? stand for any letters.`,
        })),
        plain,
        count: readings,
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Show the newest values of a feed, live.` },
  );

  const plot = command(
    "plot",
    merge(
      object({
        command: constant("plot"),
        feed,
        field: argument(string({ metavar: "FIELD" }), { description: message`Field to draw.` }),
        last: optional(option("--last", float({ metavar: "SECONDS", min: 1 }), {
          description: message`How much of the past to show; default 300.`,
        })),
        min: optional(option("--min", float({ metavar: "VALUE" }), {
          description: message`Lowest value of the axis; default: that of the data.`,
        })),
        max: optional(option("--max", float({ metavar: "VALUE" }), {
          description: message`Highest value of the axis.`,
        })),
        unit: optional(option("--unit", string({ metavar: "TEXT" }), {
          description: message`Unit to write at the axis.`,
        })),
        plain,
        count: readings,
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Draw a field of a feed over time, live.` },
  );

  const top = command(
    "top",
    merge(
      object({
        command: constant("top"),
        sort: withDefault(
          option("--sort", choice(TOP_ORDERS, { metavar: "ORDER" }), {
            description: message`By ${TOP_ORDERS.join(", ")}.`,
          }),
          "trouble",
        ),
        interval: withDefault(
          option("--interval", float({ metavar: "SECONDS", min: 0.1 }), {
            description: message`Time between tables, where they are printed below each other.`,
          }),
          2,
        ),
        plain,
        count: optional(option("-n", "--count", integer({ metavar: "N", min: 1 }), {
          description: message`Write so many tables, then end.`,
        })),
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Show what all agents do, live.` },
  );

  return or(watch, plot, top);
}
