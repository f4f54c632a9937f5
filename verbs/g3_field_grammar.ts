/** The verbs of `g3` that look at fields, as data for the parser. @module */
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
  string,
  withDefault,
} from "../deps/optique.ts";
import { G3_COMMON, G3_FILES } from "./g3_arguments.ts";

const RANGE = object({
  since: optional(option("--since", string({ metavar: "TIME" }), {
    description:
      message`Only samples from then on: Unix seconds, 2026-11-25, 2026-11-25T18:30 (UTC), or 2h for 2 hours ago.`,
  })),
  until: optional(option("--until", string({ metavar: "TIME" }), {
    description: message`Only samples before then.`,
  })),
});

const field = multiple(option("-f", "--field", string({ metavar: "NAME" }), {
  description:
    message`Only this field; repeat for more. Pieces of its full name do: thermo.Channel_01; * and ? stand for any letters.`,
}));

/** `g3 fields`. */
export const G3_FIELDS = command(
  "fields",
  merge(
    object({
      command: constant("g3 fields"),
      files: G3_FILES,
      field,
      all: withDefault(
        flag("--all", { description: message`List alike channels one by one.` }),
        false,
      ),
    }),
    RANGE,
    G3_COMMON,
  ),
  { brief: message`List the fields of housekeeping and the channels of detectors: kinds, samples, times.` },
);

/** `g3 last`. */
export const G3_LAST = command(
  "last",
  merge(
    object({
      command: constant("g3 last"),
      files: G3_FILES,
      field,
      verbose: withDefault(
        flag("-v", "--verbose", { description: message`List every field with its newest sample.` }),
        false,
      ),
    }),
    RANGE,
    G3_COMMON,
  ),
  { brief: message`Tell how old the newest housekeeping in files is, feed by feed.` },
);

/** `g3 export`. */
export const G3_EXPORT = command(
  "export",
  merge(
    object({
      command: constant("g3 export"),
      files: G3_FILES,
      field,
      format: optional(option("--format", choice(["csv", "ndjson", "parquet"], { metavar: "FORMAT" }), {
        description: message`csv, ndjson or parquet; default: by the name of the output, else csv.`,
      })),
      form: withDefault(
        option("--form", choice(["long", "wide"], { metavar: "FORM" }), {
          description:
            message`long: a row for each sample of each field, in the order of the files. wide: a row for each time, a column for each field; held in memory. Default long.`,
        }),
        "long",
      ),
      output: optional(option("-o", "--output", string({ metavar: "FILE" }), {
        description: message`A new file; it must not be there yet. Default: standard output.`,
      })),
    }),
    RANGE,
    G3_COMMON,
  ),
  { brief: message`Write fields to CSV, NDJSON or Parquet.` },
);
/** `g3 plot`. */
export const G3_PLOT = command(
  "plot",
  merge(
    object({
      command: constant("g3 plot"),
      words: multiple(
        argument(string({ metavar: "FILE… FIELD" }), {
          description:
            message`Files and folders, then names of fields; a word that names no file is a field. Pieces of a full name do: thermo.Channel_01.`,
        }),
        { min: 1, errors: { tooFew: message`Expected files and a field.` } },
      ),
      field,
      svg: optional(option("--svg", string({ metavar: "FILE" }), {
        description: message`Draw to a new SVG file.`,
      })),
      png: optional(option("--png", string({ metavar: "FILE" }), {
        description: message`Draw to a new PNG file.`,
      })),
      width: withDefault(
        option("--width", integer({ metavar: "PIXELS", min: 200, max: 10_000 }), {
          description: message`Width of the picture; default 1200.`,
        }),
        1200,
      ),
      height: withDefault(
        option("--height", integer({ metavar: "PIXELS", min: 150, max: 10_000 }), {
          description: message`Height of the picture; default 600.`,
        }),
        600,
      ),
      min: optional(option("--min", float({ metavar: "VALUE" }), {
        description: message`Lowest value of the axis; default: that of the data.`,
      })),
      max: optional(option("--max", float({ metavar: "VALUE" }), {
        description: message`Highest value of the axis.`,
      })),
      unit: optional(option("--unit", string({ metavar: "TEXT" }), {
        description: message`Unit to write at the axis.`,
      })),
    }),
    RANGE,
    G3_COMMON,
  ),
  { brief: message`Draw fields over time: in the terminal, or to an SVG or PNG file.` },
);

/** `g3 influx`. */
export const G3_INFLUX = command(
  "influx",
  merge(
    object({
      command: constant("g3 influx"),
      files: G3_FILES,
      field,
      url: option("--url", string({ metavar: "URL" }), {
        description:
          message`InfluxDB 1.x, such as http://influxdb:8086; name and password are those of the publisher's variables.`,
      }),
      database: withDefault(
        option("--database", string({ metavar: "NAME" }), {
          description: message`Database in it; made if it is not there. Default ocs_feeds.`,
        }),
        "ocs_feeds",
      ),
      insecure: withDefault(
        flag("--insecure", { description: message`Take any certificate.` }),
        false,
      ),
    }),
    RANGE,
    G3_COMMON,
  ),
  { brief: message`Write housekeeping to InfluxDB where it is missing; nothing is there twice.` },
);
